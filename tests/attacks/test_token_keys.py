"""Tokens that would choose the key, or the algorithm, that they are judged by (docs/ATTACKS.md, 6 to 18 and 60)."""

import asyncio
import json
from asyncio.subprocess import PIPE
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onering.settings import Environment
from tests.attacks.target import HS256_SECRET, Target, check_invalid, own_token, signing
from tests.auth import fake_clerk
from tests.auth.fake_clerk import FakeClerk, b64, compact, hs256, number, public_jwk, rs256, rsa_key
from tests.service.serving import ONERING, clean_environment
from tests.serving import SECRET, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listener() -> AsyncIterator[FakeClerk]:
    """Return the attacker's own server, with a key set of theirs."""
    async with fake_clerk.serving() as listener:
        listener.published = [public_jwk("ins_1", rsa_key("attacker"))]
        yield listener


def spki(encoding: Encoding) -> bytes:
    return rsa_key("clerk").public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def modulus() -> int:
    return rsa_key("clerk").public_key().public_numbers().n


# What an RSA public key may be mistaken for a secret as.
FORMS: dict[str, Callable[[], bytes]] = {
    "pem": lambda: spki(Encoding.PEM),
    "pem without its last line break": lambda: spki(Encoding.PEM).rstrip(),
    "pem and one more": lambda: spki(Encoding.PEM) + b"\n",
    "der": lambda: spki(Encoding.DER),
    "jwk": lambda: json.dumps(public_jwk("ins_1", rsa_key("clerk"))).encode(),
    "modulus": lambda: number(modulus()).encode(),
    "modulus in bytes": lambda: modulus().to_bytes(256, "big"),
}


@pytest.mark.attack(6, 7)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_the_public_key_as_an_hmac_secret(target: Target, form: Callable[[], bytes]) -> None:
    header = target.clerk.header(alg="HS256")
    await target.refused(compact(header, target.clerk.claims(), hs256(form())), "algorithm")


@pytest.mark.attack(8)
async def test_rs256_with_the_kid_of_the_shared_secret(target: Target) -> None:
    header, claims = {"alg": "RS256", "kid": "hs256"}, target.clerk.claims(iss="onering:hs256", azp=...)
    for sign in (rs256(rsa_key("attacker")), rs256(target.clerk.key), hs256(HS256_SECRET.encode())):
        await target.refused(compact(header, claims, sign), "algorithm")


@pytest.mark.attack(9)
@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "HS256"])
async def test_another_algorithm_with_the_kid_of_an_rs256_key(target: Target, alg: str) -> None:
    await target.refused(target.clerk.token(header={"alg": alg}), "algorithm")


@pytest.mark.attack(10, 11)
async def test_a_good_token_of_the_shared_secret_is_one(target: Target) -> None:
    """What the next two differ from in one thing."""
    await target.accepted(own_token(target.clerk))


OFF: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "no secret but Clerk's": (
        {"hs256_secret": None, "clerk_secret_key": HS256_SECRET},
        {"issuer": 2, "key": 1, "signature": 1},
    ),
    "production without the switch": (
        {"env": Environment.PRODUCTION, "clerk_issuer": "https://127.0.0.1:1", "development_secret": None},
        {"issuer": 4},
    ),
}


@pytest.mark.attack(10)
@pytest.mark.parametrize(("off", "reasons"), OFF.values(), ids=OFF)
async def test_hs256_where_it_is_switched_off(
    shared_dsn: str, clerk: FakeClerk, log: Any, off: dict[str, Any], reasons: dict[str, int]
) -> None:
    async with serving(shared_dsn, **signing(clerk, **off)) as service:
        target = Target(service, clerk, log)
        for issuer in ("onering:hs256", "onering:local"):
            async with target.appended_nothing():
                check_invalid(await target.command(own_token(clerk, iss=issuer)))
                check_invalid(await target.read(own_token(clerk, iss=issuer, kid="local")))
        assert service.process.auth.verifier.refusals == reasons


@pytest.mark.attack(11)
@pytest.mark.parametrize("secret", ["", "\0", "h" * 31, HS256_SECRET + "\n"], ids=ascii)
async def test_hs256_with_an_empty_short_or_almost_right_secret(target: Target, secret: str) -> None:
    await target.refused(own_token(target.clerk, secret=secret or "\0"), "signature")


@pytest.mark.attack(11)
async def test_a_start_with_an_empty_or_short_secret(tmp_path: Path) -> None:
    async def start(secret: str) -> tuple[int | None, str]:
        environment = clean_environment(tmp_path) | {
            "ONERING_ENV": "production",
            "ONERING_HS256": "1",
            "ONERING_HS256_SECRET": secret,
        }
        process = await asyncio.create_subprocess_exec(
            *ONERING, "serve", "--port", "0", env=environment, stdout=PIPE, stderr=PIPE
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert out == b""
        return process.returncode, err.decode()

    for code, said in await asyncio.gather(*map(start, ("", "h" * 31))):
        assert code == 2
        assert said.startswith("ONERING_HS256_SECRET is shorter than 32 bytes; make one with")


@pytest.mark.attack(12)
async def test_a_key_inside_the_header(target: Target) -> None:
    attacker = rsa_key("attacker")
    for kid in (target.clerk.kid, "ins_of_the_attacker"):
        header = target.clerk.header(kid=kid, jwk=public_jwk(kid, attacker))
        await target.refused(compact(header, target.clerk.claims(), rs256(attacker)), "header")
    await target.refused(compact(target.clerk.header(), target.clerk.claims(), rs256(attacker)), "signature")


@pytest.mark.attack(13)
@pytest.mark.parametrize("member", ["jku", "x5u"])
async def test_a_header_that_says_where_the_key_is(target: Target, listener: FakeClerk, member: str) -> None:
    header = target.clerk.header(**{member: listener.jwks_url})
    await target.refused(compact(header, target.clerk.claims(), rs256(rsa_key("attacker"))), "header")
    assert listener.requests == 0


@pytest.mark.attack(13)
async def test_an_issuer_that_is_the_attackers_server(target: Target, listener: FakeClerk) -> None:
    token = compact(target.clerk.header(), target.clerk.claims(iss=listener.issuer), rs256(rsa_key("attacker")))
    await target.refused(token, "issuer")
    assert listener.requests == 0


@pytest.mark.attack(14)
async def test_a_certificate_chain_in_the_header(target: Target) -> None:
    attacker = rsa_key("attacker")
    der = attacker.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    header = target.clerk.header(x5c=[b64encode(der).decode()])
    await target.refused(compact(header, target.clerk.claims(), rs256(attacker)), "header")


KIDS = {
    "path": ("../../dev/null", "key"),
    "absolute path": ("/etc/passwd", "key"),
    "url": ("http://127.0.0.1/keys", "key"),
    "sql": ("ins_1';DROP/**/TABLE/**/onering.events;--", "key"),
    "format": ("{0.__class__}%s${jndi}", "key"),
    "nul": ("ins_1\x00", "header"),
    "4 kB": ("k" * 4000, "header"),
    "10 kB": ("k" * 10_000, "size"),
    "escape": ("\x1b[31mins_1\n", "header"),
    "space": ("ins 1", "header"),
    "number": (7, "header"),
    "null": (None, "header"),
    "list": (["ins_1"], "header"),
    "empty": ("", "header"),
    "missing": (..., "header"),
}


@pytest.mark.attack(17)
@pytest.mark.parametrize(("kid", "reason"), KIDS.values(), ids=KIDS)
async def test_a_kid_that_names_no_key(target: Target, kid: object, reason: str) -> None:
    """Nobody opens a file or asks anybody; that `onering.auth` can't reach the database is an import contract."""
    await target.refused(target.clerk.token(header={"kid": kid}), reason)


@pytest.mark.attack(18)
async def test_a_thousand_unknown_kids_cost_one_fetch_at_most_and_disturb_nobody(target: Target) -> None:
    requests = target.clerk.requests
    _, payload, signature = target.clerk.token().split(".")
    heads = [b64(json.dumps(target.clerk.header(kid=f"ins_unknown_{n}")).encode()) for n in range(1000)]
    flood = [f"{head}.{payload}.{signature}" for head in heads]
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(target.pipelined(flood[n::4]), name=f"flood {n}") for n in range(4)]
        for n in range(10):
            assert (await target.me(target.clerk.token(n=n)))["user_id"] == "clerk|user_alice"
    assert [status for part in parts for status, _ in part.result()] == [401] * 1000
    assert target.clerk.requests <= requests + 1


@pytest.mark.attack(18)
async def test_with_limits_unknown_kids_are_cut_off_where_they_come_from(
    shared_dsn: str, clerk: FakeClerk, log: Any
) -> None:
    limits = {"rate_limit": "on", "trusted_proxies": ("127.0.0.0/8",), "limiter_seconds": 10.0}
    async with serving(shared_dsn, **signing(clerk, **limits)) as service:
        target, requests = Target(service, clerk, log), clerk.requests
        attacker, other = ("X-Forwarded-For", "192.0.2.66"), ("X-Forwarded-For", "198.51.100.1")
        told = [(await target.command(clerk.token(header={"kid": f"k{n}"}), attacker)).status_code for n in range(40)]
        assert told == [401] * 10 + [429] * 30
        assert (await target.me(clerk.token(), other))["user_id"] == "clerk|user_alice"
        assert clerk.requests <= requests + 2  # at the start, and for the first unknown kid


@pytest.mark.attack(60)
async def test_one_issuers_key_for_anothers_people(target: Target) -> None:
    clerk = target.clerk
    for issuer, kid, reason in (
        (clerk.issuer, "hs256", "key"),
        (clerk.issuer, clerk.kid, "algorithm"),
        ("onering:local", "local", "signature"),
        ("onering:local", "hs256", "key"),
    ):
        await target.refused(own_token(clerk, iss=issuer, kid=kid), reason)
    await target.refused(own_token(clerk, secret=SECRET.decode()), "signature")
    await target.refused(clerk.token(iss="onering:hs256"), "key")
    await target.refused(clerk.token(iss="onering:hs256", header={"kid": "hs256"}), "algorithm")
