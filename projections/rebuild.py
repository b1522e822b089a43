"""Building a read model from the log, beside whatever is live, and switching to it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import uuid4

from onering.log.connection import Database
from onering.log.reader import head
from projections import PROJECTIONS
from projections.builds import Build, Connection, apply, create, lock_key, switch, take_building
from projections.faults import Stuck
from projections.projection import Projection

logger = logging.getLogger(__name__)


class Progress(NamedTuple):
    """How far a build is: positions of the log applied, of how many."""

    name: str
    version: int
    position: int
    head: int


def _silent(progress: Progress) -> None:
    pass


# Events per transaction of a build; more gain nothing.
BATCH = 2000
# A builder that asks nothing for so long is taken for dead, and the server frees its lock.
GHOST_SECONDS = 60.0


async def rebuild(
    database: Database, lane: int, name: str, *, progress: Callable[[Progress], None] = _silent, batch: int = BATCH
) -> Build:
    """Build the read model `name` anew beside the live one, and switch to it; return the new build.

    Readers see the live one until the switch, and the new one, never behind it, from then on. A rebuild that was
    killed is taken up where it stopped. Raises LookupError for another name, Stuck at an event that can't be applied
    (the live build stays), Deposed and DATABASE_FAULTS.
    """
    projection = next((projection for projection in PROJECTIONS if projection.name == name), None)
    if projection is None:
        raise LookupError(f"there is no read model {name!r}; there are {', '.join(p.name for p in PROJECTIONS)}")
    conn = await database.connect("rebuild", idle_seconds=GHOST_SECONDS)
    try:
        async with _building(conn, projection, lane):
            build = await _caught_up(conn, await _begin(conn, projection, lane), batch, progress)
            return await switch(conn, projection, build)
    finally:
        conn.terminate()


async def prepare(
    database: Database,
    lane: int,
    *,
    projections: Sequence[Projection] = PROJECTIONS,
    progress: Callable[[Progress], None] = _silent,
    batch: int = BATCH,
) -> None:
    """Make sure that every read model has a live build of this release; those that lack one are built first.

    Processes that start together wait for the first of them. A build that an event stops goes live as far as it got:
    the projector tells about it, and everything but the stopped read model works. Raises DATABASE_FAULTS.
    """
    conn = await database.connect("projections", idle_seconds=GHOST_SECONDS)
    try:
        for projection in projections:
            if not await _is_live(conn, projection, lane):
                await _prepare(conn, projection, lane, progress, batch)
    finally:
        conn.terminate()


async def _prepare(
    conn: Connection, projection: Projection, lane: int, progress: Callable[[Progress], None], batch: int
) -> None:
    async with _building(conn, projection, lane):
        if await _is_live(conn, projection, lane):
            return
        build = await _begin(conn, projection, lane)
        logger.info("building read model %s", build.schema)
        try:
            build = await _caught_up(conn, build, batch, progress)
        except Stuck as stuck:
            logger.error("%s", stuck)
            # Nothing is live that could be ahead of it.
            build = build._replace(position=stuck.position - 1)
        await switch(conn, projection, build)


IS_LIVE = """
    SELECT EXISTS (SELECT FROM onering.projections p
                    WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND p.status = 'live')"""


async def _is_live(conn: Connection, projection: Projection, lane: int) -> bool:
    return bool(await conn.fetchval(IS_LIVE, projection.name, lane, projection.definition))


TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
UNLOCK = "SELECT pg_advisory_unlock($1)"
LOCK_EVERY = 0.2


@asynccontextmanager
async def _building(conn: Connection, projection: Projection, lane: int) -> AsyncIterator[None]:
    """Be the only one who builds this read model; a build takes as long as it takes, so there is no time limit."""
    key = lock_key("build", projection.name, projection.definition, lane)
    # A blocking lock would run into the statement timeout.
    while not await conn.fetchval(TRY_LOCK, key):  # noqa: ASYNC110 - another process's lock has no event
        await asyncio.sleep(LOCK_EVERY)
    try:
        yield
    finally:
        if not conn.is_closed():
            await conn.execute(UNLOCK, key)


async def _begin(conn: Connection, projection: Projection, lane: int) -> Build:
    owner = uuid4()
    if (unfinished := await take_building(conn, projection, lane, owner)) is not None:
        return unfinished
    await create(conn, projection, lane)
    build = await take_building(conn, projection, lane, owner)
    if build is None:
        raise LookupError(f"the build of read model {projection.name} vanished")
    return build


async def _caught_up(conn: Connection, build: Build, batch: int, progress: Callable[[Progress], None]) -> Build:
    """Apply everything up to the head as it is when the last batch ends."""
    while build.position < (newest := await head(conn, build.lane)):
        progress(Progress(build.name, build.version, build.position, newest))
        build = await apply(conn, build, batch)
    progress(Progress(build.name, build.version, build.position, build.position))
    return build
