"""Bringing a database to this release: its roles, its schema, and the connection the service will use."""

import logging

import asyncpg

from onering.log.login import way_in
from onering.log.roles import (
    APP,
    OWNER,
    PATIENCE,
    Connection,
    become_owner,
    grant,
    make_roles,
    may_make_roles,
    take_over,
)
from onering.log.schema import schema_sql, steps

logger = logging.getLogger(__name__)

# Serialises migrations of one database; any constant of our own does.
LOCK = "SELECT pg_advisory_lock(1330795079, 2147483647)"

OLDEST, NEWEST = 150_000, 190_000


class MigrationError(Exception):
    """This database can't be brought to this release; the message says why and what to do."""


async def migrate(dsn: str) -> str:
    """Bring the database behind `dsn` to this release and return the DSN that the service shall use.

    On an empty database schema.sql is applied, on an older one the steps it lacks, each in its own transaction. Where
    the connection may make roles, the tables belong to a role nobody logs in as, whoever made them, and sessions by
    the returned DSN are those of a role that can append and read and nothing more. So they are where it may only become
    that owner, as a migrator may. Otherwise `dsn` itself is returned. Raises MigrationError, OSError and
    asyncpg.PostgresError.
    """
    conn = await asyncpg.connect(dsn, server_settings=SESSION)
    try:
        await _check_server(conn)
        await conn.execute(LOCK)
        # Only now: others may migrate for longer than that.
        await conn.execute(PATIENT)
        administers = await may_make_roles(conn)
        exists = await conn.fetchval(EXISTS)
        if administers:
            await make_roles(conn)
            if exists:
                await _take_over(conn)
        as_owner = administers or await _becomes_owner(conn)
        await (_apply if exists else _make)(conn, as_owner=as_owner)
        await grant(conn, as_owner=as_owner)
        return await _service_dsn(conn, dsn, administers=administers) if as_owner else dsn
    finally:
        await conn.close()


# A migration takes as long as it takes, but waits for nobody's lock for long, nor keeps one when its process is gone.
SESSION = {"application_name": "onering migrate", "search_path": "", "idle_in_transaction_session_timeout": "60s"}
PATIENT = "SET lock_timeout = '15s'"


async def _becomes_owner(conn: Connection) -> bool:
    becomes = await become_owner(conn)
    if not becomes:
        logger.warning(
            "this database role may not make roles: the service runs as it, and if it owns the tables, "
            "only triggers protect the log"
        )
    return becomes


SERVER = """
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
           pg_is_in_recovery() AS standby"""


async def _check_server(conn: Connection) -> None:
    server = await conn.fetchrow(SERVER)
    assert server is not None
    if not OLDEST <= server["version"] < NEWEST:
        raise MigrationError(f"OneRing needs Postgres 15 to 18; this server is {server['version'] // 10_000}.")
    if server["encoding"] != "UTF8":
        raise MigrationError(f"The database's encoding must be UTF8, not {server['encoding']}; create it anew.")
    if server["standby"]:
        raise MigrationError("This server is a standby; point DATABASE_URL at the primary.")


EXISTS = "SELECT to_regclass('onering.migrations') IS NOT NULL"
APPLIED = "SELECT step FROM onering.migrations"
RECORD = "INSERT INTO onering.migrations (step, name) VALUES ($1, $2)"
NEW_LOG = "INSERT INTO onering.log DEFAULT VALUES"
AS_OWNER = f"SET LOCAL ROLE {OWNER}"


async def _take_over(conn: Connection) -> None:
    try:
        await take_over(conn)
    except asyncpg.InsufficientPrivilegeError as fault:
        raise MigrationError(
            f"A part of the log was made by somebody whose things this database role may not take over ({fault}); "
            "run `onering migrate` as a superuser once."
        ) from fault


async def _make(conn: Connection, *, as_owner: bool) -> None:
    async with conn.transaction():
        if as_owner:
            await conn.execute(AS_OWNER)
        await conn.execute(schema_sql())
        await conn.execute(NEW_LOG)
        for step in steps():
            await conn.execute(RECORD, step.number, step.name)


async def _apply(conn: Connection, *, as_owner: bool) -> None:
    applied = {row["step"] for row in await conn.fetch(APPLIED)}
    if unknown := applied - {step.number for step in steps()}:
        logger.warning("this database has migrations %s from a newer release", sorted(unknown))
    for step in steps():
        if step.number not in applied:
            logger.info("migration %04d %s", step.number, step.name)
            async with conn.transaction():
                await conn.execute(PATIENCE)
                if as_owner:
                    await conn.execute(AS_OWNER)
                await conn.execute(step.sql)
                await conn.execute(RECORD, step.number, step.name)


async def _service_dsn(conn: Connection, dsn: str, *, administers: bool) -> str:
    if (found := await way_in(conn, dsn, administers=administers)) is None:
        raise MigrationError(
            f"The service would serve with an administrator's rights: whoever logs in as one does not become {APP}. "
            f"Let {APP} log in (pg_hba.conf), or connect without a pooler in between."
        )
    return found
