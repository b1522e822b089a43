"""A database of one's own, stories told into it, and the read models of it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from onering.log.connection import Database
from tests.projections.reading import ByHand, by_hand
from tests.projections.story import Story


@pytest.fixture
def database(app_dsn: str) -> Database:
    return Database(app_dsn)


@pytest.fixture
async def conn(database: Database) -> AsyncIterator[Any]:
    conn = await database.connect("test")
    yield conn
    conn.terminate()


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Any]:
    pool = await database.pool("test", size=4)
    yield pool
    pool.terminate()


@pytest.fixture
def story(conn: Any) -> Story:
    return Story(conn)


@pytest.fixture
async def models(database: Database, conn: Any, pool: Any) -> ByHand:
    """Return the read models of an empty log; the test moves them on."""
    return await by_hand(database, conn, pool)
