"""One draft's feed in this process: the newest events in their final bytes, who may read them, and who follows."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol
from uuid import UUID

from onering.domain.state import DraftState, evolve
from onering.live import frames
from onering.live.limits import Limits
from onering.live.outlet import Outlet
from onering.log.codec import UnknownEvent, decode
from onering.log.event import StoredEvent

Encode = Callable[[StoredEvent], bytes]
Unsent = Callable[[], int]
Write = Callable[[bytes], None]


class Follower(Protocol):
    """A connection, as its feed sees it; `version` is the last version that was written to `outlet`.

    `presence` is what the draft's room told it last.
    """

    version: int
    presence: int
    outlet: Outlet

    def may_read(self, state: DraftState) -> bool:
        """Whether the person behind it may read the draft."""

    def lose_access(self, version: int) -> None:
        """After the event at `version` they may not."""

    def fall_behind(self) -> None:
        """It is no longer live, and catches up by itself."""


class FeedGap(Exception):
    """The tail brought an event that does not follow the feed's head."""


class Feed:
    """`head` is the newest version, `state` the rules state there. Nothing here waits, so nothing can come between.

    A live follower stands at the head and gets what is new at once; the others read `after` their version, or the log,
    until `go_live` takes them.
    """

    def __init__(self, draft_id: UUID, version: int, state: DraftState, encode: Encode, limits: Limits) -> None:
        self.draft_id = draft_id
        self.head = version
        self.state = state
        self.followers: set[Follower] = set()
        # A dict for its order, that of going live: a set's is random, and so is then the way of each frame through the
        # memory of the sockets, which made it a tenth dearer to 2,000. Beside each stands what a frame needs of it.
        self.live: dict[Follower, tuple[Unsent, Write]] = {}
        self.idle_since: float | None = None
        # Of the people whose names changed since this feed began, for whoever was not live when that was told.
        self.names: dict[str, str] = {}
        self._encode = encode
        self._limits = limits
        self._ring: deque[bytes] = deque(maxlen=limits.feed_events)

    def leave(self, follower: Follower) -> None:
        """Forget a follower."""
        self.followers.discard(follower)
        self.live.pop(follower, None)

    def go_live(self, follower: Follower) -> bool:
        """Take a follower that has everything up to the head among the live ones; False if it has not."""
        if follower.version != self.head:
            return False
        self.live[follower] = (follower.outlet.unsent, follower.outlet.write)
        return True

    def after(self, version: int, limit: int) -> list[bytes] | None:
        """Return at most `limit` events after `version`, from memory; None if they are no longer there."""
        start = version - (self.head - len(self._ring))
        return None if start < 0 else list(islice(self._ring, start, start + limit))

    def pages(self, encoded: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
        """Cut events into the pages that frames are made of: none is larger than what a socket may have unsent."""
        return frames.pages(encoded, self._limits.page_events, self._limits.socket_high_water)

    def follow(self, events: Sequence[StoredEvent]) -> None:
        """Take in consecutive events of the draft and write them to all who are live. Raises FeedGap.

        Those that are known already (a feed may begin ahead of the tail) change nothing.
        """
        fresh = [event for event in events if event.version > self.head]
        if not fresh:
            return
        if fresh[0].version != self.head + 1:
            raise FeedGap(f"after version {self.head} of draft {self.draft_id} came {fresh[0].version}")
        encoded = [self._encode(event) for event in fresh]
        for event in fresh:
            self._judge(event)
        self.head = fresh[-1].version
        self._ring.extend(encoded)
        version = fresh[0].version - 1
        for page in self.pages(encoded):
            version += len(page)
            self._publish(frames.events(page), version)

    def rename(self, names: Mapping[str, str]) -> None:
        """Tell everybody how people are called now."""
        self.names.update(names)
        self._publish(frames.people(names), self.head)

    def _judge(self, event: StoredEvent) -> None:
        """Whoever may not read after this event gets nothing after it: they leave the live ones, who get the batch."""
        before, self.state = self.state, evolved(self.state, event)
        if readers(before) == readers(self.state):
            return
        for follower in self.followers:
            if not follower.may_read(self.state):
                follower.lose_access(event.version)
                self._demote(follower)

    def _publish(self, frame: bytes, version: int) -> None:
        high_water = self._limits.socket_high_water
        slow = []
        for follower, (unsent, write) in self.live.items():
            if unsent() > high_water:
                slow.append(follower)
            else:
                write(frame)
                follower.version = version
        for follower in slow:
            self._demote(follower)

    def _demote(self, follower: Follower) -> None:
        if follower in self.live:
            del self.live[follower]
            follower.fall_behind()


def evolved(state: DraftState, event: StoredEvent) -> DraftState:
    """Return the state after an event; one that this release does not know leaves it as it is."""
    try:
        return evolve(state, decode(event), event.recorded_at)
    except UnknownEvent:
        return state


def readers(state: DraftState) -> tuple[object, ...]:
    """Return everything that `may_read` looks at. Within a tuple the same mapping is equal without a look inside."""
    return state.exists, state.visibility, state.workspace_id, state.members
