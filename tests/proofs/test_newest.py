"""Waiting for the signer: until it came so far, for no longer than is allowed, and one for all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from onering.log.append import append
from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs import newest as module
from onering.proofs.newest import Newest, NotSigned, NotSignedYet
from onering.proofs.tree import Published, published
from tests.log.writing import command, write
from tests.proofs.by_hand import ORIGIN, new_key, sign

KEY = new_key()


@pytest.fixture
async def pool(app_dsn: str) -> AsyncIterator[Any]:
    pool = await asyncpg.create_pool(app_dsn, min_size=1, max_size=3)
    yield pool
    pool.terminate()


@pytest.fixture
async def conn(pool: Any) -> Any:
    async with pool.acquire() as conn:
        await append(conn, LANE, [command(write("a", 0, *"12345"))])
        yield conn


async def test_without_a_signer_nobody_waits(pool: Any) -> None:
    newest = Newest(pool, LANE, 60)
    with pytest.raises(NotSigned):
        await newest.covering(1)
    assert await newest.now() is None
    assert await newest.origin() is None


async def test_what_is_covered_is_told_at_once(pool: Any, conn: Any) -> None:
    checkpoint = await sign(conn, KEY, 3)
    found = await Newest(pool, LANE, 0).covering(3)
    assert (found.origin, found.size, found.root) == checkpoint


async def test_who_comes_too_early_is_told_so(pool: Any, conn: Any) -> None:
    await sign(conn, KEY, 3)
    with pytest.raises(NotSignedYet):
        await Newest(pool, LANE, 0.05).covering(4)


async def test_one_asks_for_all_who_wait(pool: Any, conn: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await sign(conn, KEY, 3)
    asking = most = asked = 0

    async def counted(pool: Any, lane: int) -> Published | None:
        nonlocal asking, most, asked
        asking, asked = asking + 1, asked + 1
        most = max(most, asking)
        try:
            return await published(pool, lane)
        finally:
            asking -= 1

    newest = Newest(pool, LANE, 60)
    monkeypatch.setattr(module, "published", counted)
    waiting = [asyncio.create_task(newest.covering(position)) for position in (4, 5) * 20]
    async with asyncio.timeout(10):
        while asked < 40 + 2:  # each when it came, and then one of them
            await asyncio.sleep(0.01)
    most = 0
    waiting[0].cancel()  # perhaps the one that asks
    await sign(conn, KEY, 4)
    done = await asyncio.gather(*waiting[2::2])
    assert {found.size for found in done} == {4}
    assert not any(task.done() for task in waiting[1::2])
    await sign(conn, KEY, 5)
    assert {found.size for found in await asyncio.gather(*waiting[1::2])} == {5}
    assert most == 1


async def test_whose_log_it_is_is_known_while_the_database_is_away(
    pool: Any, conn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign(conn, KEY, 3)
    monkeypatch.setattr(module, "ORIGIN_SECONDS", 0.0)
    newest = Newest(pool, LANE, 0)
    assert await newest.origin() == ORIGIN

    async def away(pool: Any, lane: int) -> Published | None:
        raise ConnectionRefusedError

    monkeypatch.setattr(module, "published", away)
    assert await newest.origin() == ORIGIN


async def test_a_silent_database_is_asked_once_for_all_who_want_to_know_whose_log_it_is(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = 1000.0, 0

    async def silent(pool: Any, lane: int) -> Published | None:
        nonlocal now, asked
        await asyncio.sleep(0)
        now, asked = now + 10, asked + 1
        raise TimeoutError

    monkeypatch.setattr(module, "published", silent)
    monkeypatch.setattr(module, "monotonic", lambda: now)
    newest = Newest(pool, LANE, 0)
    assert await asyncio.gather(*(newest.origin() for _ in range(20))) == [None] * 20
    assert asked == 1
    now += 1
    await newest.origin()
    assert asked == 2
