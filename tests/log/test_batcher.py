"""The batcher: many commands in one commit, each with its own outcome, whatever becomes of the connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from onering.log.append import Append, Appended, Conflict, Repeated
from onering.log.batcher import AppendFailed, Batcher, BatchLimits, Overloaded
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.reader import read_lane
from onering.tasks import Tasks
from tests.log.writing import command, write

Connect = Callable[[], Awaitable[Any]]


@asynccontextmanager
async def batching(
    dsn: str,
    limits: BatchLimits | None = None,
    committed: Callable[[Sequence[StoredEvent]], None] = lambda _: None,
) -> AsyncIterator[Batcher]:
    batcher = Batcher(Database(dsn), LANE, committed, limits or BatchLimits())
    tasks = Tasks()
    tasks.start({"batcher": batcher.run})
    try:
        yield batcher
    finally:
        await tasks.stop(5)


async def test_commands_that_wait_share_a_commit(app_dsn: str, app: Any) -> None:
    commits: list[int] = []
    async with batching(app_dsn, committed=lambda events: commits.append(len(events))) as batcher:
        outcomes = await asyncio.gather(*[batcher.submit(command(write(f"s{n}", 0, "x"))) for n in range(100)])
    assert all(isinstance(o, Appended) for o in outcomes)
    assert len(commits) < 10
    assert sum(commits) == 100


async def test_a_batch_is_bounded_in_commands_and_in_bytes(app_dsn: str) -> None:
    commits: list[int] = []

    def committed(events: Sequence[StoredEvent]) -> None:
        commits.append(len(events))

    async with batching(app_dsn, BatchLimits(commands=7), committed) as batcher:
        await asyncio.gather(*[batcher.submit(command(write(f"a{n}", 0, "x"))) for n in range(30)])
        assert max(commits) == 7
    for text in ("x" * 400, "💍" * 100):
        commits.clear()
        async with batching(app_dsn, BatchLimits(size=1000), committed) as batcher:
            await asyncio.gather(*[batcher.submit(command(write(f"{text}{n}", 0, text))) for n in range(10)])
            assert max(commits) == 2


async def test_a_command_larger_than_a_batch_goes_alone(app_dsn: str) -> None:
    async with batching(app_dsn, BatchLimits(size=10)) as batcher:
        outcomes = await asyncio.gather(*[batcher.submit(command(write(f"a{n}", 0, "x" * 50))) for n in range(3)])
    assert all(isinstance(o, Appended) for o in outcomes)


async def test_conflicts_and_repeats_fail_alone(app_dsn: str) -> None:
    async with batching(app_dsn) as batcher:
        first = command(write("a", 0, "1"))
        await batcher.submit(first)
        outcomes = await asyncio.gather(
            batcher.submit(first),
            batcher.submit(command(write("a", 0, "stale"))),
            batcher.submit(command(write("b", 0, "2"))),
        )
    assert [type(o) for o in outcomes] == [Repeated, Conflict, Appended]


async def failing(batcher: Batcher, how: str) -> "asyncio.Future[Any]":
    """Have a command that ends without being appended."""
    match how:
        case "conflicts":
            return batcher.submit(command(write("a", 7, "stale")))
        case "is known":
            known = command(write("b", 0, "x"))
            await batcher.submit(known)
            return batcher.submit(known)
        case "is refused":
            return batcher.submit(Append(uuid4(), b"", "", "alice", None, "r", (write("bad", 0, "x"),)))
    withdrawn = batcher.submit(command(write("c", 0, "x")))
    withdrawn.cancel()
    return withdrawn


@pytest.mark.parametrize("how", ["conflicts", "is known", "is refused", "is withdrawn"])
async def test_what_was_decided_on_a_command_that_came_to_nothing_conflicts(app_dsn: str, app: Any, how: str) -> None:
    """Also in a later batch, where its expected version is there by chance; and so does what was decided on that."""
    async with batching(app_dsn) as batcher:
        await batcher.submit(command(write("a", 0, "1")))
        first = await failing(batcher, how)
        await asyncio.wait([first])
        second = batcher.submit(command(write("a", 1, "2")), after=first)
        third = batcher.submit(command(write("a", 2, "3")), after=second)
        assert [await second, await third] == [Conflict(), Conflict()]
        assert isinstance(await batcher.submit(command(write("a", 1, "2"))), Appended)
        if not first.cancelled():
            first.exception()


@pytest.mark.parametrize(
    ("fingerprint", "request_id"),
    [pytest.param(b"", "r", id="refused by the log"), pytest.param(b"x" * 33, "\ud800", id="never sent: no UTF-8")],
)
async def test_a_poison_command_sinks_without_its_neighbours(
    app_dsn: str, app: Any, fingerprint: bytes, request_id: str, caplog: Any
) -> None:
    poison = Append(uuid4(), fingerprint, "", "alice", None, request_id, (write("bad", 0, "x"),))
    async with batching(app_dsn) as batcher:
        good = [command(write(f"s{n}", 0, "x")) for n in range(9)]
        outcomes = await asyncio.gather(
            *[batcher.submit(c) for c in (*good[:4], poison, *good[4:])], return_exceptions=True
        )
    assert isinstance(outcomes.pop(4), AppendFailed)
    assert all(isinstance(o, Appended) for o in outcomes)
    assert [e.position for e in await read_lane(app, LANE, 0, 100)] == list(range(1, 10))
    assert f"the log refused command {poison.command_id}" in caplog.text
    # Postgres quotes the row that it refuses.
    assert "Failing row" not in caplog.text


async def test_a_full_queue_refuses_at_once(app_dsn: str) -> None:
    batcher = Batcher(Database(app_dsn), LANE, lambda _: None, BatchLimits(queue=2))
    batcher.submit(command(write("a", 0, "x")))
    batcher.submit(command(write("b", 0, "x")))
    with pytest.raises(Overloaded):
        batcher.submit(command(write("c", 0, "x")))


async def test_a_command_withdrawn_before_its_batch_is_not_stored(app_dsn: str, app: Any) -> None:
    async with batching(app_dsn) as batcher:
        kept = batcher.submit(command(write("a", 0, "x")))
        batcher.submit(command(write("b", 0, "x"))).cancel()
        await kept
        await batcher.drained()
    assert len(await read_lane(app, LANE, 0, 10)) == 1


async def test_a_caller_that_leaves_does_not_cancel_the_shared_batch(app_dsn: str, owner: Any, app: Any) -> None:
    async with batching(app_dsn) as batcher, owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
        leaving, staying = batcher.submit(command(write("a", 0, "x"))), batcher.submit(command(write("b", 0, "x")))
        await waiting_for_lane(app)
        leaving.cancel()
        await owner.execute("COMMIT")
        await owner.execute("BEGIN")
        assert isinstance(await staying, Appended)
    assert len(await read_lane(app, LANE, 0, 10)) == 2


LANE_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1330795079"
APPENDERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering appender' AND datname = current_database()"""


async def waiting_for_lane(conn: Any) -> None:
    async with asyncio.timeout(10):
        while not await conn.fetchval(LANE_WAITERS):
            await asyncio.sleep(0.01)


async def test_an_outcome_lost_with_the_connection_is_found_again(app_dsn: str, owner: Any, app: Any) -> None:
    """The appender's connection is cut while its batch waits for the lane, several times; each is stored once."""
    async with batching(app_dsn) as batcher:
        for round_ in range(5):
            async with owner.transaction():
                await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
                pending = [batcher.submit(command(write(f"r{round_}s{n}", 0, "x"))) for n in range(3)]
                await waiting_for_lane(app)
                await owner.execute(APPENDERS)
            outcomes = await asyncio.gather(*pending)
            assert all(isinstance(o, Appended | Repeated) for o in outcomes)
    assert [e.position for e in await read_lane(app, LANE, 0, 100)] == list(range(1, 16))


async def test_whoever_still_waits_is_told_when_the_process_stops(app_dsn: str, owner: Any, app: Any) -> None:
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
        async with batching(app_dsn) as batcher:
            in_flight = batcher.submit(command(write("a", 0, "x")))
            await waiting_for_lane(app)
            queued = batcher.submit(command(write("b", 0, "x")))
        for outcome in (in_flight, queued):
            with pytest.raises(AppendFailed, match="stopping"):
                await outcome


async def test_a_statement_that_takes_too_long_is_tried_again_and_stored_once(
    app_dsn: str, owner: Any, app: Any, caplog: Any
) -> None:
    batcher, tasks = Batcher(Database(app_dsn, statement_seconds=0.1), LANE, lambda _: None), Tasks()
    tasks.start({"batcher": batcher.run})
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
        pending = batcher.submit(command(write("a", 0, "x")))
        async with asyncio.timeout(10):
            while "the log refused a batch" not in caplog.text:
                await asyncio.sleep(0.01)
    assert isinstance(await pending, Appended)
    await tasks.stop(5)
    assert len(await read_lane(app, LANE, 0, 10)) == 1


async def test_a_rewind_between_two_steps_of_a_statement_costs_that_batch_alone(
    app_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver stumbles over a connection that is ended there, and must not take the batcher along."""
    prepare = asyncpg.Connection._get_statement

    async def interrupted(self: Any, *args: Any, **options: Any) -> Any:
        statement = await prepare(self, *args, **options)
        monkeypatch.setattr(asyncpg.Connection, "_get_statement", prepare)
        batcher.rewound()
        return statement

    async with batching(app_dsn) as batcher, asyncio.timeout(20):
        monkeypatch.setattr(asyncpg.Connection, "_get_statement", interrupted)
        with pytest.raises(AppendFailed, match="restored meanwhile"):
            await batcher.submit(command(write("a", 0, "x")))
        assert isinstance(await batcher.submit(command(write("b", 0, "x"))), Appended)
