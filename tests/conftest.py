"""A real Postgres for the whole run, and a database of its own for each test that asks."""

import asyncio
import os
import shutil
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings

from onering.log.connection import Database
from onering.log.migrate import migrate
from onering.log.roles import APP, OWNER
from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from tests.other_postgres import OtherPostgres

# Reading the authorities of the web takes a client 25 ms, and thousands are made that speak plain HTTP.
ssl.create_default_context = cache(ssl.create_default_context)

_make_transport = asyncio.SelectorEventLoop._make_socket_transport  # type: ignore[attr-defined]


def _make_transport_of(
    loop: Any, sock: Any, protocol: Any, waiter: Any = None, *, extra: Any = None, server: Any = None
) -> Any:
    """Close whom a server accepted in the moment in which it was closed: the loop itself leaves the connection open to
    the garbage collector, which complains in a test that has nothing to do with it (CPython's issue 109564).
    """
    if server is not None and server._sockets is None:
        sock.close()
        raise ConnectionAbortedError("the server was closed")
    return _make_transport(loop, sock, protocol, waiter, extra=extra, server=server)


asyncio.SelectorEventLoop._make_socket_transport = _make_transport_of  # type: ignore[attr-defined]

TEMPLATE = "onering_template"
LONG = "long"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", metavar="DIR", help="run on the Postgres whose programs are in DIR")
    parser.addoption("--long", action="store_true", help="let tests that explore at random do so for minutes")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        # What is made before a test can ask for `long` looks at the profile.
        settings.register_profile(LONG)
        settings.load_profile(LONG)
    # A shell that runs the suite in the background lets it ignore Ctrl-C, and with it what tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres | OtherPostgres]:
    """Run a Postgres of this test run, with nothing in it and no care for power failures."""
    # Not pytest's own folder: that one is closed to the system user as whom Postgres runs under root.
    parent = Path(tempfile.mkdtemp(prefix="onering-tests-"))
    parent.chmod(0o755 if os.geteuid() == 0 else 0o700)
    programs = request.config.getoption("--postgres")
    server = (
        OtherPostgres(Path(programs), parent)
        if programs
        else EmbeddedPostgres(DataFolder(parent / "data"), durable=False)
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(parent)


class Administrator:
    """Makes and drops databases through one connection: one for each of thousands would take longer than they do."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._loop = asyncio.new_event_loop()
        self._conn: Any = None

    def do(self, *statements: str) -> None:
        """Execute statements, each in a transaction of its own."""
        self._loop.run_until_complete(self._do(statements))

    def close(self) -> None:
        """Let the server go."""
        if self._conn is not None:
            self._loop.run_until_complete(self._conn.close())
        self._loop.close()

    async def _do(self, statements: Iterable[str]) -> None:
        if self._conn is None or self._conn.is_closed():
            self._conn = await asyncpg.connect(self._dsn)
        for statement in statements:
            await self._conn.execute(statement)


@pytest.fixture(scope="session")
def administrator(postgres: EmbeddedPostgres) -> Iterator[Administrator]:
    """Return who makes databases."""
    made = Administrator(postgres.dsn(database="postgres"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def _template(postgres: EmbeddedPostgres, administrator: Administrator) -> str:
    """Bring a database to this release once; return the DSN of the service's role, to that database."""
    administrator.do(f"CREATE DATABASE {TEMPLATE}")
    return asyncio.run(migrate(postgres.dsn(database=TEMPLATE)))


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Return whether there is time to explore."""
    return bool(request.config.getoption("--long"))


@contextmanager
def _copied(administrator: Administrator) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    # A copy has the contents of its template, not what was granted on the database itself.
    grant = f"GRANT CREATE ON DATABASE {name} TO {OWNER}, {APP}"
    administrator.do(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}", grant)
    try:
        yield name
    finally:
        administrator.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def _name(administrator: Administrator, _template: str) -> Iterator[str]:
    with _copied(administrator) as name:
        yield name


@pytest.fixture(scope="module")
def shared_database(administrator: Administrator, _template: str) -> Iterator[str]:
    """Return the name of a database that the tests of a module share."""
    with _copied(administrator) as name:
        yield name


@pytest.fixture(scope="module")
def shared_dsn(_template: str, shared_database: str) -> str:
    """Return the shared database's DSN, as the role of the service."""
    return _template.replace(TEMPLATE, shared_database)


@pytest.fixture
def admin_dsn(postgres: EmbeddedPostgres, _name: str) -> str:
    """Return the DSN of a new database, as the administrator who may do everything."""
    return postgres.dsn(database=_name)


@pytest.fixture
def app_dsn(_template: str, _name: str) -> str:
    """Return the DSN of a new database, as the role of the service."""
    return _template.replace(TEMPLATE, _name)


@pytest.fixture
def another_database(administrator: Administrator, _template: str) -> Callable[[], AbstractContextManager[str]]:
    """Return what makes a database for the length of a block: its DSN, as the role of the service."""

    @contextmanager
    def made() -> Iterator[str]:
        with _copied(administrator) as name:
            yield _template.replace(TEMPLATE, name)

    return made


@pytest.fixture
async def owner(admin_dsn: str) -> AsyncIterator[Any]:
    """Return a connection of the administrator to the test's database."""
    conn = await Database(admin_dsn).connect("test")
    yield conn
    conn.terminate()


@pytest.fixture
def empty_dsn(postgres: EmbeddedPostgres, administrator: Administrator) -> Iterator[str]:
    """Return the DSN of a new database without a log, as the administrator."""
    name = f"empty_{uuid4().hex}"
    administrator.do(f"CREATE DATABASE {name}")
    yield postgres.dsn(database=name)
    administrator.do(f"DROP DATABASE {name} WITH (FORCE)")
