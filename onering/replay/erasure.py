"""Judging around what was erased: what an event without its contents still tells, and what has to be assumed.

Who did it, of which type, in which order, is in the row and its leaf. A segment without its text changes nothing that
rules need; of a pass or a member only the other person is lost, and the next events may tell of whom.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, CreateDraft, DraftCommand, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.events import CollaboratorAdded, CollaboratorRemoved, Event, RingPassed, SegmentAdded
from onering.domain.state import DraftState, evolve
from onering.domain.values import Role
from onering.log.event import StoredEvent

SOMEBODY = "[erased]"
_TEXT = "…"


def after_erased(
    state: DraftState, events: Sequence[StoredEvent], actor: Actor, *, vague: bool
) -> tuple[DraftState, bool]:
    """Return the state after one command's erased events, and whether something in it is not known any more.

    `vague` says so of the state before. Raises Refusal where the actor may not have done anything of the kind.
    """
    if vague:
        state = _with_writer(state, actor.user_id)
    command, certain = _command(state, events, actor)
    if command is None:
        return state, True
    now = events[0].recorded_at
    state = _evolved(state, decide(state, command, actor, now), now)
    lost_holder = events[-1].type == "ring_passed"
    return (state._replace(holder_id="") if lost_holder else state), vague or not certain


def _command(state: DraftState, events: Sequence[StoredEvent], actor: Actor) -> tuple[DraftCommand | None, bool]:
    """Return a command that does what the events did as far as rules can tell, and whether it did just that."""
    of: dict[str, Any] = {"command_id": events[0].command_id, "draft_id": events[0].stream_id}
    match [event.type for event in events]:
        case ["draft_created", *then]:
            first = _TEXT if then else None
            return CreateDraft(command_id=of["command_id"], title=_TEXT, initial_segment=first), True
        case ["segment_added"]:
            return AddSegment(content=_TEXT, **of), True
        case ["ring_passed"]:
            return PassRing(to_user_id=state.owner_id, **of), False
        case ["ring_passed", "collaborator_removed"] if state.holder_id:
            return RemoveCollaborator(collaborator_id=state.holder_id, **of), True
        case ["collaborator_added"]:
            return AddCollaborator(collaborator_id=SOMEBODY, **of), False
        case ["collaborator_removed"]:
            # The owner can't leave: he took somebody out. Anybody else can only have left.
            left = actor.user_id != state.owner_id
            return RemoveCollaborator(collaborator_id=actor.user_id if left else SOMEBODY, **of), left
    return None, False


def assumed(state: DraftState, events: Sequence[Event], actor: Actor) -> DraftState:
    """Return the state as it must have been for the events to be legal, as far as erased events may have made it so."""
    match events[0]:
        case RingPassed(reason=None, to_user_id=person):
            return _with_member(_with_writer(state, actor.user_id), person)
        case SegmentAdded():
            return _with_writer(state, actor.user_id)
        case RingPassed(from_user_id=person):
            return _with_writer(state, person)
        case CollaboratorAdded(user_id=person) if state.role_of(person) is not Role.OWNER:
            return state._replace(members={u: role for u, role in state.members.items() if u != person})
        case CollaboratorRemoved(user_id=person) if state.role_of(person) is None:
            return state._replace(members={**state.members, person: Role.CONTRIBUTOR})
    return state


def _with_writer(state: DraftState, person: str) -> DraftState:
    return _with_member(state, person)._replace(holder_id=person)


def _with_member(state: DraftState, person: str) -> DraftState:
    if state.role_of(person) in (Role.OWNER, Role.CONTRIBUTOR):
        return state
    return state._replace(members={**state.members, person: Role.CONTRIBUTOR})


def _evolved(state: DraftState, events: Sequence[Event], at: datetime) -> DraftState:
    for event in events:
        state = evolve(state, event, at)
    return state
