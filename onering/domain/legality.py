"""What makes stored events legal: the command that they tell of, decided again, yields them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, assert_never
from uuid import UUID

from onering.domain.commands import (
    AcceptInvite,
    AddCollaborator,
    AddSegment,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    CreateDraft,
    CreateInvite,
    DeclineInvite,
    DraftCommand,
    EditDraft,
    InviteCommand,
    LockDraft,
    NudgeHolder,
    PassRing,
    PassRingSmart,
    ReclaimRing,
    RemoveCollaborator,
    ReopenDraft,
    RevokeInvite,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftArchived,
    DraftCompleted,
    DraftCreated,
    DraftDescribed,
    DraftLocked,
    DraftRenamed,
    DraftReopened,
    DraftUnlocked,
    Event,
    HolderNudged,
    InviteAccepted,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteRevoked,
    OwnershipTransferred,
    PlatformChanged,
    PublishDateChanged,
    RingPassed,
    RoleChanged,
    SegmentAdded,
    SegmentAmended,
    SegmentWithdrawn,
    TurnLimitChanged,
    VisibilityChanged,
)
from onering.domain.values import GrantedRole

# Stands for the token of an acceptance, which is stored nowhere: that it was right can't be seen afterwards.
UNKNOWN_TOKEN = "-"


def rebuilt(events: Sequence[Event], command_id: UUID, draft_id: UUID) -> DraftCommand:
    """Return the command that made `events`, all of its own on one draft, in order.

    One that came by an invite is `rebuilt_on_invite` from what it did to the invite.
    Raises pydantic.ValidationError where no such command can be: its words would have been refused.
    """
    of: dict[str, Any] = {"command_id": command_id, "draft_id": draft_id}
    match events[0]:
        case SegmentAdded(content=content):
            return AddSegment(content=content, **of)
        case SegmentAmended(segment_id=segment, content=content):
            return AmendSegment(segment_id=segment, content=content, **of)
        case SegmentWithdrawn(segment_id=segment):
            return WithdrawSegment(segment_id=segment, **of)
        case DraftCreated():
            return _creation(events[0], events[1:], command_id)
        case RingPassed():
            return _passing(events[0], of)
        case HolderNudged():
            return NudgeHolder(**of)
        case CollaboratorAdded(user_id=person, role=role):
            return AddCollaborator(collaborator_id=person, role=role, **of)
        case RoleChanged(user_id=person, role=role):
            return ChangeRole(collaborator_id=person, role=role, **of)
        case CollaboratorRemoved(user_id=person):
            return RemoveCollaborator(collaborator_id=person, **of)
        case OwnershipTransferred(to_user_id=person):
            return TransferOwnership(to_user_id=person, **of)
        case _:
            return _on_draft_itself(events, of)


def _passing(passed: RingPassed, of: dict[str, Any]) -> DraftCommand:
    match passed.reason:
        case None if passed.strategy is None:
            return PassRing(to_user_id=passed.to_user_id, **of)
        case None:
            return PassRingSmart(strategy=passed.strategy, **of)
        case "reclaimed":
            return ReclaimRing(**of)
        case "holder_removed":
            return RemoveCollaborator(collaborator_id=passed.from_user_id, **of)
        case "holder_demoted":
            return ChangeRole(collaborator_id=passed.from_user_id, role=GrantedRole.VIEWER, **of)
        case _:
            assert_never(passed.reason)


def _on_draft_itself(events: Sequence[Event], of: dict[str, Any]) -> DraftCommand:
    match events[0]:
        case DraftLocked():
            return LockDraft(**of)
        case DraftUnlocked():
            return UnlockDraft(**of)
        case DraftCompleted():
            return CompleteDraft(**of)
        case DraftReopened():
            return ReopenDraft(**of)
        case DraftArchived():
            return ArchiveDraft(**of)
        case _:
            return EditDraft(**of, **_edits(events))


def _edits(events: Sequence[Event]) -> dict[str, Any]:
    edits: dict[str, Any] = {}
    for event in events:
        match event:
            case DraftRenamed():
                edits["title"] = event.title
            case DraftDescribed():
                edits["description"] = event.description
            case PlatformChanged():
                edits["platform"] = event.platform
            case VisibilityChanged():
                edits["visibility"] = event.visibility
            case TurnLimitChanged():
                edits["turn_limit_hours"] = event.turn_limit_hours
            case PublishDateChanged():
                edits["target_publish_at"] = event.target_publish_at
    return edits


def _creation(created: DraftCreated, then: Sequence[Event], command_id: UUID) -> CreateDraft:
    first = then[0] if then else None
    return CreateDraft(
        command_id=command_id,
        title=created.title,
        description=created.description,
        platform=created.platform,
        visibility=created.visibility,
        initial_segment=first.content if isinstance(first, SegmentAdded) else None,
    )


def rebuilt_on_invite(event: InviteEvent, command_id: UUID, invite_id: UUID) -> InviteCommand:
    """Return the command that made `event`, and what else it did to the draft.

    Raises pydantic.ValidationError where no such command can be.
    """
    of: dict[str, Any] = {"command_id": command_id, "invite_id": invite_id}
    match event:
        case InviteCreated():
            return _invitation(event, command_id)
        case InviteAccepted():
            return AcceptInvite(token=UNKNOWN_TOKEN, **of)
        case InviteRevoked():
            return RevokeInvite(**of)
        case InviteDeclined():
            return DeclineInvite(**of)
        case _:
            assert_never(event)


def _invitation(created: InviteCreated, command_id: UUID) -> CreateInvite:
    stands = created.expires_at - (created.decided_at or created.expires_at)
    return CreateInvite(
        command_id=command_id,
        draft_id=created.draft_id,
        target_user_id=created.target_user_id,
        role=created.role,
        expires_in_hours=stands // timedelta(hours=1),
        message=created.message,
    )
