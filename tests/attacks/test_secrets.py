"""What a service says in its log, its problems, its metrics and its last words (docs/ATTACKS.md, 71, 119, 120)."""

import asyncio
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from onering.log.login import derived
from onering.proofs.keys import new_key, private_text
from onering.service.postgres import EmbeddedPostgres
from tests.attacks.production import ISSUER, SECRET, bearing, token
from tests.auth.fake_clerk import compact, hs256
from tests.service.serving import Service, children, command_line
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORMS = ("json", "console")
PASSWORD = "the-password-of-the-database-zq7"
LOG_KEY = private_text(new_key("id.example/log"))
METRICS_TOKEN, INVITE_SECRET = "m" * 16 + "zq7-metrics-token", "i" * 16 + "zq7-invite-secret"
ENVIRONMENT = {
    "ONERING_ENV": "production",
    "ONERING_HS256": "1",
    "ONERING_HS256_SECRET": SECRET,
    "ONERING_HS256_ISSUER": ISSUER,
    "ONERING_INVITE_SECRET": INVITE_SECRET,
    "ONERING_METRICS_TOKEN": METRICS_TOKEN,
    "ONERING_LOG_KEY": LOG_KEY,
    "ONERING_TRUST_FIRST": "1",
    "ONERING_LOG_LEVEL": "debug",
}
# What would look like an entry of its own, or move a terminal's cursor, if it got into a log as it is.
FORGED = '\n{"event":"forged"}\r\n2026-01-01 00:00:00 [critical] forged\x1b[2J\x1b[31m\x9b2J\u2028\u202e\x07\x7f'
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Witness:
    """One service and all it was heard to say: `problems` with their headers, `metrics`; `secrets` it was told."""

    def __init__(self, form: str, dsn: str, home: Path) -> None:
        environment = ENVIRONMENT | {"DATABASE_URL": dsn, "ONERING_LOG_FORMAT": form}
        self.service = Service(["--port", "0", "--data", str(home / form)], environment, home)
        self.problems: list[str] = []
        self.metrics = ""
        self.commands = b""
        self.secrets: set[str] = set()
        self.before_the_crash: list[str] = []

    def client(self, **headers: str) -> httpx.AsyncClient:
        hooks: Any = {"response": [self._heard]}
        return httpx.AsyncClient(
            base_url=self.service.url, headers=headers, timeout=30, trust_env=False, event_hooks=hooks
        )

    def bearer(self, user: str) -> dict[str, str]:
        """Return what signs somebody in, and remember not to hear of it again."""
        header = bearing(user)
        self.told(header["Authorization"].removeprefix("Bearer "))
        return header

    def told(self, secret: str) -> str:
        """Remember a secret; of a token the parts that are nobody else's."""
        self.secrets |= set(secret.split(".")[1:]) if secret.count(".") == 2 else {secret}
        return secret

    async def _heard(self, response: httpx.Response) -> None:
        if response.status_code >= 400:
            self.problems.append(f"{response.headers}{(await response.aread()).decode()}")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="onering-attacks-"))
    yield made
    shutil.rmtree(made)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lives(
    home: Path, postgres: EmbeddedPostgres, shared_database: str, log: Any
) -> AsyncIterator[dict[str, Witness]]:
    """Have two services live through everything on one database, one for each form of log lines."""
    parts = urlsplit(postgres.dsn(database=shared_database))
    netloc = f"{parts.netloc.rpartition('@')[0].partition(':')[0]}:{PASSWORD}@{parts.netloc.rpartition('@')[2]}"
    dsn = urlunsplit(parts._replace(netloc=netloc))
    with ExitStack() as ending:
        witnesses = {form: Witness(form, dsn, home) for form in FORMS}
        for witness in witnesses.values():
            ending.callback(witness.service.end)
        for witness in witnesses.values():
            witness.service.ready()
        for witness in witnesses.values():
            await succeed(witness)
            await be_refused(witness)
            await inject(witness)
        await break_the_database(witnesses, log)
        for witness in witnesses.values():
            await crash(witness)
        yield witnesses


async def succeed(witness: Witness) -> None:
    """Do what people do with their secrets, and it works."""
    alice_bears, bob_bears = witness.bearer("alice"), witness.bearer("bob")
    async with witness.client(**alice_bears) as hers, witness.client(**bob_bears) as his:
        alice = Person(hers)
        assert (await his.get("/v1/me")).status_code == 200
        draft = await alice.create(visibility="private")
        made = await hers.post(f"/v1/collab/drafts/{draft}/invites", json={"target_user_id": "bob"})
        invite = made.json()["data"]
        accept = f"/v1/collab/invites/{invite['invite_id']}/accept"
        wrong = witness.told(invite["token"])[:-4] + "AAAA"
        witness.told(wrong)
        assert (await his.post(accept, json={"token": wrong})).status_code in (403, 404)
        assert (await his.post(accept, json={"token": invite["token"]})).status_code == 200
        metrics = await hers.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        assert metrics.status_code == 200
    feed = f"{witness.service.url.replace('http', 'ws')}/v1/ws/drafts/{draft}"
    async with connect(feed, additional_headers=witness.bearer("alice"), proxy=None) as socket:
        assert '"welcome"' in str(await socket.recv())
    async with connect(feed, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": witness.told(token("bob", seconds=500))}))
        assert '"welcome"' in str(await socket.recv())


async def be_refused(witness: Witness) -> None:
    """Send secrets to where they do not belong, and such that are none."""
    good = witness.told(token("carol"))
    bad = [witness.told(good[:-6] + "AAAAAA"), witness.told(token("dave", seconds=-600)), "x." + good, good + ".x"]
    async with witness.client() as client:
        for sent in bad:
            answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {sent}"})
            assert answer.status_code == 401
        twice: Any = [("Authorization", f"Bearer {good}")] * 2
        assert (await client.get("/v1/me", headers=twice)).status_code == 400
        for wrong in (f"Basic {good}", f"Token {good}", good, f"Bearer  {good}"):
            assert (await client.get("/v1/me", headers={"Authorization": wrong})).status_code == 401
        for path in (f"/v1/me?access_token={good}", f"/nowhere/{good}", f"/v1/collab/drafts/{good}?at={good}"):
            assert (await client.get(path)).status_code in (401, 404)
        assert (await client.post("/v1/commands", json={"token": good})).status_code == 401
        body = {"type": "create-draft", "title": {"token": good}, good: good, "idempotency_key": "k"}
        answer = await client.post("/v1/commands", json=body, headers=witness.bearer("alice"))
        assert answer.status_code == 422
        content = good.encode() + b"{"
        await client.post("/v1/commands", content=content, headers=witness.bearer("alice") | {"Idempotency-Key": good})
        near = {"Authorization": f"Bearer {METRICS_TOKEN[:-1]}"}
        assert (await client.get("/metrics", headers=near)).status_code in (200, 403)
        witness.metrics = (await client.get("/metrics")).text
    feed = f"{witness.service.url.replace('http', 'ws')}/v1/ws/drafts/{uuid4()}"
    for url, headers in ((f"{feed}?token={good}", {}), (feed, {"Authorization": f"Bearer {bad[0]}"})):
        with pytest.raises(InvalidStatus):
            async with connect(url, additional_headers=headers, proxy=None):
                pass
    for first in ({"type": "hello", "token": bad[0]}, {"type": good}, {"type": "hello", "token": {"token": good}}):
        async with connect(feed, subprotocols=[good], proxy=None) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps(first))
            with pytest.raises(ConnectionClosed):
                await socket.recv()


async def inject(witness: Witness) -> None:
    """Put what looks like an entry of its own wherever something can be put."""
    claims = {"iss": ISSUER, "sub": f"alice{FORGED}", "iat": 0, "exp": 2**40}
    sign = hs256(SECRET.encode())
    tokens = [
        compact({"alg": "HS256", "kid": "hs256"}, claims, sign),
        compact({"alg": "HS256", "kid": f"hs256{FORGED}"}, claims, sign),
        compact({"alg": FORGED, "kid": "hs256", FORGED: FORGED}, claims | {"iss": FORGED}, sign),
    ]
    path = quote(FORGED)
    latin: Any = FORGED.translate(dict.fromkeys(range(32))).replace("\x7f", "").encode("latin-1", "ignore")
    async with witness.client() as client:
        for sent in tokens:
            answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {witness.told(sent)}"})
            assert answer.status_code == 401
        raw: Any = [(name, latin) for name in (b"User-Agent", b"X-Request-Id", b"Referer", b"X-User-Id", b"Origin")]
        raw += [(b"Authorization", witness.bearer("alice")["Authorization"].encode())]
        for url in (
            "/v1/me",
            f"/nowhere/{path}",
            f"/v1/collab/drafts/{path}",
            f"/v1/collab/drafts?q={path}&cursor={path}",
        ):
            await client.get(url, headers=raw)
        for body in ({"title": FORGED}, {"title": "T", FORGED: FORGED}):
            await client.post("/v1/collab/drafts", json=body, headers=witness.bearer("alice"))
        command = {"type": FORGED, "idempotency_key": FORGED, "draft_id": FORGED}
        await client.post("/v1/commands", json=command, headers=witness.bearer("alice"))
    port = int(witness.service.url.rpartition(":")[2])
    for line in (FORGED.encode(), b"GET / HTTP/1.1\r\nUser-Agent: " + FORGED.encode(), b"GET /" + FORGED.encode()):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(line + b"\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 4")
        writer.close()


async def break_the_database(witnesses: dict[str, Witness], log: Any) -> None:
    """Have the database refuse, and then be away; both services come back by themselves."""
    name = await log.fetchval("SELECT current_database()")
    async with asyncio.timeout(30):
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN display_name TO away")
        for witness in witnesses.values():
            async with witness.client(**witness.bearer("alice")) as client:
                drafts = await client.get("/v1/collab/drafts")
                assert drafts.status_code == 500
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN away TO display_name")
        await log.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        await log.execute(CUT)
        for witness in witnesses.values():
            async with witness.client(**witness.bearer("alice")) as client:
                assert (await client.get("/v1/collab/drafts")).status_code == 503
        await log.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        for witness in witnesses.values():
            async with witness.client() as client:
                await ready(client)
            witness.metrics += await scraped(witness)
            pids = [witness.service.process.pid, *children(witness.service.process.pid)]
            witness.commands = b"".join(map(command_line, pids))
            witness.before_the_crash = list(witness.service.err)


async def scraped(witness: Witness) -> str:
    async with witness.client(Authorization=f"Bearer {METRICS_TOKEN}") as client:
        return (await client.get("/metrics")).text


async def crash(witness: Witness) -> None:
    """Let the worker die with a dump of its stack, and its supervisor tell of it."""
    (worker,) = witness.service.workers()
    os.kill(worker, signal.SIGSEGV)
    witness.service.wait_for(lambda: "was ended by SIGSEGV" in witness.service.said(), "word of the crash")
    assert "Fatal Python error" in witness.service.said()


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until the service can be sent requests."""
    while True:
        with suppress(httpx.HTTPError):
            if (await client.get("/readyz")).status_code == 200:
                return
        await asyncio.sleep(0.02)


@pytest.mark.attack(71, 119)
@pytest.mark.parametrize("form", FORMS)
async def test_no_secret_is_told_whatever_goes_well_is_refused_breaks_or_crashes(
    lives: dict[str, Witness], log: Any, form: str
) -> None:
    witness = lives[form]
    said = witness.service.said()
    for proof in ("token_refused", "request_refused", "request_failed", "database_out_of_reach", "Fatal Python error"):
        assert proof in said, proof
    assert await log.fetchval("SELECT count(*) FROM onering.checkpoints") == 1
    recorded = await log.fetchval("SELECT string_agg(payload, ' ') FROM onering.events WHERE stream_type = 'system'")
    told = said + "".join(witness.problems) + witness.metrics + witness.commands.decode() + str(recorded)
    assert len(witness.problems) > 20
    assert len(witness.secrets) > 10
    own = {SECRET, PASSWORD, derived(PASSWORD), METRICS_TOKEN, INVITE_SECRET, LOG_KEY.rpartition("+")[2]}
    assert [secret for secret in witness.secrets | own if secret in told] == []


@pytest.mark.attack(120)
async def test_whatever_was_sent_an_entry_is_one_line_of_json(lives: dict[str, Witness]) -> None:
    lines = lives["json"].before_the_crash
    entries = [json.loads(line) for line in lines]
    assert all(list(entry)[:4] == ["timestamp", "level", "logger", "event"] for entry in entries)
    assert "forged" not in [entry["event"] for entry in entries]
    assert all(line.isascii() and line.rstrip("\n").isprintable() for line in lines)


@pytest.mark.attack(120)
async def test_whatever_was_sent_an_entry_is_one_line_for_people(lives: dict[str, Witness]) -> None:
    """But for tracebacks, which are for people to read, and show nothing that was sent."""
    lines = lives["console"].before_the_crash
    assert all(line.rstrip("\n").expandtabs().isprintable() for line in lines)
    begins = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
    entries = [line for line in lines if begins.match(line)]
    assert len(entries) > 30
    assert not [line for line in lines if "forged" in line]
