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


# The schema first: who gets a table has to be allowed to make one there. Indexes and types follow their tables.
STRAYS = """
    SELECT format('ALTER %s %s OWNER TO %I', thing.kind, thing.name, ours.owner)
      FROM (SELECT 'onering', $1 UNION SELECT p.name || '_' || p.version, $2 FROM onering.projections p)
           AS ours (schema, owner)
      JOIN pg_namespace n ON n.nspname = ours.schema
     CROSS JOIN LATERAL (
        SELECT 1, 'SCHEMA', quote_ident(n.nspname), n.nspowner
        UNION ALL
        SELECT 2, 'TABLE', c.oid::regclass::text, c.relowner
          FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v')
        UNION ALL
        SELECT 2, 'ROUTINE', f.oid::regprocedure::text, f.proowner FROM pg_proc f WHERE f.pronamespace = n.oid
        ) AS thing (turn, kind, name, owner)
     WHERE pg_get_userbyid(thing.owner) <> ours.owner
     ORDER BY thing.turn"""
# Whoever waits long for somebody's lock holds up everybody behind: rather fail, and try again.
PATIENCE = "SET LOCAL lock_timeout = '5s'"


async def take_over(conn: Connection) -> None:
    """Give the log to its owner and the read models to the service, whoever made them.

    The service can neither write nor drop a read model that it once made as somebody else, as it does where it may
    not make roles. Raises asyncpg.PostgresError, InsufficientPrivilegeError among them.
    """
    async with conn.transaction():
        await conn.execute(PATIENCE)
        for (change,) in await conn.fetch(STRAYS, OWNER, APP):
            logger.info("%s", change)
            await conn.execute(change)


# An auditor's are named, and not ALL TABLES: what a later one holds may be none of their business. Of people they are
# told what they are called, for the log has ids only.
GRANTS = {
    APP: f"""
        GRANT USAGE ON SCHEMA onering TO {APP};
        GRANT SELECT ON ALL TABLES IN SCHEMA onering TO {APP};
        REVOKE SELECT ON onering.rate_limits FROM {APP};
        GRANT EXECUTE ON FUNCTION onering.take_v1, onering.forget_limits_v1 TO {APP};
        GRANT INSERT, UPDATE ON onering.app_users TO {APP};
        GRANT INSERT, UPDATE, DELETE ON onering.snapshots, onering.projections TO {APP};
        GRANT INSERT, UPDATE, DELETE ON onering.presence_leases, onering.presence TO {APP};
        GRANT INSERT, UPDATE, DELETE ON onering.tree, onering.checkpoints TO {APP};
        GRANT EXECUTE ON FUNCTION
            onering.append_v1, onering.append_v2, onering.forget_commands_v1, onering.forget_usage_v1,
            onering.leaf_v1, onering.payload_hash_v1, onering.field_v1
            TO {APP};""",
    AUDITOR: f"""
        GRANT USAGE ON SCHEMA onering TO {AUDITOR};
        GRANT SELECT ON onering.log, onering.events, onering.streams, onering.commands, onering.log_entries,
            onering.tree, onering.checkpoints TO {AUDITOR};
        GRANT SELECT (user_id, display_name) ON onering.app_users TO {AUDITOR};
        GRANT EXECUTE ON FUNCTION onering.leaf_v1, onering.payload_hash_v1, onering.field_v1 TO {AUDITOR};""",
}
OWNS = "SELECT pg_has_role(n.nspowner, 'USAGE') FROM pg_namespace n WHERE n.nspname = 'onering'"


async def grant(conn: Connection, *, as_owner: bool) -> None:
    """Give the roles their rights on the log, old or new; also an owner who can't make roles gives them, if they exist.

    Nothing is taken away: the database may be a newer release's, which gave more.
    """
    async with conn.transaction():
        if as_owner:
            await conn.execute(f"SET LOCAL ROLE {OWNER}")
        elif not await conn.fetchval(OWNS):
            return
        for role, sql in GRANTS.items():
            if await conn.fetchval(ROLE_EXISTS, role):
                await conn.execute(sql)
