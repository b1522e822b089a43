"""Rules of taking turns: who gets the ring, and when it may be taken from a holder."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import assert_never

from onering.domain.actor import Actor
from onering.domain.commands import NudgeHolder, PassRing, PassRingSmart, ReclaimRing
from onering.domain.events import Event, HolderNudged, RingPassed
from onering.domain.refusals import Conflict, Forbidden, NoCandidates, TooSoon
from onering.domain.rules import require_holder, require_member, require_open
from onering.domain.state import NUDGE_INTERVAL, DraftState
from onering.domain.values import Role, Strategy

# After how many turn limits others than the owner may reclaim the ring.
CONTRIBUTORS_WAIT = 2


def hand_over(state: DraftState, command: PassRing, actor: Actor) -> list[Event]:
    """Give the ring to a named member; to oneself is allowed, and begins a new turn."""
    require_holder(state, actor, "pass the ring")
    match state.role_of(command.to_user_id):
        case None:
            raise Conflict(f"The ring can only go to a member of the draft; {command.to_user_id} is not one.")
        case Role.VIEWER:
            raise Conflict(f"The ring can only go to somebody who writes; {command.to_user_id} is a viewer.")
    return [RingPassed(from_user_id=actor.user_id, to_user_id=command.to_user_id)]


def decide(
    state: DraftState, command: PassRingSmart | ReclaimRing | NudgeHolder, actor: Actor, now: datetime
) -> list[Event]:
    """Return what a command about turns does."""
    match command:
        case PassRingSmart():
            return _hand_over_smartly(state, command, actor)
        case ReclaimRing():
            return _reclaim(state, actor, now)
        case NudgeHolder():
            return _nudge(state, actor, now)
        case _:
            assert_never(command)


def turn_began(state: DraftState) -> datetime:
    """Return when the limit of a turn began to run: at the later of the last pass and the holder's last segment."""
    assert state.passed_at is not None
    return max(state.passed_at, state.last_segment_at or state.passed_at)


def _hand_over_smartly(state: DraftState, command: PassRingSmart, actor: Actor) -> list[Event]:
    require_holder(state, actor, "pass the ring")
    candidates = sorted(
        user for user, role in state.members.items() if role is not Role.VIEWER and user != state.holder_id
    )
    if not candidates:
        raise NoCandidates("There is nobody else who writes; add a contributor first.")
    chosen, why = _choice(state, command.strategy, candidates)
    passed = RingPassed(
        from_user_id=actor.user_id,
        to_user_id=chosen,
        strategy=command.strategy,
        reasoning=why,
        candidate_count=len(candidates),
    )
    return [passed]


def _choice(state: DraftState, strategy: Strategy, candidates: list[str]) -> tuple[str, str]:
    match strategy:
        case Strategy.MOST_INACTIVE | Strategy.BEST_NEXT:
            return _most_inactive(state, candidates)
        case Strategy.ROUND_ROBIN:
            chosen = next((user for user in candidates if user > state.holder_id), candidates[0])
            return chosen, f"{chosen} comes next after {state.holder_id}."
        case Strategy.BACK_TO_CREATOR:
            return _creator(state, candidates)
        case _:
            assert_never(strategy)


def _most_inactive(state: DraftState, candidates: list[str]) -> tuple[str, str]:
    """Those who never had a turn come first, then whose last one is longest ago; they are sorted by user id.

    Whoever wrote a segment held the ring, so the end of a turn is never before its last segment.
    """
    chosen = min(candidates, key=lambda user: state.last_turns.get(user, 0))
    if chosen in state.last_turns:
        return chosen, f"{chosen} has waited longest since their last turn."
    return chosen, f"{chosen} has not had a turn yet."


def _creator(state: DraftState, candidates: Collection[str]) -> tuple[str, str]:
    if state.creator_id in candidates:
        return state.creator_id, f"{state.creator_id} started the draft."
    if state.role_of(state.creator_id) is None and state.owner_id in candidates:
        return state.owner_id, f"{state.owner_id} owns the draft, and whoever started it has left."
    raise NoCandidates(f"The ring can't go back to {state.creator_id}: they hold it, or only read.")


def _reclaim(state: DraftState, actor: Actor, now: datetime) -> list[Event]:
    require_member(state, actor, "reclaim the ring")
    if (role := state.role_of(actor.user_id)) is Role.VIEWER:
        raise Forbidden("A viewer never receives the ring.")
    require_open(state)
    if state.holder_id == actor.user_id:
        return []
    turns = 1 if role is Role.OWNER else CONTRIBUTORS_WAIT
    due = turn_began(state) + turns * timedelta(hours=state.turn_limit_hours)
    if now < due:
        raise Conflict(f"{state.holder_id}'s turn is not over; you may reclaim the ring from {due:%Y-%m-%d %H:%M} UTC.")
    return [RingPassed(from_user_id=state.holder_id, to_user_id=actor.user_id, reason="reclaimed", decided_at=now)]


def _nudge(state: DraftState, actor: Actor, now: datetime) -> list[Event]:
    require_member(state, actor, "nudge the holder")
    require_open(state)
    if state.holder_id == actor.user_id:
        raise Conflict("You hold the ring yourself.")
    last = state.nudges.get(actor.user_id)
    if last is not None and now - last < NUDGE_INTERVAL:
        raise TooSoon("You reminded the holder already; once an hour is enough.", last + NUDGE_INTERVAL - now)
    return [HolderNudged(user_id=actor.user_id, holder_id=state.holder_id, decided_at=now)]
