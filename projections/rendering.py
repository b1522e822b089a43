"""A draft as the API shows it, from a document and the names of its people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from onering.domain.values import Status
from onering.log.wire import timestamp
from projections.document import DraftDocument, Member, Segment

_DAY = timedelta(hours=24)


def people_of(*documents: DraftDocument) -> set[str]:
    """Return the user ids whose display names `render_draft` needs."""
    return {person for document in documents for person in _people(document)}


def _people(document: DraftDocument) -> Iterable[str]:
    for segment in document.segments:
        yield segment.author_id
        yield segment.ring_holder_at_write
    for member in document.members:
        yield member.user_id


def render_draft(
    document: DraftDocument,
    names: Mapping[str, str],
    *,
    pending_invites: Sequence[UUID] = (),
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return the JSON value of a draft; `names` has everybody of `people_of`. With `now`, metrics as of then."""
    draft_id = str(document.draft_id)
    return {
        "draft_id": draft_id,
        "workspace_id": str(document.workspace_id),
        "creator_id": document.creator_id,
        "title": document.title,
        "description": document.description,
        "platform": document.platform,
        "status": document.status,
        "visibility": document.visibility,
        "version": document.version,
        "segments": [_segment(draft_id, segment, names) for segment in document.segments],
        "ring_state": _ring_state(draft_id, document),
        "collaborators": [m.user_id for m in document.members if m.user_id != document.creator_id],
        "members": [_member(member, names) for member in document.members],
        "pending_invites": [str(invite_id) for invite_id in pending_invites],
        "created_at": timestamp(document.created_at),
        "updated_at": timestamp(document.updated_at),
        "target_publish_at": timestamp(document.target_publish_at) if document.target_publish_at else None,
        "metrics": draft_metrics(document, now) if now else None,
    }


def _segment(draft_id: str, segment: Segment, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "segment_id": str(segment.segment_id),
        "draft_id": draft_id,
        "user_id": segment.author_id,
        "content": segment.content,
        "created_at": timestamp(segment.created_at),
        "segment_order": segment.segment_order,
        "author_user_id": segment.author_id,
        "author_display": names[segment.author_id],
        "ring_holder_user_id_at_write": segment.ring_holder_at_write,
        "ring_holder_display_at_write": names[segment.ring_holder_at_write],
        "idempotency_key": None,
    }


def _ring_state(draft_id: str, document: DraftDocument) -> dict[str, Any]:
    deadline = deadline_at(document)
    return {
        "draft_id": draft_id,
        "current_holder_id": document.holder_id,
        "holders_history": [hold.user_id for hold in document.holds],
        "passed_at": timestamp(document.passed_at),
        "last_passed_at": timestamp(document.passed_at),
        "deadline_at": timestamp(deadline) if deadline else None,
        "idempotency_key": None,
    }


def _member(member: Member, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "user_id": member.user_id,
        "display": names[member.user_id],
        "role": member.role,
        "joined_at": timestamp(member.joined_at),
    }


def deadline_at(document: DraftDocument) -> datetime | None:
    """Return when the holder's turn is over: the limit after the later of the last pass and the holder's last segment.

    None for a draft that takes no more turns.
    """
    if document.status in (Status.COMPLETED, Status.ARCHIVED):
        return None
    since = max(document.passed_at, document.last_segment_at or document.passed_at)
    return since + timedelta(hours=document.turn_limit_hours)


def draft_metrics(document: DraftDocument, now: datetime) -> dict[str, Any]:
    """Return the computed figures of a draft as of `now`.

    Contributors are the creator and everyone who wrote a segment. The average is over all passes, the first turn
    counted from the creation, in minutes; None before the first pass.
    """
    passes = document.holds[1:]
    average = None
    if passes:
        average = round((passes[-1].at - document.created_at).total_seconds() / 60 / len(passes), 1)
    return {
        "contributorsCount": len({document.creator_id, *document.authors}),
        "ringPassesLast24h": sum(now - _DAY < hold.at <= now for hold in passes),
        "avgMinutesBetweenPasses": average,
        "lastActivityAt": timestamp(document.updated_at),
    }
