"""Connections to a database of one's own, as the service; and who administers all of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from onering.log.connection import Database
from onering.service.postgres import EmbeddedPostgres

Connect = Callable[[], Awaitable[Any]]


@pytest.fixture
async def connect(app_dsn: str) -> AsyncIterator[Connect]:
    opened: list[Any] = []

    async def connect() -> Any:
        opened.append(await Database(app_dsn).connect("test"))
        return opened[-1]

    yield connect
    for conn in opened:
        conn.terminate()


@pytest.fixture
async def app(connect: Connect) -> Any:
    return await connect()


@pytest.fixture
def cluster(postgres: EmbeddedPostgres) -> str:
    """Return the DSN of the administrator of the cluster."""
    return postgres.dsn(database="postgres")
