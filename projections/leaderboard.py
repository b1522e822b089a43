"""Who does most, of late: what each person did on each UTC day in public drafts, and the ten who did most of it.

Only drafts that anyone may read now count: a board gives away nothing of any other, and is the same for everybody.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from projections.models import ReadAt, ReadModels
from projections.projection import Projection
from projections.standing import rows_at, standing

# `shares` has every draft's part in the days, so that a draft can take it along when it becomes public, or stops being
# so; `days` is the sum of the public ones, and beside it what each metric came to by the end of that day.
_DDL = """
CREATE TABLE {schema}.drafts (
    lane     smallint NOT NULL,
    draft_id uuid     NOT NULL,
    public   boolean  NOT NULL,
    PRIMARY KEY (lane, draft_id)
);
CREATE TABLE {schema}.shares (
    lane     smallint NOT NULL,
    draft_id uuid     NOT NULL,
    day      date     NOT NULL,
    user_id  text     COLLATE "C" NOT NULL,
    segments integer  NOT NULL,
    passes   integer  NOT NULL,
    PRIMARY KEY (lane, draft_id, day, user_id)
) WITH (fillfactor = 80);
CREATE TABLE {schema}.days (
    lane          smallint NOT NULL,
    user_id       text     COLLATE "C" NOT NULL,
    day           date     NOT NULL,
    segments      integer  NOT NULL,
    passes        integer  NOT NULL,
    collaboration integer  NOT NULL DEFAULT 0,
    momentum      integer  NOT NULL DEFAULT 0,
    consistency   integer  NOT NULL DEFAULT 0,
    PRIMARY KEY (lane, user_id, day)
) WITH (fillfactor = 80);
CREATE INDEX days_by_collaboration ON {schema}.days (lane, day, collaboration DESC, user_id);
CREATE INDEX days_by_momentum ON {schema}.days (lane, day, momentum DESC, user_id);
CREATE INDEX days_by_consistency ON {schema}.days (lane, day, consistency DESC, user_id);
"""

_CREATED = """
    INSERT INTO {schema}.drafts (lane, draft_id, public)
    SELECT e.lane, e.stream_id, coalesce(e.payload::json -> 'data' ->> 'visibility' = 'public', false)
      FROM unnest(batch) e
     WHERE e.type = 'draft_created'"""

# A pass counts if its holder gave the ring away, to somebody else.
_DEEDS = """
    WITH deed AS MATERIALIZED (
        SELECT e.stream_id, (e.recorded_at AT TIME ZONE 'UTC')::date AS day,
               coalesce(d.author_id, d.from_user_id) AS user_id,
               count(*) FILTER (WHERE e.type = 'segment_added') AS segments,
               count(*) FILTER (WHERE e.type = 'ring_passed') AS passes
          FROM unnest(batch) e
         CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(
               author_id text, from_user_id text, to_user_id text, reason text)
         WHERE e.type = 'segment_added' AND d.author_id IS NOT NULL
            OR e.type = 'ring_passed' AND d.from_user_id <> d.to_user_id AND d.reason IS NULL
         GROUP BY 1, 2, 3
    ), shared AS (
        INSERT INTO {schema}.shares AS s (lane, draft_id, day, user_id, segments, passes)
        SELECT $1, d.stream_id, d.day, d.user_id, d.segments, d.passes FROM deed d ORDER BY 2, 3, 4
            ON CONFLICT (lane, draft_id, day, user_id) DO UPDATE
           SET segments = s.segments + excluded.segments, passes = s.passes + excluded.passes
    )
    INSERT INTO {schema}.days AS s (lane, user_id, day, segments, passes)
    SELECT $1, d.user_id, d.day, sum(d.segments), sum(d.passes)
      FROM deed d
     CROSS JOIN LATERAL (
        SELECT FROM {schema}.drafts t WHERE t.lane = $1 AND t.draft_id = d.stream_id AND t.public OFFSET 0) public
     GROUP BY 2, 3 ORDER BY 2, 3
        ON CONFLICT (lane, user_id, day) DO UPDATE
       SET segments = s.segments + excluded.segments, passes = s.passes + excluded.passes"""

# What stands in `shares` by now is all that the draft brings, or takes away again: of this batch, too, its deeds were
# counted as the draft was before.
_TURNED = """
    WITH turned AS (
        UPDATE {schema}.drafts d SET public = n.public
          FROM (SELECT e.stream_id,
                       (array_agg(e.payload::json -> 'data' ->> 'visibility' = 'public' ORDER BY e.version DESC))[1]
                           AS public
                  FROM unnest(batch) e WHERE e.type = 'visibility_changed' AND e.payload IS NOT NULL
                 GROUP BY e.stream_id) n
         CROSS JOIN LATERAL (
            SELECT t.ctid FROM {schema}.drafts t WHERE t.lane = $1 AND t.draft_id = n.stream_id OFFSET 0) t
         WHERE d.ctid = t.ctid AND d.public <> n.public
        RETURNING d.draft_id, CASE WHEN d.public THEN 1 ELSE -1 END AS sign
    )
    INSERT INTO {schema}.days AS s (lane, user_id, day, segments, passes)
    SELECT $1, h.user_id, h.day, sum(t.sign * h.segments), sum(t.sign * h.passes)
      FROM turned t
     CROSS JOIN LATERAL (
        SELECT * FROM {schema}.shares h WHERE h.lane = $1 AND h.draft_id = t.draft_id OFFSET 0) h
     GROUP BY 2, 3 ORDER BY 2, 3
        ON CONFLICT (lane, user_id, day) DO UPDATE
       SET segments = s.segments + excluded.segments, passes = s.passes + excluded.passes"""

# What the metrics come to, of the rows `t` of one person in the days up to one of them.
_COLLABORATION, _CONSISTENCY = "sum(t.passes)", "count(*) FILTER (WHERE t.segments + t.passes > 0)"
_MOMENTUM = "sum(t.segments) FILTER (WHERE t.day > {last} - 7)"

# Deeds are of today, or of days before as a draft brings them: the person's days from the first of them on are summed
# up again, each over itself and those before it.
_WINDOWS = f"""
    UPDATE {{schema}}.days d
       SET collaboration = own.collaboration, momentum = coalesce(own.momentum, 0), consistency = own.consistency
      FROM (SELECT deed.user_id, min(deed.day) AS first
              FROM (SELECT coalesce(p.author_id, p.from_user_id) AS user_id,
                           (e.recorded_at AT TIME ZONE 'UTC')::date AS day
                      FROM unnest(batch) e
                     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') p(author_id text, from_user_id text)
                     WHERE e.type IN ('segment_added', 'ring_passed')
                     UNION ALL
                    SELECT h.user_id, h.day
                      FROM unnest(batch) e
                     CROSS JOIN LATERAL (
                        SELECT * FROM {{schema}}.shares h
                         WHERE h.lane = $1 AND h.draft_id = e.stream_id OFFSET 0) h
                     WHERE e.type = 'visibility_changed') deed
             WHERE deed.user_id IS NOT NULL GROUP BY deed.user_id) touched
     CROSS JOIN LATERAL (
        SELECT r.ctid, r.day FROM {{schema}}.days r
         WHERE r.lane = $1 AND r.user_id = touched.user_id AND r.day >= touched.first OFFSET 0) later
     CROSS JOIN LATERAL (
        SELECT {_COLLABORATION} AS collaboration, {_MOMENTUM.format(last="later.day")} AS momentum,
               {_CONSISTENCY} AS consistency
          FROM {{schema}}.days t
         WHERE t.lane = $1 AND t.user_id = touched.user_id AND t.day BETWEEN later.day - 29 AND later.day OFFSET 0) own
     WHERE d.ctid = later.ctid"""

LEADERBOARD = Projection("leaderboard", ("draft",), _DDL, (_CREATED, _DEEDS, _TURNED, _WINDOWS))


class Metric(StrEnum):
    """What is counted, over how many days: passes to others, segments, days with either."""

    COLLABORATION = "collaboration"
    MOMENTUM = "momentum"
    CONSISTENCY = "consistency"

    @property
    def days(self) -> int:
        """How many UTC days count, that of `now` included."""
        return 7 if self is Metric.MOMENTUM else 30


@dataclass(frozen=True, slots=True)
class Standing:
    """A person on the board."""

    user_id: str
    value: int


PLACES = 10
# Most people whose days are added up for a board, however many there are: of each of its days, those who stood highest.
MOST_PEOPLE = 1000

_VALUES = {
    Metric.COLLABORATION: _COLLABORATION,
    Metric.MOMENTUM: _MOMENTUM.format(last="$2"),
    Metric.CONSISTENCY: _CONSISTENCY,
}
_BOARD = f"""
    WITH {standing("leaderboard")}, candidate AS (
        SELECT DISTINCT most.user_id
          FROM generate_series(0, $2::date - $3::date) ago
         CROSS JOIN LATERAL (
            SELECT t.user_id FROM {{leaderboard}}.days t
             WHERE t.lane = $1 AND t.day = $2 - ago AND t.$metric > 0
             ORDER BY t.$metric DESC, t.user_id LIMIT $4) most
    )
    SELECT s.position, board.user_id, board.value
      FROM standing s
      LEFT JOIN LATERAL (
        SELECT c.user_id, own.value
          FROM candidate c
         CROSS JOIN LATERAL (
            SELECT $value AS value FROM {{leaderboard}}.days t
             WHERE t.lane = $1 AND t.user_id = c.user_id AND t.day BETWEEN $3 AND $2 OFFSET 0) own
         WHERE own.value > 0
         ORDER BY own.value DESC, c.user_id LIMIT $5) board ON true
     ORDER BY board.value DESC, board.user_id"""


async def read_leaderboard(
    models: ReadModels, read_at: ReadAt, metric: Metric, now: datetime
) -> tuple[int, tuple[Standing, ...]]:
    """Return the PLACES people with the most of a metric in the days up to that of `now`, and the position.

    Whoever has as much is in order of their id. At most MOST_PEOPLE are looked at, so the cost does not grow with the
    log: of each day those who stood highest, alike many. Nobody who was active on the last day is overlooked; somebody
    else is only if that many stood above them on their last day and stand below them now. Raises TooEarly, NotBuilt,
    DATABASE_FAULTS.
    """
    last = now.astimezone(UTC).date()
    arguments = (last, _first(last, metric), MOST_PEOPLE // metric.days, PLACES)
    position, rows = await rows_at(models, read_at, "leaderboard", _board(metric), *arguments)
    return position, tuple(Standing(row["user_id"], row["value"]) for row in rows if row["user_id"] is not None)


def _board(metric: Metric) -> str:
    return _BOARD.replace("$metric", metric).replace("$value", _VALUES[metric])


def _first(last: date, metric: Metric) -> date:
    return last - timedelta(days=metric.days - 1)
