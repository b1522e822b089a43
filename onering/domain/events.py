"""What happened: one frozen model per event of a draft or an invite, told apart by `type`.

Stored for ever: types are only added, fields are never renamed, reused or made required. A reader ignores fields
that it does not know. An event holds everything that `decide` used. One of a draft holds nothing that an anonymous
reader of a public draft may not see; what is for members alone is on the invite's own stream.
"""

from datetime import datetime
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from onering.domain.values import GrantedRole, Platform, Strategy, Visibility

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


# ---------------------------------------------------------------------------------------------------------------------
# Writing


class SegmentAdded(_Event):
    """The holder wrote the next segment; `segment_order` counts from 0."""

    type: Literal["segment_added"] = "segment_added"
    segment_id: UUID
    author_id: str
    content: str
    segment_order: int


class SegmentAmended(_Event):
    """Its author gave a segment another text."""

    type: Literal["segment_amended"] = "segment_amended"
    segment_id: UUID
    segment_order: int
    content: str


class SegmentWithdrawn(_Event):
    """Its author took a segment out; the orders of the others stay as they are."""

    type: Literal["segment_withdrawn"] = "segment_withdrawn"
    segment_id: UUID
    segment_order: int


# ---------------------------------------------------------------------------------------------------------------------
# Taking turns


class RingPassed(_Event):
    """The ring changed hands. `reason` is absent when its holder passed it.

    A smart pass says which strategy chose the next holder, why, and from how many candidates.
    """

    type: Literal["ring_passed"] = "ring_passed"
    from_user_id: str
    to_user_id: str
    reason: Literal["holder_removed", "holder_demoted", "reclaimed"] | None = None
    strategy: Strategy | None = None
    reasoning: str | None = None
    candidate_count: int | None = None


class HolderNudged(_Event):
    """A member reminded the holder of their turn."""

    type: Literal["holder_nudged"] = "holder_nudged"
    user_id: str
    holder_id: str


# ---------------------------------------------------------------------------------------------------------------------
# People


class CollaboratorAdded(_Event):
    """A person came in, by an invite where it is named."""

    type: Literal["collaborator_added"] = "collaborator_added"
    user_id: str
    role: GrantedRole
    invite_id: UUID | None = None


class RoleChanged(_Event):
    """A member may do more, or less, than before."""

    type: Literal["role_changed"] = "role_changed"
    user_id: str
    role: GrantedRole


class CollaboratorRemoved(_Event):
    """A person was taken out, or left."""

    type: Literal["collaborator_removed"] = "collaborator_removed"
    user_id: str


class OwnershipTransferred(_Event):
    """Another member owns the draft; the one before is a contributor."""

    type: Literal["ownership_transferred"] = "ownership_transferred"
    from_user_id: str
    to_user_id: str


# ---------------------------------------------------------------------------------------------------------------------
# The draft itself; absent values were cleared


class DraftRenamed(_Event):
    """It has another title."""

    type: Literal["draft_renamed"] = "draft_renamed"
    title: str


class DraftDescribed(_Event):
    """It has another description."""

    type: Literal["draft_described"] = "draft_described"
    description: str


class PlatformChanged(_Event):
    """It is meant for another platform."""

    type: Literal["platform_changed"] = "platform_changed"
    platform: Platform | None = None


class VisibilityChanged(_Event):
    """Others may read it."""

    type: Literal["visibility_changed"] = "visibility_changed"
    visibility: Visibility


class TurnLimitChanged(_Event):
    """A turn may take another time."""

    type: Literal["turn_limit_changed"] = "turn_limit_changed"
    turn_limit_hours: int


class PublishDateChanged(_Event):
    """It is to be published at another time."""

    type: Literal["publish_date_changed"] = "publish_date_changed"
    target_publish_at: datetime | None = None


class DraftLocked(_Event):
    """It takes no segments for now."""

    type: Literal["draft_locked"] = "draft_locked"


class DraftUnlocked(_Event):
    """It takes segments again."""

    type: Literal["draft_unlocked"] = "draft_unlocked"


class DraftCompleted(_Event):
    """It is finished."""

    type: Literal["draft_completed"] = "draft_completed"


class DraftReopened(_Event):
    """It goes on."""

    type: Literal["draft_reopened"] = "draft_reopened"


class DraftArchived(_Event):
    """It was put away."""

    type: Literal["draft_archived"] = "draft_archived"


Event: TypeAlias = (
    DraftCreated
    | SegmentAdded
    | SegmentAmended
    | SegmentWithdrawn
    | RingPassed
    | HolderNudged
    | CollaboratorAdded
    | RoleChanged
    | CollaboratorRemoved
    | OwnershipTransferred
    | DraftRenamed
    | DraftDescribed
    | PlatformChanged
    | VisibilityChanged
    | TurnLimitChanged
    | PublishDateChanged
    | DraftLocked
    | DraftUnlocked
    | DraftCompleted
    | DraftReopened
    | DraftArchived
)

# ---------------------------------------------------------------------------------------------------------------------
# Invites: streams of their own, for members


class InviteCreated(_Event):
    """A person was asked to join a draft."""

    type: Literal["invite_created"] = "invite_created"
    draft_id: UUID
    inviter_id: str
    target_user_id: str
    role: GrantedRole
    message: str | None = None
    expires_at: datetime


class InviteAccepted(_Event):
    """They joined."""

    type: Literal["invite_accepted"] = "invite_accepted"
    draft_id: UUID
    user_id: str
    role: GrantedRole


class InviteRevoked(_Event):
    """It was taken back."""

    type: Literal["invite_revoked"] = "invite_revoked"
    draft_id: UUID


class InviteDeclined(_Event):
    """They said no."""

    type: Literal["invite_declined"] = "invite_declined"
    draft_id: UUID


InviteEvent: TypeAlias = InviteCreated | InviteAccepted | InviteRevoked | InviteDeclined

# Type → (newest schema version this code understands, model): of drafts, and of invites.
EVENT_TYPES: dict[str, tuple[int, type[Event]]] = {
    model.model_fields["type"].default: (1, model) for model in get_args(Event)
}
INVITE_EVENT_TYPES: dict[str, tuple[int, type[InviteEvent]]] = {
    model.model_fields["type"].default: (1, model) for model in get_args(InviteEvent)
}
