"""The drafts themselves: one row for each, and for each of its segments, holds and members."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from onering.domain.events import Event, SegmentAdded, SegmentAmended, SegmentWithdrawn
from onering.domain.state import SegmentFact, mark
from onering.log.codec import decode
from onering.log.event import COLUMNS, LAST_VERSION, StoredEvent
from onering.log.reader import read_stream
from projections import membership
from projections.document import WHOLE, DraftDocument, Hold, Member, Segment, SegmentPage, fold
from projections.models import ReadModels
from projections.projection import Projection

# ---------------------------------------------------------------------------------------------------------------------
# Tables. What happens once is a row that never changes; `drafts` has the rest, one small row per draft, written once
# per batch that touches it.

_DDL = f"""
CREATE TABLE {{schema}}.drafts (
    lane              smallint    NOT NULL,
    draft_id          uuid        NOT NULL,
    workspace_id      uuid        NOT NULL,
    creator_id        text        COLLATE "C" NOT NULL,
    owner_id          text        COLLATE "C" NOT NULL,
    title             text        NOT NULL,
    description       text        NOT NULL,
    platform          text,
    status            text        NOT NULL,
    visibility        text        NOT NULL,
    version           integer     NOT NULL,
    position          bigint      NOT NULL,
    holder_id         text        COLLATE "C" NOT NULL,
    passed_at         timestamptz NOT NULL,
    last_segment_at   timestamptz,
    turn_limit_hours  integer     NOT NULL,
    segment_count     integer     NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    target_publish_at timestamptz,
    PRIMARY KEY (lane, draft_id)
) WITH (fillfactor = 80);
CREATE TABLE {{schema}}.segments (
    lane                 smallint    NOT NULL,
    draft_id             uuid        NOT NULL,
    segment_order        integer     NOT NULL,
    segment_id           uuid        NOT NULL,
    author_id            text        COLLATE "C" NOT NULL,
    content              text        NOT NULL,
    created_at           timestamptz NOT NULL,
    ring_holder_at_write text        COLLATE "C" NOT NULL,
    withdrawn            boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (lane, draft_id, segment_order)
);
CREATE UNIQUE INDEX segments_by_id ON {{schema}}.segments (lane, draft_id, segment_id);
CREATE TABLE {{schema}}.holds (
    lane     smallint    NOT NULL,
    draft_id uuid        NOT NULL,
    version  integer     NOT NULL,
    user_id  text        COLLATE "C" NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (lane, draft_id, version)
);
CREATE TABLE {{schema}}.members ({membership.COLUMNS},
    PRIMARY KEY (lane, draft_id, user_id)
);
CREATE TABLE {{schema}}.authors (
    lane     smallint NOT NULL,
    draft_id uuid     NOT NULL,
    user_id  text     COLLATE "C" NOT NULL,
    since    integer  NOT NULL,
    PRIMARY KEY (lane, draft_id, user_id)
);
"""

# ---------------------------------------------------------------------------------------------------------------------
# Writers, in this order: a draft before its parts, holds before the segments that name their holder, and what became
# of the draft itself last.

_CREATED = """
    INSERT INTO {schema}.drafts (
        lane, draft_id, workspace_id, creator_id, owner_id, title, description, platform, status, visibility, version,
        position, holder_id, passed_at, turn_limit_hours, segment_count, created_at, updated_at)
    SELECT e.lane, e.stream_id, e.workspace_id, d.creator_id, d.creator_id, d.title, coalesce(d.description, ''),
           d.platform, 'active', d.visibility, e.version, e.position, d.creator_id, e.recorded_at,
           coalesce(d.turn_limit_hours, 24), 0, e.recorded_at, e.recorded_at
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(
           creator_id text, title text, description text, platform text, visibility text, turn_limit_hours integer)
     WHERE e.type = 'draft_created'"""

_HOLDS = """
    INSERT INTO {schema}.holds (lane, draft_id, version, user_id, at)
    SELECT e.lane, e.stream_id, e.version, coalesce(d.to_user_id, d.creator_id), e.recorded_at
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(to_user_id text, creator_id text)
     WHERE e.type IN ('draft_created', 'ring_passed')"""

_SEGMENTS = """
    WITH added AS (
        INSERT INTO {schema}.segments (
            lane, draft_id, segment_order, segment_id, author_id, content, created_at, ring_holder_at_write)
        SELECT e.lane, e.stream_id, d.segment_order, d.segment_id, d.author_id, d.content, e.recorded_at, h.user_id
          FROM unnest(batch) e
         CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(
               segment_id uuid, author_id text, content text, segment_order integer)
         CROSS JOIN LATERAL (
            SELECT h.user_id FROM {schema}.holds h
             WHERE h.lane = e.lane AND h.draft_id = e.stream_id AND h.version < e.version
             ORDER BY h.version DESC LIMIT 1) h
         WHERE e.type = 'segment_added'
        RETURNING lane, draft_id, author_id, segment_order
    )
    INSERT INTO {schema}.authors (lane, draft_id, user_id, since)
    SELECT a.lane, a.draft_id, a.author_id, min(a.segment_order) FROM added a GROUP BY 1, 2, 3 ORDER BY 1, 2, 4
        ON CONFLICT DO NOTHING"""

# Each segment is written once per batch, with the last text that it got; what was withdrawn stays, for the rules.
_REWRITTEN = """
    UPDATE {schema}.segments s
       SET content = coalesce(n.content, s.content), withdrawn = s.withdrawn OR n.withdrawn
      FROM (SELECT e.stream_id, d.segment_order, bool_or(e.type = 'segment_withdrawn') AS withdrawn,
                   (array_agg(d.content ORDER BY e.version DESC)
                       FILTER (WHERE e.type = 'segment_amended'))[1] AS content
              FROM unnest(batch) e
             CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(segment_order integer, content text)
             WHERE e.type IN ('segment_amended', 'segment_withdrawn')
             GROUP BY e.stream_id, d.segment_order) n
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {schema}.segments t
         WHERE t.lane = $1 AND t.draft_id = n.stream_id AND t.segment_order = n.segment_order OFFSET 0) t
     WHERE s.ctid = t.ctid"""


def _last(type: str) -> str:
    return f"(array_agg(w.data ORDER BY w.version DESC) FILTER (WHERE w.type = '{type}'))[1]"


# The last word of each kind counts; what a draft is meant for, and when, may be cleared.
_EDITED = f"""
    UPDATE {{schema}}.drafts d
       SET title = coalesce(n.renamed ->> 'title', d.title),
           description = coalesce(n.described ->> 'description', d.description),
           platform = CASE WHEN n.platform IS NULL THEN d.platform ELSE n.platform ->> 'platform' END,
           visibility = coalesce(n.visibility ->> 'visibility', d.visibility),
           turn_limit_hours = coalesce((n.turn_limit ->> 'turn_limit_hours')::integer, d.turn_limit_hours),
           target_publish_at = CASE WHEN n.publish_date IS NULL THEN d.target_publish_at
                                    ELSE (n.publish_date ->> 'target_publish_at')::timestamptz END,
           owner_id = coalesce(n.transferred ->> 'to_user_id', d.owner_id),
           status = coalesce(n.status, d.status)
      FROM (SELECT w.stream_id, {_last("draft_renamed")} AS renamed, {_last("draft_described")} AS described,
                   {_last("platform_changed")} AS platform, {_last("visibility_changed")} AS visibility,
                   {_last("turn_limit_changed")} AS turn_limit, {_last("publish_date_changed")} AS publish_date,
                   {_last("ownership_transferred")} AS transferred,
                   (array_agg(w.status ORDER BY w.version DESC) FILTER (WHERE w.status IS NOT NULL))[1] AS status
              FROM (SELECT e.stream_id, e.version, e.type, e.payload::json -> 'data' AS data,
                           CASE e.type WHEN 'draft_locked' THEN 'locked' WHEN 'draft_unlocked' THEN 'active'
                                       WHEN 'draft_completed' THEN 'completed' WHEN 'draft_reopened' THEN 'active'
                                       WHEN 'draft_archived' THEN 'archived' END AS status
                      FROM unnest(batch) e
                     WHERE e.type IN ('draft_renamed', 'draft_described', 'platform_changed', 'visibility_changed',
                                      'turn_limit_changed', 'publish_date_changed', 'ownership_transferred',
                                      'draft_locked', 'draft_unlocked', 'draft_completed', 'draft_reopened',
                                      'draft_archived')) w
             GROUP BY w.stream_id) n
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {{schema}}.drafts t WHERE t.lane = $1 AND t.draft_id = n.stream_id OFFSET 0) t
     WHERE d.ctid = t.ctid"""

# max() stands for "the newest": versions, orders, positions and times of one draft all rise together. The rows are
# found by one probe of the key each, and joined by where they are: joined by the key itself, a plan made while the
# table was small would go through all drafts for each of the batch. Nobody else writes, so no row moves meanwhile.
_DRAFTS = """
    UPDATE {schema}.drafts d
       SET version = n.version, position = n.position, updated_at = n.at,
           segment_count = coalesce(n.last_order + 1, d.segment_count),
           holder_id = coalesce(h.user_id, d.holder_id), passed_at = coalesce(h.at, d.passed_at),
           last_segment_at = CASE WHEN h.version IS NULL THEN coalesce(n.segment_at, d.last_segment_at)
                                  WHEN n.segment_version > h.version THEN n.segment_at END
      FROM (SELECT e.stream_id, max(e.version) AS version, max(e.position) AS position, max(e.recorded_at) AS at,
                   max(e.version) FILTER (WHERE e.type = 'ring_passed') AS pass_version,
                   max(e.version) FILTER (WHERE e.type = 'segment_added') AS segment_version,
                   max(e.recorded_at) FILTER (WHERE e.type = 'segment_added') AS segment_at,
                   max((e.payload::json -> 'data' ->> 'segment_order')::integer)
                       FILTER (WHERE e.type = 'segment_added') AS last_order
              FROM unnest(batch) e
             GROUP BY e.stream_id) n
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {schema}.drafts t WHERE t.lane = $1 AND t.draft_id = n.stream_id OFFSET 0) t
      LEFT JOIN LATERAL (
        SELECT * FROM {schema}.holds h
         WHERE h.lane = $1 AND h.draft_id = n.stream_id AND h.version = n.pass_version OFFSET 0) h ON true
     WHERE d.ctid = t.ctid AND d.version < n.version"""

DRAFTS = Projection(
    "drafts", ("draft",), _DDL, (_CREATED, _HOLDS, _SEGMENTS, _REWRITTEN, *membership.WRITERS, _EDITED, _DRAFTS)
)

# ---------------------------------------------------------------------------------------------------------------------
# Reading

# The row `d` of a draft and its parts. Segments: those after order `$after`, at most `$limit`, of the last `$last`.
DOCUMENT = """
    d.lane, d.draft_id, d.workspace_id, d.creator_id, d.owner_id, d.title, d.description, d.platform, d.status,
    d.visibility, d.version, d.position, d.holder_id, d.passed_at, d.last_segment_at, d.turn_limit_hours,
    d.segment_count, d.created_at, d.updated_at, d.target_publish_at,
    ARRAY(SELECT row(s.segment_order, s.segment_id, s.author_id, s.content, s.created_at, s.ring_holder_at_write)
            FROM {drafts}.segments s
           WHERE s.lane = d.lane AND s.draft_id = d.draft_id AND NOT s.withdrawn
             AND s.segment_order > greatest($after, d.segment_count::bigint - $last - 1)
           ORDER BY s.segment_order LIMIT $limit),
    ARRAY(SELECT row(h.version, h.user_id, h.at) FROM {drafts}.holds h
           WHERE h.lane = d.lane AND h.draft_id = d.draft_id ORDER BY h.version),
    ARRAY(SELECT row(m.user_id, m.role, m.joined_at) FROM {drafts}.members m
           WHERE m.lane = d.lane AND m.draft_id = d.draft_id ORDER BY m.version),
    ARRAY(SELECT a.user_id FROM {drafts}.authors a
           WHERE a.lane = d.lane AND a.draft_id = d.draft_id ORDER BY a.since)"""


def document_columns(after: str, limit: str, last: str) -> str:
    """Return the SELECT list of a document; the arguments name the query's parameters for the page of segments."""
    return DOCUMENT.replace("$after", after).replace("$limit", limit).replace("$last", last)


def document_of(columns: Sequence[Any]) -> DraftDocument:
    """Return the document that the columns of `document_columns` hold."""
    *fields, segments, holds, members, authors = columns
    parts: list[Any] = [
        tuple(Segment(*segment) for segment in segments),
        tuple(Hold(*hold) for hold in holds),
        tuple(Member(*member) for member in members),
        tuple(authors),
    ]
    return DraftDocument(*fields, *parts)


# As many more segments are read as were withdrawn since: a page is full when it is folded.
_WITHDRAWN_SINCE = """
    (SELECT count(*) FROM onering.events w
      WHERE w.lane = t.lane AND w.stream_id = t.stream_id AND w.version > coalesce(d.version, 0)
        AND w.type = 'segment_withdrawn')"""

# One statement, so one snapshot: the row and its parts as of some version, and exactly the events after it. Nothing can
# fall between them, and the projector may be anywhere. Without a row yet, all events.
_READ = f"""
    SELECT {document_columns("$3::integer", f"$4::bigint + {_WITHDRAWN_SINCE}", "$5::integer")},
           ARRAY(SELECT row({COLUMNS}) FROM onering.events e
                  WHERE e.lane = t.lane AND e.stream_id = t.stream_id AND e.version > coalesce(d.version, 0)
                  ORDER BY e.version)
      FROM onering.streams t
      LEFT JOIN {{drafts}}.drafts d ON d.lane = t.lane AND d.draft_id = t.stream_id
     WHERE t.lane = $1 AND t.stream_id = $2 AND t.stream_type = 'draft'"""


async def read_draft(models: ReadModels, draft_id: UUID, page: SegmentPage = WHOLE) -> DraftDocument | None:
    """Return the draft as the log has it now, however far its read model is; None if there is none.

    With a page, the cost does not grow with the draft's segments. Raises UnknownEvent, DATABASE_FAULTS, NotBuilt.
    """
    # Of the last segments, events may make others the first: then all of the last are read, and paged when folded.
    limit = page.limit if page.last is None else None
    wanted = (_integer(page.after), _integer(limit), _integer(page.last))
    rows = await models.fetch(_READ, models.lane, draft_id, *wanted)
    if not rows:
        return None
    *columns, newer = rows[0]
    document = document_of(columns) if columns[0] is not None else None
    if newer:
        document = fold(document, (StoredEvent(*event) for event in newer))
    return document.paged(page) if document else None


# As above: the segment as its read model has it, and what was written about it since.
_SEGMENT = f"""
    SELECT t.version, s.segment_order, s.author_id, s.content, s.withdrawn,
           ARRAY(SELECT row({COLUMNS}) FROM onering.events e
                  WHERE e.lane = t.lane AND e.stream_id = t.stream_id AND e.version > coalesce(d.version, 0)
                  ORDER BY e.version)
      FROM onering.streams t
      LEFT JOIN {{drafts}}.drafts d ON d.lane = t.lane AND d.draft_id = t.stream_id
      LEFT JOIN {{drafts}}.segments s ON s.lane = t.lane AND s.draft_id = t.stream_id AND s.segment_id = $3
     WHERE t.lane = $1 AND t.stream_id = $2 AND t.stream_type = 'draft'"""


async def find_segment(models: ReadModels, draft_id: UUID, segment_id: UUID) -> tuple[int, SegmentFact | None]:
    """Return the version that a draft is at now, and what rules need of one of its segments; None if it has none such.

    A draft that is none is at version 0. Raises UnknownEvent, DATABASE_FAULTS, NotBuilt.
    """
    rows = await models.fetch(_SEGMENT, models.lane, draft_id, segment_id)
    if not rows:
        return 0, None
    version, order, author, content, withdrawn, newer = rows[0]
    fact = None if order is None else SegmentFact(segment_id, order, author, mark(content), withdrawn)
    for event in (StoredEvent(*row) for row in newer):
        version = max(version, event.version)
        fact = _fact_after(fact, segment_id, decode(event))
    return version, fact


def _fact_after(fact: SegmentFact | None, segment_id: UUID, event: Event) -> SegmentFact | None:
    match event:
        case SegmentAdded() if event.segment_id == segment_id:
            return SegmentFact(segment_id, event.segment_order, event.author_id, mark(event.content))
        case SegmentAmended() if fact is not None and event.segment_id == segment_id:
            return fact._replace(mark=mark(event.content))
        case SegmentWithdrawn() if fact is not None and event.segment_id == segment_id:
            return fact._replace(withdrawn=True)
    return fact


def _integer(number: int | None) -> int:
    return LAST_VERSION if number is None else min(number, LAST_VERSION)


_EVENTS_AT_ONCE = 1000


async def read_draft_at(
    models: ReadModels, draft_id: UUID, at: int | datetime, page: SegmentPage = WHOLE
) -> DraftDocument | None:
    """Return the draft as it was at a version, or at a time (with offset): its last event recorded at or before it.

    None if there is no such draft, version or, by then, any event. Raises UnknownEvent, DATABASE_FAULTS.
    """
    version = at if isinstance(at, int) else await _version_at(models.pool, models.lane, draft_id, at)
    document: DraftDocument | None = None
    folded = 0
    while folded < version:
        events = await read_stream(models.pool, models.lane, draft_id, folded, _EVENTS_AT_ONCE, _integer(version))
        if not events or events[0].stream_type != "draft":
            return None
        document = fold(document, events)
        folded = events[-1].version
    return document.paged(page) if document else None


# Times never fall along versions: the newest that fits is found from the end of the stream's index.
_VERSION_AT = """
    SELECT e.version FROM onering.events e
     WHERE e.lane = $1 AND e.stream_id = $2 AND e.recorded_at <= $3 ORDER BY e.version DESC LIMIT 1"""


async def _version_at(pool: "asyncpg.Pool[Any]", lane: int, draft_id: UUID, at: datetime) -> int:
    return await pool.fetchval(_VERSION_AT, lane, draft_id, at) or 0
