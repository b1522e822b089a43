"""All feeds of a process: one for each draft that somebody follows, or did a while ago."""

import logging
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from onering.domain.refusals import NotFound
from onering.live.ends import RESYNC, Ended
from onering.live.feed import Encode, Feed, FeedGap
from onering.live.history import History
from onering.live.limits import Limits
from onering.log.event import StoredEvent
from onering.states import DraftStates

logger = logging.getLogger(__name__)


class Feeds:
    """Opens feeds where the rules' `states` stand, and follows the tail with them."""

    def __init__(self, states: DraftStates, history: History, encode: Encode, limits: Limits) -> None:
        self._states = states
        self._history = history
        self._encode = encode
        self._limits = limits
        self._feeds: dict[UUID, Feed] = {}
        self._opening: list[_Opening] = []
        self._rewinds = 0

    def __getitem__(self, draft_id: UUID) -> Feed:
        return self._feeds[draft_id]

    def all(self) -> Collection[Feed]:
        """Return those that there are now."""
        return self._feeds.values()

    def follow(self, events: Sequence[StoredEvent], lost: Callable[[Feed], None]) -> Sequence[Feed]:
        """Take in what the tail brings; return the feeds that it was about. One that is `lost` is forgotten."""
        drafts: dict[UUID, list[StoredEvent]] = {}
        for event in events:
            if event.stream_id in self._feeds:
                drafts.setdefault(event.stream_id, []).append(event)
            for opening in self._opening:
                opening.note(event)
        for draft_id, news in drafts.items():
            try:
                self._feeds[draft_id].follow(news)
            except FeedGap as gap:
                logger.error("a feed lost its place, and its readers resume: %s", gap)
                lost(self._feeds.pop(draft_id))
        return [self._feeds[draft_id] for draft_id in drafts if draft_id in self._feeds]

    def sweep(self, now: float) -> None:
        """Forget those that had no reader for long; `now` is of any clock, in seconds."""
        for feed in list(self._feeds.values()):
            if feed.followers:
                feed.idle_since = None
            elif feed.idle_since is None:
                feed.idle_since = now
            elif now - feed.idle_since >= self._limits.feed_keep_seconds:
                del self._feeds[feed.draft_id]

    def forget(self) -> None:
        """Forget everything: the log is another one than before."""
        self._rewinds += 1
        self._feeds.clear()

    async def open(self, draft_id: UUID) -> Feed:
        """Return the draft's feed. Raises NotFound, Ended, DATABASE_FAULTS.

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
