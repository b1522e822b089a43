"""The list page: a person's drafts, newest activity first, or those of them in which something is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from types import MappingProxyType
from typing import Literal
from uuid import UUID

import asyncpg

from onering.domain.values import Role, Status, Visibility
from projections import cursors
from projections.document import DraftDocument
from projections.drafts import document_columns, document_of
from projections.faults import BadCursor
from projections.models import ReadAt, ReadModels
from projections.search import QUERY, SNIPPET, Snippet, snippet_of, still_typing

# Most segments shown of each draft in a list; one draft is read whole.
LIST_SEGMENTS = 200
# Most pages of text that one search goes through; its cursor goes on with the next ones.
CANDIDATES = 1000

Scope = Literal["mine", "workspace", "public"]


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """Which drafts: all the person is a member of; what `scope` adds to them; the rest narrows.

    `workspace` adds those that everyone of the person's workspace may read, `public` those that anyone may. A role, or
    whose turn it is, is the person's own, so nothing is added then. `search` is what people type: words, "phrases",
    or, -without.
    """

    scope: Scope = "mine"
    status: Status | None = None
    role: Role | None = None
    holding: bool = False
    visibility: Visibility | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Drafts as of `position` in a build of the drafts, in order, by id and version, and where to go on, if anywhere.

    `documents` are those of them that were wanted, each with its last LIST_SEGMENTS segments. Of a search, `snippets`
    has a passage of each. It may be empty and still have somewhere to go on.
    """

    documents: tuple[DraftDocument, ...]
    next_cursor: str | None
    position: int
    versions: Mapping[UUID, int] = field(default_factory=dict)
    snippets: Mapping[UUID, Snippet] = field(default_factory=dict)
    build: str = ""


# One statement, so one snapshot of the read models. `standing` says whether the builds are still the live ones and how
# far they are; the page is only used if access is not behind what is shown.
_STANDING = """
    WITH standing AS (
        SELECT count(*) = 3 AS live, max(p.position) FILTER (WHERE p.name = 'drafts') AS drafts,
               max(p.position) FILTER (WHERE p.name = 'access') AS access,
               max(p.position) FILTER (WHERE p.name = 'search') AS search
          FROM onering.projections p
         WHERE p.lane = $1 AND p.status = 'live'
           AND p.name || '_' || p.version IN ('{drafts}', '{access}', '{search}')
    )"""

# The first $5 places after a place ($3, $4), in each arm and each wanted combination by a range of an index that ends
# there: no row is looked at for nothing. The first arm has all of a person's, if nothing narrows them ($15); those that
# are not wanted have no combinations.
_PLACES = """
    place AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY a.active_at DESC, a.draft_id DESC) AS n, a.active_at, a.draft_id
          FROM (
            (SELECT m.active_at, m.draft_id FROM {access}.members m
              WHERE $15::boolean AND m.lane = $1 AND m.user_id = $2
                AND (m.active_at, m.draft_id) < ($3::timestamptz, $4::uuid)
              ORDER BY m.active_at DESC, m.draft_id DESC LIMIT $5)
            UNION
            SELECT m.active_at, m.draft_id
              FROM unnest($6::text[], $7::text[], $8::text[], $9::boolean[]) k(status, role, visibility, holding)
             CROSS JOIN LATERAL (
                SELECT m.active_at, m.draft_id FROM {access}.members m
                 WHERE m.lane = $1 AND m.user_id = $2 AND m.status = k.status AND m.role = k.role
                   AND m.visibility = k.visibility AND m.holding = k.holding
                   AND (m.active_at, m.draft_id) < ($3::timestamptz, $4::uuid)
                 ORDER BY m.active_at DESC, m.draft_id DESC LIMIT $5) m
            UNION
            SELECT d.active_at, d.draft_id
              FROM unnest($10::text[]) k(status)
             CROSS JOIN LATERAL (
                SELECT d.active_at, d.draft_id FROM {access}.drafts d
                 WHERE d.lane = $1 AND d.visibility = 'public' AND d.status = k.status
                   AND (d.active_at, d.draft_id) < ($3::timestamptz, $4::uuid)
                 ORDER BY d.active_at DESC, d.draft_id DESC LIMIT $5) d
            UNION
            SELECT d.active_at, d.draft_id
              FROM unnest($11::text[], $12::text[]) k(status, visibility)
             CROSS JOIN LATERAL (
                SELECT d.active_at, d.draft_id FROM {access}.drafts d
                 WHERE d.lane = $1 AND d.workspace_id = $13::uuid AND d.visibility <> 'private'
                   AND d.visibility = k.visibility AND d.status = k.status
                   AND (d.active_at, d.draft_id) < ($3::timestamptz, $4::uuid)
                 ORDER BY d.active_at DESC, d.draft_id DESC LIMIT $5) d
             ORDER BY active_at DESC, draft_id DESC LIMIT $5
          ) a
         ORDER BY n
    )"""

_SHOWN = document_columns(after="-1", limit="NULL", last="$14::integer")
_COLUMN_OF_DRAFT = 11
_HEADS = "s.live, s.drafts, s.access, s.search, '{drafts}' AS build"

# The row of a place's draft as `v`, and as `d` if its document is wanted: not where the caller has it in this version.
_ROWS = """
          LEFT JOIN {drafts}.drafts v ON v.lane = $1 AND v.draft_id = $place
          LEFT JOIN {drafts}.drafts d ON d.lane = $1 AND d.draft_id = v.draft_id AND $16::uuid[] IS NOT NULL
           AND NOT EXISTS (SELECT FROM unnest($16::uuid[], $17::integer[]) known(draft_id, version)
                            WHERE known.draft_id = v.draft_id AND known.version = v.version)"""
_LIST = f"""{_STANDING}, {_PLACES}
    SELECT {_HEADS}, p.active_at, p.draft_id AS place, v.version AS reached, NULL AS part, NULL AS snippet,
           NULL AS ended, {_SHOWN}
      FROM standing s
      LEFT JOIN (place p {_ROWS.replace("$place", "p.draft_id")}) ON true
     ORDER BY p.n"""

# `candidate`: the pages of text of these places, draft by draft, at most $5 and one more; of the draft of that one not
# all pages were looked at, so the search ends before it, or at the last place, and goes on from `ended`.
_SEARCH = f"""{_STANDING}, {_PLACES}, q AS MATERIALIZED ({QUERY}),
    candidate AS MATERIALIZED (
        SELECT p.n, t.page, t.matches
          FROM place p CROSS JOIN q
         CROSS JOIN LATERAL (
            SELECT t.page, t.words @@ q.query AS matches FROM {{search}}.pages t
             WHERE t.lane = $1 AND t.draft_id = p.draft_id ORDER BY t.page LIMIT $5) t
         ORDER BY p.n, t.page LIMIT $5 + 1
    ), ended AS MATERIALIZED (
        SELECT coalesce((SELECT c.n FROM candidate c ORDER BY c.n, c.page OFFSET $5 LIMIT 1) - 1, $5) AS n
    ), found AS MATERIALIZED (
        SELECT c.n, min(c.page) AS page FROM candidate c, ended
         WHERE c.matches AND c.n <= ended.n GROUP BY c.n ORDER BY c.n LIMIT $18
    )
    SELECT {_HEADS}, f.active_at, f.draft_id AS place, v.version AS reached, t.part, t.snippet,
           (SELECT row(p.active_at, p.draft_id) FROM place p, ended WHERE p.n = ended.n) AS ended, {_SHOWN}
      FROM standing s
      LEFT JOIN (
        (SELECT f.n, f.page, p.active_at, p.draft_id FROM found f JOIN place p ON p.n = f.n) f
         CROSS JOIN q
         CROSS JOIN LATERAL ({SNIPPET}) t
         {_ROWS.replace("$place", "f.draft_id")}) ON true
     ORDER BY f.n""".replace("$asked", "$19::text").replace("$typing", "$20::boolean")

NOTHING: Mapping[UUID, int] = MappingProxyType({})
_NEWEST = (datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1))
Place = tuple[datetime, UUID]


async def list_drafts(
    models: ReadModels,
    user_id: str | None,
    read_at: ReadAt,
    wanted: DraftFilter = DraftFilter(),
    *,
    workspace_id: UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
    known: Mapping[UUID, int] | None = NOTHING,
) -> DraftPage:
    """Return a page of the drafts that a person (None: a caller without credentials) of a workspace sees in the list.

    Documents are read of those that the caller does not have: `known` are the versions of what it has, None: of none.
    Raises TooEarly, BadCursor, NotBuilt, DATABASE_FAULTS.
    """
    who = (models.lane, user_id or "", *_after(cursor, read_at.epoch))
    had = (None, None) if known is None else (list(known), list(known.values()))
    arms = (*_combinations(user_id, wanted), workspace_id, LIST_SEGMENTS, _is_whole(wanted), *had)
    if asked := wanted.search.strip():
        words = (limit + 1, asked, still_typing(wanted.search))
        rows = await _rows(models, read_at, _SEARCH, (*who, CANDIDATES, *arms, *words))
    else:
        rows = await _rows(models, read_at, _LIST, (*who, limit + 1, *arms))
    return _page(rows, limit, read_at.epoch)


def _combinations(user_id: str | None, wanted: DraftFilter) -> tuple[object, ...]:
    """Return what the arms of _PLACES range over, as arrays: of the person's, of the public, of the workspace's."""
    statuses = [wanted.status] if wanted.status else list(Status)
    visibilities = [wanted.visibility] if wanted.visibility else list(Visibility)
    roles = [wanted.role] if wanted.role else list(Role)
    holding = [True] if wanted.holding else [True, False]
    narrowed = user_id is not None and not _is_whole(wanted)
    mine = list(product(statuses, roles, visibilities, holding)) if narrowed else []
    wider = wanted.role is None and not wanted.holding
    public = statuses if wider and wanted.scope == "public" and Visibility.PUBLIC in visibilities else []
    shared = [visibility for visibility in visibilities if visibility != Visibility.PRIVATE]
    workspace = list(product(statuses, shared)) if wider and wanted.scope == "workspace" else []
    columns = [[each[n] for each in mine] for n in range(4)]
    return (*columns, public, *[[each[n] for each in workspace] for n in range(2)])


def _is_whole(wanted: DraftFilter) -> bool:
    """Whether all of a person's drafts are wanted."""
    return not (wanted.status or wanted.role or wanted.visibility or wanted.holding)


def _page(rows: Sequence[asyncpg.Record], limit: int, epoch: str) -> DraftPage:
    """Return the page of some rows, one more than it holds if there are more.

    A draft that access knows and the drafts do not yet is on no page: it is newer than what this one reflects.
    """
    places: list[Place] = [(row["active_at"], row["place"]) for row in rows if row["place"] is not None]
    shown = [row for row in rows[:limit] if row["reached"] is not None]
    documents = tuple(document_of(row[_COLUMN_OF_DRAFT:]) for row in shown if row["draft_id"] is not None)
    versions = {row["place"]: row["reached"] for row in shown}
    snippets = {row["place"]: snippet_of(row["part"], row["snippet"]) for row in shown if row["snippet"] is not None}
    last = places[limit - 1] if len(places) > limit else rows[0]["ended"]
    next_cursor = cursors.encode(epoch, last[0].isoformat(), str(last[1])) if last else None
    return DraftPage(documents, next_cursor, rows[0]["drafts"], versions, snippets, rows[0]["build"])


async def _rows(
    models: ReadModels, read_at: ReadAt, sql: str, arguments: tuple[object, ...]
) -> Sequence[asyncpg.Record]:
    waiting = read_at.start()
    # No text is shown that is newer than what says who may see it, and no draft that is newer than where it is found.
    in_order = ("access", "search", "drafts") if sql is _SEARCH else ("access", "drafts")
    needed = dict.fromkeys(in_order, read_at.position)
    while True:
        for name, position in needed.items():
            await waiting.for_position(models.checkpoints, (name,), position)
        rows = await models.fetch(sql, *arguments)
        reached = [rows[0][name] or 0 for name in in_order]
        if rows[0]["live"] and reached == sorted(reached, reverse=True) and reached[-1] >= read_at.position:
            return rows
        # A build was just replaced, or one is ahead of another.
        models.checkpoints.forget()
        needed = {name: max(needed[name], *reached[n:]) for n, name in enumerate(in_order)}


def _after(cursor: str | None, epoch: str) -> Place:
    if cursor is None:
        return _NEWEST
    at, draft_id = cursors.decode(cursor, epoch, str, str)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(draft_id)
    except (ValueError, OverflowError) as fault:
        raise BadCursor("This cursor is not one that the server gave out; start again without it.") from fault
