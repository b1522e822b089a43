"""One service for all tests of a module, and the people in it; each test makes its own drafts."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from onering.log.connection import Database
from onering.service.postgres import EmbeddedPostgres
from tests.http.checks import signed_in
from tests.serving import Person, Service, serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def log(postgres: EmbeddedPostgres, shared_database: str) -> AsyncIterator[Any]:
    """Return the administrator's connection to the shared database."""
    conn = await Database(postgres.dsn(database=shared_database)).connect("test")
    yield conn
    conn.terminate()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alice(service: Service) -> Person:
    return await signed_in(service, "alice")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bob(service: Service) -> Person:
    return await signed_in(service, "bob")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def eve(service: Service) -> Person:
    """Return somebody who is signed in, and a stranger to every draft."""
    return await signed_in(service, "eve")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nobody(service: Service) -> Person:
    """Return somebody without credentials."""
    return Person(service.client())


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(service: Service) -> Person:
    """Return a person of this test alone."""
    return await signed_in(service, f"u-{uuid4().hex[:8]}")
