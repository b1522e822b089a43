"""What has to be assumed about what was erased, for the events that follow it to be legal."""

from collections.abc import Sequence

from onering.domain.actor import Actor
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    HolderNudged,
    OwnershipTransferred,
    RingPassed,
    RoleChanged,
    SegmentAdded,
    SegmentAmended,
    SegmentWithdrawn,
)
from onering.domain.state import DraftState
from onering.domain.values import GrantedRole, Role


def as_far_as_known(events: Sequence[Event]) -> list[Event]:
    """Return a command's events without what they tell of everybody: whom a strategy would have chosen from."""
    return [
        event.model_copy(update={"strategy": None, "reasoning": None, "candidate_count": None})
        if isinstance(event, RingPassed)
        else event
        for event in events
    ]


def supposed(state: DraftState, events: Sequence[Event], actor: Actor) -> DraftState:
    """Return the state as it must have been for the events to be legal, as far as erased events may have made it so."""
    match events[0]:
        case SegmentAdded() | SegmentAmended() | SegmentWithdrawn():
            return with_writer(state, actor.user_id)
        case RingPassed() as passed:
            return _for_pass(state, passed, actor)
        case HolderNudged(holder_id=holder):
            return with_member(with_writer(state, holder), actor.user_id)
        case CollaboratorAdded(user_id=person, invite_id=invite):
            owned = state if invite is not None else with_owner(state, actor.user_id)
            return _without(owned, person)
        case CollaboratorRemoved(user_id=person):
            owned = state if person == actor.user_id else with_owner(state, actor.user_id)
            return _with_other(owned, person)
        case RoleChanged(user_id=person, role=role):
            before = Role.CONTRIBUTOR if role is GrantedRole.VIEWER else Role.VIEWER
            owned = with_owner(state, actor.user_id)
            return owned._replace(members={**owned.members, person: before})
        case OwnershipTransferred(from_user_id=owner, to_user_id=person):
            return with_member(with_owner(state, owner), person)
        case DraftCreated():
            return state
        case _:
            return with_owner(state, actor.user_id)


def _for_pass(state: DraftState, passed: RingPassed, actor: Actor) -> DraftState:
    match passed.reason:
        case None:
            return with_member(with_writer(state, actor.user_id), passed.to_user_id)
        case "reclaimed":
            return with_member(with_writer(state, passed.from_user_id), actor.user_id)
        case _:
            return with_owner(with_writer(state, passed.from_user_id), passed.to_user_id)


def with_writer(state: DraftState, person: str) -> DraftState:
    """Return the state with a person holding the ring."""
    return with_member(state, person)._replace(holder_id=person)


def with_member(state: DraftState, person: str) -> DraftState:
    """Return the state with a person in it who may write."""
    if state.role_of(person) in (Role.OWNER, Role.CONTRIBUTOR):
        return state
    return state._replace(members={**state.members, person: Role.CONTRIBUTOR})


def with_owner(state: DraftState, person: str) -> DraftState:
    """Return the state with a person as its owner; the one before is a contributor then."""
    if state.owner_id == person:
        return state
    roles = {state.owner_id: Role.CONTRIBUTOR, person: Role.OWNER}
    return state._replace(owner_id=person, members={**state.members, **roles})


def _with_other(state: DraftState, person: str) -> DraftState:
    """Return the state with a person in it who is not its owner, and does not hold the ring."""
    holder = state.owner_id if state.holder_id == person else state.holder_id
    known = state if state.role_of(person) is not None else with_member(state, person)
    return known._replace(holder_id=holder)


def _without(state: DraftState, person: str) -> DraftState:
    if state.role_of(person) is Role.OWNER:
        return state
    return state._replace(members={user: role for user, role in state.members.items() if user != person})
