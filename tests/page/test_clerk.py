"""Signing in with Clerk: its script, its component, and tokens that last for seconds."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from onering.settings import Environment
from tests.auth import fake_clerk
from tests.auth.fake_clerk import PARTY, FakeClerk
from tests.page.clerk_page import PUBLISHABLE_KEY, ClerkPage
from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

# All that a browser keeps for a page.
KEPT = """async () => JSON.stringify([
  Object.entries(localStorage),
  Object.entries(sessionStorage),
  document.cookie,
  await indexedDB.databases(),
  await caches.keys(),
])"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuer() -> AsyncIterator[FakeClerk]:
    async with fake_clerk.serving() as issuer:
        yield issuer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(shared_dsn: str, page_folder: object, issuer: FakeClerk) -> AsyncIterator[Service]:
    """Serve people who sign in with Clerk, and those who develop."""
    async with serving(
        shared_dsn,
        env=Environment.LOCAL,
        clerk_issuer=issuer.issuer,
        clerk_authorized_parties=(PARTY,),
        clerk_publishable_key=PUBLISHABLE_KEY,
        token_grace_seconds=1,
    ) as service:
        yield service


@pytest.fixture
def clerk(issuer: FakeClerk) -> ClerkPage:
    return ClerkPage(issuer, life=60)
