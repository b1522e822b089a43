"""Who is where, in this process: people come at once, leave late, and everybody is told in batches."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from onering.live.feed import Feed
from onering.live.limits import Limits
from onering.live.room import Here, Room
from onering.live.session import Session


class Typing(NamedTuple):
    """A person types at a draft."""

    draft_id: UUID
    user_id: str


class News(NamedTuple):
    """What other processes have to be told: where this process's people changed, and who types."""

    changed: Collection[UUID]
    typing: Sequence[Typing]


class Seat:
    """A connection's place at a draft."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Give it up; once is enough."""
        if (leave := self._leave) is not None:
            self._leave = None
            leave()


class Presence:
    """The rooms of all drafts that are followed here. `clock` is in seconds; `run` is a supervised task.

    Nothing here waits for the database: what other processes know is brought by Neighbours, and without it everybody
    is told of this process's own people.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self._limits = limits
        self._rooms: dict[UUID, Room] = {}
        # Everybody lingers for as long as everybody else, so the first to leave is the first to be gone.
        self._leaving: deque[tuple[float, UUID, Session]] = deque()
        self._untold: set[UUID] = set()
        self._changed: set[UUID] = set()
        self._typing: list[Typing] = []

    # For connections

    def enter(self, feed: Feed, session: Session) -> Seat:
        """Let a connection be here, until it leaves its seat."""
        draft_id = feed.draft_id
        room = self._rooms.setdefault(draft_id, Room(feed, self._limits))
        room.feed = feed
        room.enter(session)
        self._stir(draft_id)
        return Seat(lambda: self._leave(draft_id, session))

    def typing(self, feed: Feed, session: Session) -> None:
        """Pass on that the holder of the ring types: theirs is the only typing that counts."""
        typing = Typing(feed.draft_id, session.user_id or "")
        if self.typed(typing):
            self._typing.append(typing)

    # For the hub

    def follow(self, feed: Feed) -> None:
        """Look at what events changed: whoever may no longer read is gone at once."""
        room = self._rooms.get(feed.draft_id)
        if room is None:
            return
        if room.judged_anew():
            self._stir(feed.draft_id)
            self._tell(feed.draft_id)
        if room.passed_on():
            self._untold.add(feed.draft_id)

    async def run(self) -> None:
        """Tell what changed, batch by batch, until cancelled."""
        while True:
            await asyncio.sleep(self._limits.presence_batch_ms / 1000)
            self.tick()

    def tick(self) -> None:
        """See off who left long enough ago, and tell everybody what changed since the last time."""
        now = self.clock()
        while self._leaving and self._leaving[0][0] <= now:
            _, draft_id, session = self._leaving.popleft()
            self._gone(draft_id, session)
        for draft_id in list(self._untold):
            self._tell(draft_id)

    # For what is shared with other processes

    @property
    def drafts(self) -> Collection[UUID]:
        """The drafts at which people of this process are."""
        return self._rooms.keys()

    def own(self, draft_id: UUID) -> Mapping[str, Here]:
        """Return the people of this process at a draft."""
        room = self._rooms.get(draft_id)
        return {} if room is None else room.own()

    def news(self) -> News:
        """Return what happened since this was last asked."""
        news = News(self._changed, self._typing)
        self._changed, self._typing = set(), []
        return news

    def learn(self, draft_id: UUID, others: Sequence[Here]) -> None:
        """Take in who is at a draft in other processes."""
        room = self._rooms.get(draft_id)
        if room is not None and room.others != others:
            room.others = others
            self._untold.add(draft_id)

    def typed(self, typing: Typing) -> bool:
        """Tell the followers here that somebody types, if it is the holder; whether it was worth telling."""
        room = self._rooms.get(typing.draft_id)
        return room is not None and typing.user_id == room.feed.state.holder_id and room.typing(self.clock())

    def _leave(self, draft_id: UUID, session: Session) -> None:
        if session.user_id is None:
            # Nobody is named, so nobody comes back as the same: a page loaded again would count twice.
            self._gone(draft_id, session)
        else:
            self._leaving.append((self.clock() + self._limits.presence_linger_seconds, draft_id, session))

    def _gone(self, draft_id: UUID, session: Session) -> None:
        self._rooms[draft_id].leave(session)
        self._stir(draft_id)

    def _stir(self, draft_id: UUID) -> None:
        self._untold.add(draft_id)
        self._changed.add(draft_id)

    def _tell(self, draft_id: UUID) -> None:
        room = self._rooms[draft_id]
        if room.empty:
            del self._rooms[draft_id]
        if room.tell() or room.empty:
            self._untold.discard(draft_id)
