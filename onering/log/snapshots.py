"""Disposable snapshots of stream states, so that a cold load reads few events."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from onering.log.connection import DATABASE_FAULTS, said
from onering.log.reader import Reader

logger = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """A stream's workspace and, if one was kept, its state at a version (else 0 and None)."""

    workspace_id: UUID
    version: int
    state: bytes | None


# One beyond its stream is of a history that a fail-over lost, written after it: no command could ever be decided on it.
FIND = """
    SELECT t.workspace_id, coalesce(s.version, 0), s.state
      FROM onering.streams t
      LEFT JOIN onering.snapshots s
        ON s.lane = t.lane AND s.stream_id = t.stream_id AND s.format = $3 AND s.version <= t.version
     WHERE t.lane = $1 AND t.stream_id = $2 AND t.stream_type = 'draft'"""


async def find_snapshot(conn: Reader, lane: int, stream_id: UUID, form: str) -> Snapshot | None:
    """Return the newest snapshot of that format, or None if there is no such draft."""
    row = await conn.fetchrow(FIND, lane, stream_id, form)
    return Snapshot(*row) if row else None


KEEP = """
    INSERT INTO onering.snapshots AS s (lane, stream_id, format, version, state)
    SELECT $1, u.stream_id, u.format, u.version, u.state
      FROM unnest($2::uuid[], $3::text[], $4::int[], $5::bytea[]) u(stream_id, format, version, state)
        ON CONFLICT (lane, stream_id) DO UPDATE
       SET format = excluded.format, version = excluded.version, state = excluded.state
     WHERE s.format <> excluded.format OR s.version < excluded.version"""


class Snapshots:
    """Writes snapshots off the way of commands. `run` is its supervised task; losing one only costs a slower load.

    They are of the format that `form` names at the time. It must name the log's epoch beside the code's own: until a
    fail-over is noticed, events of the new history may have been folded into a state of the one that was lost.
    For metrics: `kept` and `lost` count them.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", lane: int, form: Callable[[], str]) -> None:
        self.kept = self.lost = 0
        self._pool = pool
        self._lane = lane
        self._form = form
        self._pending: dict[UUID, tuple[str, int, bytes]] = {}
        self._news = asyncio.Event()

    def offer(self, stream_id: UUID, version: int, state: bytes) -> None:
        """Have a state kept; a newer one of the same stream takes its place."""
        self._pending[stream_id] = (self._form(), version, state)
        self._news.set()

    async def find(self, stream_id: UUID) -> Snapshot | None:
        """Return a stream's newest usable snapshot, or None if there is no such draft."""
        return await find_snapshot(self._pool, self._lane, stream_id, self._form())

    async def run(self) -> None:
        """Write what was offered until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            pending, self._pending = self._pending, {}
            formats, versions, states = zip(*pending.values(), strict=True)
            try:
                await self._pool.execute(KEEP, self._lane, list(pending), formats, versions, states)
                self.kept += len(pending)
            except DATABASE_FAULTS as fault:
                self.lost += len(pending)
                logger.warning("%d state snapshots were not kept: %s", len(pending), said(fault))
