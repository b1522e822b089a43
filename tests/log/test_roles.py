"""The roles of a log: what each of them may, how the service becomes one of them, and what it does without."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

import asyncpg
import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.login import scram_verifier
from onering.log.migrate import MigrationError, migrate
from onering.log.reader import head
from onering.log.roles import APP, AUDITOR, OWNER
from onering.replay.check import check
from onering.replay.database import opened
from onering.replay.diff import diff
from onering.replay.past import draft_at, rendered
from onering.service.database import brought_up
from onering.service.faults import ServiceError
from onering.service.postgres import EmbeddedPostgres
from projections.rebuild import prepare, rebuild
from tests.log.test_migrate import run, shape
from tests.log.test_protection import BYPASSES
from tests.log.writing import command, write
from tests.projections.reading import process
from tests.projections.story import Story

Admit = Callable[..., Awaitable[None]]

# What an earlier release gave the service's role where the administrator had no password.
PUBLIC_PASSWORD = "6HEZdUZZ2ftwyXY-K744agKBOj_euCyisMk18gQoLeM"


@pytest.fixture
def cluster(postgres: EmbeddedPostgres) -> str:
    """Return the DSN of the administrator of the cluster."""
    return postgres.dsn(database="postgres")


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


@pytest.fixture
async def boss(cluster: str) -> AsyncIterator[str]:
    """Return the name of an administrator, whose password is `s3cr@t`."""
    name = f"boss_{uuid4().hex[:12]}"
    await run(cluster, f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD 's3cr@t'")
    yield name
    await run(cluster, f"DROP ROLE {name}")


@pytest.fixture
async def admit(cluster: str, empty_dsn: str) -> AsyncIterator[Admit]:
    """Return a function that says who enters the empty database by what: `role method`; all others enter freely."""
    database = urlsplit(empty_dsn).path[1:]
    ((path,),) = await run(cluster, "SHOW hba_file")
    before = await asyncio.to_thread(Path(path).read_text)

    async def admit(*rules: str) -> None:
        lines = "".join(f"local {database} {rule}\n" for rule in rules)
        await asyncio.to_thread(Path(path).write_text, lines + before)
        await reloaded(cluster)

    yield admit
    await admit()


async def reloaded(dsn: str) -> None:
    """Have Postgres read its files, and return once it did: whoever connects from now on meets the new rules."""
    conn = await asyncpg.connect(dsn)
    before = await conn.fetchval("SELECT pg_conf_load_time()")
    await conn.execute("SELECT pg_reload_conf()")
    async with asyncio.timeout(20):
        while await conn.fetchval("SELECT pg_conf_load_time()") == before:
            await asyncio.sleep(0.005)
    await conn.close()


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


STORED = f"SELECT rolpassword FROM pg_authid WHERE rolname = '{APP}'"
WHO = "SELECT session_user::text, current_user::text"


async def forgotten(dsn: str) -> None:
    """Have a log whose service's role never logged in."""
    await migrate(dsn)
    await run(dsn, f"ALTER ROLE {APP} NOLOGIN PASSWORD NULL")


class TestWithoutPassword:
    async def test_the_role_logs_in_where_it_is_let_in_without_one(self, empty_dsn: str) -> None:
        await forgotten(empty_dsn)
        assert await run(await migrate(empty_dsn), WHO) == [(APP, APP)]
        assert await run(empty_dsn, STORED) == [(None,)]

    async def test_where_it_is_not_the_administrator_becomes_the_role(
        self, empty_dsn: str, admit: Admit, caplog: Any
    ) -> None:
        await forgotten(empty_dsn)
        await admit(f"{APP} scram-sha-256")
        assert await run(await migrate(empty_dsn), WHO) == [("postgres", APP)]
        assert await run(empty_dsn, STORED) == [(None,)]
        assert "the administrator logs in and becomes it" in caplog.text

    async def test_the_password_that_anybody_can_compute_is_taken_away(self, empty_dsn: str) -> None:
        """Releases before this one gave it."""
        await migrate(empty_dsn)
        await run(empty_dsn, f"ALTER ROLE {APP} PASSWORD '{PUBLIC_PASSWORD}'")
        await migrate(empty_dsn)
        assert await run(empty_dsn, STORED) == [(None,)]

    async def test_a_password_of_the_operators_own_stays(self, empty_dsn: str) -> None:
        await migrate(empty_dsn)
        await run(empty_dsn, f"ALTER ROLE {APP} PASSWORD 'chosen'")
        before = await run(empty_dsn, STORED)
        await migrate(empty_dsn)
        assert await run(empty_dsn, STORED) == before


def by_netloc(boss: str, dsn: str, folder: Path, environment: Any) -> str:
    return dsn.replace("//postgres@", f"//{boss}:{quote('s3cr@t')}@")


def by_query(boss: str, dsn: str, folder: Path, environment: Any) -> str:
    return dsn.replace("//postgres@", "//") + f"&user={boss}&password={quote('s3cr@t')}"


def by_environment(boss: str, dsn: str, folder: Path, environment: Any) -> str:
    environment.setenv("PGPASSWORD", "s3cr@t")
    return dsn.replace("//postgres@", f"//{boss}@")


def by_file(boss: str, dsn: str, folder: Path, environment: Any) -> str:
    (folder / "pass").write_text(f"*:*:*:{boss}:s3cr@t\n")
    (folder / "pass").chmod(0o600)
    environment.setenv("PGPASSFILE", str(folder / "pass"))
    return dsn.replace("//postgres@", f"//{boss}@")


class TestWithPassword:
    @pytest.mark.parametrize("given", [by_netloc, by_query, by_environment, by_file])
    async def test_the_roles_own_is_derived_from_it_however_it_is_given(
        self, empty_dsn: str, admit: Admit, boss: str, tmp_path: Path, given: Any
    ) -> None:
        await admit(f"{boss},{APP} scram-sha-256")
        with pytest.MonkeyPatch.context() as environment:
            dsns = {await migrate(give(boss, empty_dsn, tmp_path, environment)) for give in (by_netloc, given)}
        passwords = {urlsplit(dsn).password for dsn in dsns}
        assert len(passwords) == 1
        for dsn in dsns:
            assert await run(dsn, WHO) == [(APP, APP)]
            assert boss not in dsn
            assert quote("s3cr@t") not in dsn

    async def test_nobody_gets_in_by_what_no_password_makes(self, empty_dsn: str, admit: Admit, boss: str) -> None:
        await admit(f"{boss},{APP} scram-sha-256")
        await migrate(by_netloc(boss, empty_dsn, Path(), None))
        with pytest.raises(asyncpg.InvalidPasswordError):
            await run(empty_dsn.replace("//postgres@", f"//{APP}:{PUBLIC_PASSWORD}@"), WHO)

    async def test_where_the_role_is_refused_the_administrator_becomes_it(
        self, empty_dsn: str, admit: Admit, boss: str
    ) -> None:
        await admit(f"{boss} scram-sha-256", f"{APP} reject")
        assert await run(await migrate(by_netloc(boss, empty_dsn, Path(), None)), WHO) == [(boss, APP)]

    async def test_the_server_is_given_what_it_makes_of_a_password_itself(self, empty_dsn: str) -> None:
        """So the password is in no statement that a server may log."""
        name = f"scram_{uuid4().hex[:12]}"
        await run(empty_dsn, f"CREATE ROLE {name} PASSWORD 'a-Password_0'")
        ((made,),) = await run(empty_dsn, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{name}'")
        await run(empty_dsn, f"DROP ROLE {name}")
        iterations, salt = made.split("$")[1].split(":")
        assert scram_verifier("a-Password_0", b64decode(salt), int(iterations)) == made


class TestAdministratorWhoBecomesTheRole:
    @pytest.fixture
    async def become(self, empty_dsn: str, admit: Admit) -> AsyncIterator[Any]:
        await admit(f"{APP} reject")
        conn = await Database(await migrate(f"{empty_dsn}&options=-c%20work_mem%3D5MB&role=postgres")).connect("test")
        yield conn
        conn.terminate()

    async def test_cannot_change_the_log_by_mistake(self, become: Any) -> None:
        await append(become, LANE, [command(write("a", 0, "1"))])
        for back in ("RESET ROLE", "RESET ALL", "DISCARD ALL"):
            await become.execute(back)
            for statement in BYPASSES:
                if statement != f"SET ROLE {OWNER}":
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        pytest.fail(f"{statement}: {await become.execute(statement)}")

    async def test_serves_as_the_role_would(self, empty_dsn: str, admit: Admit) -> None:
        await admit(f"{APP} reject")
        await served(await migrate(empty_dsn))
        assert await run(empty_dsn, OWNERS) == OURS

    async def test_keeps_the_options_of_its_own(self, become: Any) -> None:
        assert await become.fetchval("SHOW work_mem") == "5MB"

    async def test_is_refused_where_the_server_ignores_what_it_asks(
        self, empty_dsn: str, admit: Admit, monkeypatch: Any
    ) -> None:
        """As a pooler in between may: it would serve as the administrator without knowing."""
        await admit(f"{APP} reject")
        monkeypatch.setattr("onering.log.login.BECOME", "-c work_mem=5MB")
        with pytest.raises(MigrationError, match=f"Let {APP} log in"):
            await migrate(empty_dsn)


@asynccontextmanager
async def once(dsn: str, *, silent: bool) -> AsyncIterator[str]:
    """Yield the DSN of a way to Postgres that serves one connection, and then takes others in silence, or none."""
    socket = f"{unquote(dsn.partition('host=')[2])}/.s.PGSQL.5432"
    kept: list[asyncio.StreamWriter] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.append(writer)
        if len(kept) == 1:
            if not silent:
                server.close()
            far_reader, far_writer = await asyncio.open_unix_connection(socket)
            await asyncio.gather(pumped(reader, far_writer), pumped(far_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"{dsn.partition('?')[0].replace('@', f'@{host}:{port}')}?sslmode=disable"
    server.close()
    for writer in kept:
        writer.close()


async def pumped(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
    target.close()


@pytest.mark.parametrize(("silent", "said"), [(True, "TimeoutError"), (False, "Connect call failed")])
async def test_a_server_that_does_not_answer_has_refused_nobody(
    empty_dsn: str, monkeypatch: Any, silent: bool, said: str
) -> None:
    """Whoever took it for a refusal would go on with more rights than it needs."""
    monkeypatch.setattr("onering.log.login.CONNECT_SECONDS", 0.1)
    async with once(empty_dsn, silent=silent) as dsn:
        with pytest.raises(ServiceError, match=said):
            await brought_up(dsn)


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


OWNERS = """
    SELECT DISTINCT n.nspname, pg_get_userbyid(t.owner)
      FROM pg_namespace n CROSS JOIN LATERAL (
        SELECT n.nspowner UNION SELECT c.relowner FROM pg_class c WHERE c.relnamespace = n.oid
        UNION SELECT p.proowner FROM pg_proc p WHERE p.pronamespace = n.oid) t(owner)
     WHERE n.nspname IN ('onering', 'timeline_1') ORDER BY 1"""
WITHOUT_ROLES = f"""
    REVOKE ALL ON SCHEMA onering FROM {APP}, {AUDITOR};
    REVOKE ALL ON ALL TABLES IN SCHEMA onering FROM {APP}, {AUDITOR};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onering FROM {APP}, {AUDITOR};"""
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
    async def administrator(self, cluster: str, empty_dsn: str, person: str) -> AsyncIterator[str]:
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
        self, empty_dsn: str, administrator: str
    ) -> None:
        await prepare(Database(administrator), LANE)
        await served(await migrate(administrator))
        assert await run(empty_dsn, OWNERS) == OURS

    async def test_what_an_administrator_may_not_take_over_is_told(self, empty_dsn: str, administrator: str) -> None:
        await prepare(Database(empty_dsn), LANE)
        with pytest.raises(MigrationError, match=r"must be owner of .*`onering migrate` as a superuser"):
            await migrate(administrator)


BEYOND_AN_AUDITOR = [
    "INSERT INTO onering.log DEFAULT VALUES",
    "UPDATE onering.events SET payload = '{}'",
    "DELETE FROM onering.commands",
    "SELECT onering.forget_commands_v1(1, 1)",
    "CREATE TABLE onering.mine (n int)",
    "SELECT onering.append_v1" + "(0::smallint" + ", null" * 21 + ")",
    "TABLE onering.app_users",
    "SELECT plan FROM onering.app_users",
    "TABLE onering.snapshots",
    "TABLE onering.workspaces",
    "TABLE onering.projections",
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
