"""Who did what, across everything: the events of all streams by person, draft, workspace, type and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from onering.log.event import StoredEvent
from projections.models import ReadAt, ReadModels
from projections.projection import Projection

# Where each event is found, and nothing of what it says: that stays in the log alone. What most events are has no entry
# by type: there is one within any few positions.
USUAL = ("segment_added", "ring_passed")
_UNUSUAL = f"type NOT IN {USUAL}"
_DDL = f"""
CREATE TABLE {{schema}}.entries (
    lane         smallint NOT NULL,
    position     bigint   NOT NULL,
    draft_id     uuid,
    workspace_id uuid     NOT NULL,
    issuer       text     COLLATE "C" NOT NULL,
    subject      text     COLLATE "C" NOT NULL,
    type         text     COLLATE "C" NOT NULL,
    PRIMARY KEY (lane, position)
);
CREATE INDEX entries_by_draft ON {{schema}}.entries (lane, draft_id, position);
CREATE INDEX entries_by_person ON {{schema}}.entries (lane, subject, issuer, position);
CREATE INDEX entries_by_workspace ON {{schema}}.entries (lane, workspace_id, position);
CREATE INDEX entries_by_type ON {{schema}}.entries (lane, type, position) WHERE {_UNUSUAL};
"""

# An invite is its draft's; once its payload is erased, nobody knows which draft's it was.
_ENTRIES = """
    INSERT INTO {schema}.entries (lane, position, draft_id, workspace_id, issuer, subject, type)
    SELECT e.lane, e.position,
           CASE e.stream_type WHEN 'draft' THEN e.stream_id
                              WHEN 'invite' THEN (e.payload::json -> 'data' ->> 'draft_id')::uuid END,
           e.workspace_id, e.issuer, e.subject, e.type
      FROM unnest(batch) e"""

AUDIT = Projection(
    "audit", ("draft", "invite", "user", "workspace", "system"), _DDL, (_ENTRIES,), takes_unknown_events=True
)

# ---------------------------------------------------------------------------------------------------------------------
# Reading

# Most entries that one page looks at, whatever it finds among them.
EXAMINED = 2000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events are wanted; None is no restriction. Times (with offset) are inclusive.

    `people` are (issuer, subject), several where a name may be of either.
    """

    people: Sequence[tuple[str, str]] | None = None
    draft_id: UUID | None = None
    type: str | None = None
    workspace_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class Span(NamedTuple):
    """Positions that are looked at: those after `after`, up to `upto`; `head` is how far the read model is."""

    after: int
    upto: int
    head: int


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events in the log's order; `ended` is the position to go on after, None if there is nothing left."""

    events: tuple[StoredEvent, ...]
    ended: int | None


_POSITION = """
    SELECT p.position FROM onering.projections p
     WHERE p.lane = $1 AND p.status = 'live' AND p.name || '_' || p.version = '{audit}'"""

# Times never fall along positions, and positions are dense: a time is found by looking at the middle of what is left.
_FOUND = """
    WITH RECURSIVE left_over(low, high) AS (
        SELECT 0::bigint, $3::bigint
        UNION ALL
        SELECT CASE WHEN e.before THEN middle.position ELSE l.low END,
               CASE WHEN e.before THEN l.high ELSE middle.position - 1 END
          FROM left_over l
         CROSS JOIN LATERAL (SELECT (l.low + l.high) / 2 + 1 AS position) middle
         CROSS JOIN LATERAL (
            SELECT CASE WHEN $4 THEN e.recorded_at <= $2 ELSE e.recorded_at < $2 END AS before FROM onering.events e
             WHERE e.lane = $1 AND e.position = middle.position) e
         WHERE l.low < l.high
    )
    SELECT l.low FROM left_over l WHERE l.low = l.high"""


async def audited_span(models: ReadModels, read_at: ReadAt, wanted: AuditFilter, after: int) -> Span:
    """Return the positions after one that an answer is about; what comes later is another's.

    Raises TooEarly, NotBuilt, DATABASE_FAULTS.
    """
    waiting = read_at.start()
    while True:
        await waiting.for_position(models.checkpoints, ("audit",), read_at.position)
        rows = await models.fetch(_POSITION, models.lane)
        if rows and rows[0][0] >= read_at.position:
            break
        # The build was just replaced.
        models.checkpoints.forget()
    head = upto = rows[0][0]
    if wanted.until is not None:
        upto = (await models.fetch(_FOUND, models.lane, wanted.until, head, True))[0][0]
    if wanted.since is not None:
        after = max(after, (await models.fetch(_FOUND, models.lane, wanted.since, head, False))[0][0])
    return Span(after, upto, head)


# Entries come from one index, which ends where the page does; what else is asked of them is looked at one by one.
_PAGE = """
    WITH examined AS MATERIALIZED (
        SELECT a.position,
               ($5::text IS NULL OR a.type = $5) AND ($6::uuid IS NULL OR a.workspace_id = $6)
               AND ($7::text[] IS NULL OR (a.issuer, a.subject) IN (SELECT * FROM unnest($7::text[], $8::text[])))
               AND ($9::uuid IS NULL OR a.draft_id = $9) AS wanted
          FROM ({source}) a
         ORDER BY a.position LIMIT $10
    ), page AS MATERIALIZED (
        SELECT x.position FROM examined x WHERE x.wanted ORDER BY x.position LIMIT $4 + 1
    ), ended AS (
        SELECT max(x.position) AS position FROM examined x HAVING count(*) = $10
    )
    SELECT n.position AS ended, {columns}
      FROM (SELECT) one LEFT JOIN ended n ON true
      LEFT JOIN (page p CROSS JOIN LATERAL (
        SELECT * FROM onering.events e WHERE e.lane = $1 AND e.position = p.position OFFSET 0) e) ON true
     ORDER BY e.position"""


def _page_from(condition: str, source: str = "{entries}") -> str:
    entries = f"""
        SELECT a.* FROM {{audit}}.entries a
         WHERE a.lane = $1 AND a.position > $2 AND a.position <= $3 {condition}
         ORDER BY a.position LIMIT $10"""
    columns = ", ".join(f"e.{name}" for name in StoredEvent._fields)
    return _PAGE.replace("{source}", source.replace("{entries}", entries)).replace("{columns}", columns)


_BY_DRAFT = _page_from("AND a.draft_id = $9")
_BY_PERSON = _page_from(
    "AND a.issuer = who.issuer AND a.subject = who.subject",
    "SELECT a.* FROM unnest($7::text[], $8::text[]) who(issuer, subject) CROSS JOIN LATERAL ({entries}) a",
)
_BY_WORKSPACE = _page_from("AND a.workspace_id = $6")
_BY_TYPE = _page_from(f"AND a.type = $5 AND a.{_UNUSUAL}")
_BY_POSITION = _page_from("")


async def audit_page(models: ReadModels, wanted: AuditFilter, span: Span, limit: int) -> AuditPage:
    """Return the first wanted events of a span, at most `limit`, perhaps none. Raises NotBuilt, DATABASE_FAULTS."""
    issuers, subjects = zip(*wanted.people, strict=True) if wanted.people is not None else (None, None)
    source, is_exact = _source(wanted)
    rows = await models.fetch(
        source,
        models.lane,
        span.after,
        span.upto,
        limit,
        wanted.type,
        wanted.workspace_id,
        issuers,
        subjects,
        wanted.draft_id,
        limit + 1 if is_exact else EXAMINED,
    )
    events = tuple(StoredEvent(*row[1:]) for row in rows if row["position"] is not None)
    page = events[:limit]
    return AuditPage(page, page[-1].position if len(events) > limit else rows[0]["ended"])


def _source(wanted: AuditFilter) -> tuple[str, bool]:
    """Return the query whose index has the fewest entries for nothing, and whether it has none."""
    usual = wanted.type in USUAL
    sources = (
        (wanted.draft_id, _BY_DRAFT),
        (wanted.people, _BY_PERSON),
        (wanted.workspace_id, _BY_WORKSPACE),
        (wanted.type, _BY_POSITION if usual else _BY_TYPE),
    )
    asked = [sql for value, sql in sources if value is not None] or [_BY_POSITION]
    return asked[0], len(asked) == 1 and not usual
