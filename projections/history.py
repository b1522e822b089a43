"""What a draft's history is summed up from: its own lines of the timeline, up to a moment."""

from dataclasses import dataclass
from datetime import datetime

from projections.standing import standing


@dataclass(frozen=True, slots=True)
class Moment:
    """When figures are taken: at `now`, without what happened later if it was `asked` for."""

    now: datetime
    asked: bool

    @property
    def last(self) -> datetime | None:
        """The last instant that counts; None if all do."""
        return self.now if self.asked else None


# What the queries are made of. $2 is the draft, $3 the last instant that counts or null, $4 `now`. `text` has each
# change of a segment and by how much it made the draft longer; what was erased has lost its segment, and is left out.

HISTORY = f"""
    WITH {standing("timeline")}, entry AS (
        SELECT t.version, t.at, t.type, t.words, t.characters, t.meta
          FROM {{timeline}}.entries t
         WHERE t.lane = $1 AND t.draft_id = $2 AND ($3::timestamptz IS NULL OR t.at <= $3)
    ), text AS (
        SELECT e.version, e.at, e.type, e.meta ->> 'segment_id' AS segment_id,
               (e.meta ->> 'segment_order')::integer AS segment_order,
               (first_value(e.meta ->> 'author_id') OVER w) COLLATE "C" AS user_id,
               first_value(e.at) OVER w AS written_at,
               coalesce(e.words, 0) - lag(coalesce(e.words, 0), 1, 0) OVER w AS words,
               coalesce(e.characters, 0) - lag(coalesce(e.characters, 0), 1, 0) OVER w AS characters,
               e.type <> 'segment_withdrawn' AND lead(e.version) OVER w IS NULL AS stands
          FROM entry e
         WHERE e.type IN ('segment_added', 'segment_amended', 'segment_withdrawn') AND e.meta ? 'segment_id'
        WINDOW w AS (PARTITION BY (e.meta ->> 'segment_order')::integer ORDER BY e.version)
    ), turn AS (
        SELECT h.*, extract(epoch FROM h.until - h.at)::float8 AS seconds
          FROM (SELECT e.version, e.at,
                       coalesce(e.meta ->> 'to_user_id', e.meta ->> 'creator_id') COLLATE "C" AS user_id,
                       coalesce(lead(e.at) OVER w, greatest(e.at, $4::timestamptz)) AS until,
                       lead(e.at) OVER w IS NULL AS open, (e.meta ->> 'from_user_id') COLLATE "C" AS from_user_id,
                       e.meta ->> 'reason' AS reason, e.meta ->> 'strategy' AS strategy,
                       e.meta ->> 'reasoning' AS reasoning
                  FROM entry e
                 WHERE e.type IN ('draft_created', 'ring_passed')
                WINDOW w AS (ORDER BY e.version)) h
    )"""
