"""Rules of who is in a draft, and as what."""

from typing import assert_never

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, ChangeRole, RemoveCollaborator, TransferOwnership
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    Event,
    OwnershipTransferred,
    RingPassed,
    RoleChanged,
)
from onering.domain.refusals import Conflict, NotFound
from onering.domain.rules import require_member, require_open, require_owner, require_place
from onering.domain.state import DraftState
from onering.domain.values import GrantedRole, Role


def decide(
    state: DraftState,
    command: AddCollaborator | ChangeRole | RemoveCollaborator | TransferOwnership,
    actor: Actor,
) -> list[Event]:
    """Return what a command about people does."""
    match command:
        case AddCollaborator():
            return _add(state, command, actor)
        case ChangeRole():
            return _change_role(state, command, actor)
        case RemoveCollaborator():
            return _remove(state, command, actor)
        case TransferOwnership():
            return _transfer(state, command, actor)
        case _:
            assert_never(command)


def _add(state: DraftState, command: AddCollaborator, actor: Actor) -> list[Event]:
    require_owner(state, actor, "add a collaborator")
    require_open(state)
    current = state.role_of(command.collaborator_id)
    if current is Role.OWNER:
        raise Conflict("The owner of a draft is a member already.")
    if current is not None and current is not Role(command.role):
        raise Conflict(f"{command.collaborator_id} is already a member, as a {current}.")
    if current is not None:
        return []
    require_place(state)
    return [CollaboratorAdded(user_id=command.collaborator_id, role=command.role)]


def _change_role(state: DraftState, command: ChangeRole, actor: Actor) -> list[Event]:
    require_owner(state, actor, "change a role")
    require_open(state)
    person = command.collaborator_id
    match state.role_of(person):
        case None:
            raise NotFound(f"{person} is not a member of the draft.")
        case Role.OWNER:
            raise Conflict("The owner stays the owner until the draft is transferred.")
        case current if current is Role(command.role):
            return []
    changed = RoleChanged(user_id=person, role=command.role)
    if state.holder_id != person or command.role is not GrantedRole.VIEWER:
        return [changed]
    return [RingPassed(from_user_id=person, to_user_id=state.owner_id, reason="holder_demoted"), changed]


def _remove(state: DraftState, command: RemoveCollaborator, actor: Actor) -> list[Event]:
    person = command.collaborator_id
    if person != actor.user_id:
        require_owner(state, actor, "remove a collaborator")
    require_member(state, actor, "leave it")
    require_open(state)
    match state.role_of(person):
        case None:
            return []
        case Role.OWNER:
            raise Conflict("The owner cannot leave a draft; transfer it to another member first.")
    removed = CollaboratorRemoved(user_id=person)
    if state.holder_id != person:
        return [removed]
    # The ring moves first: at every version its holder is a member who may write.
    return [RingPassed(from_user_id=person, to_user_id=state.owner_id, reason="holder_removed"), removed]


def _transfer(state: DraftState, command: TransferOwnership, actor: Actor) -> list[Event]:
    require_owner(state, actor, "transfer the draft")
    require_open(state)
    if command.to_user_id == actor.user_id:
        return []
    if state.role_of(command.to_user_id) is None:
        raise Conflict(f"A draft can only go to one of its members; {command.to_user_id} is not one.")
    return [OwnershipTransferred(from_user_id=actor.user_id, to_user_id=command.to_user_id)]
