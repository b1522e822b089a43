"""A primary dies and its standby takes over, behind a DATABASE_URL that names both."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from onering.log.epoch import read_epoch
from onering.log.migrate import migrate
from onering.log.roles import APP
from scripts.soaking.standby import Pair, replicated
from tests.serving import Person, Service, serving

PATIENCE = 30.0
STORED = """
    SELECT payload::json ->> 'idempotency_key', version FROM onering.events
     WHERE type = 'segment_added' AND stream_id = $1"""


@asynccontextmanager
async def served(folder: Path, *, synchronous: bool, **settings: Any) -> AsyncIterator[tuple[Pair, Service]]:
    """Serve a primary with a standby."""
    with replicated(folder, synchronous=synchronous) as pair:
        dsn = await migrate(pair.url)
        assert urlsplit(dsn).netloc == urlsplit(pair.url).netloc.replace("postgres@", f"{APP}@")
        async with serving(dsn, **{"poll_seconds": 0.2} | settings) as service:
            yield pair, service


class Writer:
    """Somebody who writes to a draft; `told` is what was acknowledged: key → version."""

    def __init__(self, person: Person, draft: str, name: str) -> None:
        self.told: dict[str, int] = {}
        self._person = person
        self._draft = draft
        self._name = name

    async def add(self, key: str) -> httpx.Response:
        answer = await self._person.submit("add-segment", key, draft_id=self._draft, content=key)
        if answer.status_code == 200:
            self.told[key] = answer.json()["data"]["version"]
        return answer

    async def insist(self) -> None:
        """Write until cancelled, each segment until it is acknowledged."""
        for n in count():
            while (answer := await self.add(f"{self._name}-{n}")).status_code != 200:
                assert answer.status_code in (409, 503), answer.text
                await asyncio.sleep(0.05)


async def stored(pair: Pair, draft: str) -> dict[str, int]:
    conn = await asyncpg.connect(pair.primary.dsn)
    rows = await conn.fetch(STORED, draft)
    await conn.close()
    assert len({key for key, _ in rows}) == len(rows)
    return dict(rows)


async def epoch_of(pair: Pair) -> str:
    conn = await asyncpg.connect(pair.primary.dsn)
    try:
        return await read_epoch(conn)
    finally:
        await conn.close()


def follow(service: Service, draft: str, query: str = "") -> connect:
    url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}?{query}"
    return connect(url, additional_headers={"X-User-Id": "alice"}, proxy=None)


async def frame(socket: ClientConnection, type: str) -> dict[str, Any]:
    """Return the next frame of that type."""
    async with asyncio.timeout(PATIENCE):
        while (told := json.loads(await socket.recv()))["type"] != type:
            pass
    return dict(told)


async def closed(socket: ClientConnection) -> int | None:
    """Return with which code a socket is closed."""
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None


async def reached(writer: Writer, more: int) -> None:
    goal = len(writer.told) + more
    async with asyncio.timeout(PATIENCE):
        while len(writer.told) < goal:
            await asyncio.sleep(0.01)


class TestSynchronousStandby:
    async def test_of_what_was_acknowledged_nothing_is_lost_and_every_reader_is_told(self, folder: Path) -> None:
        async with served(folder, synchronous=True) as (pair, service):
            alice = Person(service.client("alice"))
            draft = await alice.create()
            before = await epoch_of(pair)
            writers = [Writer(alice, draft, name) for name in "ab"]
            async with follow(service, draft) as socket, asyncio.TaskGroup() as group:
                assert (await frame(socket, "welcome"))["epoch"] == before
                writing = [group.create_task(writer.insist()) for writer in writers]
                await reached(writers[0], 5)
                await asyncio.to_thread(pair.fail_over)
                assert await closed(socket) == 4005
                await reached(writers[0], 5)
                for task in writing:
                    task.cancel()
            there = await stored(pair, draft)
            told = writers[0].told | writers[1].told
            assert told.items() <= there.items()
            assert await epoch_of(pair) != before
            async with follow(service, draft, f"after=1&epoch={before}") as socket:
                welcome = await frame(socket, "welcome")
            assert (welcome["mode"], welcome["epoch"]) == ("snapshot", await epoch_of(pair))

    async def test_a_repeated_command_is_not_confirmed_before_the_standby_has_it(self, folder: Path) -> None:
        """Whose session is ended as it waits for the standby leaves a commit that everybody sees and one server has."""
        short = {"statement_seconds": 1.0, "command_seconds": 1.5}
        async with served(folder, synchronous=True, **short) as (pair, service):
            alice = Person(service.client("alice"))
            draft = await alice.create()
            writer = Writer(alice, draft, "a")
            await asyncio.to_thread(pair.standby.part)
            assert (await writer.add("one")).status_code == 503
            await asyncio.to_thread(seen, pair)
            assert (await writer.add("one")).status_code == 503
            await asyncio.to_thread(pair.fail_over)
            async with asyncio.timeout(PATIENCE):
                while (answer := await writer.add("one")).status_code != 200:
                    assert answer.status_code == 503, answer.text
            assert list(await stored(pair, draft)) == ["one"]


END_WAITING = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
SEEN = "SELECT count(*) = 1 FROM onering.events WHERE type = 'segment_added'"


def seen(pair: Pair) -> None:
    """Return when others see what was not confirmed."""
    pair.primary.ask(END_WAITING)
    pair.primary.wait_for(SEEN)


class TestAsynchronousStandby:
    async def test_what_it_had_not_received_is_lost_and_everybody_who_saw_it_is_told(self, folder: Path) -> None:
        async with served(folder, synchronous=False) as (pair, service):
            alice = Person(service.client("alice"))
            draft = await alice.create()
            before = await epoch_of(pair)
            writer = Writer(alice, draft, "a")
            assert (await writer.add("kept")).status_code == 200
            await asyncio.to_thread(pair.primary.wait_for, RECEIVED)
            await asyncio.to_thread(pair.standby.part)
            async with follow(service, draft) as one, follow(service, draft) as other:
                assert (await writer.add("lost")).status_code == 200
                position = (await writer.add("too")).headers["OneRing-Position"]
                await asyncio.to_thread(pair.fail_over)
                assert [await closed(socket) for socket in (one, other)] == [4005, 4005]
            assert list(await stored(pair, draft)) == ["kept"]
            assert await epoch_of(pair) != before
            old = await alice.http.get("/v1/collab/drafts", headers={"OneRing-Min-Position": f"{position}@{before}"})
            assert old.status_code == 400
            async with follow(service, draft, f"after=4&epoch={before}") as socket:
                assert (await frame(socket, "welcome"))["mode"] == "snapshot"
                assert (await frame(socket, "snapshot"))["version"] == 2
            # The key of what was lost is as new, and the draft goes on from what is there.
            assert (await writer.add("lost")).json()["data"]["version"] == 3


RECEIVED = "SELECT bool_and(flush_lsn = pg_current_wal_lsn()) FROM pg_stat_replication"
