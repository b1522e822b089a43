"""Outcomes of accepted commands, kept so that a retry gets the first answer again."""

import asyncio
import logging
from typing import Any

from onering.log.append import Repeated
from onering.log.connection import DATABASE_FAULTS, Database, said
from onering.log.event import StoredEvent
from onering.log.reader import Reader, read_lane

logger = logging.getLogger(__name__)

OUTCOME = """
    SELECT fingerprint, stream_id, version, position, events, recorded_at
      FROM onering.commands WHERE lane = $1 AND command_id = $2"""


async def find_outcome(conn: Reader, lane: int, command_id: Any) -> Repeated | None:
    """Return what became of a command, or None if no such command was accepted."""
    row = await conn.fetchrow(OUTCOME, lane, command_id)
    return Repeated(*row) if row else None


async def outcome_events(conn: Reader, lane: int, outcome: Repeated) -> list[StoredEvent]:
    """Return the events that a command stored: one command's positions are contiguous."""
    if outcome.events == 0:
        return []
    return await read_lane(conn, lane, outcome.position - outcome.events, outcome.events)


# Other sessions see a commit whose own was ended while it waited for a synchronous standby, or after the server crashed
# just then; if the standby takes over, it never was. A commit of ours that writes something is later in the write-ahead
# log: acknowledged only when the standby has both. Without such a standby nothing is written, and nothing waited for.
CONFIRM = """
    SELECT CASE WHEN current_setting('synchronous_standby_names') <> ''
                THEN pg_logical_emit_message(true, 'onering', '') END"""


async def confirm(conn: Reader) -> None:
    """Return when what was seen of the log is as durable as what is acknowledged. Raises DATABASE_FAULTS."""
    await conn.execute(CONFIRM)


FORGET = "SELECT onering.forget_commands_v1($1, $2)"
FORGET_USAGE = "SELECT onering.forget_usage_v1($1)"
FORGET_AT_ONCE = 10_000
FORGET_EVERY = 3600.0


class Forgetting:
    """Prunes outcomes older than `days` (0 keeps them for ever) and counters of days past: hourly, in bounded steps."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days

    async def run(self) -> None:
        """Prune until cancelled; a failure is logged and tried again an hour later."""
        while True:
            try:
                logger.debug("forgot %d outcomes and counters", await self.forget())
            except DATABASE_FAULTS as fault:
                logger.warning("old command outcomes stay for now: %s", said(fault))
            await asyncio.sleep(FORGET_EVERY)

    async def forget(self) -> int:
        """Prune once and return how many outcomes and counters went. Raises DATABASE_FAULTS."""
        conn = await self._database.connect("idempotency")
        gone = 0
        try:
            while self._days and (step := await conn.fetchval(FORGET, self._days, FORGET_AT_ONCE)):
                gone += step
            while step := await conn.fetchval(FORGET_USAGE, FORGET_AT_ONCE):
                gone += step
        finally:
            conn.terminate()
        return gone
