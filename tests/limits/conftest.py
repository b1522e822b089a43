"""Limiters on one database, each as a process of its own has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from onering.limits.limiter import Limiter
from onering.limits.store import Store
from onering.log.connection import Database
from onering.tasks import Tasks
from tests.http.conftest import log

__all__ = ["log"]  # a fixture

PATIENCE = 10.0


@asynccontextmanager
async def limiting(dsn: str, seconds: float = PATIENCE) -> AsyncIterator[Limiter]:
    """Run a limiter until the block ends; a task of it that died is an error of the test."""
    limiter, tasks = Limiter(Store(Database(dsn), seconds)), Tasks()
    await limiter.start()
    tasks.start({"limiter": limiter.run})
    try:
        yield limiter
        assert tasks.alive
    finally:
        await tasks.stop(5)


@pytest.fixture
async def limiters(app_dsn: str) -> AsyncIterator[Callable[..., Any]]:
    """Return what runs one more limiter on the test's database."""
    async with AsyncExitStack() as stack:

        async def one_more(seconds: float = PATIENCE) -> Limiter:
            return await stack.enter_async_context(limiting(app_dsn, seconds))

        yield one_more


async def eventually(condition: Callable[[], Any]) -> None:
    """Wait until something of this process is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)
