"""The roles of a log: who owns it, who serves from it and who audits it, and what belongs to each."""

import logging
from typing import Any, LiteralString, TypeAlias

import asyncpg

logger = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[Any]"

OWNER: LiteralString = "onering_owner"
APP: LiteralString = "onering_app"
AUDITOR: LiteralString = "onering_auditor"


# Membership lets a CREATEROLE user who is no superuser act as the owner; SET is what Postgres 16 asks for.
RIGHTS = """
    SELECT (r.rolsuper OR r.rolcreaterole) AND has_database_privilege(current_database(), 'CREATE')
           AND (r.rolsuper OR pg_has_role(d.datdba, 'MEMBER'))
      FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"""
ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"


async def make_roles(conn: Connection) -> bool:
    """Make the roles, if this connection may; return whether it may. The names are ours, so quoting is not at stake."""
    if not await conn.fetchval(RIGHTS):
        logger.warning(
            "this database role may not make roles: the service runs as it, and if it owns the tables, "
            "only triggers protect the log"
        )
        return False
    for role in (OWNER, APP, AUDITOR):
        if not await conn.fetchval(ROLE_EXISTS, role):
            # Another database of this cluster may be making the same role at this moment.
            try:
                await conn.execute(f"CREATE ROLE {role}")
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                logger.info("role %s was just made by somebody else", role)
    await change_roles(conn, f"GRANT {OWNER}, {APP} TO CURRENT_USER")
    database = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(f"GRANT CREATE ON DATABASE {database} TO {OWNER}, {APP}")
    # Where PUBLIC may connect, as it may by default, this changes nothing.
    await conn.execute(f"GRANT CONNECT ON DATABASE {database} TO {APP}, {AUDITOR}")
    return True


async def change_roles(conn: Connection, sql: str) -> None:
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


# Whoever waits long for somebody's lock holds up everybody behind: rather fail, and try again.
PATIENCE = "SET LOCAL lock_timeout = '5s'"
