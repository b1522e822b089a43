"""Judging around what was erased: what an event without its contents still tells.

Who did it, of which type, in which order, is in the row and its leaf. A segment without its text changes nothing that
rules need, nor does an edit that can't be told from another; of a pass, a role or a member only the other person is
lost, and the next events may tell of whom.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from onering.domain.actor import Actor
from onering.domain.commands import (
    AddCollaborator,
    AddSegment,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    CreateDraft,
    DraftCommand,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRing,
    ReclaimRing,
    RemoveCollaborator,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.domain.decide import decide
from onering.domain.events import Event
from onering.domain.state import DraftState, SegmentFact, evolve
from onering.domain.values import GrantedRole
from onering.log.event import StoredEvent
from onering.replay.supposed import with_member, with_owner, with_writer

SOMEBODY = "[erased]"
_TEXT = "…"
_SEGMENT = SegmentFact(UUID(int=0), 0, "", "")
# When exactly the ring was reclaimed was erased, too: it can't have been later than the longest limits.
_LATE = timedelta(days=3 * 366)

# What is not known is the same as nothing that somebody may say next.
_LOST: Any = object()
_EDITS: dict[str, dict[str, Any]] = {
    "draft_created": {"title_mark": "", "description_mark": "", "platform": _LOST, "visibility": _LOST},
    "draft_renamed": {"title_mark": ""},
    "draft_described": {"description_mark": ""},
    "platform_changed": {"platform": _LOST},
    "visibility_changed": {"visibility": _LOST},
    "turn_limit_changed": {"turn_limit_hours": 0},
    "publish_date_changed": {"target_publish_at": _LOST},
}
_EDIT_TYPES = _EDITS.keys() - {"draft_created"}
_MOVES: dict[str, type[DraftCommand]] = {
    "draft_locked": LockDraft,
    "draft_unlocked": UnlockDraft,
    "draft_completed": CompleteDraft,
    "draft_reopened": ReopenDraft,
    "draft_archived": ArchiveDraft,
}
_BY_OWNER = _EDIT_TYPES | _MOVES.keys() | {"role_changed", "ownership_transferred", "collaborator_added"}


class Left(NamedTuple):
    """What is known after an erased command: `events` do what its events did, as far as rules can tell."""

    state: DraftState
    events: Sequence[Event]
    vague: bool


def after_erased(state: DraftState, events: Sequence[StoredEvent], actor: Actor, *, vague: bool) -> Left:
    """Return what is known after one command's erased events; `vague` says that something before is not.

    Raises Refusal where the actor may not have done anything of the kind.
    """
    types, now = [event.type for event in events], events[0].recorded_at
    if vague and types[0] == "ring_passed" and len(types) > 1:
        # Whoever held it, the owner has it back.
        return Left(state._replace(holder_id=state.owner_id), (), vague=True)
    if vague:
        state = _allowed(state, types, actor.user_id)
    command, certain = _command(state, events, types, actor)
    if command is None:
        return Left(state, (), vague=True)
    decided = decide(_decided_on(state, types, actor), command, actor, now + _LATE)
    after = _evolved(state, [] if types == ["role_changed"] else decided, now)
    for type in types:
        after = after._replace(**_EDITS.get(type, {}))
    if types == ["ring_passed"] and not certain:
        after = after._replace(holder_id="")
    if types == ["holder_nudged"]:
        after = after._replace(nudges=_without(after.nudges, actor.user_id))
    return Left(after, decided, vague or not certain)


def _allowed(state: DraftState, types: Sequence[str], person: str) -> DraftState:
    """Return the state with what the actor must have been, where that may have been erased."""
    if types[0] in _BY_OWNER:
        return with_owner(state, person)
    if types == ["holder_nudged"]:
        return with_member(state, person)._replace(holder_id=SOMEBODY)
    return with_writer(state, person)


def _decided_on(state: DraftState, types: Sequence[str], actor: Actor) -> DraftState:
    """Return the state on which something of the kind was allowed, whatever it was exactly."""
    if types[0] in ("role_changed", "ownership_transferred"):
        return with_member(state, SOMEBODY)
    return state._replace(
        nudges=_without(state.nudges, actor.user_id), segment=_SEGMENT._replace(author_id=actor.user_id)
    )


def _command(
    state: DraftState, events: Sequence[StoredEvent], types: Sequence[str], actor: Actor
) -> tuple[DraftCommand | None, bool]:
    """Return a command that does what the events did as far as rules can tell, and whether it did just that."""
    of: dict[str, Any] = {"command_id": events[0].command_id, "draft_id": events[0].stream_id}
    match types:
        case ["draft_created", *then]:
            first = _TEXT if then else None
            return CreateDraft(command_id=of["command_id"], title=_TEXT, initial_segment=first), True
        case ["segment_added"]:
            return AddSegment(content=_TEXT, **of), True
        case ["segment_amended"]:
            return AmendSegment(segment_id=_SEGMENT.segment_id, content=_TEXT, **of), True
        case ["segment_withdrawn"]:
            return WithdrawSegment(segment_id=_SEGMENT.segment_id, **of), True
        case ["holder_nudged"]:
            return NudgeHolder(**of), True
        case [move] if move in _MOVES:
            return _MOVES[move](**of), True
        case [*edits] if _EDIT_TYPES.issuperset(edits):
            return EditDraft(**of), True
        case ["ring_passed", *_]:
            return _passing(state, types, actor, of)
        case _:
            return _about_people(state, types, actor, of)


def _passing(
    state: DraftState, types: Sequence[str], actor: Actor, of: dict[str, Any]
) -> tuple[DraftCommand | None, bool]:
    match types:
        case ["ring_passed"] if actor.user_id == state.holder_id:
            return PassRing(to_user_id=state.owner_id, **of), False
        case ["ring_passed"]:
            return ReclaimRing(**of), True
        case ["ring_passed", "collaborator_removed"] if state.holder_id:
            return RemoveCollaborator(collaborator_id=state.holder_id, **of), True
        case ["ring_passed", "role_changed"] if state.holder_id:
            return ChangeRole(collaborator_id=state.holder_id, role=GrantedRole.VIEWER, **of), True
    return None, False


def _about_people(
    state: DraftState, types: Sequence[str], actor: Actor, of: dict[str, Any]
) -> tuple[DraftCommand | None, bool]:
    match types:
        case ["collaborator_added"]:
            return AddCollaborator(collaborator_id=SOMEBODY, **of), False
        case ["role_changed"]:
            return ChangeRole(collaborator_id=SOMEBODY, role=GrantedRole.VIEWER, **of), False
        case ["ownership_transferred"]:
            return TransferOwnership(to_user_id=SOMEBODY, **of), False
        case ["collaborator_removed"]:
            # The owner can't leave: he took somebody out. Anybody else can only have left.
            left = actor.user_id != state.owner_id
            return RemoveCollaborator(collaborator_id=actor.user_id if left else SOMEBODY, **of), left
    return None, False


def _evolved(state: DraftState, events: Sequence[Event], at: datetime) -> DraftState:
    for event in events:
        state = evolve(state, event, at)
    return state


def _without(nudges: Any, user_id: str) -> dict[str, datetime]:
    return {user: at for user, at in nudges.items() if user != user_id}
