"""How the service comes to its role, by whatever a server lets it in by; and what it does where it is refused."""

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
from onering.log.roles import APP, OWNER
from onering.service.database import brought_up
from onering.service.faults import ServiceError
from tests.log.test_migrate import run
from tests.log.test_protection import BYPASSES
from tests.log.test_roles import OURS, OWNERS, served
from tests.log.writing import command, write

Admit = Callable[..., Awaitable[None]]

# What an earlier release gave the service's role where the administrator had no password.
PUBLIC_PASSWORD = "6HEZdUZZ2ftwyXY-K744agKBOj_euCyisMk18gQoLeM"


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
