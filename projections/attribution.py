"""Whose the segments of a draft are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.history import HISTORY, Moment
from projections.models import ReadAt, ReadModels
from projections.standing import rows_at


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose segments stand: their ids in order, and when the first and the last of them was written."""

    user_id: str
    segment_ids: tuple[str, ...]
    first_at: datetime
    last_at: datetime


_ATTRIBUTION = f"""
    {HISTORY}
    SELECT s.position, author.user_id, author.segment_ids, author.first_at, author.last_at
      FROM standing s
      LEFT JOIN (
        SELECT t.user_id, array_agg(t.segment_id ORDER BY t.segment_order) AS segment_ids,
               min(t.written_at) AS first_at, max(t.written_at) AS last_at, min(t.segment_order) AS first_order
          FROM text t WHERE t.stands AND t.user_id IS NOT NULL GROUP BY t.user_id) author ON true
     ORDER BY author.first_order"""


async def read_attribution(
    models: ReadModels, draft_id: UUID, read_at: ReadAt, moment: Moment
) -> tuple[int, tuple[Attribution, ...]]:
    """Return whose segments stand, in order of their first, and the position.

    Raises TooEarly, NotBuilt, DATABASE_FAULTS.
    """
    position, rows = await rows_at(models, read_at, "timeline", _ATTRIBUTION, draft_id, moment.last, moment.now)
    return position, tuple(
        Attribution(row["user_id"], tuple(row["segment_ids"]), row["first_at"], row["last_at"])
        for row in rows
        if row["user_id"] is not None
    )
