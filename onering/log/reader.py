"""Reading the log: by position in a lane, by version in a stream."""

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from onering.log.event import COLUMNS, LAST_VERSION, StoredEvent

if TYPE_CHECKING:
    Reader: TypeAlias = asyncpg.Connection[Any] | asyncpg.Pool[Any]
else:  # asyncpg's classes are generic in its type stubs only
    Reader: TypeAlias = asyncpg.Connection | asyncpg.Pool


class Stream(NamedTuple):
    """A stream and the version it stands at."""

    lane: int
    stream_id: UUID
    stream_type: str
    workspace_id: UUID
    version: int


# Positions are dense, so the newest is both the head and the number of events. Read from the primary key.
HEAD = "SELECT position FROM onering.events WHERE lane = $1 ORDER BY position DESC LIMIT 1"


async def head(conn: Reader, lane: int) -> int:
    """Return the newest position of a lane; 0 if it is empty."""
    return await conn.fetchval(HEAD, lane) or 0


LANE_PAGE = f"SELECT {COLUMNS} FROM onering.events WHERE lane = $1 AND position > $2 ORDER BY position LIMIT $3"


async def read_lane(conn: Reader, lane: int, after: int, limit: int) -> list[StoredEvent]:
    """Return at most `limit` events of a lane after position `after`, in order."""
    return [StoredEvent(*row) for row in await conn.fetch(LANE_PAGE, lane, after, limit)]


STREAM_PAGE = f"""
    SELECT {COLUMNS} FROM onering.events
     WHERE lane = $1 AND stream_id = $2 AND version > $3 AND version <= $4 ORDER BY version LIMIT $5"""


async def read_stream(
    conn: Reader, lane: int, stream_id: UUID, after: int, limit: int, upto: int | None = None
) -> list[StoredEvent]:
    """Return at most `limit` events of a stream with versions in (after, upto], in order."""
    rows = await conn.fetch(STREAM_PAGE, lane, stream_id, after, LAST_VERSION if upto is None else upto, limit)
    return [StoredEvent(*row) for row in rows]


STREAM = """
    SELECT lane, stream_id, stream_type, workspace_id, version
      FROM onering.streams WHERE lane = $1 AND stream_id = $2"""


async def find_stream(conn: Reader, lane: int, stream_id: UUID) -> Stream | None:
    """Return where a stream stands, or None if the lane has none of that name."""
    row = await conn.fetchrow(STREAM, lane, stream_id)
    return Stream(*row) if row else None
