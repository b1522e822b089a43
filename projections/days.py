"""What each of the last days brought a draft."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from uuid import UUID

from projections.history import HISTORY, Moment
from projections.models import ReadAt, ReadModels
from projections.standing import rows_at


@dataclass(frozen=True, slots=True)
class Day:
    """What one UTC day brought; `words_added` less `words_removed`, over all days, are the words that stand."""

    date: date
    segments_added: int = 0
    segments_amended: int = 0
    segments_withdrawn: int = 0
    words_added: int = 0
    words_removed: int = 0
    ring_passes: int = 0
    contributors: int = 0


_DAYS = f"""
    {HISTORY}, deed AS (
        SELECT t.at, t.type, t.user_id, t.words FROM text t
         UNION ALL
        SELECT t.at, 'ring_passed', NULL, 0 FROM turn t WHERE t.from_user_id IS NOT NULL
    )
    SELECT s.position, day.*
      FROM standing s
      LEFT JOIN (
        SELECT (d.at AT TIME ZONE 'UTC')::date AS date, count(*) FILTER (WHERE d.type = 'segment_added'),
               count(*) FILTER (WHERE d.type = 'segment_amended'), count(*) FILTER (WHERE d.type = 'segment_withdrawn'),
               sum(greatest(d.words, 0)), -sum(least(d.words, 0)), count(*) FILTER (WHERE d.type = 'ring_passed'),
               count(DISTINCT d.user_id)
          FROM deed d WHERE (d.at AT TIME ZONE 'UTC')::date BETWEEN $5 AND $6 GROUP BY 1) day ON true"""


async def read_days(
    models: ReadModels, draft_id: UUID, read_at: ReadAt, moment: Moment, days: int
) -> tuple[int, tuple[Day, ...]]:
    """Return the UTC days up to that of `now`, oldest first, with nothing on the quiet ones, and the position.

    Raises TooEarly, NotBuilt, DATABASE_FAULTS.
    """
    last = moment.now.astimezone(UTC).date()
    dates = [last - timedelta(days=ago) for ago in reversed(range(days))]
    position, rows = await rows_at(
        models, read_at, "timeline", _DAYS, draft_id, moment.last, moment.now, dates[0], last
    )
    busy = {row["date"]: Day(*row[1:]) for row in rows if row["date"] is not None}
    return position, tuple(busy.get(day) or Day(day) for day in dates)
