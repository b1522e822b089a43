"""Reading the events that are to be proved, with what seals them."""

from uuid import UUID

from onering.log.event import COLUMNS
from onering.log.reader import Reader
from onering.log.record import SEALS, Record, record_of

_ROW = f"SELECT {COLUMNS}, {', '.join(SEALS)} FROM onering.events e"

AT_POSITION = f"{_ROW} WHERE e.lane = $1 AND e.position = $2"


async def at_position(conn: Reader, lane: int, position: int) -> Record | None:
    """Return the event at a position, None where there is none. Raises DATABASE_FAULTS, as all here."""
    row = await conn.fetchrow(AT_POSITION, lane, position)
    return record_of(row) if row else None


OF_DRAFT = f"{_ROW} WHERE e.lane = $1 AND e.stream_id = $2 AND e.version = $3 AND e.stream_type = 'draft'"


async def of_draft(conn: Reader, lane: int, draft_id: UUID, version: int) -> Record | None:
    """Return the event that made a draft's version."""
    row = await conn.fetchrow(OF_DRAFT, lane, draft_id, version)
    return record_of(row) if row else None


# From the newest on. A payload is only taken apart where the segment's name is in it.
TEXT_OF_SEGMENT = f"""{_ROW}
     WHERE e.lane = $1 AND e.stream_id = $2 AND e.stream_type = 'draft'
       AND e.type IN ('segment_added', 'segment_amended')
       AND CASE WHEN strpos(e.payload, $3) > 0 THEN e.payload::json -> 'data' ->> 'segment_id' = $3 END
     ORDER BY e.version DESC LIMIT 1"""


async def text_of_segment(conn: Reader, lane: int, draft_id: UUID, segment_id: UUID) -> Record | None:
    """Return the event that gave a segment its text last; None also if that was erased.

    It goes through the draft's events after it, and through all of them for a segment that is not there.
    """
    row = await conn.fetchrow(TEXT_OF_SEGMENT, lane, draft_id, str(segment_id))
    return record_of(row) if row else None


SPAN = f"{_ROW} WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3 ORDER BY e.position"


async def span(conn: Reader, lane: int, begin: int, end: int) -> list[Record]:
    """Return the events of the leaves from `begin` up to, and without, `end`."""
    return [record_of(row) for row in await conn.fetch(SPAN, lane, begin, end)]
