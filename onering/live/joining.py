"""Joining a feed: may this person read the draft, and from where do they go on?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from onering.domain.refusals import NotFound
from onering.live.connection import Connection
from onering.live.cursor import Cursor
from onering.live.ends import NO_SUCH_DRAFT, OVERLOADED, SIGN_IN, Ended
from onering.live.feed import Feed
from onering.live.history import History
from onering.live.limits import Limits
from onering.live.messages import Hello
from onering.live.session import Session
from onering.live.snapshots import Snapshot, Snapshots
from onering.log.codec import UnknownEvent
from onering.log.tail import Tail


@dataclass(frozen=True, slots=True)
class Joined:
    """How a client goes on: `mode` is resume, snapshot or events; `snapshot` is a frame."""

    mode: str
    snapshot: bytes | None = None


class Joining:
    """Gives connections their cursors. `open_feed` returns a draft's feed, standing where the tail stands."""

    def __init__(
        self,
        *,
        tail: Tail,
        history: History,
        snapshots: Snapshots,
        open_feed: Callable[[UUID], Awaitable[Feed]],
        limits: Limits,
        anonymous_read: bool,
    ) -> None:
        self._tail = tail
        self._history = history
        self._snapshots = snapshots
        self._open_feed = open_feed
        self._limits = limits
        self._anonymous_read = anonymous_read

    async def join(self, connection: Connection, draft: str, hello: Hello) -> Joined:
        """Put the connection on the feed of the draft that `draft` names. Raises Ended, DATABASE_FAULTS, NotBuilt."""
        unseen = Ended(SIGN_IN if connection.session.identity is None else NO_SUCH_DRAFT)
        draft_id = _draft_id(draft)
        if draft_id is None or (connection.session.identity is None and not self._anonymous_read):
            raise unseen
        try:
            feed = await self._open_feed(draft_id)
        except NotFound:
            raise unseen from None
        unseen = Ended(replace(unseen.end, hidden=True))
        # No await between the feed and the cursor: from here on the feed tells the cursor whatever ends access.
        cursor = Cursor(feed, connection.outlet, connection.session, self._history, self._limits, connection.end)
        connection.cursor = cursor
        start = await self._start(feed, hello)
        if start is None:
            return await self._with_snapshot(cursor, connection.session, unseen)
        if not cursor.may_read(feed.state):
            # Perhaps somebody let them in a moment ago, through another process.
            if (newest := await self._history.newest(draft_id)) > feed.head:
                await self._history.await_version(draft_id, newest)
            if not cursor.may_read(feed.state):
                raise unseen
        cursor.grant(feed.head, start=start)
        return Joined("events" if hello.events else "resume")

    async def _start(self, feed: Feed, hello: Hello) -> int | None:
        """Return the version to go on after; None if only a snapshot will do."""
        if hello.after is None:
            return 0 if hello.events else None
        if hello.epoch is not None and hello.epoch != self._tail.epoch:
            return None
        if hello.after > feed.head:
            # Perhaps the client was on a process that was ahead of this one.
            await self._history.await_version(feed.draft_id, hello.after)
        gap = feed.head - hello.after
        if gap < 0 or (gap > self._limits.resume_events and not hello.events):
            return None
        return hello.after

    async def _with_snapshot(self, cursor: Cursor, session: Session, unseen: Ended) -> Joined:
        """Show the draft; access is judged from the very same document."""
        draft_id, oldest = cursor.feed.draft_id, cursor.feed.head
        snapshot = await self._read(draft_id, oldest)
        if not snapshot.readable_by(session):
            # It may have been read a moment ago, and they were let in since.
            if (newest := await self._history.newest(draft_id)) > snapshot.version:
                snapshot = await self._read(draft_id, newest)
            if not snapshot.readable_by(session):
                raise unseen
        cursor.grant(snapshot.version, start=snapshot.version, position=snapshot.position)
        return Joined("snapshot", snapshot.frame)

    async def _read(self, draft_id: UUID, oldest: int) -> Snapshot:
        try:
            snapshot = await self._snapshots.read(draft_id, oldest)
        except UnknownEvent:
            raise Ended(OVERLOADED) from None
        if snapshot is None or snapshot.version < oldest:
            # The database shows less than the feed has: what ended access between the two would be overlooked.
            raise Ended(OVERLOADED)
        return snapshot


def _draft_id(text: str) -> UUID | None:
    """Return the id in its canonical spelling (RFC 9562 §4), in any case; None for anything else."""
    try:
        draft_id = UUID(text)
    except ValueError:
        return None
    return draft_id if str(draft_id) == text.lower() else None
