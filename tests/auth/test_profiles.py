"""The table of profiles in docs/AUTH.md says what the code does, and everything in which it differs."""

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from onering import logs
from onering.app import configured
from onering.auth import boot
from onering.auth.addresses import CheckedTransport
from onering.auth.boot import UnsafeConfiguration
from onering.auth.composition import Auth, build, key_client, principals
from onering.contract.openapi import Info, openapi
from onering.http.boundary import safety_headers
from onering.service.supervisor import banner
from onering.settings import Environment, Settings
from tests.auth.conftest import no_registrar

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "AUTH.md").read_text(encoding="utf-8").partition("## Profiles")[2].partition("\n\nVis")[0]
SECRET = b"s" * 32
HS256 = {"hs256": True, "hs256_secret": "s" * 32}
CLERK = {"clerk_issuer": "https://clerk.example.com", "clerk_authorized_parties": ("https://app.example.com",)}
# What any profile may be started with; what is asked about is changed in it.
SAFE: dict[str, Any] = {**HS256, **CLERK}


def starts(env: Environment, secret: bytes | None = None, **changes: Any) -> bool:
    try:
        boot.check(Settings(env=env, **SAFE | changes), development_secret=secret)
    except UnsafeConfiguration:
        return False
    return True


def plain(env: Environment) -> Settings:
    return Settings(env=env, **SAFE)


def built(settings: Settings) -> Auth:
    return build(settings, registrar=no_registrar, http_client=httpx.AsyncClient())


def said(answer: bool) -> str:
    return "yes" if answer else "no"


def unless_unsafe(answer: bool, unsafe: bool) -> str:
    return "with `ONERING_UNSAFE_LOCAL`" if unsafe and not answer else said(answer)


def listens(env: Environment) -> str:
    beyond = {"host": "0.0.0.0"}
    return unless_unsafe(starts(env, **beyond), starts(env, unsafe_local=True, **beyond))


def hosts(env: Environment) -> str:
    unsafe = env is Environment.LOCAL and not built(Settings(env=env, unsafe_local=True))._door.local_hosts_only
    return unless_unsafe(not built(plain(env))._door.local_hosts_only, unsafe)


def user_header(env: Environment) -> str:
    document = openapi([], Info("1", plain(env).developing))
    assert ("user" in document["components"]["securitySchemes"]) == built(plain(env))._door.user_header
    return said(built(plain(env))._door.user_header)


def home(env: Environment) -> str:
    named = principals(plain(env)).home
    return "first configured" if named == CLERK["clerk_issuer"] else f"`{named}`"


def hs256(env: Environment) -> str:
    alone = Settings(env=env, hs256_secret="s" * 32)
    assert boot.hs256_secret(Settings(env=env, **HS256)) == SECRET
    return "with `ONERING_HS256`" if boot.hs256_secret(alone) is None else "yes"


def loopback_keys(env: Environment) -> str:
    transport = key_client(plain(env))._transport
    assert isinstance(transport, CheckedTransport)
    assert transport._reach.loopback == starts(env, clerk_issuer="http://127.0.0.1:4000")
    return said(transport._reach.loopback)


def lines(env: Environment) -> str:
    return "JSON" if logs._rendering(plain(env)) is logs.as_json else "for people"


@cache
def _informed() -> list[str]:
    """Return what each profile, in a process of its own, has logged of read models being built."""
    code = (
        "import logging; from onering import logs; from onering.settings import Environment, Settings\n"
        "for env in Environment:\n"
        "    logging.getLogger('projections').setLevel(logging.NOTSET); logs.configure(Settings(env=env))\n"
        "    print(logging.getLogger('projections').isEnabledFor(logging.INFO))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.split()


def models_told(env: Environment) -> str:
    return said(_informed()[list(Environment).index(env)] == "True")


def curl(env: Environment) -> str:
    printed = banner("http://127.0.0.1", "data", "Open it.", developing=plain(env).developing)
    return "`X-User-Id`" if "X-User-Id" in printed else "`Authorization`"


CELLS: dict[str, Callable[[Environment], str]] = {
    "listens beyond loopback": listens,
    "answers for other hosts than loopback's": hosts,
    "`X-User-Id` names the caller, and `/openapi.json` says so": user_header,
    "tokens of `onering token` are accepted": lambda env: said(starts(env, SECRET)),
    "the pages at `/` and `/docs` may ask for such tokens": lambda env: said(
        configured.page_secret(plain(env), SECRET) is not None
    ),
    "home issuer": home,
    "starts without an issuer": lambda env: said(starts(env, hs256=False, hs256_secret=None, clerk_issuer=None)),
    "starts with Clerk and no `CLERK_AUTHORIZED_PARTIES`": lambda env: said(starts(env, clerk_authorized_parties=())),
    "HS256 with `ONERING_HS256_SECRET` alone": hs256,
    "keys of an issuer on loopback, also over http": loopback_keys,
    "origins in settings may be http": lambda env: said(starts(env, allowed_origins=("http://app.example.com",))),
    "a draft that names no visibility is": lambda env: configured.handling(plain(env)).default_visibility.value,
    "public drafts are readable without a token": lambda env: said(configured.anonymous_read(plain(env))),
    # The supervisor makes a secret of this machine's own while developing.
    "invites without `ONERING_INVITE_SECRET`": lambda env: said(
        configured.invite_secret(plain(env), SECRET if plain(env).developing else None) is not None
    ),
    "a new log is given a key to sign with": lambda env: said(plain(env).developing),
    "`Strict-Transport-Security`": lambda env: said(
        b"strict-transport-security" in dict(safety_headers(tls=not plain(env).developing))
    ),
    "log lines": lines,
    "lines about read models being built": models_told,
    "starts with `ONERING_CLOCK_AHEAD_HOURS`": lambda env: said(starts(env, clock_ahead_hours=1)),
    "curl line that `onering serve` prints": curl,
}


def shown() -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TABLE.splitlines() if line[:1] == "|"]
    (_, *names), _, *body = rows
    assert [name.strip("` |") for name in names] == list(Environment)
    return {what: [cell.strip(" |") for cell in cells] for what, *cells in body}


def test_the_table_has_a_row_for_everything_that_is_asked_about() -> None:
    assert list(shown()) == list(CELLS)


@pytest.mark.parametrize("what", CELLS)
def test_each_cell_says_what_the_code_does(what: str) -> None:
    assert shown()[what] == [CELLS[what](env) for env in Environment]


# Whoever asks for the profile makes a difference, which belongs in the table.
ASKING = {
    "app/configured.py",
    "app/front.py",
    "auth/boot.py",
    "auth/composition.py",
    "cli.py",
    "logs/__init__.py",
    "service/log_keys.py",
    "service/supervisor.py",
    "service/worker.py",
}


def test_nobody_else_goes_by_the_profile() -> None:
    source = ROOT / "onering"
    asks = re.compile(r"settings\.developing|Environment\.[A-Z]{4,}|settings\.env\b")
    asking = {str(file.relative_to(source)) for file in source.rglob("*.py") if asks.search(file.read_text("utf-8"))}
    assert asking - {"settings.py"} == ASKING
