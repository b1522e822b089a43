"""What the rules need to know of a draft, and how each event changes it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, assert_never
from uuid import UUID

from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)
from onering.domain.values import Role, Status, Visibility

_NOBODY: Mapping[str, Role] = MappingProxyType({})


class DraftState(NamedTuple):
    """One draft as the rules see it: who may do what, never a text, so a write costs the same at any length.

    A tuple, because every command makes two of them, and a frozen dataclass takes four times as long to make.

    `members` includes the owner. `last_segment_at` is the holder's last segment since the ring came, or None.
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


def evolve(state: DraftState, event: Event, at: datetime) -> DraftState:
    """Return the state after `event`, recorded at `at`."""
    match event:
        case SegmentAdded():  # the most frequent first
            return state._replace(segment_count=event.segment_order + 1, last_segment_at=at)
        case DraftCreated():
            return state._replace(
                owner_id=event.creator_id,
                creator_id=event.creator_id,
                visibility=event.visibility,
                members={event.creator_id: Role.OWNER},
                holder_id=event.creator_id,
                passed_at=at,
                turn_limit_hours=event.turn_limit_hours,
            )
        case RingPassed():
            return state._replace(holder_id=event.to_user_id, passed_at=at, last_segment_at=None)
        case CollaboratorAdded():
            return state._replace(members={**state.members, event.user_id: Role(event.role)})
        case CollaboratorRemoved():
            return state._replace(members={u: role for u, role in state.members.items() if u != event.user_id})
        case _:
            assert_never(event)
