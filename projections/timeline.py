"""What happened to a draft, told event by event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from onering.log.event import LAST_VERSION
from onering.log.wire import Principal, timestamp
from projections import cursors
from projections.models import ReadAt, ReadModels
from projections.projection import Projection

# One row per event, never changed. `meta` is the event's data without its long texts, which are told elsewhere.
_DDL = """
CREATE TABLE {schema}.entries (
    lane      smallint    NOT NULL,
    draft_id  uuid        NOT NULL,
    version   integer     NOT NULL,
    event_id  uuid        NOT NULL,
    at        timestamptz NOT NULL,
    type      text        NOT NULL,
    issuer    text        NOT NULL,
    subject   text        NOT NULL,
    meta      jsonb       NOT NULL,
    PRIMARY KEY (lane, draft_id, version)
);
"""

_ENTRIES = """
    INSERT INTO {schema}.entries (lane, draft_id, version, event_id, at, type, issuer, subject, meta)
    SELECT e.lane, e.stream_id, e.version, e.event_id, e.recorded_at, e.type, e.issuer, e.subject,
           coalesce((e.payload::jsonb -> 'data') - ARRAY['content', 'description', 'decided_at'], '{}')
      FROM unnest(batch) e"""

TIMELINE = Projection("timeline", ("draft",), _DDL, (_ENTRIES,))


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries as the API has them, where to go on, if anywhere, and the position they reflect."""

    entries: tuple[dict[str, Any], ...]
    next_cursor: str | None
    position: int


_COLUMNS = "t.version, t.event_id, t.at, t.type, t.issuer, t.subject, t.meta"
_STANDING = """
    WITH standing AS (
        SELECT max(p.position) AS position FROM onering.projections p
         WHERE p.lane = $1 AND p.status = 'live' AND p.name || '_' || p.version = '{timeline}'
    )"""
_ASCENDING = f"""{_STANDING}
    SELECT s.position, {_COLUMNS}
      FROM standing s LEFT JOIN LATERAL (
        SELECT * FROM {{timeline}}.entries t WHERE t.lane = $1 AND t.draft_id = $2 AND t.version > $3
         ORDER BY t.version LIMIT $4) t ON true
     ORDER BY t.version"""
_DESCENDING = f"""{_STANDING}
    SELECT s.position, {_COLUMNS}
      FROM standing s LEFT JOIN LATERAL (
        SELECT * FROM {{timeline}}.entries t WHERE t.lane = $1 AND t.draft_id = $2 AND t.version < $3
         ORDER BY t.version DESC LIMIT $4) t ON true
     ORDER BY t.version DESC"""


async def read_timeline(
    models: ReadModels,
    draft_id: UUID,
    read_at: ReadAt,
    principal: Principal,
    *,
    limit: int = 100,
    ascending: bool = True,
    cursor: str | None = None,
) -> TimelinePage:
    """Return a page of what happened to a draft; whether the caller may know is decided elsewhere.

    Raises TooEarly, BadCursor, NotBuilt, DATABASE_FAULTS.
    """
    after = _after(cursor, read_at.epoch, ascending)
    position, rows = await _rows(models, read_at, ascending, (models.lane, draft_id, after, limit + 1))
    page = rows[:limit]
    next_cursor = cursors.encode(read_at.epoch, page[-1]["version"]) if len(rows) > limit else None
    return TimelinePage(tuple(_entry(draft_id, row, principal) for row in page), next_cursor, position)


def _after(cursor: str | None, epoch: str, ascending: bool) -> int:
    if cursor is None:
        return 0 if ascending else LAST_VERSION
    version: int = cursors.decode(cursor, epoch, int)[0]
    return min(max(version, 0), LAST_VERSION)


async def _rows(
    models: ReadModels, read_at: ReadAt, ascending: bool, arguments: tuple[object, ...]
) -> tuple[int, Sequence[asyncpg.Record]]:
    waiting = read_at.start()
    while True:
        await waiting.for_position(models.checkpoints, ("timeline",), read_at.position)
        rows = await models.fetch(_ASCENDING if ascending else _DESCENDING, *arguments)
        position = rows[0]["position"]
        if position is not None and position >= read_at.position:
            return position, [row for row in rows if row["version"] is not None]
        # The build was just replaced.
        models.checkpoints.forget()


def _entry(draft_id: UUID, row: asyncpg.Record, principal: Principal) -> dict[str, Any]:
    meta = orjson.loads(row["meta"])
    actor = principal(row["issuer"], row["subject"])
    return {
        "event_id": str(row["event_id"]),
        "ts": timestamp(row["at"]),
        "type": row["type"],
        "actor_user_id": actor,
        "draft_id": str(draft_id),
        "summary": summary(row["type"], actor, meta),
        "meta": meta,
    }


# How each type of event reads, by the actor's user id and the event's data.
_SENTENCES: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "draft_created": lambda actor, meta: f"{actor} started “{meta['title']}”.",
    "segment_added": lambda actor, meta: f"{actor} wrote segment {meta['segment_order'] + 1}.",
    "ring_passed": lambda actor, meta: _passed(actor, meta),
    "collaborator_added": lambda actor, meta: f"{actor} added {meta['user_id']} as a {meta['role']}.",
    "collaborator_removed": lambda actor, meta: (
        f"{actor} left." if meta["user_id"] == actor else f"{actor} removed {meta['user_id']}."
    ),
}


def summary(type: str, actor: str, meta: Mapping[str, Any]) -> str:
    """Return a sentence for a person about an event; one it has no words for is named by its type."""
    sentence = _SENTENCES.get(type)
    try:
        return sentence(actor, meta) if sentence else f"{actor}: {type.replace('_', ' ')}."
    except KeyError:
        # Its data was erased.
        return f"{actor}: {type.replace('_', ' ')}."


def _passed(actor: str, meta: Mapping[str, Any]) -> str:
    if meta.get("reason") == "holder_removed":
        why = "left" if meta["from_user_id"] == actor else "was removed"
        return f"The ring went back to {meta['to_user_id']}, since {meta['from_user_id']} {why}."
    if meta["to_user_id"] == actor:
        return f"{actor} kept the ring."
    return f"{actor} passed the ring to {meta['to_user_id']}."
