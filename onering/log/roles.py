"""The roles of a log: who owns it, migrates it, serves from it and audits it, and what belongs to each."""

import logging
from typing import Any, LiteralString, TypeAlias

import asyncpg

logger = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[Any]"

OWNER: LiteralString = "onering_owner"
APP: LiteralString = "onering_app"
AUDITOR: LiteralString = "onering_auditor"
MIGRATOR: LiteralString = "onering_migrator"

# A migrator has to become the owner first, who meets the triggers: by mistake neither of them changes a row.
ATTRIBUTES: dict[LiteralString, LiteralString] = {OWNER: "", APP: "", AUDITOR: "", MIGRATOR: "NOINHERIT"}

# Membership lets a CREATEROLE user who is no superuser act as the owner; SET is what Postgres 16 asks for.
RIGHTS = """
    SELECT (r.rolsuper OR r.rolcreaterole) AND has_database_privilege(current_database(), 'CREATE')
           AND (r.rolsuper OR pg_has_role(d.datdba, 'MEMBER'))
      FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"""
ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"


async def may_make_roles(conn: Connection) -> bool:
    """Whether this connection may make roles and give the log to them."""
    return bool(await conn.fetchval(RIGHTS))


MIGRATES = f"SELECT pg_has_role('{MIGRATOR}', '{OWNER}', 'MEMBER') AND pg_has_role('{MIGRATOR}', '{APP}', 'MEMBER')"


async def make_roles(conn: Connection) -> None:
    """Make what is missing of the roles, as somebody who may. The names are ours, so quoting is not at stake."""
    for role, attributes in ATTRIBUTES.items():
        if not await conn.fetchval(ROLE_EXISTS, role):
            # Another database of this cluster may be making the same role at this moment.
            try:
                await conn.execute(f"CREATE ROLE {role} {attributes}")
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                logger.info("role %s was just made by somebody else", role)
    await change_roles(conn, f"GRANT {OWNER}, {APP} TO CURRENT_USER")
    if not await conn.fetchval(MIGRATES):
        await change_roles(conn, f"GRANT {OWNER}, {APP} TO {MIGRATOR}")
    database = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(f"GRANT CREATE ON DATABASE {database} TO {OWNER}, {APP}")
    # Where PUBLIC may connect, as it may by default, this changes nothing.
    await conn.execute(f"GRANT CONNECT ON DATABASE {database} TO {APP}, {AUDITOR}, {MIGRATOR}")


# SET is what Postgres 16 asks for; before, membership was enough.
BECOMES_OWNER = f"""
    SELECT EXISTS (
        SELECT FROM pg_roles o WHERE o.rolname = '{OWNER}' AND pg_has_role(
            current_user, o.oid,
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END))"""


async def become_owner(conn: Connection) -> bool:
    """Act as the log's owner from now on, if this connection may, as a migrator does; return whether it does."""
    if may := bool(await conn.fetchval(BECOMES_OWNER)):
        await conn.execute(f"SET ROLE {OWNER}")
    return may


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


# What a read model's schema says of itself. Whoever has the service's role may write any name to onering.projections,
# but can say this of its own schemas alone: so no other becomes the service's.
READ_MODEL: LiteralString = "A read model of OneRing"
# The schema first: who gets a table has to be allowed to make one there. Indexes and types follow their tables.
STRAYS = f"""
    SELECT format('ALTER %s %s OWNER TO %I', thing.kind, thing.name, ours.owner)
      FROM (SELECT 'onering', $1 UNION SELECT p.name || '_' || p.version, $2 FROM onering.projections p)
           AS ours (schema, owner)
      JOIN pg_namespace n ON n.nspname = ours.schema
       AND (ours.owner = $1 OR obj_description(n.oid, 'pg_namespace') = '{READ_MODEL}')
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


# An auditor's are named, and not ALL TABLES: all that is evidence, but neither who is there at this moment nor how
# often they ask, which no event tells, nor what can be derived again. Of people they are told what they are called, for
# the log has ids only.
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
            onering.tree, onering.checkpoints, onering.revocations, onering.usage, onering.workspaces,
            onering.migrations, onering.projections TO {AUDITOR};
        GRANT SELECT (user_id, display_name) ON onering.app_users TO {AUDITOR};
        GRANT EXECUTE ON FUNCTION onering.leaf_v1, onering.payload_hash_v1, onering.field_v1 TO {AUDITOR};""",
    # Which migrations are there, to say what there is to do; all else it does as the owner.
    MIGRATOR: f"""
        GRANT USAGE ON SCHEMA onering TO {MIGRATOR};
        GRANT SELECT ON onering.migrations TO {MIGRATOR};""",
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
