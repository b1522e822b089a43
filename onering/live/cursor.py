"""A connection's place in its feed: joining, catching up, live, or at the end of what its person may read."""

import asyncio
import logging
from collections.abc import Callable

from onering.domain.state import DraftState
from onering.live import frames
from onering.live.ends import ACCESS_ENDED, OVERLOADED, RESYNC, SERVER_ERROR, End
from onering.live.feed import Feed
from onering.live.history import History
from onering.live.limits import Limits
from onering.live.outlet import Outlet
from onering.live.session import Session
from onering.log.connection import DATABASE_FAULTS, said

logger = logging.getLogger(__name__)


class Cursor:
    """Follows `feed` from `version`, the last version written; `end` closes the connection.

    It is among the feed's followers from the moment it is made, so that nothing that ends access escapes it while the
    draft is being read; `begin` says at which version access was granted.
    """

    def __init__(
        self,
        feed: Feed,
        outlet: Outlet,
        session: Session,
        history: History,
        limits: Limits,
        end: Callable[[End], None],
    ) -> None:
        self.feed = feed
        self.outlet = outlet
        self.version = 0
        self.presence = 0
        self.joined = False
        self._session = session
        self._history = history
        self._limits = limits
        self._end = end
        self._granted_at: int | None = None
        self._losses: list[int] = []
        self._position = 0
        self._room = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._gone = False
        feed.followers.add(self)

    @property
    def begun(self) -> bool:
        """Whether it has been welcomed."""
        return self._tasks is not None

    @property
    def live(self) -> bool:
        """Whether it gets new events at once."""
        return self in self.feed.live

    @property
    def last(self) -> int | None:
        """The version at which access ended, the last that may be sent; None while there is none.

        What was judged on is the draft at one version, which may be ahead of the feed: only later losses count, and
        of those the first, whatever came after.
        """
        if not self._losses or (granted_at := self._granted_at) is None:
            return None
        return next((version for version in self._losses if version > granted_at), None)

    @property
    def head(self) -> int:
        """The newest version that this reader may know of."""
        newest = max(self.feed.head, self.version)
        return newest if self.last is None else min(newest, self.last)

    def may_read(self, state: DraftState) -> bool:
        return self._session.may_read(state)

    def lose_access(self, version: int) -> None:
        self._losses.append(version)

    def grant(self, version: int, *, start: int, position: int = 0) -> None:
        """Access was judged on the draft at `version`; follow from `start`, which stands at `position` of the log."""
        self._granted_at = version
        self.version = start
        self._position = position

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Go live, at once if nothing is missing; what has to wait is done in `tasks`."""
        self._tasks = tasks
        if not self._arrived():
            self.fall_behind()

    def fall_behind(self) -> None:
        if self._tasks is not None and not self._gone:
            self._catching_up = self._tasks.create_task(self._catch_up(), name="live catch-up")

    def leave(self) -> None:
        """Follow no more. Nothing is written after this."""
        self._gone = True
        self.feed.leave(self)
        if self._catching_up is not None:
            self._catching_up.cancel()

    def has_room(self) -> None:
        """What was unsent went out."""
        self._room.set()

    @property
    def full(self) -> bool:
        """Whether more is unsent than a socket may have."""
        return self.outlet.unsent() > self._limits.socket_high_water

    async def _catch_up(self) -> None:
        try:
            while not self._arrived():
                await self._wait_for_room()
                await self._advance()
        except DATABASE_FAULTS as fault:
            logger.warning("a reader can't catch up: %s", said(fault))
            self._end(OVERLOADED)
        except Exception:
            logger.exception("a reader could not catch up")
            self._end(SERVER_ERROR)

    def _arrived(self) -> bool:
        """Go live or end, if it is time to; this is the splice, and there is no await in it."""
        if self._gone:
            return True
        if self.last is not None:
            if self.version >= self.last:
                self._end(ACCESS_ENDED)
                return True
            return False
        if not self.feed.go_live(self):
            return False
        if not self.joined:
            self.joined = True
            self.outlet.write(frames.live(self.version))
        if self.feed.names:
            self.outlet.write(frames.people(self.feed.names))
        return True

    async def _wait_for_room(self) -> None:
        while self.full:
            self._room.clear()
            await self._room.wait()

    async def _advance(self) -> None:
        feed = self.feed
        if self.version > feed.head:
            # The snapshot was newer than the tail of this process.
            await self._history.reached(self._position)
            if self.version > feed.head:
                self._end(RESYNC)
            return
        encoded = feed.after(self.version, self._limits.page_events)
        if encoded is None:
            # Not beyond the head: what the tail has not brought yet was not judged yet.
            encoded = await self._history.events(feed.draft_id, self.version, self._limits.page_events, upto=feed.head)
        if not encoded:
            self._end(RESYNC)
        self._write(encoded)

    def _write(self, encoded: list[bytes]) -> None:
        """Write events until there is no room; the rest is read again, so that who waits holds nothing but a cursor."""
        if self.last is not None:
            # Perhaps access ended while these were being read.
            encoded = encoded[: max(0, self.last - self.version)]
        for page in self.feed.pages(encoded):
            if self.full or self._gone:
                return
            self.outlet.write(frames.events(page))
            self.version += len(page)
