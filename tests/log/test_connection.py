"""Connections: set up alike for one purpose, and however one ends, nothing of it is left open."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import asyncpg
import pytest

from onering.log import connection
from onering.log.connection import DATABASE_FAULTS, Database, ended_by_others, said
from scripts.soaking.proxy import proxied
from tests.serving import Person, serving


async def connecting_for(database: Database, turns: int) -> Any:
    """Return what became of a connection that was given up after so many turns of the event loop."""
    connecting = asyncio.create_task(database.connect("test"))
    for _ in range(turns):
        await asyncio.sleep(0)
    connecting.cancel()
    return (await asyncio.gather(connecting, return_exceptions=True))[0]


async def test_giving_up_at_any_step_of_connecting_leaves_no_socket_open(app_dsn: str) -> None:
    """Whatever stayed open would warn when it is collected, and warnings are errors."""
    database, turns = Database(app_dsn), 0
    while isinstance(outcome := await connecting_for(database, turns), asyncio.CancelledError):
        turns += 1 + turns // 8
    outcome.terminate()
    gc.collect()
    assert turns > 3


@asynccontextmanager
async def listened(dsn: str, folder: Path) -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """Yield a DSN whose sessions are overheard, and the settings that each of them begins with."""
    place, begun = Path(unquote(dsn.partition("host=")[2])), list[dict[str, str]]()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = await reader.readexactly(4)
        start += await reader.readexactly(int.from_bytes(start) - 4)
        words = start[8:].decode("latin-1").rstrip("\0").split("\0")
        if len(words) > 1:  # a request to cancel has none
            begun.append(dict(zip(words[::2], words[1::2], strict=True)))
        far_reader, far_writer = await asyncio.open_unix_connection(place / ".s.PGSQL.5432")
        far_writer.write(start)
        try:
            await asyncio.gather(_pumped(reader, far_writer), _pumped(far_reader, writer))
        finally:
            for end in (writer, far_writer):
                end.transport.abort()

    async with asyncio.TaskGroup() as group:
        relays: list[asyncio.Task[None]] = []
        server = await asyncio.start_unix_server(
            lambda *pair: relays.append(group.create_task(relay(*pair))), folder / ".s.PGSQL.5432"
        )
        yield f"{dsn.partition('host=')[0]}host={quote(str(folder), safe='')}", begun
        server.close()
        for task in relays:
            task.cancel()


async def _pumped(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
        target.write_eof()


async def test_every_connection_of_a_service_is_bounded_and_looks_where_it_should(app_dsn: str, tmp_path: Path) -> None:
    async with listened(app_dsn, tmp_path) as (dsn, begun), serving(dsn) as service:
        alice = Person(service.client("alice"))
        draft = await alice.create()
        assert (await alice.add(draft)).status_code == 200
        assert (await alice.drafts()).status_code == 200
    names = {session["application_name"] for session in begun}
    assert {"onering appender", "onering tail", "onering reads"} <= names
    for session in begun:
        assert all(int(session[limit]) > 0 for limit in TIMEOUTS), session
        assert session["search_path"] in ("pg_catalog", ""), session
        assert session["synchronous_commit"] == "on", session


@pytest.mark.parametrize("pooled", [False, True])
async def test_every_session_is_durable_and_waits_for_nothing_for_ever(app_dsn: str, owner: Any, pooled: bool) -> None:
    """Whatever the database itself prefers."""
    name = await owner.fetchval("SELECT current_database()")
    for setting in ("synchronous_commit = off", "statement_timeout = 0", "timezone = 'Asia/Tokyo'"):
        await owner.execute(f"ALTER DATABASE {name} SET {setting}")
    database = Database(app_dsn, statement_seconds=7)
    conn = await (database.pool("test", size=1) if pooled else database.connect("test"))
    shown = {
        setting: await conn.fetchval("SELECT current_setting($1)", setting)
        for setting in ("synchronous_commit", "timezone", "application_name", *TIMEOUTS)
    }
    conn.terminate()
    expected = {"synchronous_commit": "on", "timezone": "UTC", "application_name": "onering test"}
    assert shown == expected | dict.fromkeys(TIMEOUTS, "7s")


async def test_a_pool_that_is_used_up_is_waited_for_only_so_long(app_dsn: str) -> None:
    """Behind a database that has gone silent nobody may queue until all those before have given up."""
    pool = await Database(app_dsn, connect_seconds=0.2).pool("test", size=1)
    async with pool.acquire() as held:
        with pytest.raises(TimeoutError):
            await pool.fetchval("SELECT 1")
        assert await held.fetchval("SELECT 1") == 1
    assert await pool.fetchval("SELECT 1") == 1
    pool.terminate()


async def test_what_was_read_stands_though_its_connection_does_not_come_to_rest(
    app_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RELEASE_SECONDS", 0.05)
    async with proxied(app_dsn) as proxy:
        pool = await Database(proxy.dsn).pool("test", size=1)
        async with pool.acquire() as conn:
            read = await conn.fetchval("SELECT pg_backend_pid()")
            proxy.stall()
        await proxy.heal()
        assert read != await pool.fetchval("SELECT pg_backend_pid()")
        pool.terminate()


async def test_the_server_ends_a_session_that_asked_for_it_by_asking_nothing(app_dsn: str, owner: Any) -> None:
    """So the lock of a process that was cut off without a word is free again."""
    held = await Database(app_dsn).connect("test", idle_seconds=0.2)
    await held.execute("SELECT pg_advisory_lock(1)")
    async with asyncio.timeout(10):
        await owner.execute("SELECT pg_advisory_lock(1)")
    with pytest.raises(DATABASE_FAULTS):
        await held.execute("SELECT 1")
    held.terminate()


TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def test_a_fault_is_said_on_one_line() -> None:
    detailed = asyncpg.PostgresError.new({"C": "57P03", "M": "not yet", "D": "recovery goes on"})
    assert [said(fault) for fault in (detailed, OSError("away"), TimeoutError())] == ["not yet", "away", "TimeoutError"]


async def test_an_error_that_is_none_of_an_ended_connection_stays_what_it_is(app_dsn: str) -> None:
    conn = await Database(app_dsn).connect("test")
    with pytest.raises(AttributeError), ended_by_others(conn):
        await conn.nothing()
    conn.terminate()
    with pytest.raises(ConnectionError, match="ended meanwhile"), ended_by_others(conn):
        await conn.nothing()
