"""What makes stored events legal: the command that they tell of, decided again, yields them."""

from collections.abc import Sequence
from typing import assert_never
from uuid import UUID

from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)


def rebuilt(events: Sequence[Event], command_id: UUID, draft_id: UUID) -> Command:
    """Return the command that made `events`, all of its own on one draft, in order.

    Raises pydantic.ValidationError where no such command can be: its words would have been refused.
    """
    match events[0]:
        case SegmentAdded(content=content):
            return AddSegment(command_id=command_id, draft_id=draft_id, content=content)
        case DraftCreated():
            return _creation(events[0], events[1:], command_id)
        case RingPassed(reason=None, to_user_id=person):
            return PassRing(command_id=command_id, draft_id=draft_id, to_user_id=person)
        case RingPassed(from_user_id=person) | CollaboratorRemoved(user_id=person):
            return RemoveCollaborator(command_id=command_id, draft_id=draft_id, collaborator_id=person)
        case CollaboratorAdded(user_id=person, role=role):
            return AddCollaborator(command_id=command_id, draft_id=draft_id, collaborator_id=person, role=role)
        case _ as unreachable:
            assert_never(unreachable)


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
