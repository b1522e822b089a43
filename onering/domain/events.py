"""What happened: one frozen model per event of a draft, told apart by `type`.

Stored for ever: types are only added, fields are never renamed, reused or made required. A reader ignores fields
that it does not know. An event holds everything that `decide` used, and nothing that an anonymous reader of a public
draft may not see.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from onering.domain.values import GrantedRole, Platform, Visibility

# Hours a holder may keep the ring before the owner can reclaim it.
TURN_LIMIT_HOURS = 24


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    decided_at: datetime | None = None
    """The `now` of a decision that depended on time, else absent."""


class DraftCreated(_Event):
    """A draft began; its creator owns it and holds the ring."""

    type: Literal["draft_created"] = "draft_created"
    creator_id: str
    title: str
    description: str = ""
    platform: Platform | None = None
    visibility: Visibility
    turn_limit_hours: int = TURN_LIMIT_HOURS


class SegmentAdded(_Event):
    """The holder wrote the next segment; `segment_order` counts from 0."""

    type: Literal["segment_added"] = "segment_added"
    segment_id: UUID
    author_id: str
    content: str
    segment_order: int


class RingPassed(_Event):
    """The ring changed hands. `reason` is absent when its holder simply passed it."""

    type: Literal["ring_passed"] = "ring_passed"
    from_user_id: str
    to_user_id: str
    reason: Literal["holder_removed"] | None = None


class CollaboratorAdded(_Event):
    """A person came in."""

    type: Literal["collaborator_added"] = "collaborator_added"
    user_id: str
    role: GrantedRole


class CollaboratorRemoved(_Event):
    """A person was taken out, or left."""

    type: Literal["collaborator_removed"] = "collaborator_removed"
    user_id: str


Event = DraftCreated | SegmentAdded | RingPassed | CollaboratorAdded | CollaboratorRemoved

# Type → (newest schema version this code understands, model).
EVENT_TYPES: dict[str, tuple[int, type[Event]]] = {
    "draft_created": (1, DraftCreated),
    "segment_added": (1, SegmentAdded),
    "ring_passed": (1, RingPassed),
    "collaborator_added": (1, CollaboratorAdded),
    "collaborator_removed": (1, CollaboratorRemoved),
}
