"""Whether the tables beside the log say what the log says: where each stream stands, what became of each command.

Each statement reads both tables in one snapshot of its own, so a service that goes on writing disturbs nothing, and
is not disturbed. Records of commands are forgotten after a while; one that is missing is no finding.
"""

from collections.abc import AsyncIterator
from typing import LiteralString
from uuid import UUID

from onering.replay.database import DatabaseLog
from onering.replay.findings import Finding

ROWS_AT_ONCE = 5000
POSITIONS_AT_ONCE = 20_000

# The last row of a page, then the page: only what differs is sent.
LAST_STREAM = """
    SELECT p.stream_id FROM (
        SELECT s.stream_id FROM onering.streams s WHERE s.lane = $1 AND s.stream_id > $2
         ORDER BY s.stream_id LIMIT $3) p
     ORDER BY p.stream_id DESC LIMIT 1"""
STREAMS = """
    SELECT s.stream_id, s.version, e.version AS newest, coalesce(e.position, 0) AS position
      FROM onering.streams s
      LEFT JOIN LATERAL (
        SELECT * FROM onering.events e WHERE e.lane = s.lane AND e.stream_id = s.stream_id
         ORDER BY e.version DESC LIMIT 1) e ON true
     WHERE s.lane = $1 AND s.stream_id > $2 AND s.stream_id <= $3
       AND (s.version, s.stream_type, s.workspace_id) IS DISTINCT FROM (e.version, e.stream_type, e.workspace_id)
     ORDER BY s.stream_id"""
UNLISTED = """
    SELECT e.stream_id, e.position FROM onering.events e
     WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3 AND e.version = 1
       AND NOT EXISTS (SELECT FROM onering.streams s WHERE s.lane = e.lane AND s.stream_id = e.stream_id)
     ORDER BY e.position"""
# Of a command that appended to several streams, `version` is the first one's. LATERAL … OFFSET 0: one probe of the key
# per event. As a plain join all commands are read for every page of events.
COMMANDS = """
    SELECT e.position, e.command_id FROM onering.events e
     CROSS JOIN LATERAL (
        SELECT * FROM onering.commands k WHERE k.lane = e.lane AND k.command_id = e.command_id OFFSET 0) c
     WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3
       AND (e.recorded_at <> c.recorded_at OR e.position > c.position OR e.position <= c.position - c.events
            OR e.position = c.position AND e.stream_id = c.stream_id AND e.version <> c.version
            OR e.position = c.position AND NOT EXISTS (
                SELECT FROM onering.events f WHERE f.lane = c.lane AND f.position = c.position - c.events + 1
                   AND f.command_id = c.command_id))
     ORDER BY e.position"""
LAST_COMMAND = """
    SELECT p.command_id FROM (
        SELECT c.command_id FROM onering.commands c WHERE c.lane = $1 AND c.command_id > $2
         ORDER BY c.command_id LIMIT $3) p
     ORDER BY p.command_id DESC LIMIT 1"""
WITHOUT_EVENTS = """
    SELECT c.position, c.command_id FROM onering.commands c
     WHERE c.lane = $1 AND c.command_id > $2 AND c.command_id <= $3 AND c.events > 0 AND NOT EXISTS (
        SELECT FROM onering.events e
         WHERE e.lane = c.lane AND e.position = c.position AND e.command_id = c.command_id)
     ORDER BY c.position"""
_FIRST = UUID(int=0)


async def findings(log: DatabaseLog) -> AsyncIterator[Finding]:
    """Yield where the tables differ from the log. Raises DATABASE_FAULTS."""
    async for span in _spans(log, LAST_STREAM):
        for stream_id, version, newest, position in await log.conn.fetch(STREAMS, *span):
            text = f"onering.streams has {stream_id} at version {version}, its newest event is {newest or 'missing'}"
            if newest == version:
                text = f"onering.streams has another type or workspace for {stream_id}"
            yield Finding(position or None, "stream-row", text)
    for start in range(0, log.head, POSITIONS_AT_ONCE):
        positions = (log.lane, start, min(start + POSITIONS_AT_ONCE, log.head))
        for stream_id, position in await log.conn.fetch(UNLISTED, *positions):
            yield Finding(position, "stream-row", f"onering.streams has no row for its stream {stream_id}")
        for position, command_id in await log.conn.fetch(COMMANDS, *positions):
            yield Finding(position, "command-row", f"onering.commands tells otherwise of its command {command_id}")
    async for span in _spans(log, LAST_COMMAND):
        for position, command_id in await log.conn.fetch(WITHOUT_EVENTS, *span):
            yield Finding(position, "command-row", f"the events of the recorded command {command_id} are not there")


async def _spans(log: DatabaseLog, last: LiteralString) -> AsyncIterator[tuple[int, UUID, UUID]]:
    """Yield the ranges of keys in which a table is looked through: (lane, after, up to)."""
    after = _FIRST
    while (upto := await log.conn.fetchval(last, log.lane, after, ROWS_AT_ONCE)) is not None:
        yield log.lane, after, upto
        after = upto
