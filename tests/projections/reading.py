"""The read models of one process: written by hand, batch by batch, or by a projector that runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.tail import Tail
from onering.tasks import Tasks
from projections import PROJECTIONS
from projections.builds import Build, apply, take_live
from projections.checkpoints import Checkpoints
from projections.models import ReadAt, ReadModels
from projections.projection import Projection
from projections.projector import Projector
from projections.rebuild import prepare

# As new as the models are now, without waiting.
NOW = ReadAt("epoch", seconds=0)


@dataclass
class ByHand:
    """Read models that move when the test says so: their lag is whatever it wants."""

    conn: Any
    models: ReadModels
    builds: dict[str, Build] = field(default_factory=dict)

    async def project(self, events: int = 10_000, *names: str) -> None:
        """Apply at most so many events to the read models named, or to all, in their order."""
        for name in names or tuple(self.builds):
            build = self.builds[name] = await apply(self.conn, self.builds[name], events)
            self.models.checkpoints.advanced(name, build.version, build.position)


async def by_hand(database: Database, conn: Any, pool: Any, projections: Sequence[Projection] = PROJECTIONS) -> ByHand:
    """Build the read models as far as the log is now, and become their writer."""
    await prepare(database, LANE, projections=projections)
    made = ByHand(conn, ReadModels(pool, Checkpoints(pool, LANE, projections)))
    for projection in projections:
        build = await take_live(conn, projection, LANE, uuid4())
        assert build is not None
        made.builds[projection.name] = build
    return made


@dataclass
class Process:
    """What one process reads with, and the projector that keeps it up."""

    tail: Tail
    checkpoints: Checkpoints
    projector: Projector
    models: ReadModels

    async def reached(self, position: int, *names: str) -> None:
        """Wait until the read models named, or all, have reached a position."""
        names = names or tuple(projection.name for projection in PROJECTIONS)
        assert await self.checkpoints.wait(names, position, 20)


@asynccontextmanager
async def process(
    database: Database,
    projections: Sequence[Projection] = PROJECTIONS,
    *,
    poll_seconds: float = 0.05,
    batch_events: int = 2000,
    keep_seconds: float = 60.0,
) -> AsyncIterator[Process]:
    """Run tail and projector until the block ends; a task of them that died is an error of the test."""
    await prepare(database, LANE, projections=projections)
    pool = await database.pool("test", size=4)
    tasks = Tasks()
    try:
        tail = Tail(database, LANE, poll_seconds=poll_seconds)
        checkpoints = Checkpoints(pool, LANE, projections)
        projector = Projector(
            database,
            tail,
            checkpoints,
            projections,
            batch_events=batch_events,
            keep_seconds=keep_seconds,
            poll_seconds=poll_seconds,
        )
        await tail.start()
        tasks.start({"tail": tail.run, "projector": projector.run})
        yield Process(tail, checkpoints, projector, ReadModels(pool, checkpoints))
        assert tasks.alive
    finally:
        await tasks.stop(5)
        await asyncio.wait_for(pool.close(), 5)


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """Return what `condition` gives once that is true; TimeoutError after a while."""
    async with asyncio.timeout(20):
        while not (found := await condition()):
            await asyncio.sleep(0.01)
    return found
