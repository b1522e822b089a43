"""Signing in with Clerk: its script, its component, and tokens that last for seconds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from onering.settings import Environment
from tests.auth import fake_clerk
from tests.auth.fake_clerk import PARTY, FakeClerk
from tests.page.clerk_page import HOST, PUBLISHABLE_KEY, ClerkPage
from tests.page.desk import Desk
from tests.page.home import Home
from tests.page.people import People, Person
from tests.serving import Person as Caller
from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Keeps whatever the badge says.
OBSERVE = """() => {
  window.standings = [];
  const look = () => {
    const standing = document.querySelector("[data-standing]")?.dataset.standing;
    if (standing !== standings.at(-1)) standings.push(standing);
  };
  look();
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}"""
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


async def test_a_person_signs_in_with_clerk_writes_and_signs_out(
    people: People, clerk: ClerkPage, service: Service
) -> None:
    alice = await _visitor(people, clerk)
    await alice.page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    await alice.looks("signing in")
    await Desk(alice.page).dialog.get_by_role("button", name="Sign in").click()
    await alice.page.get_by_role("button", name="Be Alice").click()
    await Home(alice.page).starts("A walk")
    desk = Desk(alice.page)
    await desk.adds("We left at dawn.")
    await desk.is_live()
    await alice.looks("signed in")
    assert len(clerk.minted) >= 1
    kept = await alice.page.evaluate(KEPT)
    assert not any(part in kept for token in clerk.minted for part in token.split("."))

    await alice.page.reload()
    await desk.shows("We left at dawn.")
    await expect(desk.composer).to_be_visible()

    await alice.page.get_by_role("button", name="You are").click()
    await alice.page.get_by_role("menuitem", name="Sign out").click()
    await expect(alice.page.get_by_role("button", name="Sign in").first).to_be_visible()
    await expect(desk.composer).to_be_hidden()
    assert clerk.user is None


async def test_tokens_that_expire_while_somebody_writes_are_not_noticed(
    people: People, clerk: ClerkPage, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a minute and eight seconds, and sooner over.
    monkeypatch.setattr("onering.live.session.WARNING", timedelta(seconds=2))
    clerk.life = 4
    clerk.user = "user_alice"
    alice = await _visitor(people, clerk)
    await Home(alice.page).starts("A walk")
    desk = Desk(alice.page)
    await desk.is_live()
    await alice.page.evaluate(OBSERVE)
    written = []
    while len(written) < 3:
        before = len(clerk.minted)
        written.append(f"Line {len(written)}.")
        await desk.adds(written[-1])
        await desk.shows(*written)
        async with asyncio.timeout(20):
            # The feed takes a fresh token before the one that it has expires, without being asked for anything.
            while len(clerk.minted) < before + 2:
                await asyncio.sleep(0.05)
    assert await alice.page.evaluate("standings") == ["live"]


async def test_a_token_that_is_refused_is_asked_for_again_once(
    people: People, clerk: ClerkPage, service: Service
) -> None:
    clerk.user = "user_alice"
    alice = await _visitor(people, clerk)
    await Home(alice.page).starts("A walk")
    desk = Desk(alice.page)
    await desk.is_live()
    clerk.user, clerk.spoilt = "user_alice", 1
    await alice.page.goto("/")
    await expect(alice.page.get_by_role("link", name="A walk").first).to_be_visible()
    await expect(alice.page.get_by_role("alert")).to_have_count(0)
    assert clerk.spoilt == 0
    alice.watch.provoked("status of 401")


async def test_whoever_can_not_load_clerk_reads_on(people: People, service: Service) -> None:
    draft = await Caller(service.client("bob")).create(initial_segment="We left at dawn.")
    reader = await people.somebody("about:blank")
    reader.watch.hosts.add(HOST)
    reader.watch.provoked("net::ERR_")
    await reader.context.route(f"https://{HOST}/**", lambda route: route.abort())
    await reader.page.goto(f"/drafts/{draft}")
    await Desk(reader.page).shows("We left at dawn.")


async def _visitor(people: People, clerk: ClerkPage) -> Person:
    """Return somebody whose browser knows Clerk."""
    person = await people.somebody("about:blank")
    person.watch.hosts.add(HOST)
    await clerk.over(person.context)
    await person.page.goto("/")
    return person
