"""What the rules need to know of a draft, and how each event changes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, assert_never
from uuid import UUID

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
from onering.domain.values import Platform, Role, Status, Visibility

# How often a member may remind the holder.
NUDGE_INTERVAL = timedelta(hours=1)

# Of a type that nothing changes, and that a state snapshot can be made of.
_NOBODY: Mapping[str, Any] = {}


class SegmentFact(NamedTuple):
    """What rules need of one segment; `mark` stands for its text."""

    segment_id: UUID
    segment_order: int
    author_id: str
    mark: str
    withdrawn: bool = False


class DraftState(NamedTuple):
    """One draft as the rules see it: who may do what, never a text, so a write costs the same at any length.

    A tuple, because every command makes two of them, and a frozen dataclass takes four times as long to make.

    `members` includes the owner. `last_segment_at` is the holder's last segment since the ring came, or None.
    `turns` counts the turns that ended, `last_turns` has the number of each member's last one: numbers, for two
    turns may end at the same time. `nudges` has the last reminder of members who sent one within NUDGE_INTERVAL.
    `segment` is the one that a command is about, put there by whoever asks: a state does not carry them all.
    A state without `owner_id` is a draft that does not exist.
    """

    draft_id: UUID
    workspace_id: UUID
    owner_id: str = ""
    creator_id: str = ""
    visibility: Visibility = Visibility.PRIVATE
    status: Status = Status.ACTIVE
    members: Mapping[str, Role] = _NOBODY
    holder_id: str = ""
    passed_at: datetime | None = None
    last_segment_at: datetime | None = None
    turn_limit_hours: int = 0
    segment_count: int = 0
    title_mark: str = ""
    description_mark: str = ""
    platform: Platform | None = None
    target_publish_at: datetime | None = None
    turns: int = 0
    last_turns: Mapping[str, int] = _NOBODY
    nudges: Mapping[str, datetime] = _NOBODY
    segment: SegmentFact | None = None

    @property
    def exists(self) -> bool:
        """Whether the draft was created."""
        return bool(self.owner_id)

    def role_of(self, user_id: str | None) -> Role | None:
        """Return a person's role, or None for a stranger and for nobody."""
        return self.members.get(user_id) if user_id is not None else None


def may_read(state: DraftState, user_id: str | None, workspace_id: UUID | None = None) -> bool:
    """Whether a person (None: a caller without credentials) may read the draft."""
    if not state.exists:
        return False
    if state.visibility is Visibility.PUBLIC or state.role_of(user_id) is not None:
        return True
    return state.visibility is Visibility.WORKSPACE and workspace_id == state.workspace_id


def mark(text: str) -> str:
    """Return what stands for a text in a state: enough of its SHA-256 to tell whether another one is the same."""
    return sha256(text.encode()).hexdigest()[:16]


def evolve(state: DraftState, event: Event, at: datetime) -> DraftState:
    """Return the state after `event`, recorded at `at`."""
    match event:
        case SegmentAdded():  # the most frequent first
            return state._replace(segment_count=event.segment_order + 1, last_segment_at=at)
        case RingPassed():
            return _passed(state, event, at)
        case DraftCreated():
            return _created(state, event, at)
        case CollaboratorAdded() | RoleChanged():
            return state._replace(members={**state.members, event.user_id: Role(event.role)})
        case CollaboratorRemoved():
            return state._replace(
                members=_without(state.members, event.user_id),
                last_turns=_without(state.last_turns, event.user_id),
                nudges=_without(state.nudges, event.user_id),
            )
        case OwnershipTransferred():
            roles = {event.from_user_id: Role.CONTRIBUTOR, event.to_user_id: Role.OWNER}
            return state._replace(owner_id=event.to_user_id, members={**state.members, **roles})
        case HolderNudged():
            return state._replace(nudges=_nudged(state.nudges, event.user_id, event.decided_at or at))
        case SegmentAmended() | SegmentWithdrawn():
            return state
        case _:
            return _draft_changed(state, event)


def _draft_changed(
    state: DraftState,
    event: DraftRenamed
    | DraftDescribed
    | PlatformChanged
    | VisibilityChanged
    | TurnLimitChanged
    | PublishDateChanged
    | DraftLocked
    | DraftUnlocked
    | DraftCompleted
    | DraftReopened
    | DraftArchived,
) -> DraftState:
    match event:
        case DraftRenamed():
            return state._replace(title_mark=mark(event.title))
        case DraftDescribed():
            return state._replace(description_mark=mark(event.description))
        case PlatformChanged():
            return state._replace(platform=event.platform)
        case VisibilityChanged():
            return state._replace(visibility=event.visibility)
        case TurnLimitChanged():
            return state._replace(turn_limit_hours=event.turn_limit_hours)
        case PublishDateChanged():
            return state._replace(target_publish_at=event.target_publish_at)
        case DraftLocked():
            return state._replace(status=Status.LOCKED)
        case DraftUnlocked() | DraftReopened():
            return state._replace(status=Status.ACTIVE)
        case DraftCompleted():
            return state._replace(status=Status.COMPLETED)
        case DraftArchived():
            return state._replace(status=Status.ARCHIVED)
        case _:
            assert_never(event)


def _created(state: DraftState, event: DraftCreated, at: datetime) -> DraftState:
    return state._replace(
        owner_id=event.creator_id,
        creator_id=event.creator_id,
        visibility=event.visibility,
        members={event.creator_id: Role.OWNER},
        holder_id=event.creator_id,
        passed_at=at,
        turn_limit_hours=event.turn_limit_hours,
        title_mark=mark(event.title),
        description_mark=mark(event.description),
        platform=event.platform,
    )


def _passed(state: DraftState, event: RingPassed, at: datetime) -> DraftState:
    turns = state.turns + 1
    return state._replace(
        holder_id=event.to_user_id,
        passed_at=at,
        last_segment_at=None,
        turns=turns,
        last_turns={**state.last_turns, event.from_user_id: turns},
    )


def _nudged(nudges: Mapping[str, datetime], user_id: str, at: datetime) -> Mapping[str, datetime]:
    recent = {user: last for user, last in nudges.items() if at - last < NUDGE_INTERVAL}
    return {**recent, user_id: at}


def _without(mapping: Mapping[str, Any], user_id: str) -> Mapping[str, Any]:
    return {user: value for user, value in mapping.items() if user != user_id}
