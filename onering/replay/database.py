"""Reading a log from its database, page by page, each in a short transaction of its own that only reads.

The log grows and never changes, so nothing needs a snapshot that is held: what is at or below a head stays as it is.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from onering.log.connection import Database
from onering.log.event import COLUMNS, DEFAULT_LANE
from onering.log.reader import head
from onering.log.record import SEALS, Record, record_of
from onering.proofs.tree import Published
from onering.replay import signed
from onering.replay.chosen import EVERYTHING, Filter
from onering.replay.source import Progress, Prove, silent
from projections.people import display_names

Connection: TypeAlias = "asyncpg.Connection[Any]"

PAGE = 2000
# A filter may choose one event of a million: a statement looks at so many positions, whatever it finds there.
WINDOW = 20_000
STATEMENT_SECONDS = 60.0

READ_ONLY = "SET default_transaction_read_only = on"


@asynccontextmanager
async def opened(dsn: str, progress: Progress = silent) -> AsyncIterator["DatabaseLog"]:
    """Open the log behind `dsn` at its head as it is now. Raises DATABASE_FAULTS."""
    database = Database(dsn, statement_seconds=STATEMENT_SECONDS)
    async with _reading(database) as conn:
        yield DatabaseLog(database, conn, await head(conn, DEFAULT_LANE), progress)


@asynccontextmanager
async def _reading(database: Database) -> AsyncIterator[Connection]:
    conn = await database.connect("replay")
    try:
        await conn.execute(READ_ONLY)
        yield conn
    finally:
        conn.terminate()


_ROW = f"SELECT {COLUMNS}, {', '.join(SEALS)} FROM onering.events e"
LANE_WINDOW = f"""{_ROW}
     WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3
       AND ($4::uuid IS NULL OR e.stream_id = $4)
       AND ($5::text IS NULL OR e.subject = $5)
       AND ($6::text IS NULL OR e.type = $6)
     ORDER BY e.position"""
STREAM_PAGE = f"""{_ROW}
     WHERE e.lane = $1 AND e.stream_id = $2 AND e.version > $3 AND e.position <= $4 ORDER BY e.version LIMIT $5"""
# Times never fall along positions, so a time is found as in a dictionary: by looking at the middle of what is left.
AT_OR_AFTER = """
    SELECT e.position, e.recorded_at FROM onering.events e
     WHERE e.lane = $1 AND e.position >= $2 ORDER BY e.position LIMIT 1"""
IDENTITY = "SELECT l.log_id::text AS log_id, l.restored FROM onering.log l"


class DatabaseLog:
    """One lane of a log, up to `head`: fixed until `look` moves it."""

    lane = DEFAULT_LANE

    def __init__(self, database: Database, conn: Connection, head: int, progress: Progress = silent) -> None:
        self._database = database
        self.conn = conn
        self.head = head
        self.progress = progress
        self._newest: Published | None = None

    @asynccontextmanager
    async def again(self) -> AsyncIterator["DatabaseLog"]:
        """Open it once more, up to the same head, to be read at the same time. Raises DATABASE_FAULTS."""
        async with _reading(self._database) as conn:
            yield DatabaseLog(self._database, conn, self.head)

    async def look(self) -> int:
        """Move the head to where it is now, and return it."""
        self.head = await head(self.conn, self.lane)
        return self.head

    async def pages(self, chosen: Filter = EVERYTHING, after: int = 0) -> AsyncGenerator[Sequence[Record], None]:
        """Yield the chosen records after a position and up to the head, in order. Raises DATABASE_FAULTS."""
        if chosen.draft is not None and after == 0:
            async for page in self._stream(chosen):
                yield page
            return
        if chosen.since is not None:
            after = max(after, await self._before(chosen.since))
        step = WINDOW if chosen.actor or chosen.type or chosen.draft else PAGE
        async with aclosing(self._windows(chosen, after, step)) as windows:
            async for upto, page in windows:
                yield [record for record in page if chosen.wants(record.event)]
                self.progress(upto, self.head)
                if chosen.until is not None and page and page[-1].event.recorded_at > chosen.until:
                    return

    async def _windows(
        self, chosen: Filter, after: int, step: int
    ) -> AsyncGenerator[tuple[int, Sequence[Record]], None]:
        """Yield windows of positions by their ends. The database reads the next one while the caller has the last."""

        async def rows(start: int) -> list[asyncpg.Record]:
            span = (start, min(start + step, self.head))
            return await self.conn.fetch(LANE_WINDOW, self.lane, *span, chosen.draft, chosen.actor, chosen.type)

        starts = range(after, self.head, step)
        reading = asyncio.ensure_future(rows(after)) if starts else None
        try:
            for start in starts:
                assert reading is not None
                read = await reading
                if start + step < self.head:
                    reading = asyncio.ensure_future(rows(start + step))
                    await asyncio.sleep(0)  # it is asked for before the caller has its turn
                yield min(start + step, self.head), [record_of(row) for row in read]
        finally:
            if reading is not None:
                reading.cancel()
                await asyncio.wait({reading})

    async def _stream(self, chosen: Filter) -> AsyncIterator[Sequence[Record]]:
        version = 0
        while True:
            rows = await self.conn.fetch(STREAM_PAGE, self.lane, chosen.draft, version, self.head, PAGE)
            page = [record_of(row) for row in rows]
            yield [record for record in page if chosen.wants(record.event)]
            if len(rows) < PAGE:
                return
            version = page[-1].event.version

    async def _before(self, since: datetime) -> int:
        """Return the last position before a time."""
        low, high = 0, self.head
        while low < high:
            middle = (low + high) // 2 + 1
            row = await self.conn.fetchrow(AT_OR_AFTER, self.lane, middle)
            if row is None or row["recorded_at"] >= since:
                high = middle - 1
            else:
                low = row["position"]
        return low

    async def names(self, people: Collection[str]) -> Mapping[str, str]:
        """Return what these people are called now. Raises DATABASE_FAULTS."""
        return await display_names(self.conn, people)

    async def about(self) -> dict[str, Any]:
        """Return which log this is, how often it was restored from files, how far it goes, and what of it is signed.

        The head moves to that of the newest checkpoint, where there is one further on.
        """
        row = await self.conn.fetchrow(IDENTITY)
        self._newest = newest = await signed.newest(self.conn, self.lane, self.head)
        if newest is not None and newest.size > self.head:
            self.head = min(newest.size, await head(self.conn, self.lane))
        return {
            **(dict(row) if row else {}),
            "lane": self.lane,
            "head": self.head,
            "checkpoint": newest.note if newest else None,
            "tiles": await signed.tiles(self.conn, self.lane, newest.size) if newest else [],
        }

    @asynccontextmanager
    async def proving(self) -> AsyncIterator[Prove]:
        """Yield what proves records to be in the log that `about` says is signed, on a connection of its own."""
        async with self.again() as again:
            proofs = signed.Proofs(again.conn, self.lane, self._newest.size if self._newest else 0)

            async def prove(records: Sequence[Record]) -> list[signed.Proof]:
                return [await proofs.of(record.event.position) for record in records]

            yield prove
