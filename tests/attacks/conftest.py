"""One real server on a real database for all attacks of a module, and the issuer whose people use it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.attacks.production import person, producing
from tests.attacks.target import Target, signing
from tests.auth import fake_clerk
from tests.auth.fake_clerk import FakeClerk
from tests.http.conftest import log
from tests.serving import Person, Service, serving

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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def production(shared_dsn: str) -> AsyncIterator[Service]:
    """Serve as in production, however often people ask."""
    async with producing(shared_dsn) as production:
        yield production


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alice(production: Service) -> Person:
    """Return somebody who signed in before, so that what follows stores only what it says."""
    alice = person(production, "alice")
    assert (await alice.http.get("/v1/me")).status_code == 200
    return alice
