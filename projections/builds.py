"""Builds of read models in the registry: made, taken over, moved on and replaced."""

from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES
from onering.log.batcher import TROUBLE
from onering.log.reader import head, read_lane
from onering.log.roles import READ_MODEL
from projections.faults import Deposed, Poison, TooNew
from projections.projection import Projection, in_schemas

Connection: TypeAlias = "asyncpg.Connection[Any]"


class Build(NamedTuple):
    """One build of a read model in one lane, as its writer last left it."""

    name: str
    version: int
    lane: int
    position: int
    epoch: int

    @property
    def schema(self) -> str:
        """The Postgres schema its tables are in."""
        return schema_name(self.name, self.version)


def schema_name(name: str, version: int) -> str:
    """Return the Postgres schema of a build. Versions count per name over all lanes, so none is ever shared."""
    return f"{name}_{version}"


def lock_key(purpose: str, name: str, definition: str, lane: int) -> int:
    """Return the key of an advisory lock: `project` for the writer of a read model, `build` for who makes a new one.

    It names the definition, so releases that run at once never wait for each other.
    """
    identity = f"onering/{purpose}/{lane}/{name}/{definition}"
    return int.from_bytes(sha256(identity.encode()).digest()[:8], "big", signed=True)


ALLOCATE = """
    INSERT INTO onering.projections (name, version, lane, definition, status)
    SELECT $1, coalesce(max(p.version), 0) + 1, $2, $3, 'building' FROM onering.projections p WHERE p.name = $1
    RETURNING version"""


# Only the owner of a schema can say so of it: migrations give no other schema to the service (onering/log/roles.py).
MAKE = f"CREATE SCHEMA {{schema}}; COMMENT ON SCHEMA {{schema}} IS '{READ_MODEL}';"


async def create(conn: Connection, projection: Projection, lane: int) -> None:
    """Make an empty build: its row, its schema and its tables, together. Raises asyncpg.PostgresError.

    Two that run at once try the same number, and the second one fails on the registry's key.
    """
    async with conn.transaction():
        version = await conn.fetchval(ALLOCATE, projection.name, lane, projection.definition)
        schema = schema_name(projection.name, version)
        await conn.execute(in_schemas(MAKE + projection.sql, {"schema": schema}))


TAKE_BUILDING = """
    UPDATE onering.projections p SET epoch = p.epoch + 1, owner = $4
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND p.status = 'building'
       AND p.version = (SELECT max(q.version) FROM onering.projections q
                         WHERE q.name = $1 AND q.lane = $2 AND q.definition = $3 AND q.status = 'building')
    RETURNING p.name, p.version, p.lane, p.position, p.epoch"""


async def take_building(conn: Connection, projection: Projection, lane: int, owner: UUID) -> Build | None:
    """Become the writer of the newest unfinished build, if there is one; whoever wrote it before no longer can."""
    row = await conn.fetchrow(TAKE_BUILDING, projection.name, lane, projection.definition, owner)
    return Build(*row) if row else None


BUILDS = """
    SELECT FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 ORDER BY p.version FOR UPDATE"""
# A replaced build is live again if nothing else is: its release came back before it was dropped.
TAKE_LIVE = """
    UPDATE onering.projections p SET epoch = p.epoch + 1, owner = $4, status = 'live'
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND p.status <> 'building'
       AND p.version = (SELECT q.version FROM onering.projections q
                         WHERE q.name = $1 AND q.lane = $2 AND q.definition = $3 AND q.status <> 'building'
                         ORDER BY q.status = 'live' DESC, q.version DESC LIMIT 1)
    RETURNING p.name, p.version, p.lane, p.position, p.epoch"""


async def take_live(conn: Connection, projection: Projection, lane: int, owner: UUID) -> Build | None:
    """Become the writer of the build that readers of this release use; None if it has none.

    The locks come first, and which build is live is asked in a later statement: one that waited for a switch would
    still see the build before it, and make it live again beside the new one.
    """
    which = (projection.name, lane, projection.definition)
    async with conn.transaction():
        await conn.execute(BUILDS, *which)
        row = await conn.fetchrow(TAKE_LIVE, *which, owner)
    return Build(*row) if row else None


ADVANCE = "SELECT p_upto, stopped FROM {schema}.advance($1, $2, $3, $4, $5, $6, $7)"

_VERSIONS = {type: newest for type, (newest, _) in (EVENT_TYPES | INVITE_EVENT_TYPES).items()}
_KNOWN, _NEWEST = list(_VERSIONS), list(_VERSIONS.values())


async def advance(conn: Connection, build: Build, most: int) -> tuple[Build, int | None]:
    """Apply at most `most` events in one transaction; return the build after them.

    Beside it: the position of an event that this release does not know, if one was met. Raises Deposed, and
    asyncpg.PostgresError if the SQL fails; then nothing was applied.
    """
    try:
        row = await conn.fetchrow(
            in_schemas(ADVANCE, {"schema": build.schema}),
            build.lane,
            build.position,
            build.position + most,
            build.version,
            build.epoch,
            _KNOWN,
            _NEWEST,
        )
    except asyncpg.InvalidSchemaNameError as dropped:
        raise Deposed(f"read model {build.schema} was dropped") from dropped
    assert row is not None
    upto, stopped = row
    if upto is None:
        raise Deposed(f"read model {build.schema} has another writer now")
    return build._replace(position=upto), stopped


# A statement that took too long may be fine with fewer events, so it is bisected like one that failed.
_RETRY = (*TROUBLE, asyncpg.TransactionRollbackError)


async def apply(conn: Connection, build: Build, most: int) -> Build:
    """Apply at most `most` events, fewer if some of them fail; return the build after them.

    Raises Poison or TooNew when the very next event can't be applied, Deposed, and DATABASE_FAULTS.
    """
    try:
        after, stopped = await advance(conn, build, most)
    except asyncpg.PostgresError as error:
        if isinstance(error, _RETRY) and not isinstance(error, asyncpg.QueryCanceledError):
            raise
        if most > 1:
            return await apply(conn, build, most // 2)
        if build.position >= await head(conn, build.lane):
            # There is no event that could be at fault.
            raise
        raise await _stuck(conn, build, Poison, f"stops: {error}") from error
    if stopped is not None and after.position == build.position:
        raise await _stuck(conn, build, TooNew, _NEWER)
    return after


_NEWER = "pauses at an event of a newer release"


async def _stuck(conn: Connection, build: Build, fault: type[Poison | TooNew], why: str) -> Poison | TooNew:
    event = (await read_lane(conn, build.lane, build.position, 1))[0]
    why = f"The read model {build.name} {why}"
    return fault(why, position=event.position, event_id=event.event_id, type=event.type)


BESIDE = """
    SELECT p.position FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND (p.status = 'live' OR p.version = $4)
     ORDER BY p.version FOR UPDATE"""
SWITCH = """
    UPDATE onering.projections p
       SET status = CASE p.version WHEN $4 THEN 'live' ELSE 'replaced' END, changed_at = clock_timestamp()
     WHERE p.name = $1 AND p.lane = $2 AND p.definition = $3 AND (p.status = 'live' OR p.version = $4)"""


async def switch(conn: Connection, projection: Projection, build: Build) -> Build:
    """Make a finished build the live one, in place of those before it.

    The locks on both rows hold the live one's writer off while the last few events are applied, so what readers
    change to is never behind what they had. Raises TooNew if the live one is beyond an event that this release does
    not know (it stays live), Deposed and asyncpg.PostgresError.
    """
    which = (projection.name, build.lane, projection.definition, build.version)
    async with conn.transaction():
        behind = max(row["position"] for row in await conn.fetch(BESIDE, *which))
        while build.position < behind:
            build, stopped = await advance(conn, build, behind - build.position)
            if stopped is not None:
                raise await _stuck(conn, build, TooNew, _NEWER)
        await conn.execute(SWITCH, *which)
    return build


ABANDONED = """
    SELECT p.version, p.definition, p.status FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.definition <> $3 AND p.status <> 'replaced'
       AND p.changed_at < clock_timestamp() - make_interval(secs => $4)"""
ABANDON = """
    UPDATE onering.projections p SET status = 'replaced', changed_at = clock_timestamp()
     WHERE p.name = $1 AND p.version = $2 AND p.lane = $3 AND p.status = $4 AND pg_try_advisory_xact_lock($5)"""
EXPIRED = """
    SELECT p.version FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.status = 'replaced'
       AND p.changed_at < clock_timestamp() - make_interval(secs => $3)"""
FORGET = """
    DELETE FROM onering.projections p
     WHERE p.name = $1 AND p.lane = $2 AND p.version = $3 AND p.status = 'replaced' RETURNING p.version"""


async def retire(conn: Connection, projection: Projection, lane: int, keep_seconds: float) -> None:
    """Drop builds replaced more than `keep_seconds` ago, and mark as replaced those of releases that nobody runs.

    Among these are builds that were never finished; one of this release is taken up by the next who builds.

    Raises asyncpg.PostgresError, LockNotAvailableError among them while a slow reader holds on to one.
    """
    abandoned = await conn.fetch(ABANDONED, projection.name, lane, projection.definition, keep_seconds)
    for version, definition, status in abandoned:
        # A release that runs somewhere has a writer, and a build that goes on its builder, who holds this lock.
        key = lock_key("build" if status == "building" else "project", projection.name, definition, lane)
        await conn.execute(ABANDON, projection.name, version, lane, status, key)
    for (version,) in await conn.fetch(EXPIRED, projection.name, lane, keep_seconds):
        async with conn.transaction():
            await conn.execute("SET LOCAL lock_timeout = '200ms'")
            if await conn.fetchval(FORGET, projection.name, lane, version):
                schema = schema_name(projection.name, version)
                await conn.execute(in_schemas("DROP SCHEMA {schema} CASCADE", {"schema": schema}))
