"""Two servers, each with processes of its own, on one database: what either acknowledges is true for both."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.conformance import check_answer
from tests.service.serving import Service
from tests.serving import Person

# What no append can do: a position is left out.
GAP = """
    INSERT INTO onering.events
    SELECT lane, position + 2, gen_random_uuid(), stream_type, 1, workspace_id, gen_random_uuid(), type,
           schema_version, payload, salt, payload_hash, issuer, subject, impersonator, command_id, correlation_id,
           causation_id, recorded_at, leaf
      FROM onering.events ORDER BY position DESC LIMIT 1"""


@pytest.fixture
def servers(start: Callable[..., Service], empty_dsn: str, parent: Path) -> list[Service]:
    """Start them together, on a database without a log."""
    return [
        server.ready()
        for server in [start("--port", "0", "--data", str(parent / name), DATABASE_URL=empty_dsn) for name in "ab"]
    ]


@pytest.fixture
async def alice(servers: list[Service]) -> AsyncIterator[list[Person]]:
    """Return her at either server."""
    who = {"X-User-Id": "alice"}
    hooks: Any = {"response": [check_answer]}
    clients = [
        httpx.AsyncClient(base_url=s.url, headers=who, timeout=30, trust_env=False, event_hooks=hooks) for s in servers
    ]
    yield [Person(client) for client in clients]
    for client in clients:
        await client.aclose()


async def test_sixty_adds_and_two_passes_and_every_retry(alice: list[Person]) -> None:
    """Each add until it is acknowledged; of the passes one; and every answer again, after the ring has moved on."""
    draft = await alice[0].create()
    keys = [uuid4().hex for _ in range(60)]
    adds = [insisted(alice[n % 2], key, draft) for n, key in enumerate(keys)]
    first = dict(zip(keys, await asyncio.gather(*adds), strict=True))
    events = (await alice[1].events(draft, limit=1000)).json()["data"]
    assert [event["version"] for event in events] == list(range(1, 62))
    assert Counter(event["idempotency_key"] for event in events[1:]) == Counter(keys)

    for name in ("bob", "carol"):
        assert (await alice[0].let_in(draft, name)).status_code == 200
    passes = await asyncio.gather(alice[0].hand(draft, "bob"), alice[1].hand(draft, "carol"))
    assert sorted(answer.status_code for answer in passes) == [200, 403]

    again = await asyncio.gather(*[add(alice[(n + 1) % 2], key, draft) for n, key in enumerate(keys)])
    assert {key: answer.content for key, answer in zip(keys, again, strict=True)} == first
    assert (await alice[0].draft(draft)).json()["data"]["version"] == 64


async def add(alice: Person, key: str, draft: str) -> httpx.Response:
    return await alice.submit("add-segment", key, draft_id=draft, content=key)


async def insisted(alice: Person, key: str, draft: str) -> bytes:
    """Send a command until others are no longer first; return the answer."""
    while (answer := await add(alice, key, draft)).status_code != 200:
        assert answer.status_code == 409, answer.text
    return answer.content


async def test_a_log_that_broke_its_promise_stops_every_process(
    servers: list[Service], alice: list[Person], empty_dsn: str
) -> None:
    """The tail's death is the process's: it ends with 1, and another one begins where the log stands."""
    await alice[0].create()
    conn = await asyncpg.connect(empty_dsn)
    async with asyncio.timeout(20):
        # Recorded beside her request; a moment later it would fill the gap.
        while not await conn.fetchval("SELECT count(*) FROM onering.events WHERE type = 'signed_in'"):
            await asyncio.sleep(0.01)
    await conn.execute(GAP)
    await conn.close()
    for server in servers:
        server.wait_for(lambda: "ended with exit code 1" in server.said(), "the end of a worker")  # noqa: B023
        assert "GapError" in server.said()
    async with asyncio.timeout(20):
        for one in alice:
            while not await is_well(one):
                await asyncio.sleep(0.05)
            await one.create()


async def is_well(alice: Person) -> bool:
    try:
        return (await alice.http.get("/readyz")).status_code == 200
    except httpx.HTTPError:
        return False
