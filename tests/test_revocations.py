"""Revoked tokens: a row and an event together, known to every process at once, which closes what is open (row 50)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from onering.auth import development
from onering.auth.identity import Identity
from onering.auth.principals import Principals
from onering.domain.actor import Actor
from onering.live.arrivals import Uncounted
from onering.log.connection import Database, session_name
from onering.log.epoch import bump_epoch
from onering.log.event import DEFAULT_LANE
from onering.log.hints import FOLLOWER
from onering.log.reader import read_stream
from onering.log.roles import MIGRATOR
from onering.revocations import Principal, restore, revoke
from onering.service import access
from onering.service.access import Whom
from onering.service.faults import Misconfigured, ServiceError
from onering.system import OPERATOR, SYSTEM_STREAM, system_event
from onering.users import Users
from tests.live.event_source import EventSource
from tests.serving import SECRET, Person, Service, serving

ALICE = Principal(development.ISSUER, "alice", "alice")
NAMES = Principals(development.ISSUER, {"https://idp.example.com": "acme"})
SECONDS = 10.0
END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1"""


@pytest_asyncio.fixture
async def operator(admin_dsn: str) -> AsyncIterator[Any]:
    conn = await Database(admin_dsn).connect("operator")
    yield conn
    conn.terminate()


async def told(conn: Any) -> list[tuple[str, Any, str, str]]:
    events = await read_stream(conn, DEFAULT_LANE, SYSTEM_STREAM, 0, 100)
    ours = [event for event in events if event.type.startswith("access_")]
    return [(e.type, getattr(system_event(e), "issued_before", None), e.issuer, e.subject) for e in ours]


def token(who: str = "alice", *, ago: float = 60) -> str:
    return development.mint(who, SECRET, now=datetime.now(UTC) - timedelta(seconds=ago))


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def test_a_revocation_is_a_row_and_an_event_and_is_never_weakened(operator: Any) -> None:
    first = await revoke(operator, ALICE, "root")
    assert first is not None
    assert await revoke(operator, ALICE, "root", before=first - timedelta(days=1)) == first
    assert await revoke(operator, ALICE, "root", until_restored=True) is None
    assert await revoke(operator, ALICE, "root") is None
    told_so = [("access_revoked", holds, OPERATOR, "root") for holds in (first, first, None, None)]
    assert await told(operator) == told_so
    assert await restore(operator, ALICE, "root")
    assert await told(operator) == [*told_so, ("access_restored", None, OPERATOR, "root")]
    assert not await restore(operator, ALICE, "root")
    assert await operator.fetchval("SELECT count(*) FROM onering.revocations") == 0


async def test_without_its_event_nothing_is_revoked(operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> int:
        raise asyncpg.PostgresError("the log says no")

    monkeypatch.setattr("onering.revocations.record", broken)
    with pytest.raises(asyncpg.PostgresError):
        await revoke(operator, ALICE, "root")
    assert await operator.fetchval("SELECT count(*) FROM onering.revocations") == 0


async def test_the_service_can_not_revoke_or_restore_anybody(app_dsn: str) -> None:
    conn = await asyncpg.connect(app_dsn)
    for change in (revoke, restore):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await change(conn, ALICE, "service")
    await conn.close()


# Processes that serve


@pytest_asyncio.fixture
async def services(app_dsn: str) -> AsyncIterator[list[Service]]:
    """Two processes that would not look at the list by themselves within this test."""
    async with (
        serving(app_dsn, revocation_seconds=3600) as one,
        serving(app_dsn, revocation_seconds=3600) as other,
    ):
        yield [one, other]


async def refusal(client: httpx.AsyncClient) -> httpx.Response:
    """Ask until it is refused."""
    async with asyncio.timeout(SECONDS):
        while (answer := await client.get("/v1/me")).status_code == 200:
            await asyncio.sleep(0.01)
    return answer


async def test_a_revoked_token_is_refused_by_every_process_like_any_bad_one(
    services: list[Service], operator: Any
) -> None:
    old = [service.client(**bearing(token())) for service in services]
    for client in old:
        assert (await client.get("/v1/me")).status_code == 200
    await revoke(operator, ALICE, "root")
    answers = [await refusal(client) for client in old]
    answers.append(await services[0].client(**bearing("not.a.token")).get("/v1/me"))
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer error="invalid_token"'}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    fresh = services[0].client(**bearing(token(ago=-2)))
    assert (await fresh.get("/v1/me")).status_code == 200
    assert (await services[0].client("bob").get("/v1/me")).status_code == 200


async def test_open_sockets_and_streams_of_whoever_is_revoked_end_at_once_and_no_others(
    services: list[Service], operator: Any
) -> None:
    one, other = services
    draft = await Person(one.client(**bearing(token()))).create(visibility="public")
    url = f"ws://127.0.0.1:{other.port}/v1/ws/drafts/{draft}"
    stream = EventSource(other.client(), f"/v1/collab/drafts/{draft}/events", bearing(token()))
    async with (
        connect(url, proxy=None, additional_headers=bearing(token())) as socket,
        connect(url, proxy=None, additional_headers=bearing(token("bob"))) as bobs,
        stream.open(),
    ):
        for reader in (socket, bobs):
            assert json.loads(await reader.recv())["type"] == "welcome"
        await revoke(operator, ALICE, "root")
        async with asyncio.timeout(SECONDS):
            await socket.wait_closed()
            ended = (4401, "the token is not valid; sign in again")
            assert (socket.close_code, socket.close_reason) == await stream.ended() == ended
            await bobs.send('{"type":"ping"}')
            while json.loads(await bobs.recv())["type"] != "pong":
                pass


async def test_whoever_is_revoked_while_they_are_registered_does_nothing_more(
    services: list[Service], operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, is_known = services[0], Users._is_known

    async def revoked(users: Users, actor: Actor) -> bool:
        if not await operator.fetchval("SELECT count(*) FROM onering.revocations"):
            await revoke(operator, ALICE, "root", until_restored=True)
            async with asyncio.timeout(SECONDS):
                while not one.process.auth.verifier.revoked.covers(Identity(actor)):
                    await asyncio.sleep(0.01)
        return await is_known(users, actor)

    monkeypatch.setattr(Users, "_is_known", revoked)
    answer = await one.client("alice").post("/v1/collab/drafts", json={"title": "Too late"})
    assert answer.status_code == 401
    assert not await operator.fetchval("SELECT count(*) FROM onering.streams WHERE stream_type = 'draft'")


@pytest.mark.parametrize("by_header", [True, False])
async def test_whoever_is_revoked_between_signing_in_and_joining_does_not_join(
    services: list[Service], operator: Any, monkeypatch: pytest.MonkeyPatch, by_header: bool
) -> None:
    one = services[0]
    draft = await Person(one.client("bob")).create(visibility="public")
    alice = one.client(**bearing(token()))

    async def counted(*_: object) -> None:
        await revoke(operator, ALICE, "root")
        await refusal(alice)

    monkeypatch.setattr(Uncounted, "count", counted)
    url = f"ws://127.0.0.1:{one.port}/v1/ws/drafts/{draft}"
    headers = bearing(token()) if by_header else {}
    async with asyncio.timeout(SECONDS), connect(url, proxy=None, additional_headers=headers) as socket:
        if not by_header:
            await socket.send(json.dumps({"type": "hello", "token": token()}))
        await socket.wait_closed()
    assert (socket.close_code, socket.close_reason) == (4401, "the token is not valid; sign in again")


async def test_what_was_revoked_is_known_before_the_first_request_and_restored_at_once(
    app_dsn: str, operator: Any
) -> None:
    await revoke(operator, ALICE, "root", until_restored=True)
    async with serving(app_dsn, revocation_seconds=3600) as service:
        named = service.client("alice")
        assert (await named.get("/v1/me")).status_code == 401
        await restore(operator, ALICE, "root")
        async with asyncio.timeout(SECONDS):
            while (await named.get("/v1/me")).status_code != 200:
                await asyncio.sleep(0.01)


async def test_a_change_without_a_word_is_found_by_looking_and_the_last_list_counts_meanwhile(
    app_dsn: str, operator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(app_dsn, revocation_seconds=0.02) as service:
        named = service.client("alice")
        assert (await named.get("/v1/me")).status_code == 200
        await operator.execute("INSERT INTO onering.revocations VALUES ($1, $2, 'infinity')", *ALICE[:2])
        assert (await refusal(named)).status_code == 401
        await operator.execute("ALTER TABLE onering.revocations RENAME TO away")
        async with asyncio.timeout(SECONDS):
            while "the last one counts" not in caplog.text:
                await asyncio.sleep(0.01)
        assert (await named.get("/v1/me")).status_code == 401
        await operator.execute("ALTER TABLE onering.away RENAME TO revocations")
        await operator.execute("DELETE FROM onering.revocations")
        async with asyncio.timeout(SECONDS):
            while (await named.get("/v1/me")).status_code != 200:
                await asyncio.sleep(0.01)


async def test_where_the_log_is_another_one_than_before_the_list_is_read_at_once(
    services: list[Service], operator: Any
) -> None:
    """Of what happened between the two logs the tail brings no event."""
    alice = services[0].client(**bearing(token()))
    assert (await alice.get("/v1/me")).status_code == 200
    await operator.execute("INSERT INTO onering.revocations VALUES ($1, $2, 'infinity')", *ALICE[:2])
    await bump_epoch(operator)
    await operator.execute(END_SESSIONS, session_name(FOLLOWER))
    assert (await refusal(alice)).status_code == 401


# As an operator types it


async def test_an_operator_names_people_by_user_id_or_by_issuer_and_subject(admin_dsn: str, operator: Any) -> None:
    insert = "INSERT INTO onering.app_users (issuer, subject, user_id, plan) VALUES ($1, $2, $3, 'free')"
    await operator.execute(insert, "https://old.example", "bob", "bob")
    for whom in (Whom("bob"), Whom("acme|carol"), Whom("dave"), Whom(None, "https://x.example", "erin")):
        said = await access.revoke(admin_dsn, whom, NAMES, "root", before=None, until_restored=True)
        assert "until `onering restore`" in said
        assert ("has not signed in here yet" in said) is (whom.user_id != "bob")
    rows = await operator.fetch("SELECT issuer, subject FROM onering.revocations ORDER BY subject")
    assert [tuple(row) for row in rows] == [
        ("https://old.example", "bob"),
        ("https://idp.example.com", "carol"),
        (development.ISSUER, "dave"),
        ("https://x.example", "erin"),
    ]
    assert "may sign in again" in await access.restore(admin_dsn, Whom("acme|carol"), NAMES, "root")
    with pytest.raises(ServiceError, match="No tokens of acme"):
        await access.restore(admin_dsn, Whom("acme|carol"), NAMES, "root")


@pytest.mark.parametrize(
    "whom", [Whom(), Whom(None, "https://x.example"), Whom("bob", "https://x.example", "bob"), Whom("who|ever")]
)
async def test_nobody_is_revoked_by_guessing_whom_is_meant(admin_dsn: str, whom: Whom) -> None:
    with pytest.raises(Misconfigured):
        await access.revoke(admin_dsn, whom, NAMES, "root", before=None, until_restored=False)


async def test_a_migrator_may_revoke_who_has_no_rights_of_its_own(admin_dsn: str, operator: Any) -> None:
    name = f"operator_{uuid4().hex}"
    await operator.execute(f"CREATE ROLE {name} LOGIN; GRANT {MIGRATOR} TO {name}")
    parts = urlsplit(admin_dsn)
    dsn = parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}").geturl()
    try:
        said = await access.revoke(dsn, Whom("bob"), NAMES, "root", before=None, until_restored=True)
        assert said.startswith("No token of bob")
        assert len(await told(operator)) == 1
    finally:
        await operator.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


async def test_some_tokens_or_all_of_them(admin_dsn: str) -> None:
    with pytest.raises(Misconfigured, match="choose one"):
        await access.revoke(admin_dsn, Whom("bob"), NAMES, "root", before=datetime.now(UTC), until_restored=True)
