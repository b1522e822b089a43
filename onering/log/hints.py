"""Wake-ups between processes: a lossy NOTIFY after each commit; the log itself heals what is lost."""

import asyncio
import logging
from time import monotonic
from typing import Any

import asyncpg

from onering.log.connection import DATABASE_FAULTS, Database, said, session_name
from onering.log.event import Position
from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

CHANNEL = "onering_log"

# On a connection of its own, after the commit: NOTIFY inside the append would serialise every commit of the database.
NOTIFY = "SELECT pg_notify($1, $2)"


# Whether anybody but this process follows the log of this database: every tail's session has this name.
FOLLOWER = "tail"
OTHERS_FOLLOW = """
    SELECT count(*) > 1 FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1"""

# How often to look, in seconds. Whoever begins to follow in between has its poll.
LOOK_SECONDS = 1.0


class Hints:
    """Announces the head of a lane to other processes; announcements made while one is under way become one.

    Alone on its database, a process tells nobody: each announcement would cost as much as a small commit.
    """

    def __init__(self, database: Database, lane: int) -> None:
        self._database = database
        self._lane = lane
        self._head = 0
        self._alone = False
        self._look_at = 0.0
        self._news = asyncio.Event()

    def announce(self, head: int) -> None:
        """Tell the others, soon, that the lane has reached `head`."""
        self._head = head
        if not self._alone or monotonic() >= self._look_at:
            self._news.set()

    async def run(self) -> None:
        """Send announcements until cancelled. A failed one is forgotten: the poll behind the hints finds the events."""
        conn: asyncpg.Connection[Any] | None = None
        backoff = Backoff()
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    conn = conn or await self._database.connect("hints")
                    await self._tell(conn)
                    backoff.reset()
                except DATABASE_FAULTS as fault:
                    logger.log(backoff.level(), "a hint was lost: %s", said(fault))
                    if conn is not None:
                        conn.terminate()
                        conn = None
                    await backoff.wait()
        finally:
            if conn is not None:
                conn.terminate()

    async def _tell(self, conn: "asyncpg.Connection[Any]") -> None:
        if monotonic() >= self._look_at:
            self._alone = not await conn.fetchval(OTHERS_FOLLOW, session_name(FOLLOWER))
            self._look_at = monotonic() + LOOK_SECONDS
        if not self._alone:
            await conn.execute(NOTIFY, CHANNEL, str(Position(self._lane, self._head)))
