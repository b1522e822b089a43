"""All live feeds of a process: what the tail brings goes out to everyone who follows."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from onering.auth.identity import Identity, identity_of
from onering.auth.middleware import Receive, Scope, Send
from onering.live import frames
from onering.live.arrivals import UNCOUNTED, Arrivals
from onering.live.connection import SWEEP_SECONDS, Connection
from onering.live.connections import PARTS, Connections
from onering.live.conversation import Conversation
from onering.live.ends import DRAIN, GONE, RESTART, RESYNC, SERVER_ERROR, TOKEN_REFUSED
from onering.live.feed import Feed
from onering.live.feeds import Feeds
from onering.live.history import History
from onering.live.house import House, Refuse, Request, Revoked
from onering.live.joining import Joining
from onering.live.limits import Limits
from onering.live.names import Names
from onering.live.outlet import outlet_of
from onering.live.presence import Presence
from onering.live.snapshots import Snapshots
from onering.live.subscription import Subscription, stream_outlet
from onering.live.witness import NOBODY, Witness
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
    `refuse` answers a handshake with a problem, and `witness` is told of it. `revoked` says whose token counts no
    more, `clock` (UTC) judges tokens. `run` is a supervised task, and so is that of `names`.
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
        witness: Witness = NOBODY,
        revoked: Revoked = lambda identity: False,
        clock: Clock = _now,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._connections = Connections(limits)

        def encode(event: StoredEvent) -> bytes:
            return encode_event(event, principal)

        self._history = History(models, tail, encode, limits.hello_seconds)
        self._feeds = Feeds(states, self._history, encode, limits)
        self._snapshots = Snapshots(models)
        self._presence = presence
        self.names = Names(models, self._feeds.all)
        joining = Joining(
            tail=tail,
            history=self._history,
            snapshots=self._snapshots,
            open_feed=self._feeds.open,
            limits=limits,
            anonymous_read=anonymous_read,
        )
        self._witness = witness
        self._house = House(
            self._connections, joining, presence, tail, limits, sign_in, refuse, arrivals, witness, revoked
        )
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
        return sum(len(feed.followers) - len(feed.live) for feed in self._feeds.all())

    @property
    def feeds(self) -> int:
        """How many drafts have a feed in this process."""
        return len(self._feeds.all())

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
                self._tell(scope, connection)

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one reader of Server-Sent Events, as `GET /v1/collab/drafts/{draft_id}/events` does."""
        async with stream_outlet(send) as outlet:
            connection = Connection(outlet, replace(self._limits, silence_seconds=inf))
            try:
                await Subscription(self._house, connection, Request(scope, receive, send)).run()
            finally:
                self._connections.leave(connection, (connection.ended or GONE).close_code)
                self._tell(scope, connection)

    def _tell(self, scope: Scope, connection: Connection) -> None:
        if connection.ended is not None:
            self._witness.ended(scope, identity_of(scope), connection.ended, accepted=connection.accepted)

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
        self._feeds.sweep(now)

    def end_revoked(self) -> None:
        """Close the sockets of those whose tokens were revoked."""
        for connection in self._connections.snapshot():
            identity = connection.session.identity
            if identity is not None and self._house.revoked(identity):
                connection.end(TOKEN_REFUSED)

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
        for event in events:
            if event.stream_type == "user":
                self.names.follow(event)
        for feed in self._feeds.follow(events, self._lost):
            self._presence.follow(feed)

    def _lost(self, feed: Feed) -> None:
        for connection in self._connections.snapshot():
            if connection.cursor is not None and connection.cursor.feed is feed:
                connection.end(SERVER_ERROR)

    def _forget_all(self) -> None:
        self._feeds.forget()
        self._snapshots.forget()
        for connection in self._connections.snapshot():
            connection.end(RESYNC)


def _send_away(connection: Connection) -> None:
    joined = connection.cursor is not None and connection.cursor.begun
    connection.end(DRAIN if joined else RESTART)
