"""Presence across the processes of one database: a table is the truth, NOTIFY a hint, a lease ends with its process."""

import asyncio
import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

from onering.live import hint
from onering.live.hint import Hint
from onering.live.leases import Changes, Connection, give_up, read, renew, write
from onering.live.limits import Limits
from onering.live.presence import Presence
from onering.live.room import Here
from onering.log.connection import DATABASE_FAULTS, Database, said
from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

CHANNEL = "onering_presence"
# A lease is renewed so many times while it lasts, and as often everything is read again: hints may be lost.
RENEWALS = 3


class Neighbours:
    """Tells other processes of this one's people, and this one of theirs; `run` is a supervised task.

    Everything of a batch is one statement, and nothing is written while nobody comes or goes, except the lease. While
    the database is away everybody is shown this process's own people, and those of others as long as their leases last.
    """

    def __init__(self, database: Database, presence: Presence, limits: Limits) -> None:
        self._database = database
        self._presence = presence
        self._limits = limits
        self._process_id = uuid4()
        self._others: frozenset[UUID] = frozenset()
        # What the table has of this process, and the drafts whose others were read and need not be read again.
        self._written: dict[UUID, Mapping[str, Here]] = {}
        self._known: set[UUID] = set()
        self._renew_at = self._heard_at = presence.clock()

    async def run(self) -> None:
        """Exchange what is new, batch by batch, until cancelled; a lost connection is made again, for ever."""
        backoff = Backoff()
        while True:
            try:
                conn = await self._database.connect("presence")
                try:
                    await self._exchange(conn, backoff)
                finally:
                    conn.terminate()
            except DATABASE_FAULTS as fault:
                logger.log(backoff.level(), "presence is not shared with other processes: %s", said(fault))
            self._doubt()
            await backoff.wait()

    async def _exchange(self, conn: Connection, backoff: Backoff) -> None:
        await conn.add_listener(CHANNEL, self._on_hint)
        # Hints come no more: whoever has nothing to tell would notice late.
        conn.add_termination_listener(lambda _: self._renew_now())
        # Nobody knows what came of what was under way: start over, in one step for whoever reads.
        async with conn.transaction():
            await give_up(conn, self._process_id)
            await self._tell(conn, anew=await self._renew(conn))
        while True:
            await self._read(conn)
            backoff.reset()
            await asyncio.sleep(self._limits.presence_batch_ms / 1000)
            due = self._presence.clock() >= self._renew_at
            await self._tell(conn, anew=due and await self._renew(conn))

    async def _renew(self, conn: Connection) -> bool:
        """Renew the lease, and see who else has one; whether this process has to start over."""
        lease = await renew(conn, self._process_id, self._limits.presence_lease_seconds)
        if lease.others or self._others:
            self._known.clear()
        self._others = lease.others
        self._heard_at = self._presence.clock()
        self._renew_at = self._heard_at + self._limits.presence_lease_seconds / RENEWALS
        return lease.fresh

    async def _tell(self, conn: Connection, *, anew: bool) -> None:
        """Write what became of this process's people since the last time, or all of them anew."""
        news, changes = self._presence.news(), Changes()
        if anew:
            self._written.clear()
        for draft_id in list(self._presence.drafts) if anew else news.changed:
            now = self._presence.own(draft_id)
            changes.add(draft_id, self._written.pop(draft_id, {}), now)
            if now:
                self._written[draft_id] = now
        # Who is not known yet has come a moment ago, says so, and reads everything.
        worth = anew or (self._others and (changes.drafts or news.typing))
        hints = Hint(self._process_id, changes.drafts, news.typing).packed() if worth else ()
        if changes.drafts or hints:
            await write(conn, self._process_id, changes, CHANNEL, hints)

    async def _read(self, conn: Connection) -> None:
        """Read who is elsewhere, where that may have changed, or where somebody began to follow."""
        here = set(self._presence.drafts)
        wanted = here - self._known
        # Hints that come meanwhile make it necessary to read again.
        self._known = here
        found = await read(conn, self._process_id, wanted) if wanted and self._others else {}
        for draft_id in wanted:
            self._presence.learn(draft_id, found.get(draft_id, ()))

    def _doubt(self) -> None:
        """Show nobody of other processes once the leases that were seen last must be over."""
        # All is told anew as soon as it can be; until then it would only pile up.
        self._presence.news()
        self._known.clear()
        if self._presence.clock() - self._heard_at > self._limits.presence_lease_seconds:
            for draft_id in self._presence.drafts:
                self._presence.learn(draft_id, ())

    def _renew_now(self) -> None:
        self._renew_at = self._presence.clock()

    def _on_hint(self, conn: object, pid: int, channel: str, payload: object) -> None:
        try:
            told = hint.parse(str(payload))
        except ValueError:
            return
        if told.process_id == self._process_id:
            return
        if told.process_id not in self._others:
            self._renew_now()
        self._known.difference_update(told.drafts)
        for typing in told.typing:
            self._presence.typed(typing)
