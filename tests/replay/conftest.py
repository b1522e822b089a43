"""A log in which everything happened once, and the command line over it."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from onering.cli import main
from onering.domain.values import GrantedRole
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.roles import APP, OWNER
from onering.service.postgres import EmbeddedPostgres
from onering.users import Users
from projections.rebuild import prepare
from tests.conftest import TEMPLATE, Administrator
from tests.node import node, person

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `onering replay` in this process: exit code, standard output, standard error."""
    for name in list(os.environ):
        if name.startswith(("ONERING_", "CLERK_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("onering.logs.configure", lambda settings: None)

    def invoke(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["replay", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return invoke


@pytest.fixture(scope="session")
def _told(administrator: Administrator, _template: str) -> Iterator[str]:
    """Tell the story once; each test has a copy of its own."""
    name = f"told_{uuid4().hex}"
    grant = f"GRANT CREATE ON DATABASE {name} TO {OWNER}, {APP}"
    administrator.do(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}", grant)
    asyncio.run(tell(_template.replace(TEMPLATE, name)))
    yield name
    administrator.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def log(postgres: EmbeddedPostgres, administrator: Administrator, _told: str) -> Iterator[str]:
    """Return the administrator's DSN of a log with every command in it, and its read models."""
    name = f"log_{uuid4().hex}"
    administrator.do(f"CREATE DATABASE {name} TEMPLATE {_told}")
    yield postgres.dsn(database=name)
    administrator.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def exported(log: str, run: Run, tmp_path: Path) -> Path:
    """Return an export of that log."""
    path = tmp_path / "log.ndjson"
    assert run("export", "--database-url", log, "--out", path)[0] == 0
    return path


async def tell(dsn: str) -> None:
    """Let people do everything there is, to two drafts. The story has 17 events."""
    async with node(dsn) as one:
        users = Users(one.pool, one.batcher)
        for name in ("alice", "bob", "carol"):
            await users.register(person(name))  # 1, 2, 3
        draft = (await one.create(initial_segment="We left at dawn.", description="By the sea", key="k1")).draft_id
        await one.let_in(draft, "bob")  # 6
        await one.let_in(draft, "carol", role=GrantedRole.VIEWER)  # 7
        await one.add(draft, key="k2")  # 8
        await one.hand(draft, "bob")  # 9
        await one.add(draft, "bob", content="It rained.\n")  # 10
        await one.take_out(draft, "bob")  # 11, 12
        await one.take_out(draft, "carol", who="carol")  # 13
        other = (await one.create("bob", title="=1+1", visibility="public")).draft_id  # 14
        await one.let_in(other, "alice", who="bob")  # 15
        await one.add(other, "bob", content="Ü 🌍 'quoted', with, commas")  # 16
        await one.add(draft)  # 17
    await prepare(Database(dsn), LANE)


def execute(dsn: str, *statements: str) -> None:
    """Run statements as the administrator."""

    async def go() -> None:
        conn: Any = await asyncpg.connect(dsn)
        for sql in statements:
            await conn.execute(sql)
        await conn.close()

    asyncio.run(go())


def fetch(dsn: str, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, as the administrator."""

    async def go() -> list[tuple[Any, ...]]:
        conn: Any = await asyncpg.connect(dsn)
        rows = [tuple(row) for row in await conn.fetch(sql)]
        await conn.close()
        return rows

    return asyncio.run(go())
