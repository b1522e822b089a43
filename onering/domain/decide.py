"""The rules: what a command does to a draft, or why it is refused."""

from datetime import datetime
from typing import assert_never

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)
from onering.domain.ids import derived
from onering.domain.refusals import Conflict, DraftLocked, Forbidden, NotFound, RingRequired
from onering.domain.state import DraftState, may_read
from onering.domain.values import Role, Status, Visibility

# Most members of one draft, its owner included: the rules state carries them all.
MEMBERS_LIMIT = 1000


def decide(state: DraftState, command: Command, actor: Actor, now: datetime) -> list[Event]:
    """Return the events that `command` makes of `state`, in order; none if it changes nothing.

    `now` is for rules that depend on time; an event decided by one stores it as `decided_at`.
    Raises a `Refusal` that names the rule.
    """
    match command:
        case AddSegment():  # the most frequent first: asking a model's class costs more than most rules
            return _add_segment(state, command, actor)
        case CreateDraft():
            return _create(state, command, actor)
        case PassRing():
            return _pass_ring(state, command, actor)
        case AddCollaborator():
            return _add_collaborator(state, command, actor)
        case RemoveCollaborator():
            return _remove_collaborator(state, command, actor)
        case _:
            assert_never(command)


def _create(state: DraftState, command: CreateDraft, actor: Actor) -> list[Event]:
    if state.exists:
        raise Conflict("This draft exists already.")
    created = DraftCreated(
        creator_id=actor.user_id,
        title=command.title,
        description=command.description,
        platform=command.platform,
        visibility=command.visibility or Visibility.PRIVATE,
    )
    if command.initial_segment is None:
        return [created]
    return [created, _segment(command, actor, command.initial_segment, order=0)]


def _add_segment(state: DraftState, command: AddSegment, actor: Actor) -> list[Event]:
    _require_holder(state, actor, "add a segment")
    if state.status is Status.LOCKED:
        raise DraftLocked("The draft is locked; its owner can unlock it.")
    return [_segment(command, actor, command.content, order=state.segment_count)]


def _pass_ring(state: DraftState, command: PassRing, actor: Actor) -> list[Event]:
    _require_holder(state, actor, "pass the ring")
    _require_open(state)
    match state.role_of(command.to_user_id):
        case None:
            raise Conflict(f"The ring can only go to a member of the draft; {command.to_user_id} is not one.")
        case Role.VIEWER:
            raise Conflict(f"The ring can only go to somebody who writes; {command.to_user_id} is a viewer.")
    return [RingPassed(from_user_id=actor.user_id, to_user_id=command.to_user_id)]


def _add_collaborator(state: DraftState, command: AddCollaborator, actor: Actor) -> list[Event]:
    _require_owner(state, actor, "add a collaborator")
    _require_open(state)
    current = state.role_of(command.collaborator_id)
    if current is Role.OWNER:
        raise Conflict("The owner of a draft is a member already.")
    if current is not None and current is not Role(command.role):
        raise Conflict(f"{command.collaborator_id} is already a member, as a {current}.")
    if current is not None:
        return []
    if len(state.members) >= MEMBERS_LIMIT:
        raise Conflict(f"A draft has at most {MEMBERS_LIMIT} members.")
    return [CollaboratorAdded(user_id=command.collaborator_id, role=command.role)]


def _remove_collaborator(state: DraftState, command: RemoveCollaborator, actor: Actor) -> list[Event]:
    person = command.collaborator_id
    if person != actor.user_id:
        _require_owner(state, actor, "remove a collaborator")
    _require_member(state, actor, "leave it")
    _require_open(state)
    match state.role_of(person):
        case None:
            return []
        case Role.OWNER:
            raise Conflict("The owner cannot leave a draft.")
    removed = CollaboratorRemoved(user_id=person)
    if state.holder_id != person:
        return [removed]
    # The ring moves first: at every version its holder is a member who may write.
    returned = RingPassed(from_user_id=person, to_user_id=state.owner_id, reason="holder_removed")
    return [returned, removed]


def _segment(command: CreateDraft | AddSegment, actor: Actor, content: str, order: int) -> SegmentAdded:
    return SegmentAdded(
        segment_id=derived(command.command_id, "segment"),
        author_id=actor.user_id,
        content=content,
        segment_order=order,
    )


def _require_readable(state: DraftState, actor: Actor) -> None:
    """A draft that the actor may not read does not exist for him."""
    if not may_read(state, actor.user_id, actor.workspace_id):
        raise NotFound("There is no such draft.")


def _require_member(state: DraftState, actor: Actor, what: str) -> None:
    _require_readable(state, actor)
    if state.role_of(actor.user_id) is None:
        raise Forbidden(f"Only a member of the draft may {what}.")


def _require_owner(state: DraftState, actor: Actor, what: str) -> None:
    _require_readable(state, actor)
    if state.role_of(actor.user_id) is not Role.OWNER:
        raise Forbidden(f"Only the owner may {what}.")


def _require_holder(state: DraftState, actor: Actor, what: str) -> None:
    _require_member(state, actor, what)
    if state.holder_id != actor.user_id:
        raise RingRequired(f"Only the ring holder may {what}; {state.holder_id} holds the ring.")
    _require_open(state)


def _require_open(state: DraftState) -> None:
    if state.status in (Status.COMPLETED, Status.ARCHIVED):
        raise Conflict(f"The draft is {state.status}; it takes no changes until its owner reopens it.")
