"""Bringing a database to this release: its roles, its schema, and the connection the service will use."""

import logging
import os
from base64 import b64encode, urlsafe_b64encode
from hashlib import pbkdf2_hmac, sha256
from hmac import new as hmac
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from onering.log.schema import schema_sql, steps

logger = logging.getLogger(__name__)

OWNER, APP, AUDITOR = "onering_owner", "onering_app", "onering_auditor"

# Serialises migrations of one database; any constant of our own does.
LOCK = "SELECT pg_advisory_lock(1330795079, 2147483647)"

OLDEST, NEWEST = 150_000, 190_000


class MigrationError(Exception):
    """This database can't be brought to this release; the message says why and what to do."""


async def migrate(dsn: str) -> str:
    """Bring the database behind `dsn` to this release and return the DSN that the service shall use.

    On an empty database schema.sql is applied, on an older one the steps it lacks, each in its own transaction. Where
    the connection may make roles, the tables belong to a role nobody logs in as, and the returned DSN logs in as a
    role that can append and read and nothing more; otherwise `dsn` itself is returned. Raises MigrationError,
    OSError and asyncpg.PostgresError.
    """
    conn = await asyncpg.connect(dsn, server_settings={"application_name": "onering migrate", "search_path": ""})
    try:
        await _check_server(conn)
        await conn.execute(LOCK)
        privileged = await _make_roles(conn)
        await _apply(conn, as_owner=privileged)
        return await _let_app_in(conn, dsn) if privileged else dsn
    finally:
        await conn.close()


SERVER = """
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
           pg_is_in_recovery() AS standby"""


async def _check_server(conn: "asyncpg.Connection[Any]") -> None:
    server = await conn.fetchrow(SERVER)
    assert server is not None
    if not OLDEST <= server["version"] < NEWEST:
        raise MigrationError(f"OneRing needs Postgres 15 to 18; this server is {server['version'] // 10_000}.")
    if server["encoding"] != "UTF8":
        raise MigrationError(f"The database's encoding must be UTF8, not {server['encoding']}; create it anew.")
    if server["standby"]:
        raise MigrationError("This server is a standby; point DATABASE_URL at the primary.")


# Membership lets a CREATEROLE user who is no superuser act as the owner; SET is what Postgres 16 asks for.
RIGHTS = """
    SELECT (r.rolsuper OR r.rolcreaterole) AND has_database_privilege(current_database(), 'CREATE')
           AND (r.rolsuper OR pg_has_role(d.datdba, 'MEMBER'))
      FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"""


async def _make_roles(conn: "asyncpg.Connection[Any]") -> bool:
    """Make the roles, if this connection may. The names are ours, so quoting is not at stake."""
    if not await conn.fetchval(RIGHTS):
        logger.warning(
            "this database role may not make roles: the service will own its tables, and only triggers protect the log"
        )
        return False
    for role in (OWNER, APP, AUDITOR):
        if not await conn.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            # Another database of this cluster may be making the same role at this moment.
            try:
                await conn.execute(f"CREATE ROLE {role}")
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                logger.info("role %s was just made by somebody else", role)
    await _change_roles(conn, f"GRANT {OWNER} TO CURRENT_USER")
    database = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(f"GRANT CREATE ON DATABASE {database} TO {OWNER}, {APP}")
    # Where PUBLIC may connect, as it may by default, this changes nothing.
    await conn.execute(f"GRANT CONNECT ON DATABASE {database} TO {APP}, {AUDITOR}")
    return True


async def _change_roles(conn: "asyncpg.Connection[Any]", sql: str) -> None:
    """Run a statement that changes a role, again if need be: roles are the whole cluster's, our lock is one database's,
    and Postgres refuses to change what a migration of another database has just changed.
    """
    while True:
        try:
            await conn.execute(sql)
        except (asyncpg.InternalServerError, asyncpg.UniqueViolationError) as fault:
            if isinstance(fault, asyncpg.InternalServerError) and "concurrently" not in str(fault):
                raise
            logger.info("somebody else changes the roles at this moment; trying again")
        else:
            return


EXISTS = "SELECT to_regclass('onering.migrations') IS NOT NULL"
APPLIED = "SELECT step FROM onering.migrations"
RECORD = "INSERT INTO onering.migrations (step, name) VALUES ($1, $2)"
STEP_PATIENCE = "SET LOCAL lock_timeout = '5s'"
NEW_LOG = "INSERT INTO onering.log DEFAULT VALUES"


async def _apply(conn: "asyncpg.Connection[Any]", *, as_owner: bool) -> None:
    if not await conn.fetchval(EXISTS):
        async with conn.transaction():
            if as_owner:
                await conn.execute(f"SET LOCAL ROLE {OWNER}")
            await conn.execute(schema_sql())
            await conn.execute(NEW_LOG)
            for step in steps():
                await conn.execute(RECORD, step.number, step.name)
        return
    applied = {row["step"] for row in await conn.fetch(APPLIED)}
    if unknown := applied - {step.number for step in steps()}:
        logger.warning("this database has migrations %s from a newer release", sorted(unknown))
    for step in steps():
        if step.number not in applied:
            logger.info("migration %04d %s", step.number, step.name)
            async with conn.transaction():
                # A step that waited long for somebody's lock would hold up every append behind it: rather try again.
                await conn.execute(STEP_PATIENCE)
                if as_owner:
                    await conn.execute(f"SET LOCAL ROLE {OWNER}")
                await conn.execute(step.sql)
                await conn.execute(RECORD, step.number, step.name)


def _app_password(dsn: str) -> str:
    """Return the app role's password: derived from the administrator's own, so every process that has the one has the
    other, nothing is stored, and the app role can't work its way back.
    """
    secret = unquote(urlsplit(dsn).password or "")
    return urlsafe_b64encode(hmac(secret.encode(), b"onering app role", sha256).digest()).decode().rstrip("=")


def scram_verifier(password: str, salt: bytes, iterations: int = 4096) -> str:
    """Return what Postgres keeps of an ASCII password (SCRAM-SHA-256, RFC 5802 §3): given that, it never sees the
    password itself, and can't log it with the statement.
    """
    salted = pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored = sha256(hmac(salted, b"Client Key", sha256).digest()).digest()
    server = hmac(salted, b"Server Key", sha256).digest()
    salt64, stored64, server64 = (b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"


def _app_dsn(dsn: str) -> str:
    parts = urlsplit(dsn)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{APP}:{quote(_app_password(dsn), safe='')}@{place}"))


async def _let_app_in(conn: "asyncpg.Connection[Any]", dsn: str) -> str:
    """Return a DSN that logs in as the app role; `dsn` itself where the server has no way in for it."""
    app_dsn = _app_dsn(dsn)
    if await _refused(app_dsn):
        verifier = scram_verifier(_app_password(dsn), os.urandom(16))
        await _change_roles(conn, f"ALTER ROLE {APP} LOGIN PASSWORD '{verifier}'")
    if refusal := await _refused(app_dsn):
        logger.warning("the server does not let %s log in (%s): the service runs as the administrator", APP, refusal)
        return dsn
    return app_dsn


async def _refused(dsn: str) -> Exception | None:
    try:
        conn = await asyncpg.connect(dsn, timeout=5)
    except (asyncpg.InvalidAuthorizationSpecificationError, OSError, TimeoutError) as refusal:
        return refusal
    await conn.close()
    return None
