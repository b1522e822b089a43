"""Read models in trouble: batches halted half-way, people who write meanwhile, and what must be true of the rows."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from onering.domain.commands import CreateInvite
from onering.domain.refusals import Refusal
from onering.domain.values import Visibility
from onering.log.connection import Database, session_name
from onering.log.event import DEFAULT_LANE as LANE
from onering.requests import Unavailable
from projections import PROJECTIONS
from projections.rebuild import rebuild
from tests.node import Node

SECONDS = 30.0
STEP = 0.002
PAUSE = 0.02

EXISTS = "SELECT to_regclass($1) IS NOT NULL"
HALTED = """
    SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE NOT l.granted AND l.relation = $1::regclass AND a.application_name = $2"""


@asynccontextmanager
async def locked(conn: Any, table: str) -> AsyncIterator[None]:
    """Let nobody write to a table, once it exists, until the block ends: who comes to it in a batch is halted there.

    The checkpoint and the tables before that one are written by then, and nothing of it is committed.
    """
    while not await conn.fetchval(EXISTS, table):
        await asyncio.sleep(STEP)
    async with conn.transaction():
        await conn.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        yield


async def halted(conn: Any, role: str, table: str) -> int:
    """Wait until a session of that role is halted at a locked table; return its process id."""
    while (pid := await conn.fetchval(HALTED, table, session_name(role))) is None:
        await asyncio.sleep(STEP)
    return int(pid)


END = "SELECT pg_terminate_backend($1, 10000)"
POSITION = "SELECT p.position FROM onering.projections p WHERE p.name || '_' || p.version = $1"


async def reached(conn: Any, build: str, position: int) -> None:
    """Wait until a build, such as `drafts_1`, has reached a position."""
    while await conn.fetchval(POSITION, build) < position:
        await asyncio.sleep(STEP)


async def all_reached(conn: Any, position: int) -> None:
    """Wait until every read model has reached a position."""
    for projection in PROJECTIONS:
        await reached(conn, await conn.fetchval(LIVE, projection.name), position)


# One statement, so one snapshot. Of drafts the versions add up to the events applied; of a timeline each is a row.
TOGETHER = """
    WITH told AS MATERIALIZED (SELECT position, type FROM onering.events WHERE stream_type = 'draft')
    SELECT p.name, p.position,
           (SELECT count(*) FROM told WHERE told.position <= p.position) AS events,
           (SELECT count(*) FROM told WHERE told.position <= p.position AND type = 'segment_added') AS segments,
           (SELECT count(*) FROM told WHERE told.position <= p.position AND type = 'draft_created') AS drafts,
           (SELECT coalesce(sum(version), 0) FROM drafts_1.drafts) AS in_drafts,
           (SELECT count(*) FROM drafts_1.segments) AS in_segments,
           (SELECT count(*) FROM timeline_1.entries) AS in_timeline,
           (SELECT count(*) FROM access_1.drafts) AS in_access
      FROM onering.projections p WHERE p.version = 1"""


async def check_together(conn: Any) -> None:
    """Assert that each read model's rows are those of its checkpoint."""
    for row in await conn.fetch(TOGETHER):
        match row["name"]:
            case "drafts":
                assert (row["in_drafts"], row["in_segments"]) == (row["events"], row["segments"])
            case "timeline":
                assert row["in_timeline"] == row["events"]
            case "access":
                assert row["in_access"] == row["drafts"]


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1"


async def rows(conn: Any, build: str) -> dict[str, list[str]]:
    """Return every row of a build, by table, as text."""
    return {
        table: [row[0] for row in await conn.fetch(f"SELECT t::text FROM {build}.{table} t ORDER BY 1")]
        for (table,) in await conn.fetch(TABLES, build)
    }


LIVE = "SELECT name || '_' || version FROM onering.projections WHERE status = 'live' AND name = $1"


async def check_rebuilt(database: Database, conn: Any) -> None:
    """Assert that each read model has, row for row, what building it anew from the log gives."""
    for projection in PROJECTIONS:
        before = await rows(conn, await conn.fetchval(LIVE, projection.name))
        after = await rows(conn, (await rebuild(database, LANE, projection.name)).schema)
        assert before == after
        assert all(before.values())


@asynccontextmanager
async def writing(writer: Node, drafts: int = 4) -> AsyncIterator[list[UUID]]:
    """Write all kinds of events until the block ends; yield the drafts, of which every other one is public."""
    visible = (Visibility.PUBLIC, Visibility.PRIVATE)
    made = [(await writer.create(initial_segment="Once", visibility=visible[n % 2])).draft_id for n in range(drafts)]
    await writer.ask(CreateInvite, made[0], target_user_id="dora")
    stop = asyncio.Event()

    async def write(draft: UUID, chance: random.Random) -> None:
        while not stop.is_set():
            # On a machine that is busy enough the log may not answer in time.
            with suppress(Refusal, Unavailable):
                await write_something(writer, draft, chance)
            # The projectors must be able to keep up on a busy machine.
            await asyncio.sleep(PAUSE)

    async with asyncio.TaskGroup() as group:
        for n, draft in enumerate(made):
            group.create_task(write(draft, random.Random(n)))
        try:
            yield made
        finally:
            stop.set()


async def write_something(writer: Node, draft: UUID, chance: random.Random) -> None:
    """Do one of the things that people do; that which the rules refuse is refused."""
    one, other = chance.sample(["alice", "bob", "carol"], 2)
    match chance.randrange(8):
        case 0:
            await writer.let_in(draft, other)
        case 1:
            await writer.take_out(draft, other)
        case 2 | 3:
            await writer.hand(draft, other, who=one)
        case _:
            await writer.add(draft, who=one)
