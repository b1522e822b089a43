"""What a command uses up of people's plans: which counters it moves, and why it is refused where there is no room."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta

from onering.domain.events import (
    DraftArchived,
    DraftCreated,
    DraftReopened,
    Event,
    OwnershipTransferred,
    SegmentAdded,
)
from onering.domain.plans import Limits
from onering.domain.refusals import QuotaExceeded
from onering.domain.state import DraftState
from onering.domain.values import Status
from onering.log.append import Counter, Guard

# What a person's plan allows, by their user id; nothing is limited where plans are not enforced.
LimitsOf = Callable[[str], Limits | None]


def drafts_of(user_id: str) -> Counter:
    """Return what counts the drafts that somebody owns and has not archived."""
    return Counter(f"drafts/{user_id}")


def segments_of(user_id: str) -> Counter:
    """Return what counts the segments that somebody wrote today."""
    return Counter(f"segments/{user_id}", daily=True)


def guards(state: DraftState, events: Sequence[Event], limits_of: LimitsOf) -> tuple[Guard, ...]:
    """Return what `events`, decided on `state` by one command, use of the plans of its people."""
    if len(events) == 1:  # most of the time
        return _moved(state, events[0], limits_of)
    return tuple(guard for event in events for guard in _moved(state, event, limits_of))


def _moved(state: DraftState, event: Event, limits_of: LimitsOf) -> tuple[Guard, ...]:
    match event:
        case SegmentAdded():  # the most frequent first
            limits = limits_of(event.author_id)
            return (Guard(segments_of(event.author_id), 1, limits.segments_a_day if limits else None),)
        case DraftCreated():
            return (_one_more_draft(event.creator_id, limits_of),)
        case DraftArchived():
            return (Guard(drafts_of(state.owner_id), -1),)
        case DraftReopened() if state.status is Status.ARCHIVED:
            return (_one_more_draft(state.owner_id, limits_of),)
        case OwnershipTransferred():
            return Guard(drafts_of(event.from_user_id), -1), _one_more_draft(event.to_user_id, limits_of)
    return ()


def _one_more_draft(user_id: str, limits_of: LimitsOf) -> Guard:
    limits = limits_of(user_id)
    return Guard(drafts_of(user_id), 1, limits.drafts if limits else None)


def check_collaborators(state: DraftState, events: Sequence[Event], limits_of: LimitsOf) -> None:
    """Refuse one more person in a draft than its owner's plan allows. It is exact by the version decided on: people of
    a draft are part of its state. Raises QuotaExceeded.
    """
    if all(event.type != "collaborator_added" for event in events):
        return
    limits = limits_of(state.owner_id)
    if limits is None or limits.collaborators_per_draft is None:
        return
    if len(state.members) - 1 >= limits.collaborators_per_draft:
        raise QuotaExceeded(
            f"The {limits.plan} plan of the draft's owner allows {limits.collaborators_per_draft} collaborators per "
            "draft; somebody has to leave, or the owner needs a larger plan."
        )


def exhausted(counter: Counter, limits_of: LimitsOf, actor_id: str, now: datetime) -> QuotaExceeded:
    """Return why a command is refused that would move a counter beyond its limit."""
    kind, _, user_id = counter.key.partition("/")
    limits = limits_of(user_id)
    assert limits is not None
    if kind == "segments":
        return QuotaExceeded(
            f"Your {limits.plan} plan allows {limits.segments_a_day} segments a day; you can write again from "
            f"{resets_at(now):%Y-%m-%d %H:%M} UTC on, or with a larger plan."
        )
    whose, who = ("Your", "you") if user_id == actor_id else (f"{user_id}'s", user_id)
    return QuotaExceeded(
        f"{whose} {limits.plan} plan allows {limits.drafts} drafts; there is room again when {who} "
        f"{'archive' if who == 'you' else 'archives'} one, or with a larger plan."
    )


def resets_at(now: datetime) -> datetime:
    """Return when daily counters begin anew: the next midnight, UTC."""
    today = now.astimezone(UTC).date()
    return datetime.combine(today + timedelta(days=1), time(), UTC)
