"""One process with a live feed, on a database of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.live.serving import Server, serving


@pytest.fixture
async def server(app_dsn: str) -> AsyncIterator[Server]:
    async with serving(app_dsn) as server:
        yield server
