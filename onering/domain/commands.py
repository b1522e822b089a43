"""What people ask for: one frozen model per command, told apart by `type`."""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onering.domain.ids import derived
from onering.domain.values import (
    LONGEST_INVITE,
    LONGEST_TURN,
    Content,
    Description,
    GrantedRole,
    Handle,
    Message,
    Platform,
    Strategy,
    Time,
    Title,
    UserId,
    Visibility,
)


class _Command(BaseModel):
    """Fields of every command. Unknown ones are refused: a misspelt field must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    command_id: UUID = Field(description="Derived by the edge from the idempotency scope, never sent by a client.")


class CreateDraft(_Command):
    """Start a draft; its creator owns it and holds the ring."""

    type: Literal["create-draft"] = "create-draft"
    title: Title
    description: Description = ""
    platform: Platform | None = None
    visibility: Visibility | None = None
    initial_segment: Content | None = None

    @property
    def draft_id(self) -> UUID:
        """Identity of the draft to be."""
        return derived(self.command_id, "draft")


class _OnDraft(_Command):
    draft_id: UUID


# ---------------------------------------------------------------------------------------------------------------------
# Writing


class AddSegment(_OnDraft):
    """Write the next segment; only the holder of the ring may."""

    type: Literal["add-segment"] = "add-segment"
    content: Content


class AmendSegment(_OnDraft):
    """Change the text of an own segment while holding the ring; the old text stays in history."""

    type: Literal["amend-segment"] = "amend-segment"
    segment_id: UUID
    content: Content


class WithdrawSegment(_OnDraft):
    """Take an own segment out of the draft while holding the ring; its text stays in history."""

    type: Literal["withdraw-segment"] = "withdraw-segment"
    segment_id: UUID


# ---------------------------------------------------------------------------------------------------------------------
# Taking turns


class PassRing(_OnDraft):
    """Give the ring to the owner or a contributor."""

    type: Literal["pass-ring"] = "pass-ring"
    to_user_id: UserId


class PassRingSmart(_OnDraft):
    """Give the ring to whoever a strategy chooses from the draft's own history.

    `allow_ai` is accepted for clients that send it: every strategy is a rule, and the same for everyone.
    """

    type: Literal["pass-ring-smart"] = "pass-ring-smart"
    strategy: Strategy = Strategy.MOST_INACTIVE
    allow_ai: Annotated[bool, Field(strict=True)] = False


class ReclaimRing(_OnDraft):
    """Take the ring from a holder whose turn is over: the owner may after one turn limit, contributors after two."""

    type: Literal["reclaim-ring"] = "reclaim-ring"


class NudgeHolder(_OnDraft):
    """Remind the holder that it is their turn; a member may once an hour."""

    type: Literal["nudge-holder"] = "nudge-holder"


# ---------------------------------------------------------------------------------------------------------------------
# People


class AddCollaborator(_OnDraft):
    """Let a person in, to write in turn or to read."""

    type: Literal["add-collaborator"] = "add-collaborator"
    collaborator_id: UserId
    role: GrantedRole = GrantedRole.CONTRIBUTOR


class ChangeRole(_OnDraft):
    """Let a reader write, or a writer only read; a holder made a reader returns the ring to the owner."""

    type: Literal["change-role"] = "change-role"
    collaborator_id: UserId
    role: GrantedRole


class RemoveCollaborator(_OnDraft):
    """Take a person out, or leave; a holder returns the ring to the owner."""

    type: Literal["remove-collaborator"] = "remove-collaborator"
    collaborator_id: UserId


class TransferOwnership(_OnDraft):
    """Make another member the owner; the one before stays, as a contributor."""

    type: Literal["transfer-ownership"] = "transfer-ownership"
    to_user_id: UserId


# ---------------------------------------------------------------------------------------------------------------------
# The draft itself


class EditDraft(_OnDraft):
    """Change what a draft is called and how it is run; only fields that are sent change, each by its own event."""

    type: Literal["edit-draft"] = "edit-draft"
    title: Title = ""
    description: Description = ""
    platform: Platform | None = None
    visibility: Visibility = Visibility.PRIVATE
    turn_limit_hours: Annotated[int, Field(strict=True, ge=1, le=LONGEST_TURN)] = 1
    target_publish_at: Time | None = None


class LockDraft(_OnDraft):
    """Take no segments for now."""

    type: Literal["lock-draft"] = "lock-draft"


class UnlockDraft(_OnDraft):
    """Take segments again."""

    type: Literal["unlock-draft"] = "unlock-draft"


class CompleteDraft(_OnDraft):
    """Call a draft finished; from then on it can only be reopened."""

    type: Literal["complete-draft"] = "complete-draft"


class ReopenDraft(_OnDraft):
    """Go on with a completed or archived draft."""

    type: Literal["reopen-draft"] = "reopen-draft"


class ArchiveDraft(_OnDraft):
    """Put a draft away; from then on it can only be reopened."""

    type: Literal["archive-draft"] = "archive-draft"


DraftCommand: TypeAlias = (
    CreateDraft
    | AddSegment
    | AmendSegment
    | WithdrawSegment
    | PassRing
    | PassRingSmart
    | ReclaimRing
    | NudgeHolder
    | AddCollaborator
    | ChangeRole
    | RemoveCollaborator
    | TransferOwnership
    | EditDraft
    | LockDraft
    | UnlockDraft
    | CompleteDraft
    | ReopenDraft
    | ArchiveDraft
)

# ---------------------------------------------------------------------------------------------------------------------
# Invites


def _named(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"type": "string"}}}


class CreateInvite(_OnDraft):
    """Ask one person, by user id or by handle, to join; the answer has the link that lets them accept."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_named("target_user_id"), _named("target_handle")]})

    type: Literal["create-invite"] = "create-invite"
    target_user_id: UserId | None = None
    target_handle: Handle | None = None
    role: GrantedRole = GrantedRole.CONTRIBUTOR
    expires_in_hours: Annotated[int, Field(strict=True, ge=1, le=LONGEST_INVITE)] = 72
    message: Message | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "CreateInvite":
        if (self.target_user_id is None) == (self.target_handle is None):
            raise ValueError("Name the person by target_user_id or by target_handle, one of the two")
        return self

    @property
    def invite_id(self) -> UUID:
        """Identity of the invite to be."""
        return derived(self.command_id, "invite")


class _OnInvite(_Command):
    invite_id: UUID


class AcceptInvite(_OnInvite):
    """Join the draft that one was invited to; `token` is in the link."""

    type: Literal["accept-invite"] = "accept-invite"
    token: Annotated[str, Field(min_length=1, max_length=128)]


class RevokeInvite(_OnInvite):
    """Take an invite back; whoever made it and the owner may."""

    type: Literal["revoke-invite"] = "revoke-invite"


class DeclineInvite(_OnInvite):
    """Say no to an invite."""

    type: Literal["decline-invite"] = "decline-invite"


InviteCommand: TypeAlias = CreateInvite | AcceptInvite | RevokeInvite | DeclineInvite

Command: TypeAlias = DraftCommand | InviteCommand
