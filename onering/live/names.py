"""Who is called differently from now on: told to everybody who follows a draft that they are in, or wrote."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from onering.domain.profile import ProfileChanged
from onering.live.feed import Feed
from onering.log.codec import UnknownEvent
from onering.log.connection import DATABASE_FAULTS, said
from onering.log.event import StoredEvent
from onering.log.retry import Backoff
from onering.people import person_event
from projections.faults import ReadFault
from projections.models import ReadModels
from projections.people import default_name

logger = logging.getLogger(__name__)


AUTHORS = """
    SELECT a.draft_id, a.user_id FROM unnest($2::uuid[]) d(draft_id) CROSS JOIN unnest($3::text[]) u(user_id)
     CROSS JOIN LATERAL (
        SELECT a.draft_id, a.user_id FROM {drafts}.authors a
         WHERE a.lane = $1 AND a.draft_id = d.draft_id AND a.user_id = u.user_id OFFSET 0) a"""


async def written_by(
    models: ReadModels, drafts: Sequence[UUID], user_ids: Sequence[str]
) -> Mapping[UUID, Collection[str]]:
    """Return which of some people wrote in which of some drafts. Raises NotBuilt, DATABASE_FAULTS."""
    wrote: dict[UUID, set[str]] = {}
    for draft_id, user_id in await models.fetch(AUTHORS, models.lane, drafts, user_ids) if drafts else ():
        wrote.setdefault(draft_id, set()).add(user_id)
    return wrote


class Names:
    """`feeds` returns the drafts that are followed here; `run` is a supervised task."""

    def __init__(self, models: ReadModels, feeds: Callable[[], Collection[Feed]]) -> None:
        self._models = models
        self._feeds = feeds
        # What people are called now whose profile changed, until that was told.
        self._changed: dict[str, str] = {}
        self._news = asyncio.Event()

    def follow(self, event: StoredEvent) -> None:
        """Take in an event of a person's stream."""
        try:
            changed = person_event(event)
        except UnknownEvent:
            return
        if isinstance(changed, ProfileChanged):
            self._changed[changed.user_id] = changed.display_name or default_name(changed.user_id)
            self._news.set()

    async def run(self) -> None:
        """Tell new names until cancelled; while the database is away they wait."""
        backoff = Backoff()
        while True:
            await self._news.wait()
            self._news.clear()
            changed, self._changed = self._changed, {}
            try:
                await self._tell(changed)
                backoff.reset()
            except (*DATABASE_FAULTS, ReadFault) as fault:
                logger.log(backoff.level(), "new names can't be told yet: %s", said(fault))
                self._changed = changed | self._changed
                self._news.set()
                await backoff.wait()

    async def _tell(self, names: Mapping[str, str]) -> None:
        wrote = await written_by(self._models, [feed.draft_id for feed in self._feeds()], list(names))
        for feed in self._feeds():
            known = {*feed.state.members, *wrote.get(feed.draft_id, ())} & names.keys()
            if known:
                feed.rename({user_id: names[user_id] for user_id in sorted(known)})
