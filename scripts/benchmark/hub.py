"""The live feed without the way of a command: committed events, handed to the service's own tail one by one.

Tail, rules' states, hub and feeds are the service's; the batcher is left out, whose commits would be waited for.

    GET /fill?draft=ID&events=N    commit that many events to the draft, and keep them back from the tail
    GET /flood                     hand them to it, one at a time, as fast as the sockets take them

Both answer how many events there were.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Never
from uuid import UUID

import asyncpg

from onering.live.ends import End
from onering.live.hub import Hub
from onering.live.limits import Limits
from onering.live.presence import Presence
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE, StoredEvent
from onering.log.reader import read_lane
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail
from onering.metrics.peers import Place
from onering.service import worker
from onering.settings import Settings
from onering.states import FORMAT, DraftStates
from onering.tasks import Tasks
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.models import ReadModels
from scripts.benchmark import history
from scripts.benchmark.bare import PAUSE
from scripts.benchmark.stack import Process, answer, asked

MOST = 1_000_000


class Application:
    """The feed's endpoint, and over HTTP what is committed and handed to `tail`, which does not run by itself."""

    def __init__(self, database: Database, tail: Tail, hub: Hub) -> None:
        self._database = database
        self._tail = tail
        self._hub = hub
        self._waiting: Sequence[StoredEvent] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            scope["path_params"] = {"draft_id": scope["path"].rpartition("/")[2]}
            await self._hub(scope, receive, send)
        elif scope["path"] == "/fill":
            query = asked(scope)
            await answer(send, await self._fill(UUID(query["draft"]), int(query["events"])))
        else:
            await answer(send, await self._flood())

    async def _fill(self, draft: UUID, events: int) -> int:
        conn = await self._database.connect("bench")
        try:
            # Whoever signed in to the service beside us, and what was written there, is in the log as well.
            if others := await self._news(conn):
                self._tail.offer(others)
            await history.lengthen(conn, draft, events)
            self._waiting = await self._news(conn)
        finally:
            await conn.close()
        return len(self._waiting)

    async def _news(self, conn: "asyncpg.Connection[Any]") -> Sequence[StoredEvent]:
        """Return what the log has and the tail was not handed yet."""
        return await read_lane(conn, DEFAULT_LANE, self._tail.position, MOST)

    async def _flood(self) -> int:
        for event in self._waiting:
            self._tail.offer((event,))
            await asyncio.sleep(0)
            while self._hub.lagging:  # noqa: ASYNC110 - the hub tells it as a figure
                await asyncio.sleep(PAUSE)
        return len(self._waiting)


async def _nobody(token: str) -> Never:
    raise NotImplementedError("readers here are nobody")


async def _refuse(scope: Any, receive: Any, send: Any, end: End) -> None:
    raise ConnectionError(end.reason)


@asynccontextmanager
async def running(
    settings: Settings, dsn: str, development_secret: bytes | None, place: Place
) -> AsyncIterator[Process]:
    """Compose the feed on the database at `dsn`, which a service has prepared."""
    database = Database(dsn)
    pool = await database.pool("bench", size=4)
    tail = Tail(database, DEFAULT_LANE, poll_seconds=settings.poll_seconds)
    snapshots = Snapshots(pool, DEFAULT_LANE, lambda: f"{FORMAT}@{tail.epoch}")
    states = DraftStates(
        pool,
        tail,
        snapshots,
        capacity_bytes=settings.state_cache_mib << 20,
        snapshot_events=settings.snapshot_events,
    )
    limits = Limits(heartbeat_seconds=3600, silence_seconds=7200)
    hub = Hub(
        tail=tail,
        states=states,
        models=ReadModels(pool, Checkpoints(pool, DEFAULT_LANE, PROJECTIONS)),
        # Who is there is not told: it is not what is measured.
        presence=Presence(limits),
        principal=lambda issuer, subject: subject,
        sign_in=_nobody,
        limits=limits,
        anonymous_read=True,
        refuse=_refuse,
    )
    await tail.start()
    tasks = Tasks()
    tasks.start({"live feed": hub.run, "snapshots": snapshots.run})
    try:
        yield Process(Application(database, tail, hub))
    finally:
        await tasks.stop(settings.shutdown_seconds)
        pool.terminate()


if __name__ == "__main__":
    worker.main(running)
