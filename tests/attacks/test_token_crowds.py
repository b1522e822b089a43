"""Many at once: identities, key fetches and first sign-ins under concurrency (docs/ATTACKS.md, 53, 61 and 62)."""

import asyncio
import json
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import pytest

from tests.attacks.target import Target, bearing, own_token, signing
from tests.auth.fake_clerk import FakeClerk
from tests.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Crowds take their time on a busy machine.
PATIENT = {"command_seconds": 60}
EVENTS = "SELECT count(*) FROM onering.events WHERE type = 'user_registered' AND issuer = $1 AND subject = $2"
CREATED = """
    SELECT issuer, subject, payload::json #>> '{data,title}' AS title FROM onering.events
     WHERE type = 'draft_created' AND stream_id = ANY($1)"""
ROWS = "SELECT count(*) FROM onering.app_users WHERE issuer = $1 AND subject = $2"
ADD = "INSERT INTO onering.app_users (issuer, subject, user_id, plan) VALUES ($1, $2, $3, 'pro')"
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'onering.events'::regclass AND NOT granted"
PROMOTE = "UPDATE onering.app_users SET plan = 'pro' WHERE issuer = $1 AND subject = $2"


async def people(target: Target, tokens: list[str], connections: int = 8) -> list[dict[str, Any]]:
    """Return whom the service takes the bearers of these tokens for, who ask on so many connections at once."""
    parts = await asyncio.gather(*(target.pipelined(tokens[n::connections]) for n in range(connections)))
    found: list[Any] = [None] * len(tokens)
    for n, answers in enumerate(parts):
        assert {status for status, _ in answers} == {200}
        found[n::connections] = [json.loads(body)["data"] for _, body in answers]
    return found


@pytest.mark.attack(53)
async def test_two_peoples_tokens_interleaved(target: Target, long: bool) -> None:
    """Of each person and issuer some tokens are new to the server, and most are remembered."""
    clerk, total = target.clerk, 10_000 if long else 2_000
    mixed = [
        (sign(sub), f"{alias}|{sub}")
        for n in range(50)
        for alias, sign in (
            ("clerk", lambda sub, n=n: clerk.token(sub=sub, n=n)),
            ("hs256", lambda sub, n=n: own_token(clerk, sub=sub, n=n)),
        )
        for sub in ("user_alice", "user_bob")
    ]
    sent = list(islice(cycle(mixed), total))
    assert [me["user_id"] for me in await people(target, [token for token, _ in sent])] == [name for _, name in sent]


@pytest.mark.attack(53)
async def test_two_peoples_commands_that_share_commits(target: Target) -> None:
    """Each title says who sent it; the stored event must say the same."""
    clerk, http = target.clerk, target.service.client()

    async def create(sub: str, n: int) -> UUID:
        answer = await http.post("/v1/collab/drafts", json={"title": sub}, headers=bearing(clerk.token(sub=sub, n=n)))
        return UUID(answer.json()["data"]["draft_id"])

    sent = [create(sub, n) for n in range(50) for sub in ("user_alice", "user_bob")]
    rows = await target.log.fetch(CREATED, await asyncio.gather(*sent))
    assert len(rows) == 100
    assert {(row["issuer"], row["title"] == row["subject"]) for row in rows} == {(clerk.issuer, True)}


def being_answered() -> int:
    """Return how many requests the servers of this process have taken and not answered yet."""
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return sum(name == "RequestResponseCycle.run_asgi" for name in names)


@pytest.mark.attack(61)
async def test_five_hundred_first_requests_make_one_fetch(shared_dsn: str, clerk: FakeClerk, log: Any) -> None:
    """They ask for what needs no database, so that keys are all they wait for."""
    before = clerk.requests
    clerk.paused.clear()
    async with serving(shared_dsn, **signing(clerk, jwks_fetch_seconds=60, **PATIENT)) as service:
        ask = Target(service, clerk, log).pipelined
        crowd = [asyncio.create_task(ask([clerk.token(n=n)], "/v1/config"), name=f"first {n}") for n in range(500)]
        async with asyncio.timeout(60):
            while being_answered() < 500:
                await asyncio.sleep(0.01)
        assert service.process.auth.verifier.cached == 0
        clerk.paused.set()
        assert [status for ((status, _),) in await asyncio.gather(*crowd)] == [200] * 500
        assert service.process.auth.verifier.cached == 500
    assert clerk.requests == before + 1


@pytest.mark.attack(62)
async def test_a_hundred_first_sign_ins_of_one_person(shared_dsn: str, clerk: FakeClerk, log: Any) -> None:
    """Half of them at another process, and again at both once each has forgotten whom it knows."""
    person = (clerk.issuer, "user_new")
    settings = signing(clerk, **PATIENT)
    async with serving(shared_dsn, **settings) as one, serving(shared_dsn, **settings) as other:
        targets = [Target(service, clerk, log) for service in (one, other)]

        async def sign_in() -> set[str]:
            tokens = [clerk.token(sub="user_new", n=n) for n in range(50)]
            found = await asyncio.gather(*(people(target, tokens, 50) for target in targets))
            return {me["plan"] for part in found for me in part}

        assert await sign_in() == {"free"}
        assert (await log.fetchval(EVENTS, *person), await log.fetchval(ROWS, *person)) == (1, 1)
        await log.execute(PROMOTE, *person)
        for service in (one, other):
            service.process.auth.forget()
        assert await sign_in() == {"pro"}
        assert (await log.fetchval(EVENTS, *person), await log.fetchval(ROWS, *person)) == (1, 1)


@pytest.mark.attack(62)
async def test_a_first_sign_in_that_is_overtaken_by_another(target: Target) -> None:
    """Between looking for the person and adding their row, somebody else adds it, and it has another plan by now."""
    clerk, log = target.clerk, target.log
    person = (clerk.issuer, "user_late")
    async with log.transaction():
        await log.execute("LOCK TABLE onering.events IN EXCLUSIVE MODE")
        late = asyncio.create_task(target.me(clerk.token(sub="user_late")), name="late")
        async with asyncio.timeout(10):
            while not await log.fetchval(WAITING):
                await asyncio.sleep(0.01)
        await log.execute(ADD, *person, "clerk|user_late")
    assert (await late)["plan"] == "pro"
    assert (await log.fetchval(EVENTS, *person), await log.fetchval(ROWS, *person)) == (1, 1)
