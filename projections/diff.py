"""What changed in a draft between two of its versions, and who changed it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from onering.log.event import StoredEvent
from onering.log.reader import read_stream
from onering.log.wire import Principal, timestamp
from projections.document import DraftDocument, Segment, fold
from projections.drafts import read_draft_at
from projections.models import ReadModels

# The fields of a draft, and the events that change each.
_FIELDS: Mapping[str, frozenset[str]] = {
    "title": frozenset({"draft_renamed"}),
    "description": frozenset({"draft_described"}),
    "platform": frozenset({"platform_changed"}),
    "visibility": frozenset({"visibility_changed"}),
    "turn_limit_hours": frozenset({"turn_limit_changed"}),
    "target_publish_at": frozenset({"publish_date_changed"}),
    "status": frozenset({"draft_locked", "draft_unlocked", "draft_completed", "draft_reopened", "draft_archived"}),
}


@dataclass(frozen=True, slots=True)
class Diff:
    """A draft before and after the `events` between, which follow each other."""

    before: DraftDocument
    after: DraftDocument
    events: tuple[StoredEvent, ...]


VERSION_AT = """
    SELECT e.version FROM onering.events e
     WHERE e.lane = $1 AND e.stream_id = $2 AND e.recorded_at <= $3 ORDER BY e.version DESC LIMIT 1"""


async def version_at(models: ReadModels, draft_id: UUID, at: datetime) -> int:
    """Return the version that a draft was at then; 0 before its first event. Raises DATABASE_FAULTS."""
    return await models.pool.fetchval(VERSION_AT, models.lane, draft_id, at) or 0


async def read_diff(models: ReadModels, draft_id: UUID, since: int, until: int, limit: int) -> Diff:
    """Return a draft at version `since`, which it has, and at `until`, or after `limit` events if there are more.

    Takes as long as reading the draft at that version. Raises UnknownEvent, DATABASE_FAULTS.
    """
    before = await read_draft_at(models, draft_id, since)
    assert before is not None
    events = await read_stream(models.pool, models.lane, draft_id, since, limit, until)
    after = fold(before, events)
    assert after is not None
    return Diff(before, after, tuple(events))


def render_diff(diff: Diff, principal: Principal) -> dict[str, Any]:
    """Return the JSON value of a diff: what is other than before, each by whoever changed it last, and every pass.

    What was changed and changed back is no difference, nor is what came and went.
    """
    changes = [_Change.of(event, principal) for event in diff.events]
    return {
        "draft_id": str(diff.after.draft_id),
        "from": {"version": diff.before.version, "at": timestamp(diff.before.updated_at)},
        "to": {"version": diff.after.version, "at": timestamp(diff.after.updated_at)},
        "fields": _fields(diff, changes),
        "segments": _segments(diff, changes),
        "members": _members(diff, changes),
        "ring": _ring(diff, changes),
    }


@dataclass(frozen=True, slots=True)
class _Change:
    """An event as a diff tells it: what it is about, and by whom, when and at which version."""

    type: str
    data: Mapping[str, Any]
    said: Mapping[str, Any]

    @classmethod
    def of(cls, event: StoredEvent, principal: Principal) -> "_Change":
        assert event.payload is not None  # it was folded
        by, at = principal(event.issuer, event.subject), timestamp(event.recorded_at)
        return cls(event.type, orjson.loads(event.payload)["data"], {"by": by, "at": at, "version": event.version})


def _last(changes: Iterable[_Change]) -> Mapping[str, Any]:
    return [change.said for change in changes][-1]


def _fields(diff: Diff, changes: Sequence[_Change]) -> list[dict[str, Any]]:
    found = []
    for name, types in _FIELDS.items():
        before, after = getattr(diff.before, name), getattr(diff.after, name)
        if before != after:
            last = _last(change for change in changes if change.type in types)
            found.append({"field": name, "from": _value(before), "to": _value(after), **last})
    return found


def _value(value: Any) -> Any:
    return timestamp(value) if isinstance(value, datetime) else value


def _segments(diff: Diff, changes: Sequence[_Change]) -> dict[str, list[dict[str, Any]]]:
    touched: dict[str, list[_Change]] = {}
    for change in changes:
        if "segment_id" in change.data:
            touched.setdefault(change.data["segment_id"], []).append(change)
    before, after = _of(diff.before, touched), _of(diff.after, touched)
    return {
        "added": [
            {**_segment(after[name]), "content": after[name].content, **said[0].said}
            for name, said in touched.items()
            if name in after and name not in before
        ],
        "amended": [
            {**_segment(old), "from": old.content, "to": after[name].content, **_last(touched[name])}
            for name, old in before.items()
            if name in after and after[name].content != old.content
        ],
        "withdrawn": [
            {**_segment(old), "content": old.content, **_last(touched[name])}
            for name, old in before.items()
            if name not in after
        ],
    }


def _of(document: DraftDocument, touched: Mapping[str, Any]) -> dict[str, Segment]:
    return {str(s.segment_id): s for s in document.segments if str(s.segment_id) in touched}


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "segment_id": str(segment.segment_id),
        "segment_order": segment.segment_order,
        "user_id": segment.author_id,
    }


def _members(diff: Diff, changes: Sequence[_Change]) -> list[dict[str, Any]]:
    before, after = diff.before, diff.after
    roles = [{member.user_id: member.role for member in document.members} for document in (before, after)]
    people = dict.fromkeys((*roles[0], *roles[1]))
    return [
        {
            "user_id": person,
            "from": roles[0].get(person),
            "to": roles[1].get(person),
            **_last(change for change in changes if person in _concerned(change)),
        }
        for person in people
        if roles[0].get(person) != roles[1].get(person)
    ]


def _concerned(change: _Change) -> Sequence[str]:
    """Return the people whose place in the draft an event changes."""
    match change.type:
        case "collaborator_added" | "collaborator_removed" | "role_changed":
            return (change.data["user_id"],)
        case "ownership_transferred":
            return (change.data["from_user_id"], change.data["to_user_id"])
    return ()


def _ring(diff: Diff, changes: Sequence[_Change]) -> dict[str, Any]:
    passes = [
        {
            "from_user_id": change.data["from_user_id"],
            "to_user_id": change.data["to_user_id"],
            "reason": change.data.get("reason"),
            "strategy": change.data.get("strategy"),
            **change.said,
        }
        for change in changes
        if change.type == "ring_passed"
    ]
    return {"from": diff.before.holder_id, "to": diff.after.holder_id, "passes": passes}
