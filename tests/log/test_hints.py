"""Hints: other processes hear of commits soon, and a hint that is lost harms nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from onering.log import hints as module
from onering.log.connection import Database
from onering.log.hints import CHANNEL, FOLLOWER, Hints
from onering.tasks import Tasks

SENDERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering hints' AND datname = current_database()"""


@pytest.fixture
async def followers(app_dsn: str) -> AsyncIterator[list[Any]]:
    """Return the sessions of two processes that follow the log."""
    opened = [await Database(app_dsn).connect(FOLLOWER) for _ in range(2)]
    yield opened
    for conn in opened:
        conn.terminate()


@pytest.fixture
async def heard(followers: list[Any]) -> "asyncio.Queue[str]":
    """Return what is heard on the channel."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    await followers[0].add_listener(CHANNEL, lambda *notice: queue.put_nowait(notice[-1]))
    return queue


@asynccontextmanager
async def hinting(dsn: str, lane: int = 0) -> AsyncIterator[Hints]:
    hints, tasks = Hints(Database(dsn), lane), Tasks()
    tasks.start({"hints": hints.run})
    try:
        yield hints
        assert tasks.alive
    finally:
        await tasks.stop(5)


async def next_of(heard: "asyncio.Queue[str]") -> str:
    return await asyncio.wait_for(heard.get(), 10)


async def test_a_hint_names_lane_and_head(app_dsn: str, heard: "asyncio.Queue[str]") -> None:
    async with hinting(app_dsn, lane=3) as hints:
        hints.announce(17)
        assert await next_of(heard) == "3.17"


async def test_announcements_made_at_once_become_one(app_dsn: str, heard: "asyncio.Queue[str]") -> None:
    async with hinting(app_dsn) as hints:
        for head in range(1, 101):
            hints.announce(head)
        assert await next_of(heard) == "0.100"
        hints.announce(101)
        assert await next_of(heard) == "0.101"


async def test_it_goes_on_after_its_connection_was_cut(
    app_dsn: str, heard: "asyncio.Queue[str]", owner: Any, caplog: Any
) -> None:
    async with hinting(app_dsn) as hints:
        hints.announce(1)
        assert await next_of(heard) == "0.1"
        await owner.execute(SENDERS)
        for head in heads():
            hints.announce(head)
            try:
                assert await asyncio.wait_for(heard.get(), 0.2) == f"0.{head}"
                break
            except TimeoutError:
                continue
        assert "a hint was lost" in caplog.text


async def test_nobody_is_told_while_nobody_else_follows(
    app_dsn: str, followers: list[Any], heard: "asyncio.Queue[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever begins to follow is found at the next look; until then its poll serves it."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0)
    await followers.pop().close()
    async with hinting(app_dsn) as hints:
        hints.announce(1)
        while not hints._alone:
            await asyncio.sleep(0.01)
        assert heard.empty()
        followers.append(await Database(app_dsn).connect(FOLLOWER))
        hints.announce(2)
        assert await next_of(heard) == "0.2"


def heads() -> Iterator[int]:
    return iter(range(2, 100))
