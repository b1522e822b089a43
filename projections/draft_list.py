"""The list page: a person's drafts, newest activity first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import asyncpg

from onering.domain.values import Role, Status
from projections import cursors
from projections.document import DraftDocument
from projections.drafts import document_columns, document_of
from projections.faults import BadCursor
from projections.models import ReadAt, ReadModels

# Most segments shown of each draft in a list; one draft is read whole.
LIST_SEGMENTS = 200


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """Which drafts: all the person is a member of; `scope` public adds everyone's public ones; the rest narrows."""

    scope: Literal["mine", "public"] = "mine"
    status: Status | None = None
    role: Role | None = None
    holding: bool = False


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Drafts as of `position`, each with its last LIST_SEGMENTS segments, and where to go on, if anywhere."""

    documents: tuple[DraftDocument, ...]
    next_cursor: str | None
    position: int


# One statement, so one snapshot of the two read models. `standing` says whether both builds are still the live ones and
# how far they are; the page is only used if access is not behind what is shown. The first arm of the union looks at all
# drafts of the person (measured: 2.4 µs each), the second follows an index and stops at its limit; of scope "mine" it
# is empty.
_LIST = f"""
    WITH standing AS (
        SELECT count(*) = 2 AS live, max(p.position) FILTER (WHERE p.name = 'drafts') AS drafts,
               max(p.position) FILTER (WHERE p.name = 'access') AS access
          FROM onering.projections p
         WHERE p.lane = $1 AND p.status = 'live' AND p.name || '_' || p.version IN ('{{drafts}}', '{{access}}')
    ), page AS (
        (SELECT d.draft_id, d.updated_at
           FROM {{access}}.members m JOIN {{drafts}}.drafts d ON d.lane = m.lane AND d.draft_id = m.draft_id
          WHERE m.lane = $1 AND m.user_id = $2 AND (d.updated_at, d.draft_id) < ($3::timestamptz, $4::uuid)
            AND ($6::text IS NULL OR d.status = $6) AND ($7::text IS NULL OR m.role = $7)
            AND (NOT $8::boolean OR d.holder_id = $2)
          ORDER BY d.updated_at DESC, d.draft_id DESC LIMIT $5)
        UNION
        (SELECT d.draft_id, d.updated_at
           FROM {{drafts}}.drafts d JOIN {{access}}.drafts a ON a.lane = d.lane AND a.draft_id = d.draft_id
          WHERE $9::boolean AND $7::text IS NULL AND NOT $8::boolean AND d.lane = $1
            AND d.visibility = 'public' AND a.visibility = 'public'
            AND (d.updated_at, d.draft_id) < ($3::timestamptz, $4::uuid) AND ($6::text IS NULL OR d.status = $6)
          ORDER BY d.updated_at DESC, d.draft_id DESC LIMIT $5)
        ORDER BY updated_at DESC, draft_id DESC LIMIT $5
    )
    SELECT s.live, s.drafts, s.access, {document_columns(after="-1", limit="NULL", last="$10::integer")}
      FROM standing s
      LEFT JOIN (page p JOIN {{drafts}}.drafts d ON d.lane = $1 AND d.draft_id = p.draft_id) ON true
     ORDER BY p.updated_at DESC, p.draft_id DESC"""

_NEWEST = (datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1))


async def list_drafts(
    models: ReadModels,
    user_id: str | None,
    read_at: ReadAt,
    wanted: DraftFilter = DraftFilter(),
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> DraftPage:
    """Return a page of the drafts that a person (None: a caller without credentials) sees in the list.

    Raises TooEarly, BadCursor, NotBuilt, DATABASE_FAULTS.
    """
    after = _after(cursor, read_at.epoch)
    narrowed = (wanted.status, wanted.role, wanted.holding, wanted.scope == "public", LIST_SEGMENTS)
    rows = await _rows(models, read_at, (models.lane, user_id or "", *after, limit + 1, *narrowed))
    documents = tuple(document_of(row[3:]) for row in rows if row["draft_id"] is not None)
    more = len(documents) > limit
    page = documents[:limit]
    next_cursor = _cursor(read_at.epoch, page[-1]) if more else None
    return DraftPage(page, next_cursor, rows[0]["drafts"])


async def _rows(models: ReadModels, read_at: ReadAt, arguments: tuple[object, ...]) -> Sequence[asyncpg.Record]:
    waiting = read_at.start()
    access = read_at.position
    while True:
        await waiting.for_position(models.checkpoints, ("drafts",), read_at.position)
        await waiting.for_position(models.checkpoints, ("access",), access)
        rows = await models.fetch(_LIST, *arguments)
        standing = rows[0]
        if standing["live"] and standing["access"] >= standing["drafts"] >= read_at.position:
            return rows
        # A build was just replaced, or what is shown is newer than who may see it.
        models.checkpoints.forget()
        access = max(access, standing["drafts"] or 0)


def _cursor(epoch: str, last: DraftDocument) -> str:
    return cursors.encode(epoch, last.updated_at.isoformat(), str(last.draft_id))


def _after(cursor: str | None, epoch: str) -> tuple[datetime, UUID]:
    if cursor is None:
        return _NEWEST
    at, draft_id = cursors.decode(cursor, epoch, str, str)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(draft_id)
    except (ValueError, OverflowError) as fault:
        raise BadCursor("This cursor is not one that the server gave out; start again without it.") from fault
