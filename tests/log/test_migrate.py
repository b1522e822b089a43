"""Migrations: an empty database and an older one come to one shape, whoever runs them and however often."""

import asyncio
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.migrate import APP, AUDITOR, SERVER, MigrationError, migrate, scram_verifier
from onering.log.reader import head
from onering.log.schema import steps
from onering.service.owner import postgres_owner
from onering.service.postgres import EmbeddedPostgres
from tests.log.writing import command, write

Administer = Callable[[str], None]


@pytest.fixture
def administer(postgres: EmbeddedPostgres) -> Administer:
    """Run a statement as the administrator of the cluster."""

    async def run(sql: str) -> None:
        conn = await asyncpg.connect(postgres.dsn(database="postgres"))
        await conn.execute(sql)
        await conn.close()

    return lambda sql: asyncio.run(run(sql))


@pytest.fixture
def plain_dsn(postgres: EmbeddedPostgres, administer: Administer) -> Iterator[str]:
    """Return the DSN of a database whose owner may do nothing else: no superuser, no right to make roles."""
    name = f"plain_{uuid4().hex[:12]}"
    administer(f"CREATE ROLE {name} LOGIN")
    administer(f"CREATE DATABASE {name} OWNER {name}")
    yield postgres.dsn(role=name, database=name)
    administer(f"DROP DATABASE {name} WITH (FORCE)")
    administer(f"DROP ROLE {name}")


async def run(dsn: str, sql: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetch(sql)
    finally:
        await conn.close()


def shape(postgres: EmbeddedPostgres, dsn: str) -> str:
    """Return everything about a database's schema, as SQL text."""
    command = [postgres.program("pg_dump"), "--schema-only", f"--dbname={dsn}"]
    dump = subprocess.run(command, check=True, capture_output=True, text=True, **postgres_owner().options()).stdout
    # Since 2025 pg_dump adds a random word of its own.
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


class TestFreshAndStepByStep:
    def test_steps_are_numbered_without_gaps(self) -> None:
        assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))

    async def test_steps_with_data_between_them_lead_to_the_shape_of_a_fresh_database(
        self, postgres: EmbeddedPostgres, empty_dsn: str, admin_dsn: str
    ) -> None:
        """Also the text of functions, and what each role may."""
        first = steps()[0]
        with pytest.MonkeyPatch.context() as older:
            older.setattr("onering.log.migrate.schema_sql", lambda: first.sql)
            older.setattr("onering.log.migrate.steps", lambda: [first])
            await migrate(empty_dsn)
        conn = await asyncpg.connect(empty_dsn)
        await append(conn, LANE, [command(write("a", 0, "1", "2"))])
        await conn.close()
        app = await asyncpg.connect(await migrate(empty_dsn))
        assert await head(app, LANE) == 2
        await append(app, LANE, [command(write("a", 2, "3"))])
        await app.close()
        assert shape(postgres, empty_dsn) == shape(postgres, admin_dsn)

    async def test_a_second_migration_changes_nothing(self, postgres: EmbeddedPostgres, empty_dsn: str) -> None:
        first = await migrate(empty_dsn)
        before = shape(postgres, empty_dsn), await run(empty_dsn, "SELECT * FROM onering.migrations, onering.log")
        assert await migrate(empty_dsn) == first
        assert before == (
            shape(postgres, empty_dsn),
            await run(empty_dsn, "SELECT * FROM onering.migrations, onering.log"),
        )

    async def test_migrations_at_once_make_one_log(self, empty_dsn: str) -> None:
        dsns = await asyncio.gather(*[migrate(empty_dsn) for _ in range(4)])
        assert len(set(dsns)) == 1
        assert len(await run(empty_dsn, "SELECT FROM onering.log")) == 1
        assert len(await run(empty_dsn, "SELECT FROM onering.migrations")) == len(steps())

    async def test_a_step_that_fails_leaves_nothing_of_itself(self, empty_dsn: str, monkeypatch: Any) -> None:
        await migrate(empty_dsn)
        applied = len(steps())
        broken = steps()[0]._replace(number=applied + 1, sql="CREATE TABLE onering.half (); SELECT 1 / 0")
        monkeypatch.setattr("onering.log.migrate.steps", lambda: [*steps(), broken])
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT to_regclass('onering.half'), max(step) FROM onering.migrations") == [
            (None, applied)
        ]

    async def test_a_newer_step_is_applied_once_and_belongs_to_the_owner(
        self, empty_dsn: str, monkeypatch: Any
    ) -> None:
        await migrate(empty_dsn)
        newer = steps()[0]._replace(number=len(steps()) + 1, name="more", sql="CREATE TABLE onering.more ()")
        monkeypatch.setattr("onering.log.migrate.steps", lambda: [*steps(), newer])
        for _ in range(2):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT tableowner FROM pg_tables WHERE tablename = 'more'") == [("onering_owner",)]

    async def test_steps_of_a_newer_release_are_told_and_left_alone(self, empty_dsn: str, caplog: Any) -> None:
        await migrate(empty_dsn)
        await run(empty_dsn, "INSERT INTO onering.migrations (step, name) VALUES (99, 'later')")
        await migrate(empty_dsn)
        assert "migrations [99] from a newer release" in caplog.text


class TestServers:
    async def test_a_server_that_is_too_old_or_too_new_is_refused(self, empty_dsn: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("onering.log.migrate.NEWEST", 150_000)
        with pytest.raises(MigrationError, match="Postgres 15 to 18; this server is 1"):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT to_regnamespace('onering')") == [(None,)]

    async def test_a_standby_is_refused(self, empty_dsn: str, monkeypatch: Any) -> None:
        """A server that says it is in recovery; a real standby would need a second one."""
        monkeypatch.setattr("onering.log.migrate.SERVER", SERVER.replace("pg_is_in_recovery()", "true"))
        with pytest.raises(MigrationError, match="point DATABASE_URL at the primary"):
            await migrate(empty_dsn)

    async def test_a_database_of_another_encoding_is_refused(self, postgres: EmbeddedPostgres) -> None:
        name = f"latin_{uuid4().hex[:12]}"
        cluster = postgres.dsn(database="postgres")
        await run(cluster, f"CREATE DATABASE {name} ENCODING LATIN1 LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        with pytest.raises(MigrationError, match="UTF8, not LATIN1"):
            await migrate(postgres.dsn(database=name))
        await run(cluster, f"DROP DATABASE {name}")

    async def test_a_server_that_is_away_is_an_error_of_the_connection(self) -> None:
        with pytest.raises(OSError, match=r".*"):
            await migrate("postgresql://nobody@127.0.0.1:1/none")


class TestRoles:
    async def test_the_service_logs_in_as_a_role_that_may_only_append_and_read(self, empty_dsn: str) -> None:
        dsn = await migrate(empty_dsn)
        assert urlsplit(dsn).username == "onering_app"
        assert urlsplit(dsn).path == urlsplit(empty_dsn).path
        assert await run(dsn, "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user") == [
            (False, False)
        ]

    async def test_the_service_gets_in_where_nobody_else_may_connect(self, empty_dsn: str) -> None:
        name = urlsplit(empty_dsn).path[1:]
        await run(empty_dsn, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        assert await run(await migrate(empty_dsn), "SELECT current_user::text") == [("onering_app",)]
        assert await run(empty_dsn, f"SELECT has_database_privilege('{AUDITOR}', '{name}', 'CONNECT')") == [(True,)]

    async def test_every_process_with_the_same_secret_gets_the_same_way_in(self, empty_dsn: str) -> None:
        secret = empty_dsn.replace("@", ":s%C3%A9cret@", 1)
        first, again = await migrate(secret), await migrate(secret)
        assert first == again != await migrate(empty_dsn)
        assert "cret" not in first

    async def test_the_server_is_given_what_it_makes_of_a_password_itself(self, empty_dsn: str) -> None:
        """So the password is in no statement that a server may log."""
        name = f"scram_{uuid4().hex[:12]}"
        await run(empty_dsn, f"CREATE ROLE {name} PASSWORD 'a-Password_0'")
        ((made,),) = await run(empty_dsn, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{name}'")
        await run(empty_dsn, f"DROP ROLE {name}")
        iterations, salt = made.split("$")[1].split(":")
        assert scram_verifier("a-Password_0", b64decode(salt), int(iterations)) == made

    async def test_the_tables_belong_to_a_role_that_nobody_logs_in_as(self, empty_dsn: str) -> None:
        await migrate(empty_dsn)
        owners = await run(empty_dsn, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'onering'")
        assert owners == [("onering_owner",)]
        assert await run(empty_dsn, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'onering_owner'") == [(False,)]

    async def test_the_owner_of_a_plain_database_runs_with_triggers_only(self, plain_dsn: str, caplog: Any) -> None:
        assert await migrate(plain_dsn) == plain_dsn
        assert "only triggers protect the log" in caplog.text
        conn = await Database(plain_dsn).connect("test")
        await append(conn, LANE, [command(write("a", 0, "1"))])
        for statement in ("UPDATE onering.events SET payload = '{}'", "TRUNCATE onering.events"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await conn.execute(statement)
        conn.terminate()

    async def test_the_owner_of_a_plain_database_migrates_again(self, plain_dsn: str) -> None:
        for _ in range(2):
            assert await migrate(plain_dsn) == plain_dsn

    async def test_migrations_of_several_databases_at_once_share_their_roles(self, postgres: EmbeddedPostgres) -> None:
        names = [f"many_{uuid4().hex[:12]}" for _ in range(4)]
        cluster = postgres.dsn(database="postgres")
        for name in names:
            await run(cluster, f"CREATE DATABASE {name}")
        await asyncio.gather(*[migrate(postgres.dsn(database=name)) for name in names])
        for name in names:
            await run(cluster, f"DROP DATABASE {name} WITH (FORCE)")

    async def test_a_role_that_another_migration_changes_at_this_moment_is_changed_after_it(
        self, postgres: EmbeddedPostgres, empty_dsn: str
    ) -> None:
        await migrate(empty_dsn)
        other = await asyncpg.connect(postgres.dsn(database="postgres"))
        await other.execute(f"ALTER ROLE {APP} NOLOGIN")
        async with other.transaction():
            await other.execute(f"ALTER ROLE {APP} CONNECTION LIMIT -1")
            migrating = asyncio.create_task(migrate(empty_dsn))
            async with asyncio.timeout(10):
                while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                    await asyncio.sleep(0.01)
        assert APP in await migrating
        await other.close()

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO onering.log DEFAULT VALUES",
            "UPDATE onering.events SET payload = '{}'",
            "DELETE FROM onering.commands",
            "INSERT INTO onering.projections (name, version, lane, definition, status) VALUES ('x', 1, 0, '', 'live')",
            "SELECT onering.forget_commands_v1(1, 1)",
            "CREATE TABLE onering.mine (n int)",
            "SELECT onering.append_v1" + "(0::smallint" + ", null" * 21 + ")",
        ],
    )
    async def test_an_auditor_reads_and_does_nothing_else(self, owner: Any, statement: str) -> None:
        await append(owner, LANE, [command(write("a", 0, "1"))])
        await owner.execute(f"SET ROLE {AUDITOR}")
        assert await head(owner, LANE) == 1
        assert len(await owner.fetch("SELECT * FROM onering.log_entries")) == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(statement)

    async def test_an_auditor_can_compute_every_leaf(self, owner: Any) -> None:
        await append(owner, LANE, [command(write("a", 0, "1"))])
        await owner.execute(f"SET ROLE {AUDITOR}")
        assert await owner.fetchval("""
            SELECT leaf = onering.leaf_v1(
                   lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version,
                   onering.payload_hash_v1(salt, payload), issuer, subject, impersonator, command_id, correlation_id,
                   causation_id, recorded_at)
              FROM onering.events""")
