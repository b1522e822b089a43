"""A draft as its readers see it, and how each event changes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
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
from onering.domain.values import Role, Status, Visibility
from onering.log.codec import decode
from onering.log.event import StoredEvent


@dataclass(frozen=True, slots=True)
class Segment:
    """One contribution; `segment_order` counts from 0."""

    segment_order: int
    segment_id: UUID
    author_id: str
    content: str
    created_at: datetime
    ring_holder_at_write: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody received the ring at a version: the creator with the draft itself, then one per pass."""

    version: int
    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A person in the draft, its owner included."""

    user_id: str
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """Which segments of a draft are wanted: the first `limit` after order `after`, of no more than the `last` ones."""

    after: int = -1
    limit: int | None = None
    last: int | None = None


WHOLE = SegmentPage()


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """One draft at one version, complete but for segments that were not asked for, and for withdrawn ones.

    `position` is its newest event's in the log. `members` are in order of joining, `authors` in order of their first
    segment. `last_segment_at` is the holder's last segment since the ring came, or None. `segment_count` counts all
    that were ever added: it is the order of the next one.
    """

    lane: int
    draft_id: UUID
    workspace_id: UUID
    creator_id: str
    owner_id: str
    title: str
    description: str
    platform: str | None
    status: str
    visibility: str
    version: int
    position: int
    holder_id: str
    passed_at: datetime
    last_segment_at: datetime | None
    turn_limit_hours: int
    segment_count: int
    created_at: datetime
    updated_at: datetime
    target_publish_at: datetime | None
    segments: tuple[Segment, ...]
    holds: tuple[Hold, ...]
    members: tuple[Member, ...]
    authors: tuple[str, ...]

    def role_of(self, user_id: str | None) -> Role | None:
        """Return a person's role, or None for a stranger and for nobody."""
        return next((Role(member.role) for member in self.members if member.user_id == user_id), None)

    def readable_by(self, user_id: str | None, workspace_id: UUID | None = None) -> bool:
        """Whether a person (None: a caller without credentials) may read it; the rule is `may_read` of the domain."""
        if self.visibility == Visibility.PUBLIC or self.role_of(user_id) is not None:
            return True
        return self.visibility == Visibility.WORKSPACE and workspace_id == self.workspace_id

    def paged(self, page: SegmentPage) -> "DraftDocument":
        """Return it with only the segments of `page`."""
        if page == WHOLE:
            return self
        first = page.after if page.last is None else max(page.after, self.segment_count - page.last - 1)
        kept = [segment for segment in self.segments if segment.segment_order > first]
        return replace(self, segments=tuple(kept[: page.limit]))


def fold(document: DraftDocument | None, events: Iterable[StoredEvent]) -> DraftDocument | None:
    """Return the document after `events`, which follow its version; None is a draft before its first event.

    Raises UnknownEvent for what a newer release wrote.
    """
    folding = _Folding(document)
    for event in events:
        folding.apply(event)
    return folding.result()


class _Folding:
    """Many events at once: collections grow in place, so folding n events takes n steps, and are frozen at the end."""

    def __init__(self, document: DraftDocument | None) -> None:
        self._head = document
        self._segments = {segment.segment_order: segment for segment in document.segments} if document else {}
        self._holds = list(document.holds) if document else []
        self._members = {member.user_id: member for member in document.members} if document else {}
        self._authors = dict.fromkeys(document.authors) if document else {}

    def result(self) -> DraftDocument | None:
        if self._head is None:
            return None
        return replace(
            self._head,
            segments=tuple(self._segments.values()),
            holds=tuple(self._holds),
            members=tuple(self._members.values()),
            authors=tuple(self._authors),
        )

    def apply(self, stored: StoredEvent) -> None:
        expected = self._head.version + 1 if self._head else 1
        if stored.version != expected:
            raise ValueError(f"version {stored.version} of draft {stored.stream_id} does not follow {expected - 1}")
        event = decode(stored)
        changed = self._changed(event, stored)
        self._head = replace(changed, version=stored.version, position=stored.position, updated_at=stored.recorded_at)

    def _changed(self, event: Event, stored: StoredEvent) -> DraftDocument:
        if isinstance(event, DraftCreated):
            return self._created(event, stored)
        if self._head is None:
            raise ValueError(f"draft {stored.stream_id} begins with {stored.type}")
        match event:
            case SegmentAdded():
                return self._segment_added(self._head, event, stored.recorded_at)
            case RingPassed():
                self._holds.append(Hold(stored.version, event.to_user_id, stored.recorded_at))
                return replace(
                    self._head, holder_id=event.to_user_id, passed_at=stored.recorded_at, last_segment_at=None
                )
            case CollaboratorAdded():
                # Out and in again: whoever comes back is the newest.
                self._members.pop(event.user_id, None)
                self._members[event.user_id] = Member(event.user_id, event.role, stored.recorded_at)
                return self._head
            case CollaboratorRemoved():
                self._members.pop(event.user_id, None)
                return self._head
            case RoleChanged():
                self._set_role(event.user_id, event.role)
                return self._head
            case OwnershipTransferred():
                self._set_role(event.from_user_id, Role.CONTRIBUTOR)
                self._set_role(event.to_user_id, Role.OWNER)
                return replace(self._head, owner_id=event.to_user_id)
            case SegmentAmended() | SegmentWithdrawn():
                self._rewritten(event)
                return self._head
            case HolderNudged():
                return self._head
            case _:
                return _draft_changed(self._head, event)

    def _set_role(self, user_id: str, role: str) -> None:
        self._members[user_id] = replace(self._members[user_id], role=role)

    def _rewritten(self, event: SegmentAmended | SegmentWithdrawn) -> None:
        """Change a segment, if it is among those that were asked for."""
        if isinstance(event, SegmentWithdrawn):
            self._segments.pop(event.segment_order, None)
        elif (segment := self._segments.get(event.segment_order)) is not None:
            self._segments[event.segment_order] = replace(segment, content=event.content)

    def _segment_added(self, head: DraftDocument, event: SegmentAdded, at: datetime) -> DraftDocument:
        self._segments[event.segment_order] = Segment(
            event.segment_order, event.segment_id, event.author_id, event.content, at, head.holder_id
        )
        self._authors[event.author_id] = None
        return replace(head, segment_count=event.segment_order + 1, last_segment_at=at)

    def _created(self, event: DraftCreated, stored: StoredEvent) -> DraftDocument:
        at, creator = stored.recorded_at, event.creator_id
        self._holds.append(Hold(stored.version, creator, at))
        self._members[creator] = Member(creator, Role.OWNER, at)
        return DraftDocument(
            lane=stored.lane,
            draft_id=stored.stream_id,
            workspace_id=stored.workspace_id,
            creator_id=creator,
            owner_id=creator,
            title=event.title,
            description=event.description,
            platform=event.platform,
            status=Status.ACTIVE,
            visibility=event.visibility,
            version=stored.version,
            position=stored.position,
            holder_id=creator,
            passed_at=at,
            last_segment_at=None,
            turn_limit_hours=event.turn_limit_hours,
            segment_count=0,
            created_at=at,
            updated_at=at,
            target_publish_at=None,
            segments=(),
            holds=(),
            members=(),
            authors=(),
        )


def _draft_changed(
    head: DraftDocument,
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
) -> DraftDocument:
    match event:
        case DraftRenamed():
            return replace(head, title=event.title)
        case DraftDescribed():
            return replace(head, description=event.description)
        case PlatformChanged():
            return replace(head, platform=event.platform)
        case VisibilityChanged():
            return replace(head, visibility=event.visibility)
        case TurnLimitChanged():
            return replace(head, turn_limit_hours=event.turn_limit_hours)
        case PublishDateChanged():
            return replace(head, target_publish_at=event.target_publish_at)
        case DraftLocked():
            return replace(head, status=Status.LOCKED)
        case DraftUnlocked() | DraftReopened():
            return replace(head, status=Status.ACTIVE)
        case DraftCompleted():
            return replace(head, status=Status.COMPLETED)
        case DraftArchived():
            return replace(head, status=Status.ARCHIVED)
        case _:
            assert_never(event)
