"""The roles of a log: who owns it, who serves from it, who audits it, and what each of them may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.migrate import MigrationError, migrate
from onering.log.reader import head
from onering.log.roles import APP, AUDITOR, MIGRATOR, OWNER, make_roles
from onering.log.schema import steps
from onering.replay.check import check
from onering.replay.database import opened
from onering.replay.diff import diff
from onering.replay.past import draft_at, rendered
from onering.service import upkeep
from onering.service.postgres import EmbeddedPostgres
from projections.rebuild import prepare, rebuild
from tests.log.test_migrate import run, shape
from tests.log.writing import command, write
from tests.projections.reading import process
from tests.projections.story import Story


@pytest.fixture
async def person(cluster: str) -> AsyncIterator[str]:
    """Return the name of a role that may do nothing but log in."""
    name = f"person_{uuid4().hex[:12]}"
    await run(cluster, f"CREATE ROLE {name} LOGIN")
    yield name
    await run(cluster, f"DROP ROLE {name}")


@pytest.fixture
async def plain_dsn(postgres: EmbeddedPostgres, cluster: str, person: str) -> AsyncIterator[str]:
    """Return the DSN of a database whose owner may do nothing else: no superuser, no right to make roles."""
    await run(cluster, f"CREATE DATABASE {person} OWNER {person}")
    yield postgres.dsn(role=person, database=person)
    await run(cluster, f"DROP DATABASE {person} WITH (FORCE)")


class TestService:
    async def test_logs_in_as_a_role_that_may_only_append_and_read(self, empty_dsn: str) -> None:
        dsn = await migrate(empty_dsn)
        assert urlsplit(dsn).username == APP
        assert urlsplit(dsn)[2:] == urlsplit(empty_dsn)[2:]
        assert await run(dsn, "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user") == [
            (False, False)
        ]

    async def test_gets_in_where_nobody_else_may_connect(self, empty_dsn: str) -> None:
        name = urlsplit(empty_dsn).path[1:]
        await run(empty_dsn, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        assert await run(await migrate(empty_dsn), "SELECT current_user::text") == [(APP,)]
        assert await run(empty_dsn, f"SELECT has_database_privilege('{AUDITOR}', '{name}', 'CONNECT')") == [(True,)]

    async def test_owns_nothing_of_the_log_and_nobody_logs_in_as_who_does(self, empty_dsn: str) -> None:
        await migrate(empty_dsn)
        owners = await run(empty_dsn, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'onering'")
        assert owners == [(OWNER,)]
        assert await run(empty_dsn, f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{OWNER}'") == [(False,)]


class TestSeveralDatabases:
    async def test_migrated_at_once_share_their_roles(self, postgres: EmbeddedPostgres, cluster: str) -> None:
        names = [f"many_{uuid4().hex[:12]}" for _ in range(4)]
        for name in names:
            await run(cluster, f"CREATE DATABASE {name}")
        await asyncio.gather(*[migrate(postgres.dsn(database=name)) for name in names])
        for name in names:
            await run(cluster, f"DROP DATABASE {name} WITH (FORCE)")

    async def test_a_role_that_another_migration_changes_at_this_moment_is_changed_after_it(
        self, cluster: str, empty_dsn: str
    ) -> None:
        await migrate(empty_dsn)
        other = await asyncpg.connect(cluster)
        await other.execute(f"ALTER ROLE {APP} NOLOGIN")
        async with other.transaction():
            await other.execute(f"ALTER ROLE {APP} CONNECTION LIMIT -1")
            migrating = asyncio.create_task(migrate(empty_dsn))
            async with asyncio.timeout(10):
                while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                    await asyncio.sleep(0.01)
        assert APP in await migrating
        await other.close()


class TestPlainOwner:
    async def test_runs_with_triggers_only(self, plain_dsn: str, caplog: Any) -> None:
        assert await migrate(plain_dsn) == plain_dsn
        assert "only triggers protect the log" in caplog.text
        conn = await Database(plain_dsn).connect("test")
        await append(conn, LANE, [command(write("a", 0, "1"))])
        for statement in ("UPDATE onering.events SET payload = '{}'", "TRUNCATE onering.events"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await conn.execute(statement)
        conn.terminate()

    async def test_migrates_again(self, plain_dsn: str) -> None:
        for _ in range(2):
            assert await migrate(plain_dsn) == plain_dsn

    async def test_lets_those_audit_it_for_whom_an_administrator_made_the_role(
        self, plain_dsn: str, empty_dsn: str
    ) -> None:
        await migrate(empty_dsn)
        await migrate(plain_dsn)
        assert await run(plain_dsn, f"SELECT has_table_privilege('{AUDITOR}', 'onering.events', 'SELECT')") == [(True,)]

    async def test_who_only_serves_a_log_of_others_migrates_nothing_and_serves(
        self, empty_dsn: str, person: str
    ) -> None:
        await migrate(empty_dsn)
        await run(empty_dsn, f"GRANT {APP} TO {person}")
        dsn = empty_dsn.replace("//postgres@", f"//{person}@")
        assert await migrate(dsn) == dsn
        assert await run(dsn, "SELECT count(*) FROM onering.events") == [(0,)]


class TestMigrator:
    """Somebody who brings databases to a release, and neither makes roles nor gets at rows."""

    @pytest.fixture
    async def migrator(self, empty_dsn: str, person: str) -> str:
        """Return the DSN of a migrator to a database with a log."""
        await migrate(empty_dsn)
        await run(empty_dsn, f"GRANT {MIGRATOR} TO {person}")
        return empty_dsn.replace("//postgres@", f"//{person}@")

    async def test_applies_what_an_older_database_lacks_and_the_service_serves_as_its_role(
        self, empty_dsn: str, migrator: str, monkeypatch: Any, caplog: Any
    ) -> None:
        assert "Nothing to do" in await upkeep.migrate(migrator, "root")
        newer = steps()[0]._replace(number=len(steps()) + 1, name="more", sql="CREATE TABLE onering.more ()")
        monkeypatch.setattr("onering.log.migrate.steps", lambda: [*steps(), newer])
        dsn = await migrate(migrator)
        assert await run(empty_dsn, "SELECT tableowner FROM pg_tables WHERE tablename = 'more'") == [(OWNER,)]
        await served(dsn)
        assert "only triggers" not in caplog.text

    async def test_makes_a_log_where_the_owner_may(self, empty_dsn: str, person: str) -> None:
        conn = await asyncpg.connect(empty_dsn)
        await make_roles(conn)
        await conn.execute(f"GRANT {MIGRATOR} TO {person}")
        await conn.close()
        assert urlsplit(await migrate(empty_dsn.replace("//postgres@", f"//{person}@"))).username == APP
        assert await run(empty_dsn, OWNERS) == [("onering", OWNER)]

    async def test_has_no_rights_of_the_owner_until_it_becomes_it(self, migrator: str) -> None:
        assert await run(migrator, "SELECT count(*) > 0 FROM onering.migrations") == [(True,)]
        for statement in ("TABLE onering.events", "DROP TABLE onering.events", "UPDATE onering.log SET restored = 7"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"permission denied|must be owner"):
                pytest.fail(f"{statement}: {await run(migrator, statement)}")

    async def test_changes_no_role(self, migrator: str) -> None:
        roles = "SELECT rolname, rolcanlogin, rolpassword FROM pg_authid WHERE rolname LIKE 'onering%' ORDER BY 1"
        admin = migrator.replace(urlsplit(migrator).username or "", "postgres")
        before = await run(admin, roles)
        await migrate(migrator)
        assert await run(admin, roles) == before


OWNERS = """
    SELECT DISTINCT n.nspname, pg_get_userbyid(t.owner)
      FROM pg_namespace n CROSS JOIN LATERAL (
        SELECT n.nspowner UNION SELECT c.relowner FROM pg_class c WHERE c.relnamespace = n.oid
        UNION SELECT p.proowner FROM pg_proc p WHERE p.pronamespace = n.oid) t(owner)
     WHERE n.nspname IN ('onering', 'timeline_1') ORDER BY 1"""
WITHOUT_ROLES = f"""
    REVOKE ALL ON SCHEMA onering FROM {APP}, {AUDITOR}, {MIGRATOR};
    REVOKE ALL ON ALL TABLES IN SCHEMA onering FROM {APP}, {AUDITOR}, {MIGRATOR};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onering FROM {APP}, {AUDITOR}, {MIGRATOR};"""
OURS = [("onering", OWNER), ("timeline_1", APP)]


async def served(dsn: str) -> None:
    """Assert that a service that logs in so can do all that it does: append, project, and replace read models."""
    database = Database(dsn)
    conn = await database.connect("test")
    async with process(database) as one:
        story = Story(conn)
        await story.create()
        await one.reached(await head(conn, LANE))
        await rebuild(database, LANE, "timeline")
        await story.create()
        await one.reached(await head(conn, LANE))
    conn.terminate()


class TestLogOfSomebodyElse:
    @pytest.fixture
    async def no_superuser(self, cluster: str, empty_dsn: str, person: str) -> AsyncIterator[str]:
        """Return the DSN of somebody who owns a database with a log and may make roles, but is no superuser."""
        database = urlsplit(empty_dsn).path[1:]
        await migrate(empty_dsn)
        await run(cluster, f"ALTER ROLE {person} CREATEROLE")
        await run(cluster, f"GRANT {OWNER}, {APP}, {AUDITOR} TO {person} WITH ADMIN OPTION")
        await run(cluster, f"ALTER DATABASE {database} OWNER TO {person}")
        yield empty_dsn.replace("//postgres@", f"//{person}@")
        await run(cluster, f"ALTER DATABASE {database} OWNER TO postgres")
        await run(empty_dsn, f"REASSIGN OWNED BY {person} TO postgres")

    async def test_what_was_made_as_the_administrator_is_the_services_at_the_next_start(self, empty_dsn: str) -> None:
        """Before the server let its role in, the service ran so; read models are made by whoever starts first."""
        await migrate(empty_dsn)
        await prepare(Database(empty_dsn), LANE)
        dsn = await migrate(empty_dsn)
        assert await run(empty_dsn, OWNERS) == OURS
        await served(dsn)

    async def test_what_was_made_before_there_were_roles_is_theirs_afterwards(
        self, postgres: EmbeddedPostgres, plain_dsn: str, empty_dsn: str
    ) -> None:
        await migrate(plain_dsn)
        conn = await asyncpg.connect(plain_dsn)
        await conn.execute(WITHOUT_ROLES)
        await Story(conn).create()
        await conn.close()
        admin_dsn = postgres.dsn(database=urlsplit(plain_dsn).path[1:])
        for dsn, first in ((admin_dsn, plain_dsn), (empty_dsn, await migrate(empty_dsn))):
            await prepare(Database(first), LANE)
            await migrate(dsn)
        assert await run(admin_dsn, OWNERS) == OURS
        assert shape(postgres, admin_dsn) == shape(postgres, empty_dsn)
        await served(await migrate(admin_dsn))

    async def test_an_administrator_who_is_no_superuser_takes_it_over_too(
        self, empty_dsn: str, no_superuser: str
    ) -> None:
        await prepare(Database(no_superuser), LANE)
        await served(await migrate(no_superuser))
        assert await run(empty_dsn, OWNERS) == OURS

    async def test_somebody_elses_schema_that_is_entered_as_a_read_model_stays_theirs(self, empty_dsn: str) -> None:
        """Whoever has the service's role may write any name to the registry."""
        await run(empty_dsn, "CREATE SCHEMA payroll_1 CREATE TABLE salaries ()")
        dsn = await migrate(empty_dsn)
        entered = "INSERT INTO onering.projections (name, version, lane, definition, status) VALUES "
        await run(dsn, f"{entered} ('payroll', 1, 0, '', 'building')")
        await migrate(empty_dsn)
        owner = "SELECT tableowner FROM pg_tables WHERE schemaname = 'payroll_1'"
        assert await run(empty_dsn, owner) == [("postgres",)]

    async def test_what_an_administrator_may_not_take_over_is_told(self, empty_dsn: str, no_superuser: str) -> None:
        await prepare(Database(empty_dsn), LANE)
        with pytest.raises(MigrationError, match=r"must be owner of .*`onering migrate` as a superuser"):
            await migrate(no_superuser)


BEYOND_AN_AUDITOR = [
    "INSERT INTO onering.log DEFAULT VALUES",
    "UPDATE onering.events SET payload = '{}'",
    "DELETE FROM onering.commands",
    "SELECT onering.forget_commands_v1(1, 1)",
    "CREATE TABLE onering.mine (n int)",
    "SELECT onering.append_v1" + "(0::smallint" + ", null" * 21 + ")",
    "SELECT onering.append_v2" + "(0::smallint" + ", null" * 27 + ")",
    "SELECT onering.forget_usage_v1(1)",
    "DELETE FROM onering.revocations",
    "TABLE onering.rate_limits",
    "TABLE onering.presence",
    "TABLE onering.app_users",
    "SELECT plan FROM onering.app_users",
    "TABLE onering.snapshots",
    "TABLE timeline_1.entries",
]


class TestAuditor:
    @pytest.fixture
    async def auditor(self, empty_dsn: str, person: str) -> str:
        """Return the DSN of somebody who audits a log with one draft in it."""
        database = Database(await migrate(empty_dsn))
        await prepare(database, LANE)
        conn = await database.connect("test")
        await Story(conn).create(title="A walk")
        await conn.close()
        await run(empty_dsn, f"GRANT {AUDITOR} TO {person}")
        return empty_dsn.replace("//postgres@", f"//{person}@")

    async def test_may_nothing_but_read_the_log(self, auditor: str) -> None:
        assert len(await run(auditor, "SELECT * FROM onering.log_entries")) == 1
        for statement in BEYOND_AN_AUDITOR:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                pytest.fail(f"{statement}: {await run(auditor, statement)}")

    async def test_can_compute_every_leaf(self, auditor: str) -> None:
        assert await run(auditor, LEAVES) == [(True,)]

    async def test_replays_the_log(self, auditor: str) -> None:
        async with opened(auditor) as log:
            (record,) = [record async for page in log.pages() for record in page]
            verdict = await check(log, lambda finding: pytest.fail(str(finding)))
            assert (verdict.counts.events, (await log.about())["head"]) == (1, 1)
            draft = await rendered(log, await draft_at(log, record.event.stream_id, None))
        assert (draft["title"], draft["members"][0]["user_id"]) == ("A walk", "alice")

    async def test_is_told_that_read_models_are_not_theirs_to_compare(self, auditor: str) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await diff(auditor, lambda *_: None, 1, lambda _: None)


LEAVES = """
    SELECT leaf = onering.leaf_v1(
           lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version,
           onering.payload_hash_v1(salt, payload), issuer, subject, impersonator, command_id, correlation_id,
           causation_id, recorded_at)
      FROM onering.events"""
