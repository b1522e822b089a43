"""The network goes and comes back: the badge says so all along, and every screen ends with the same text."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from onering.settings import Environment
from tests.page.desk import Desk
from tests.page.networks import Network, network
from tests.page.people import People
from tests.page.watching import CUT_OFF
from tests.serving import Person as Caller
from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

# All of a text is in the document of a window as high as this.
HIGH = {"viewport": {"width": 1000, "height": 6000}}
# Keeps what the badge said and how much of the text was there, whenever something changed.
OBSERVE = """() => {
  window.seen = [];
  const look = () => {
    const standing = document.querySelector("[data-standing]")?.dataset.standing;
    const segments = document.querySelectorAll("li p[dir=auto]").length;
    if (standing !== seen.at(-1)?.standing) seen.push({ standing, segments });
    else if (seen.length > 0) seen.at(-1).segments = segments;
  };
  look();
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(shared_dsn: str, page_folder: object) -> AsyncIterator[Service]:
    """Serve with heartbeats so quick that a silence is noticed at once."""
    async with serving(
        shared_dsn, env=Environment.LOCAL, heartbeat_seconds=0.4, silence_seconds=2, presence_batch_ms=50
    ) as service:
        yield service


@pytest_asyncio.fixture(loop_scope="session")
async def way(service: Service) -> AsyncIterator[Network]:
    async with network(service.port) as way:
        yield way


class TestReading:
    async def test_what_others_wrote_while_it_was_cut_is_there_when_it_is_back(
        self, people: People, service: Service, way: Network
    ) -> None:
        bob, carol = Caller(service.client("bob")), Caller(service.client("carol"))
        draft = await bob.create(initial_segment="One.")
        for name in ("alice", "carol"):
            await bob.let_in(draft, name)
        alice = await people.person("alice", f"/drafts/{draft}", url=way.url, **HIGH)
        dora = await people.person("dora", f"/drafts/{draft}", **HIGH)
        desk, other = Desk(alice.page), Desk(dora.page)
        await desk.shows("One.")
        await desk.is_live()
        await alice.page.evaluate(OBSERVE)

        alice.watch.provoked(CUT_OFF)
        await way.cut(alice.context)
        await expect(desk.standing).to_have_text("Offline")
        written = ["One.", *await _minute(draft, bob, carol)]
        await other.shows(*written)
        await expect(desk.standing).to_have_text("Offline")
        await desk.shows("One.")
        await alice.looks("offline")

        await way.come_back(alice.context)
        await desk.shows(*written)
        await expect(desk.standing).to_have_text("Live")
        assert await _told(alice.page) == [
            ("live", 1),
            ("offline", 1),
            ("catching-up", len(written)),
            ("live", len(written)),
        ]

    async def test_a_silence_is_noticed(self, people: People, service: Service, way: Network) -> None:
        bob = Caller(service.client("bob"))
        draft = await bob.create(initial_segment="One.")
        alice = await people.person("alice", f"/drafts/{draft}", url=way.url)
        desk = Desk(alice.page)
        await desk.is_live()
        alice.watch.provoked(CUT_OFF)
        way.fall_silent()
        await bob.add(draft, "Two.")
        await expect(desk.standing).not_to_have_text("Read-only")
        await way.speak()
        await desk.shows("One.", "Two.")
        await desk.is_live()


class TestWriting:
    async def test_what_i_add_while_it_is_cut_is_stored_once_when_it_is_back(
        self, people: People, service: Service, way: Network
    ) -> None:
        caller = Caller(service.client("alice"))
        draft = await caller.create(initial_segment="One.")
        alice = await people.person("alice", f"/drafts/{draft}", url=way.url)
        bob = await people.person("bob", f"/drafts/{draft}")
        mine, other = Desk(alice.page), Desk(bob.page)
        await mine.is_live()
        alice.watch.provoked(CUT_OFF)
        await way.cut(alice.context)
        await expect(mine.standing).to_have_text("Offline")
        await mine.adds("Two.")
        await mine.adds("Three.")
        await mine.shows("One.", "Two.", "Three.")
        await expect(mine.page.get_by_text("On its way…")).to_have_count(2)
        await other.shows("One.")
        await way.come_back(alice.context)
        for desk in (mine, other):
            await desk.shows("One.", "Two.", "Three.")
        await expect(mine.page.get_by_text("On its way…")).to_have_count(0)
        stored = (await caller.draft(draft)).json()["data"]["segments"]
        assert [segment["content"] for segment in stored] == ["One.", "Two.", "Three."]


async def _minute(draft: str, bob: Caller, carol: Caller) -> list[str]:
    """Write as much as two people do in a minute, by turns; return it."""
    written = []
    for turn in range(6):
        holder, next_one = (bob, "carol") if turn % 2 == 0 else (carol, "bob")
        for line in range(4):
            written.append(f"Turn {turn}, line {line}.")
            assert (await holder.add(draft, written[-1])).status_code == 200
        assert (await holder.hand(draft, next_one)).status_code == 200
    return written


async def _told(page: Any) -> list[tuple[str, int]]:
    seen: list[dict[str, Any]] = await page.evaluate("seen")
    return [(look["standing"], look["segments"]) for look in seen]
