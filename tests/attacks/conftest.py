"""One real server on a real database for all attacks of a module, and the issuer whose people use it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.attacks.target import Target, signing
from tests.auth import fake_clerk
from tests.auth.fake_clerk import FakeClerk
from tests.http.conftest import log
from tests.serving import Service, serving

__all__ = ["log"]  # a fixture


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clerk() -> AsyncIterator[FakeClerk]:
    """Return an issuer that signs by RS256 and counts whoever asks for its keys."""
    async with fake_clerk.serving() as clerk:
        yield clerk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str, clerk: FakeClerk) -> AsyncIterator[Service]:
    """Serve people of Clerk's and of a shared secret, however often they ask."""
    async with serving(shared_dsn, **signing(clerk)) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(service: Service, clerk: FakeClerk, log: Any) -> Target:
    return await Target(service, clerk, log).prepare()
