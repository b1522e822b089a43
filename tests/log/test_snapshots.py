"""Snapshots: a newer one takes an older one's place, other code's are not read, and losing one harms nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.snapshots import Snapshots
from onering.tasks import Tasks
from tests.log.writing import WORKSPACE, command, stream, write

A = stream("a")


@pytest.fixture
async def pool(app_dsn: str, app: Any) -> AsyncIterator[Any]:
    await append(app, LANE, [command(write(name, 0, *map(str, range(50)))) for name in "ab"])
    pool = await Database(app_dsn).pool("test", size=2)
    yield pool
    pool.terminate()


@asynccontextmanager
async def keeping(pool: Any, form: str = "form") -> AsyncIterator[Snapshots]:
    snapshots, tasks = Snapshots(pool, LANE, lambda: form), Tasks()
    tasks.start({"snapshots": snapshots.run})
    try:
        yield snapshots
        assert tasks.alive
    finally:
        await tasks.stop(5)


async def kept(snapshots: Snapshots, version: int, name: str = "a") -> None:
    async with asyncio.timeout(10):
        while (found := await snapshots.find(stream(name))) is None or found.version != version:
            await asyncio.sleep(0.01)


async def test_a_state_is_kept_with_its_version(pool: Any) -> None:
    async with keeping(pool) as snapshots:
        snapshots.offer(A, 5, b"state")
        await kept(snapshots, 5)
        assert await snapshots.find(A) == (WORKSPACE, 5, b"state")
        assert await snapshots.find(stream("b")) == (WORKSPACE, 0, None)
        assert await snapshots.find(stream("never")) is None


async def test_many_at_once_are_written_together_the_newest_of_each(pool: Any) -> None:
    async with keeping(pool) as snapshots:
        for version in range(1, 50):
            snapshots.offer(A, version, b"%d" % version)
            snapshots.offer(stream("b"), version, b"b")
        await kept(snapshots, 49)
        await kept(snapshots, 49, "b")
        assert (await snapshots.find(A))[2] == b"49"  # type: ignore[index]


async def test_an_older_state_never_replaces_a_newer_one(pool: Any) -> None:
    async with keeping(pool) as snapshots:
        snapshots.offer(A, 9, b"new")
        await kept(snapshots, 9)
        snapshots.offer(A, 3, b"old")
        snapshots.offer(stream("b"), 1, b"after it")
        await kept(snapshots, 1, "b")
        assert (await snapshots.find(A))[1:] == (9, b"new")  # type: ignore[index]


async def test_a_state_of_other_code_is_not_found_and_replaced_whatever_its_version(pool: Any) -> None:
    async with keeping(pool, "old") as old, keeping(pool, "new") as new:
        old.offer(A, 9, b"old")
        await kept(old, 9)
        assert await new.find(A) == (WORKSPACE, 0, None)
        new.offer(A, 3, b"new")
        await kept(new, 3)
        assert await old.find(A) == (WORKSPACE, 0, None)


async def test_a_state_is_of_the_format_that_was_true_when_it_was_offered(pool: Any) -> None:
    """A fail-over is noticed late: what was folded until then may mix two histories."""
    epoch = "one"
    snapshots, tasks = Snapshots(pool, LANE, lambda: f"form@{epoch}"), Tasks()
    snapshots.offer(A, 9, b"perhaps mixed")
    epoch = "two"
    snapshots.offer(stream("b"), 1, b"after it")
    tasks.start({"snapshots": snapshots.run})
    await kept(snapshots, 1, "b")
    assert await snapshots.find(A) == (WORKSPACE, 0, None)
    await tasks.stop(5)


async def test_a_state_beyond_its_stream_is_of_a_log_that_is_no_more(pool: Any) -> None:
    async with keeping(pool) as snapshots:
        snapshots.offer(A, 51, b"lost")
        snapshots.offer(stream("b"), 50, b"after it")
        await kept(snapshots, 50, "b")
        assert await snapshots.find(A) == (WORKSPACE, 0, None)


async def test_one_that_could_not_be_kept_stops_nothing(pool: Any, owner: Any, caplog: Any) -> None:
    async with keeping(pool) as snapshots:
        await owner.execute("ALTER TABLE onering.snapshots RENAME TO away")
        snapshots.offer(A, 5, b"lost")
        async with asyncio.timeout(10):
            while "were not kept" not in caplog.text:
                await asyncio.sleep(0.01)
        await owner.execute("ALTER TABLE onering.away RENAME TO snapshots")
        snapshots.offer(A, 6, b"kept")
        await kept(snapshots, 6)
