"""The projector of a process: for every read model of a lane, either its one writer or ready to take over."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg

from onering.log.connection import DATABASE_FAULTS, Database, said
from onering.log.event import StoredEvent
from onering.log.retry import Backoff
from onering.log.tail import Tail
from projections.builds import Build, Connection, apply, lock_key, retire, take_live
from projections.checkpoints import Checkpoints
from projections.faults import Deposed, Stuck
from projections.projection import Projection

logger = logging.getLogger(__name__)

# How often a process that does not lead tries to; also the longest a dead leader goes unnoticed.
TAKE_OVER_SECONDS = 0.5
# How often a read model that can not go on by itself is tried again: an event stopped it, or it was never built.
RETRY_SECONDS = 5.0
# The pause after a batch unless somebody waits: events gather, and cost less together, the more of them are of the same
# drafts. So it grows with how many came, from REST_SECONDS up to GATHERED of them to the longest.
REST_SECONDS, LONGEST_REST_SECONDS = 0.05, 0.25
GATHERED = 50
# Beyond its poll a writer that asks nothing for so long is taken for dead, and the server frees its lock.
GHOST_SECONDS = 15.0
# How often replaced builds are looked for.
RETIRE_SECONDS = 5.0


class ProjectionHealth(NamedTuple):
    """How a read model stands: `lag` in events behind the tail; `trouble` if this process leads it and it is stuck."""

    name: str
    version: int
    position: int
    lag: int
    leading: bool
    trouble: str | None


TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
UNLOCK = "SELECT pg_advisory_unlock($1)"


class Leadership:
    """One read model as this process writes it, or would: the lock, the build, and what stopped it.

    Whoever holds the lock's session is the writer. Should that ever be two, the checkpoint's epoch tells them apart.
    """

    def __init__(self, projection: Projection, lane: int, owner: UUID, checkpoints: Checkpoints, batch: int) -> None:
        self.projection = projection
        self.build: Build | None = None
        self.stuck: Stuck | None = None
        self._lane = lane
        self._owner = owner
        self._checkpoints = checkpoints
        self._batch = batch
        self._key = lock_key("project", projection.name, projection.definition, lane)
        self._locked = False
        self._not_before = 0.0
        self._undropped: str | None = None

    async def step(self, conn: Connection, now: float, newest: int) -> bool:
        """Apply a batch if this is ours to do; return whether it moved and is not at `newest` yet.

        Raises DATABASE_FAULTS.
        """
        if now < self._not_before or not (self.build or await self._take_over(conn, now)):
            return False
        assert self.build is not None
        before = self.build
        try:
            self.build = await apply(conn, before, 1 if self.stuck else self._batch)
        except Deposed as deposed:
            # Perhaps only by a rebuild that switched: then the lock is still ours, and the new build is the next try's.
            logger.warning("%s", deposed)
            self._give_up(now)
            return False
        except Stuck as stuck:
            self._stop(stuck, now)
            return False
        self.stuck = None
        if self.build.position > before.position:
            self._checkpoints.advanced(self.build.name, self.build.version, self.build.position)
        return before.position < self.build.position < newest

    async def retire(self, conn: Connection, keep_seconds: float) -> None:
        """Drop what was replaced, if this process leads. What can't be dropped is in nobody's way, and left for later.

        Raises DATABASE_FAULTS if the connection is gone.
        """
        if self.build is None:
            return
        trouble = None
        try:
            await retire(conn, self.projection, self._lane, keep_seconds)
        except asyncpg.LockNotAvailableError:
            logger.info("a replaced read model is still being read; it is dropped later")
        except asyncpg.PostgresError as fault:
            if conn.is_closed():
                raise
            trouble = said(fault)
            if trouble != self._undropped:
                logger.error("a replaced build of read model %s can't be dropped: %s", self.projection.name, trouble)
        self._undropped = trouble

    def disconnected(self) -> None:
        """The session is gone, and the lock with it."""
        self._locked = False
        self._give_up(0.0)

    async def _take_over(self, conn: Connection, now: float) -> bool:
        self._not_before = now + TAKE_OVER_SECONDS * random.uniform(0.5, 1)
        if not self._locked:
            self._locked = await conn.fetchval(TRY_LOCK, self._key)
        if not self._locked:
            return False
        self.build = await take_live(conn, self.projection, self._lane, self._owner)
        if self.build is None:
            logger.error("read model %s has no build of this release; start again to make one", self.projection.name)
            self._not_before = now + RETRY_SECONDS
            return False
        logger.info("writing read model %s from position %d", self.build.schema, self.build.position)
        self._not_before = 0.0
        self._checkpoints.advanced(self.build.name, self.build.version, self.build.position)
        return True

    def _give_up(self, now: float) -> None:
        self.build, self.stuck = None, None
        self._not_before = now
        self._checkpoints.resigned(self.projection.name)

    def _stop(self, stuck: Stuck, now: float) -> None:
        if self.stuck is None or self.stuck.position != stuck.position:
            logger.error("%s", stuck)
        self.stuck = stuck
        self._not_before = now + RETRY_SECONDS


class Projector:
    """Keeps the read models of one lane up with its tail. `run` is its supervised task.

    Each process has one; per read model and release one of them at a time writes. Nothing that an event or the
    database does ends it.
    """

    def __init__(
        self,
        database: Database,
        tail: Tail,
        checkpoints: Checkpoints,
        projections: Sequence[Projection],
        *,
        batch_events: int = 2000,
        keep_seconds: float = 60.0,
        poll_seconds: float = 1.0,
    ) -> None:
        self._database = database
        self._tail = tail
        self._checkpoints = checkpoints
        self._keep_seconds = keep_seconds
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self._retire_at = 0.0
        owner = uuid4()
        self._leaderships = [Leadership(p, tail.lane, owner, checkpoints, batch_events) for p in projections]
        tail.subscribe(self._on_events)
        tail.on_rewind(checkpoints.forget)

    async def run(self) -> None:
        """Apply events until cancelled; a lost connection is made again, for ever."""
        backoff = Backoff()
        while True:
            try:
                conn = await self._database.connect("projector", idle_seconds=self._poll_seconds + GHOST_SECONDS)
                try:
                    await self._project(conn, backoff)
                finally:
                    conn.terminate()
                    for leadership in self._leaderships:
                        leadership.disconnected()
            except DATABASE_FAULTS as fault:
                logger.log(backoff.level(), "the projector lost its database, trying again: %s", said(fault))
            await backoff.wait()

    async def health(self) -> list[ProjectionHealth]:
        """Return how every read model stands. Raises NotBuilt, DATABASE_FAULTS."""
        await self._checkpoints.refresh()
        live = await self._checkpoints.live()
        return [self._standing(leadership, *live[leadership.projection.name]) for leadership in self._leaderships]

    def _standing(self, leadership: Leadership, version: int, position: int) -> ProjectionHealth:
        lag = max(0, self._tail.position - position)
        trouble = str(leadership.stuck) if leadership.stuck else None
        return ProjectionHealth(
            leadership.projection.name, version, position, lag, leadership.build is not None, trouble
        )

    def _on_events(self, events: Sequence[StoredEvent]) -> None:
        self._wake.set()

    async def _project(self, conn: Connection, backoff: Backoff) -> None:
        clock = asyncio.get_running_loop().time
        newest = self._tail.position
        while True:
            self._wake.clear()
            more = False
            # What commits from here on can gather until the next batch.
            before, newest = newest, self._tail.position
            for leadership in self._leaderships:
                more |= await leadership.step(conn, clock(), newest)
            backoff.reset()
            if clock() >= self._retire_at:
                self._retire_at = clock() + RETIRE_SECONDS
                for leadership in self._leaderships:
                    await leadership.retire(conn, self._keep_seconds)
            if not more:
                await self._rest(newest - before)

    async def _rest(self, gathered: int) -> None:
        """Wait for events, at most until it is time to look whether a writer died or a read model can go on."""
        leading = [leadership.build is not None for leadership in self._leaderships]
        if not any(leading):
            await asyncio.sleep(TAKE_OVER_SECONDS / 2)
            return
        # Not `wait_for`: before Python 3.12 it forgets a cancellation that arrives together with what it waits for.
        with suppress(TimeoutError):
            async with asyncio.timeout(_rest_after(gathered)):
                await self._checkpoints.awaited.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds if all(leading) else TAKE_OVER_SECONDS / 2):
                await self._wake.wait()


def _rest_after(gathered: int) -> float:
    return min(max(REST_SECONDS, REST_SECONDS * gathered / GATHERED), LONGEST_REST_SECONDS)
