"""The read models compared with the log: each is built again in a scratch schema, and held against the live one.

The scratch build is a build like any other, under a name of its own in the registry, so it never meets the live one's
row or locks. It follows the log in short transactions. Only the end needs one snapshot, as long as it takes to compare:
in it the live model's checkpoint is read, the scratch is moved to exactly there, and the rows are compared.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

import asyncpg

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE
from onering.log.login import as_service
from onering.progress import Show
from onering.replay.faults import NotThere
from projections import PROJECTIONS
from projections.builds import Build, Connection, advance, apply, create, lock_key, schema_name, take_building
from projections.projection import Projection, in_schemas

SCRATCH = "scratch_"
BATCH = 2000
# Comparing takes as long as sorting all rows of the largest table.
COMPARE_SECONDS = 3600.0


class Difference(NamedTuple):
    """A row that one side has and the other has not; `live` says which."""

    table: str
    live: bool
    row: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.table}: {'only in the read model' if self.live else 'only by the log'}: {self.row}"


class Compared(NamedTuple):
    """How a read model compares at a position: how many rows differ, and the first of them."""

    name: str
    position: int
    differ: int
    shown: Sequence[Difference]


ROLE = "diff"
LOCK = lock_key("diff", SCRATCH, "", DEFAULT_LANE)
LOCK_EVERY = 0.02
TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
# A diff disturbs less if its scratch tables are not waited for.
LENIENT = "SET synchronous_commit = off"


async def diff(dsn: str, show: Show, limit: int, report: Callable[[Compared], None]) -> int:
    """Compare every read model with the log and report on each; return how many rows differ in all.

    At most `limit` rows of a table and side are shown. Raises NotThere where there is nothing to compare, Stuck at an
    event that can't be applied, and DATABASE_FAULTS.
    """
    differ = 0
    service = Database(await as_service(dsn), statement_seconds=COMPARE_SECONDS)
    async with _alone(service) as conn:
        for projection in PROJECTIONS:
            compared = await _compared(conn, projection, show, limit)
            report(compared)
            differ += compared.differ
    return differ


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[Connection]:
    """Yield the connection of the only diff of this database; all that it made is gone when the block ends."""
    conn = await database.connect(ROLE)
    try:
        if not await conn.fetchval(TRY_LOCK, LOCK):
            raise NotThere("Another diff of this database is running; wait for it.")
        await conn.execute(LENIENT)
        try:
            await _clear(conn)
            yield conn
        finally:
            await _cleared(database, conn)
    finally:
        conn.terminate()


END = "SELECT pg_terminate_backend($1)"


async def _cleared(database: Database, used: Connection) -> None:
    """Drop what was made, on another connection: on the one that was used a statement may still be running."""
    conn = await database.connect(ROLE)
    try:
        await conn.execute(END, used.get_server_pid())
        while not await conn.fetchval(TRY_LOCK, LOCK):  # noqa: ASYNC110 - another process's lock has no event
            await asyncio.sleep(LOCK_EVERY)
        await _clear(conn)
    finally:
        conn.terminate()


LEFT_OVER = r"SELECT p.name, p.version FROM onering.projections p WHERE p.name LIKE 'scratch\_%'"
FORGET = "DELETE FROM onering.projections p WHERE p.name = $1 AND p.version = $2"


async def _clear(conn: Connection) -> None:
    """Drop every scratch build: ours, or what a diff that was killed left behind."""
    for name, version in await conn.fetch(LEFT_OVER):
        async with conn.transaction():
            await conn.execute(in_schemas("DROP SCHEMA IF EXISTS {s} CASCADE", {"s": schema_name(name, version)}))
            await conn.execute(FORGET, name, version)


LIVE = """
    SELECT p.version, p.position FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND p.status = 'live' ORDER BY p.version DESC LIMIT 1"""


async def _live(conn: Connection, projection: Projection) -> tuple[str, int]:
    """Return the schema of a read model's live build, and its checkpoint."""
    row = await conn.fetchrow(LIVE, projection.name, DEFAULT_LANE, projection.definition)
    if row is None:
        raise NotThere(
            f"There is no live read model {projection.name} of this release to compare with; `onering serve` makes one."
        )
    return schema_name(projection.name, row["version"]), row["position"]


async def _compared(conn: Connection, projection: Projection, show: Show, limit: int) -> Compared:
    scratch = replace(projection, name=SCRATCH + projection.name)
    await _live(conn, projection)
    await create(conn, scratch, DEFAULT_LANE)
    build = await take_building(conn, scratch, DEFAULT_LANE, uuid4())
    assert build is not None
    build = await _near(conn, projection, build, show)
    while True:
        try:
            async with conn.transaction(isolation="repeatable_read"):
                schema, position = await _live(conn, projection)
                build = await _at(conn, build, position)
                return await _comparison(conn, projection.name, schema, build, show, limit)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            # The live build was replaced, and dropped, between its row and its tables.
            continue


async def _near(conn: Connection, projection: Projection, build: Build, show: Show) -> Build:
    """Follow the log to where the live build was a moment ago."""
    while True:
        _, position = await _live(conn, projection)
        show(f"building {projection.name}", build.position, position)
        if build.position >= position:
            return build
        build = await apply(conn, build, min(BATCH, position - build.position))


async def _at(conn: Connection, build: Build, position: int) -> Build:
    while build.position < position:
        build, stopped = await advance(conn, build, min(BATCH, position - build.position))
        if stopped is not None:
            raise NotThere(f"The read model is beyond event {stopped}, which this release does not know; upgrade it.")
    return build


TABLES = """
    SELECT c.relname FROM pg_class c
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' ORDER BY c.relname"""
# ALL: a row that is there twice differs from one that is there once.
ROWS = """
    SELECT to_jsonb(d)::text, count(*) OVER ()
      FROM (TABLE {one}."$table" EXCEPT ALL TABLE {other}."$table") d LIMIT $1"""


async def _comparison(conn: Connection, name: str, live: str, build: Build, show: Show, limit: int) -> Compared:
    differ, shown = 0, []
    tables = await conn.fetch(TABLES, build.schema)
    for number, (table,) in enumerate(tables):
        show(f"comparing {name}", number, len(tables))
        for is_live, one, other in ((True, live, build.schema), (False, build.schema, live)):
            sql = in_schemas(ROWS, {"one": one, "other": other}).replace("$table", table)
            rows = await conn.fetch(sql, limit)
            differ += rows[0][1] if rows else 0
            shown += [Difference(f"{name}.{table}", is_live, row) for row, _ in rows]
    return Compared(name, build.position, differ, shown)
