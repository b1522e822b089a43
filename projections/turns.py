"""Who held a draft's ring, from when to when, and how it went on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onering.log.event import LAST_VERSION
from projections import cursors
from projections.history import HISTORY, Moment
from projections.models import ReadAt, ReadModels
from projections.standing import rows_at


@dataclass(frozen=True, slots=True)
class Turn:
    """One hold of the ring, and the pass that began it, if one did; `until` is `now` for the open one."""

    version: int
    user_id: str | None
    since: datetime
    until: datetime
    open: bool
    seconds: float
    from_user_id: str | None
    reason: str | None
    strategy: str | None
    reasoning: str | None


_TURNS = f"""
    {HISTORY}
    SELECT s.position, (SELECT t.user_id FROM turn t WHERE t.open) AS holder_id, turn.version, turn.user_id, turn.at,
           turn.until, turn.open, turn.seconds, turn.from_user_id, turn.reason, turn.strategy, turn.reasoning
      FROM standing s
      LEFT JOIN LATERAL (
        SELECT * FROM turn t WHERE t.version < $5 ORDER BY t.version DESC LIMIT $6) turn ON true
     ORDER BY turn.version DESC"""


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Turns, newest first, who has the ring now, where to go on, if anywhere, and the position they reflect."""

    turns: tuple[Turn, ...]
    holder_id: str | None
    next_cursor: str | None
    position: int


async def read_turns(
    models: ReadModels, draft_id: UUID, read_at: ReadAt, moment: Moment, *, limit: int, cursor: str | None = None
) -> TurnPage:
    """Return a page of the turns of a draft. Raises TooEarly, BadCursor, NotBuilt, DATABASE_FAULTS."""
    before: int = LAST_VERSION if cursor is None else cursors.decode(cursor, read_at.epoch, int)[0]
    arguments = (draft_id, moment.last, moment.now, min(max(before, 0), LAST_VERSION), limit + 1)
    position, rows = await rows_at(models, read_at, "timeline", _TURNS, *arguments)
    turns = [Turn(*row[2:]) for row in rows if row["version"] is not None]
    next_cursor = cursors.encode(read_at.epoch, turns[limit - 1].version) if len(turns) > limit else None
    return TurnPage(tuple(turns[:limit]), rows[0]["holder_id"], next_cursor, position)
