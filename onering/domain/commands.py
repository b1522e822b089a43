"""What people ask for: one frozen model per command, told apart by `type`."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from onering.domain.ids import derived
from onering.domain.values import Content, Description, GrantedRole, Platform, Title, UserId, Visibility


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


class AddSegment(_OnDraft):
    """Write the next segment; only the holder of the ring may."""

    type: Literal["add-segment"] = "add-segment"
    content: Content


class PassRing(_OnDraft):
    """Give the ring to the owner or a contributor."""

    type: Literal["pass-ring"] = "pass-ring"
    to_user_id: UserId


class AddCollaborator(_OnDraft):
    """Let a person in, to write in turn or to read."""

    type: Literal["add-collaborator"] = "add-collaborator"
    collaborator_id: UserId
    role: GrantedRole = GrantedRole.CONTRIBUTOR


class RemoveCollaborator(_OnDraft):
    """Take a person out, or leave."""

    type: Literal["remove-collaborator"] = "remove-collaborator"
    collaborator_id: UserId


Command = CreateDraft | AddSegment | PassRing | AddCollaborator | RemoveCollaborator
