"""Tokens that an operator revoked: written with an event that says so, and known to every process at once."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from onering.auth.revoked import IssuedBefore, Revoked
from onering.domain.system import AccessRestored, AccessRevoked
from onering.log.connection import DATABASE_FAULTS, said
from onering.log.event import DEFAULT_LANE, Position, StoredEvent
from onering.log.hints import CHANNEL, NOTIFY
from onering.log.retry import Backoff
from onering.system import SYSTEM_STREAM, record

logger = logging.getLogger(__name__)

NEWS = frozenset({"access_revoked", "access_restored"})


class Principal(NamedTuple):
    """Whose tokens they are, and what that person is called here."""

    issuer: str
    subject: str
    user_id: str


# What was revoked for longer stays so: a revocation is never weakened by another one. NULL, as a result: all of them.
REVOKE = """
    INSERT INTO onering.revocations AS r (issuer, subject, issued_before)
    VALUES ($1, $2, CASE WHEN $4 THEN 'infinity' ELSE coalesce($3, clock_timestamp()) END)
        ON CONFLICT (issuer, subject) DO UPDATE
       SET issued_before = greatest(r.issued_before, excluded.issued_before), revoked_at = clock_timestamp()
    RETURNING nullif(issued_before, 'infinity')"""
RESTORE = "DELETE FROM onering.revocations WHERE issuer = $1 AND subject = $2 RETURNING true"


async def revoke(
    conn: "asyncpg.Connection[Any]",
    principal: Principal,
    operator: str,
    *,
    before: datetime | None = None,
    until_restored: bool = False,
) -> datetime | None:
    """Let tokens issued before a time (None: now, by the database's clock) count no more, or all until restored.

    Returns the time that holds now, None for all of them. Raises Contended, DATABASE_FAULTS.
    """
    async with conn.transaction():
        holds: datetime | None = await conn.fetchval(REVOKE, *principal[:2], before, until_restored)
        event = AccessRevoked(
            user_id=principal.user_id,
            principal_issuer=principal.issuer,
            principal_subject=principal.subject,
            issued_before=holds,
        )
        position = await record(conn, event, operator)
    await _tell(conn, position)
    return holds


async def restore(conn: "asyncpg.Connection[Any]", principal: Principal, operator: str) -> bool:
    """Let a person's tokens count again; return whether any were revoked. Raises Contended, DATABASE_FAULTS."""
    async with conn.transaction():
        if not await conn.fetchval(RESTORE, *principal[:2]):
            return False
        event = AccessRestored(
            user_id=principal.user_id, principal_issuer=principal.issuer, principal_subject=principal.subject
        )
        position = await record(conn, event, operator)
    await _tell(conn, position)
    return True


async def _tell(conn: "asyncpg.Connection[Any]", position: int) -> None:
    """Wake whoever follows the log. A hint that is lost costs a moment: they look by themselves, too."""
    with suppress(*DATABASE_FAULTS):
        await conn.execute(NOTIFY, CHANNEL, str(Position(DEFAULT_LANE, position)))


LIST = "SELECT r.issuer, r.subject, nullif(r.issued_before, 'infinity') FROM onering.revocations r"


class Revocations:
    """Keeps this process's list as the table has it: read at the start, when an event says that it changed, and every
    `seconds` besides. While the database is away the last list counts. `changed` is called after each change.
    """

    def __init__(
        self, pool: "asyncpg.Pool[Any]", revoked: Revoked, seconds: float, changed: Callable[[], None]
    ) -> None:
        self._pool = pool
        self._revoked = revoked
        self._seconds = seconds
        self._changed = changed
        self._news = asyncio.Event()

    async def load(self) -> None:
        """Read the list. Raises DATABASE_FAULTS."""
        before: IssuedBefore = {(row[0], row[1]): row[2] for row in await self._pool.fetch(LIST)}
        if self._revoked.replace(before):
            logger.info("tokens of %d people are revoked", len(before))
            self._changed()

    def follow(self, events: Sequence[StoredEvent]) -> None:
        """Take what the tail brings: the event and the row are of one commit, so the row is there to be read."""
        if any(event.type in NEWS and event.stream_id == SYSTEM_STREAM for event in events):
            self._news.set()

    def rewound(self) -> None:
        """The log is another one than before, and what happened in between was not told."""
        self._news.set()

    async def run(self) -> None:
        """Keep the list until cancelled."""
        backoff = Backoff()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._news.wait()
            self._news.clear()
            try:
                await self.load()
                backoff.reset()
            except DATABASE_FAULTS as fault:
                logger.log(
                    backoff.level(), "the list of revoked tokens can't be read, the last one counts: %s", said(fault)
                )
                # What was news stays news.
                self._news.set()
                await backoff.wait()
