"""All live feeds of a process: what the tail brings goes out to everyone who follows."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple
from uuid import UUID

from onering.auth.identity import Identity
from onering.auth.middleware import Receive, Scope, Send
from onering.domain.refusals import NotFound
from onering.live import frames
from onering.live.arrivals import UNCOUNTED, Arrivals
from onering.live.connection import SWEEP_SECONDS, Connection
from onering.live.connections import PARTS, Connections
from onering.live.conversation import Conversation
from onering.live.ends import DRAIN, GONE, RESTART, RESYNC, SERVER_ERROR, Ended
from onering.live.feed import Feed, FeedGap
from onering.live.history import History
from onering.live.house import House, Refuse, Request
from onering.live.joining import Joining
from onering.live.limits import Limits
from onering.live.names import Names
from onering.live.outlet import outlet_of
from onering.live.presence import Presence
from onering.live.snapshots import Snapshots
from onering.live.subscription import Subscription, stream_outlet
from onering.log.event import StoredEvent
from onering.log.tail import Tail
from onering.log.wire import Principal, encode_event
from onering.states import DraftStates
from projections.models import ReadModels

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# A drain closes this many times within its window.
_DRAIN_BATCHES = 20


def _now() -> datetime:
    return datetime.now(UTC)


class Standing(NamedTuple):
    """How many sockets are live, lag behind and did not join yet; how many events the last is behind."""

    live: int
    lagging: int
    joining: int
    furthest: int


class Hub:
    """The ASGI endpoint of `GET /v1/ws/drafts/{draft_id}`, for a server that limits frames (uvicorn's `ws_max_size`)
    to `limits.socket_frame_limit`, with its own pings (`ws_ping_interval`) and compression off.

    `presence` is who is where. `sign_in` verifies the token of a first message, `principal` names the actors of events,
    `refuse` answers a handshake with a problem. `clock` (UTC) judges tokens. `run` is a supervised task, and so is that
    of `names`.
    """

    def __init__(
        self,
        *,
        tail: Tail,
        states: DraftStates,
        models: ReadModels,
        presence: Presence,
        principal: Principal,
        sign_in: Callable[[str], Awaitable[Identity]],
        limits: Limits,
        anonymous_read: bool,
        refuse: Refuse,
        arrivals: Arrivals = UNCOUNTED,
        clock: Clock = _now,
    ) -> None:
        self._states = states
        self._limits = limits
        self._clock = clock
        self._encode = lambda event: encode_event(event, principal)
        self._feeds: dict[UUID, Feed] = {}
        self._opening: list[_Opening] = []
        self._rewinds = 0
        self._connections = Connections(limits)
        self._history = History(models, tail, self._encode, limits.hello_seconds)
        self._snapshots = Snapshots(models)
        self._presence = presence
        self.names = Names(models, self._feeds.values)
        joining = Joining(
            tail=tail,
            history=self._history,
            snapshots=self._snapshots,
            open_feed=self._open,
            limits=limits,
            anonymous_read=anonymous_read,
        )
        self._house = House(self._connections, joining, presence, tail, limits, sign_in, refuse, arrivals)
        tail.subscribe(self._follow)
        tail.on_rewind(self._forget_all)

    # For metrics

    @property
    def sockets(self) -> int:
        """How many sockets are open, those that did not join yet included."""
        return len(self._connections)

    @property
    def lagging(self) -> int:
        """How many readers are behind: catching up from memory or the log."""
        return sum(len(feed.followers) - len(feed.live) for feed in self._feeds.values())

    @property
    def feeds(self) -> int:
        """How many drafts have a feed in this process."""
        return len(self._feeds)

    @property
    def closes(self) -> Mapping[int, int]:
        """How many sockets ended, by close code."""
        return self._connections.closes

    @property
    def joins(self) -> Mapping[str, int]:
        """How many sockets joined, by mode: resume, snapshot, events."""
        return self._connections.joins

    def standing(self) -> Standing:
        """Return how the sockets stand."""
        cursors = [c.cursor for c in self._connections.snapshot() if c.cursor is not None and c.cursor.begun]
        behind = [max(0, cursor.head - cursor.version) for cursor in cursors if not cursor.live]
        live = len(cursors) - len(behind)
        return Standing(live, len(behind), self.sockets - len(cursors), max(behind, default=0))

    # For the application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket. The draft is named by `scope["path_params"]["draft_id"]`, as the client wrote it."""
        await receive()
        async with outlet_of(scope, send) as outlet:
            connection = Connection(outlet, self._limits)
            conversation = Conversation(self._house, connection, Request(scope, receive, send))
            try:
                await conversation.run()
            finally:
                self._connections.leave(connection, conversation.code)

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one reader of Server-Sent Events, as `GET /v1/collab/drafts/{draft_id}/events` does."""
        async with stream_outlet(send) as outlet:
            connection = Connection(outlet, replace(self._limits, silence_seconds=inf))
            try:
                await Subscription(self._house, connection, Request(scope, receive, send)).run()
            finally:
                self._connections.leave(connection, (connection.ended or GONE).close_code)

    async def run(self) -> None:
        """Sweep until cancelled: a part of the sockets at a time, so that no frame waits for all of them."""
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            for part in range(PARTS):
                # By the clock, so that what a part takes does not add up over a round.
                due = max(due + SWEEP_SECONDS / PARTS, clock())
                await asyncio.sleep(due - clock())
                self.sweep(part, clock())
            self.sweep_feeds(clock())

    def sweep(self, part: int, now: float) -> None:
        """Do what is due at `now`, of the event loop's clock, for each socket of one of the PARTS."""
        wall = self._clock()
        for connection in self._connections.part(part):
            connection.sweep(now, wall)

    def sweep_feeds(self, now: float) -> None:
        """Forget the feeds that had no reader for long."""
        for feed in list(self._feeds.values()):
            if feed.followers:
                feed.idle_since = None
            elif feed.idle_since is None:
                feed.idle_since = now
            elif now - feed.idle_since >= self._limits.feed_keep_seconds:
                del self._feeds[feed.draft_id]

    async def drain(self) -> None:
        """Send everybody elsewhere within `limits.drain_seconds`; nobody joins any more."""
        self._connections.draining = True
        window = self._limits.drain_seconds
        leaving = self._connections.snapshot()
        random.shuffle(leaving)
        for connection in leaving:
            if connection.cursor is not None and connection.cursor.begun:
                connection.tell(frames.goaway("restart", window))
        size = -(-len(leaving) // _DRAIN_BATCHES) or 1
        for start in range(0, len(leaving), size):
            await asyncio.sleep(window / _DRAIN_BATCHES)
            for connection in leaving[start : start + size]:
                _send_away(connection)

    # From the tail

    def _follow(self, events: Sequence[StoredEvent]) -> None:
        drafts: dict[UUID, list[StoredEvent]] = {}
        for event in events:
            if event.stream_id in self._feeds:
                drafts.setdefault(event.stream_id, []).append(event)
            elif event.stream_type == "user":
                self.names.follow(event)
            for opening in self._opening:
                opening.note(event)
        for draft_id, news in drafts.items():
            try:
                feed = self._feeds[draft_id]
                feed.follow(news)
                self._presence.follow(feed)
            except FeedGap as gap:
                logger.error("a feed lost its place, and its readers resume: %s", gap)
                for connection in self._followers(self._feeds.pop(draft_id)):
                    connection.end(SERVER_ERROR)

    def _followers(self, feed: Feed) -> list[Connection]:
        return [c for c in self._connections.snapshot() if c.cursor is not None and c.cursor.feed is feed]

    def _forget_all(self) -> None:
        self._rewinds += 1
        self._feeds.clear()
        self._snapshots.forget()
        for connection in self._connections.snapshot():
            connection.end(RESYNC)

    # For joining

    async def _open(self, draft_id: UUID) -> Feed:
        """Return the draft's feed. Raises NotFound, DATABASE_FAULTS.

        A new one begins where the rules state stands, and that is where the tail stands: the states follow it too, and
        are told first. There is no await between the two.
        """
        if (feed := self._feeds.get(draft_id)) is not None:
            return feed
        rewinds = self._rewinds
        entry = await self._states.entry(draft_id)
        # It may have been made for a command that is on its way, to a draft that another process created long ago, and
        # be on its way to where the log is.
        await self._states.refresh(draft_id, entry)
        entry = await self._states.entry(draft_id)
        feed = Feed(draft_id, entry.version, entry.state, self._encode, self._limits)
        if entry.unknown is not None:
            await self._read_on(feed)
        if not feed.head:
            raise NotFound("There is no such draft.")
        if rewinds != self._rewinds:
            raise Ended(RESYNC)
        return self._feeds.setdefault(draft_id, feed)

    async def _read_on(self, feed: Feed) -> None:
        """Bring a new feed past what this release does not know, where the states stopped, to where the tail is."""
        opening = _Opening(feed.draft_id)
        self._opening.append(opening)
        try:
            while (page := await self._history.stored(feed.draft_id, feed.head)) or feed.head < opening.newest:
                feed.follow(page)
        finally:
            self._opening.remove(opening)


class _Opening:
    """A draft being read: `newest` is the last version that the tail brought meanwhile."""

    def __init__(self, draft_id: UUID) -> None:
        self.newest = 0
        self._draft_id = draft_id

    def note(self, event: StoredEvent) -> None:
        if event.stream_id == self._draft_id:
            self.newest = event.version


def _send_away(connection: Connection) -> None:
    joined = connection.cursor is not None and connection.cursor.begun
    connection.end(DRAIN if joined else RESTART)
