"""Events as auditors see them: of every stream, with what no other reader is told."""

from typing import Annotated, Any

from pydantic import Field

from onering.contract import examples
from onering.contract.history import Doer
from onering.contract.shapes import Count, Cursor, Id, PlaceInLog, Shape, Time, Version, shown

_AUDITED = examples.EVENT | {
    "schema_version": 1,
    "stream_type": "draft",
    "stream_id": examples.DRAFT_ID,
    "workspace_id": examples.WORKSPACE_ID,
    "issuer": "https://clerk.example.com",
    "subject": examples.ALICE,
    "impersonator": None,
    "correlation_id": examples.REQUEST_ID,
    "causation_id": None,
    "recorded_at": examples.NOON,
}


class AuditedEvent(Shape):
    """An event as the readers of its stream have it, with its whole origin; erased, key and data are null.

    `draft_id` is an event's of a draft, `invite_id` one's of an invite.
    """

    type: str
    draft_id: Id | None = None
    invite_id: Id | None = None
    version: Version
    position: PlaceInLog
    event_id: Id
    at: Time
    actor: Doer
    command_id: Id
    idempotency_key: str | None
    data: dict[str, Any] | None
    schema_version: Annotated[int, Field(ge=1)]
    stream_type: str
    stream_id: Id
    workspace_id: Id
    issuer: str
    subject: str
    impersonator: str | None
    correlation_id: str
    causation_id: Id | None
    recorded_at: Time


class AuditPage(Shape):
    """Events in the order of the log. A page may be empty and still have a `next_cursor`, for `after`."""

    model_config = shown({"data": [_AUDITED], "count": 1, "next_cursor": None})

    data: list[AuditedEvent]
    count: Count
    next_cursor: Cursor
