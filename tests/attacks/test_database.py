"""Attacks from inside the database: by whoever has one of our roles, and SQL of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.hints import CHANNEL
from onering.log.leaf import leaf, payload_hash
from onering.log.migrate import migrate
from onering.log.reader import head, read_lane
from onering.log.roles import APP, AUDITOR, MIGRATOR, OWNER
from onering.log.tail import Tail
from onering.replay.check import check
from onering.replay.database import opened
from onering.replay.diff import diff
from tests.log.writing import command, write
from tests.projections.reading import process, until
from tests.projections.story import Story

As = Callable[[str], Awaitable[Any]]

CHANGES = (
    "UPDATE onering.events SET payload = '{}'",
    "DELETE FROM onering.events",
    "TRUNCATE onering.events",
)
# All that the log is and that keeps it from changing: rows with where they lie, tables, triggers, functions, roles.
STATE = """
    SELECT (SELECT array_agg((e.*)::text || e.xmin || e.ctid ORDER BY e.position) FROM onering.events e),
           (SELECT array_agg((k.*)::text || k.xmin ORDER BY k.position) FROM onering.commands k),
           (SELECT array_agg((s.*)::text || s.xmin ORDER BY s.stream_id) FROM onering.streams s),
           (SELECT array_agg((l.*)::text || l.xmin) FROM onering.log l),
           (SELECT array_agg((r.*)::text) FROM onering.revocations r),
           (SELECT array_agg(format('%s %s %s %s %s %s %s', c.oid, c.relowner, c.relacl, c.relfilenode, c.relhasrules,
                                    c.relrowsecurity, c.relhassubclass) ORDER BY c.oid)
              FROM pg_class c WHERE c.relnamespace = 'onering'::regnamespace AND c.relname <> 'app_users'),
           (SELECT array_agg((t.*)::text ORDER BY t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = 'onering'::regnamespace),
           (SELECT array_agg((p.*)::text ORDER BY p.oid) FROM pg_proc p
             WHERE p.pronamespace IN ('onering'::regnamespace, 'pg_catalog'::regnamespace)),
           (SELECT array_agg((n.*)::text) FROM pg_namespace n WHERE n.nspname IN ('onering', 'pg_catalog')),
           (SELECT array_agg((r.rolname, r.rolsuper, r.rolcreaterole, r.rolreplication, r.rolbypassrls)::text
                             ORDER BY r.rolname) FROM pg_roles r),
           (SELECT array_agg((m.*)::text ORDER BY m.*::text) FROM pg_auth_members m),
           (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_publication)"""

TAKEN_BY_FORCE = (
    *CHANGES,
    "DELETE FROM onering.events WHERE position = (SELECT max(position) FROM onering.events)",
    "INSERT INTO onering.events SELECT * FROM onering.events",
    "MERGE INTO onering.events e USING (VALUES (1)) v(n) ON e.position = v.n WHEN MATCHED THEN DELETE",
    "SELECT * FROM onering.events FOR UPDATE",
    "UPDATE onering.log_entries SET subject = 'mallory'",
    "UPDATE onering.streams SET version = 0",
    "DELETE FROM onering.commands",
    "UPDATE onering.log SET restored = 0",
    "INSERT INTO onering.revocations VALUES ('i', 's', now())",
    "DELETE FROM onering.migrations",
    "COPY onering.events FROM PROGRAM 'true'",
    "COPY onering.events TO PROGRAM 'cat'",
    "COPY onering.events TO '/tmp/events'",
    "COPY onering.events FROM '/dev/null'",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_create(0), '/tmp/object')",
    "SELECT pg_read_file('PG_VERSION')",
)
TAKEN_BY_LAW = (
    "ALTER TABLE onering.events DISABLE TRIGGER ALL",
    "ALTER TABLE onering.events DISABLE TRIGGER events_never_change",
    "ALTER TABLE onering.events ALTER COLUMN payload SET DEFAULT ''",
    f"ALTER TABLE onering.events OWNER TO {APP}",
    "ALTER TABLE onering.events SET SCHEMA public",
    "ALTER TABLE onering.events ENABLE ROW LEVEL SECURITY",
    "DROP TRIGGER events_never_change ON onering.events",
    "DROP TABLE onering.events CASCADE",
    "DROP SCHEMA onering CASCADE",
    "DROP FUNCTION onering.refuse_change CASCADE",
    "CREATE RULE gone AS ON SELECT TO onering.events DO INSTEAD NOTHING",
    "CREATE RULE gone AS ON INSERT TO onering.events DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON onering.events FOR EACH ROW EXECUTE FUNCTION onering.refuse_change()",
    "CREATE POLICY mine ON onering.events USING (false)",
    "CREATE INDEX mine ON onering.events ((length(payload)))",
    "CREATE TABLE onering.mine (n int)",
    "CREATE TABLE evil.child () INHERITS (onering.events)",
    "CREATE TABLE evil.refers (lane smallint, at bigint REFERENCES onering.events)",
    "CREATE OR REPLACE FUNCTION onering.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE OR REPLACE FUNCTION onering.field_v1(value bytea) RETURNS bytea LANGUAGE sql RETURN value",
    "ALTER FUNCTION onering.append_v2 SECURITY INVOKER",
    "ALTER FUNCTION onering.forget_commands_v1 SET search_path = evil",
    "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION evil.on_event()",
    "CREATE PUBLICATION mine FOR TABLE onering.events",
    "SELECT pg_create_physical_replication_slot('mine')",
    "LOCK TABLE onering.events IN ACCESS EXCLUSIVE MODE",
)
TAKEN_BY_RANK = (
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    f"SET ROLE {OWNER}",
    f"SET ROLE {MIGRATOR}",
    f"SET ROLE {AUDITOR}",
    f"SET SESSION AUTHORIZATION {OWNER}",
    f"GRANT {OWNER} TO {APP}",
    "GRANT pg_write_all_data TO CURRENT_USER",
    f"ALTER ROLE {APP} SUPERUSER",
    f"ALTER ROLE {APP} CREATEROLE",
    f"ALTER ROLE {OWNER} LOGIN PASSWORD 'x'",
    f"ALTER ROLE {APP} SET session_replication_role = replica",
    "ALTER DEFAULT PRIVILEGES FOR ROLE onering_owner GRANT ALL ON TABLES TO PUBLIC",
    "ALTER SYSTEM SET fsync = off",
    "CREATE ROLE mallory SUPERUSER",
    f"REASSIGN OWNED BY {OWNER} TO {APP}",
    "CREATE FUNCTION evil.c() RETURNS int LANGUAGE c AS 'libc', 'getuid'",
    "SET local_preload_libraries = 'x'; LOAD 'x'",
)
# These are answered with a warning.
IGNORED = (f"GRANT ALL ON onering.events TO {APP}", "VACUUM FULL onering.events", "ANALYZE onering.events")
# What an attacker may do, and a function of the owner's must not fall for: everything it uses, under its own name.
SHADOWS = """
    CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    CREATE FUNCTION evil.int8send(bigint) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    CREATE FUNCTION evil.convert_to(text, text) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    CREATE FUNCTION evil.leaf_v1(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
    CREATE FUNCTION evil.coalesced(integer, integer) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
    CREATE FUNCTION evil.joined(bytea, bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    CREATE FUNCTION evil.pg_advisory_xact_lock(integer, integer) RETURNS void LANGUAGE sql AS $$ SELECT $$;
    CREATE FUNCTION evil.pg_advisory_xact_lock(integer, smallint) RETURNS void LANGUAGE sql AS $$ SELECT $$;
    CREATE OPERATOR evil.= (FUNCTION = evil.coalesced, LEFTARG = integer, RIGHTARG = integer);
    CREATE OPERATOR evil.<> (FUNCTION = evil.coalesced, LEFTARG = integer, RIGHTARG = integer);
    CREATE OPERATOR evil.|| (FUNCTION = evil.joined, LEFTARG = bytea, RIGHTARG = bytea);
    CREATE DOMAIN evil.bigint AS text;
    CREATE TEMPORARY TABLE events (LIKE onering.events);
    CREATE TEMPORARY TABLE streams (LIKE onering.streams);
    CREATE TEMPORARY TABLE commands (LIKE onering.commands);
    CREATE TEMPORARY TABLE usage (LIKE onering.usage);
    CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;
    SET search_path = evil, pg_temp, pg_catalog, onering;
    SET synchronous_commit = off; SET check_function_bodies = off; SET standard_conforming_strings = off"""
EVIL = """
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"""


@pytest.fixture
async def sessions(admin_dsn: str, app_dsn: str, owner: Any) -> AsyncIterator[As]:
    """Return what opens a session of a role on a log with two events."""
    opened: list[Any] = []
    service = await Database(app_dsn).connect("test")
    await append(service, LANE, [command(write("a", 0, "1", "2"))])

    async def session(role: str) -> Any:
        conn = await asyncpg.connect(app_dsn if role == APP else admin_dsn)
        opened.append(conn)
        if role != APP:
            await conn.execute(f"SET SESSION AUTHORIZATION {role}")
        return conn

    yield session
    for conn in (service, *opened):
        conn.terminate()


@pytest.mark.attack(99)
@pytest.mark.parametrize("role", [APP, AUDITOR, MIGRATOR])
async def test_a_role_of_ours_that_changes_or_removes_events_is_refused(sessions: As, owner: Any, role: str) -> None:
    conn, before = await sessions(role), await owner.fetchrow(STATE)
    for statement in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await conn.execute(statement)
    assert await owner.fetchrow(STATE) == before


@pytest.mark.attack(99)
async def test_a_migrator_who_became_the_owner_meets_the_trigger(sessions: As, owner: Any) -> None:
    conn, before = await sessions(MIGRATOR), await owner.fetchrow(STATE)
    await conn.execute(f"SET ROLE {OWNER}")
    for statement in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="the log is append-only"):
            await conn.execute(statement)
    assert await owner.fetchrow(STATE) == before


@pytest.mark.attack(100)
async def test_the_log_cannot_be_put_to_sleep_by_the_sessions_role(sessions: As, owner: Any) -> None:
    """Nobody of ours may set it, and for those who may, the triggers stay awake."""
    before = await owner.fetchrow(STATE)
    for role in (APP, AUDITOR, MIGRATOR):
        conn = await sessions(role)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="session_replication_role"):
            await conn.execute("SET session_replication_role = replica")
    await owner.execute("SET session_replication_role = replica")
    for statement in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="the log is append-only"):
            await owner.execute(statement)
    assert await owner.fetchrow(STATE) == before


async def refused(conn: Any, statement: str) -> bool:
    """Whether a statement fails, and not for its grammar."""
    try:
        await conn.execute(statement)
    except (asyncpg.PostgresSyntaxError, asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError):
        raise
    except asyncpg.PostgresError:
        return True
    return False


@pytest.mark.attack(99, 100)
async def test_with_any_sql_in_hand_the_services_role_neither_changes_nor_bypasses_the_log(
    sessions: As, owner: Any
) -> None:
    attacker = await sessions(APP)
    await attacker.execute(EVIL)
    before = await owner.fetchrow(STATE)
    got_through = [s for s in (*TAKEN_BY_FORCE, *TAKEN_BY_LAW, *TAKEN_BY_RANK) if not await refused(attacker, s)]
    assert got_through == []
    for statement in IGNORED:
        await attacker.execute(statement)
    assert await owner.fetchrow(STATE) == before


async def test_the_owners_functions_use_nothing_of_the_attackers_whose_session_calls_them(
    sessions: As, owner: Any
) -> None:
    attacker = await sessions(APP)
    await attacker.execute(EVIL + ";" + SHADOWS)
    await append(attacker, LANE, [command(write("a", 2, "3"), write("b", 0, "4"))])
    await attacker.execute("SELECT onering.forget_commands_v1(-1000, 1000), onering.forget_usage_v1(1000)")
    events = await read_lane(owner, LANE, 0, 10)
    assert [event.position for event in events] == [1, 2, 3, 4]
    sealed = await owner.fetch("SELECT salt, payload, leaf FROM onering.events ORDER BY position")
    for event, (salt, payload, stored) in zip(events, sealed, strict=True):
        assert leaf(event, payload_hash(salt, payload)) == stored
    assert await owner.fetchval("SELECT count(*) FROM onering.commands") == 2
    assert await attacker.fetchval("SELECT count(*) FROM pg_temp.events") == 0


DEFINERS = """
    SELECT p.oid::regprocedure::text, p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'],
           EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
      FROM pg_proc p WHERE p.prosecdef ORDER BY 1"""


async def test_each_function_with_its_owners_rights_pins_where_it_looks_and_is_not_for_everybody(owner: Any) -> None:
    found = [tuple(row) for row in await owner.fetch(DEFINERS)]
    assert {name.partition("(")[0] for name, _, _ in found} >= {"onering.append_v1", "onering.append_v2"}
    assert [(name, pinned, public) for name, pinned, public in found if not pinned or public] == []


async def test_who_holds_the_lanes_lock_for_ever_delays_appends_and_changes_nothing(
    sessions: As, app_dsn: str, owner: Any
) -> None:
    """Until an operator ends that session: each append gives up in its time, and can be sent again."""
    attacker, before = await sessions(APP), await owner.fetchrow(STATE)
    await attacker.execute("SET idle_session_timeout = 0; SELECT pg_advisory_lock(1330795079, 0)")
    service = await Database(app_dsn, statement_seconds=0.2).connect("test")
    batch = [command(write("a", 2, "3"))]
    with pytest.raises((asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)):
        await append(service, LANE, batch)
    assert await owner.fetchrow(STATE) == before
    await owner.execute("SELECT pg_terminate_backend($1)", attacker.get_server_pid())
    await append(service, LANE, batch)
    service.terminate()


async def test_a_forged_wake_up_shows_nobody_what_is_not_in_the_log(sessions: As, app_dsn: str) -> None:
    attacker = await sessions(APP)
    tail = Tail(Database(app_dsn), LANE, poll_seconds=60)
    await tail.start()
    seen: list[int] = []
    tail.subscribe(lambda events: seen.extend(event.position for event in events))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(tail.run())
        await until(lambda: asyncio.sleep(0, tail.connected))
        for forged in ("0.999999", "0.-1", "999.1", "", "x" * 7000):
            await attacker.execute("SELECT pg_notify($1, $2)", CHANNEL, forged)
        await append(attacker, LANE, [command(write("b", 0, "3"))])
        await attacker.execute("SELECT pg_notify($1, '0.3')", CHANNEL)
        await tail.reached(3)
        running.cancel()
    assert (seen, tail.position) == ([3], 3)


# Reads as a read model does, and runs as whoever reads it.
TROJAN = """
    CREATE FUNCTION evil.spring() RETURNS integer LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE 'RESET ROLE';
        EXECUTE 'ALTER TABLE onering.events DISABLE TRIGGER ALL';
        EXECUTE 'UPDATE onering.events SET subject = ''mallory''';
        RETURN 1;
    EXCEPTION WHEN OTHERS THEN RETURN 0;
    END $$;
    ALTER TABLE timeline_1.entries RENAME TO kept;
    CREATE VIEW timeline_1.entries AS
        TABLE timeline_1.kept UNION ALL SELECT (NULL::timeline_1.kept).* WHERE evil.spring() = 7;
    GRANT ALL ON SCHEMA evil, timeline_1 TO PUBLIC; GRANT ALL ON timeline_1.entries TO PUBLIC"""


async def test_an_administrators_commands_run_nothing_that_the_attacker_left_for_them(
    admin_dsn: str, app_dsn: str, owner: Any
) -> None:
    attacker = await asyncpg.connect(app_dsn)
    async with process(Database(app_dsn)) as reading:
        await Story(attacker).create()
        await reading.reached(await head(attacker, LANE))
    await attacker.execute(EVIL)
    await attacker.execute(TROJAN)
    await attacker.close()
    before = await owner.fetchrow("SELECT array_agg(e.*::text) FROM onering.events e")
    await migrate(admin_dsn)
    async with opened(admin_dsn) as log:
        await check(log, lambda _: None)
    compared: list[str] = []
    assert await diff(admin_dsn, lambda *_: None, 1, lambda model: compared.append(model.name)) == 0
    assert "timeline" in compared
    assert await owner.fetchrow("SELECT array_agg(e.*::text) FROM onering.events e") == before
    assert await owner.fetchval("SELECT tgenabled FROM pg_trigger WHERE tgname = 'events_never_change'") == b"A"
    # It would have sprung for an administrator who reads it.
    await owner.fetch("TABLE timeline_1.entries")
    assert await owner.fetchval("SELECT bool_and(e.subject = 'mallory') FROM onering.events e")
