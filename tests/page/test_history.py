"""Looking back: a draft as it was, what changed, and pictures with the tables behind them."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.page.callers import caller
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = ("We left at dawn.", "It rained.", "Nobody spoke.")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(service: Service) -> str:
    """Return a draft that two people wrote, changed and renamed."""
    alice, bob = await caller(service, "alice"), await caller(service, "bob")
    draft = await alice.create(title="A walk", initial_segment=LINES[0])
    await alice.let_in(draft, "bob")
    await alice.hand(draft, "bob")
    for line in LINES[1:]:
        await bob.add(draft, line)
    segments = (await bob.draft(draft)).json()["data"]["segments"]
    changed = f"/v1/collab/drafts/{draft}/segments/{segments[1]['segment_id']}"
    await bob.http.patch(changed, json={"content": "It snowed."})
    await alice.http.patch(f"/v1/collab/drafts/{draft}", json={"title": "A winter walk"})
    return draft


async def test_a_draft_is_seen_as_it_was_at_any_version(people: People, story: str) -> None:
    alice = await people.person("alice", f"/drafts/{story}/history")
    page = alice.page
    slider = page.get_by_role("slider", name="Version")
    await expect(page.get_by_text("It snowed.")).to_be_visible()
    await alice.looks("the newest version")
    await slider.fill("2")
    await expect(page.get_by_text(LINES[0])).to_be_visible()
    await expect(page.get_by_text("It snowed.")).to_have_count(0)
    await page.get_by_role("button", name="One version on").click()
    await expect(slider).to_have_value("3")
    await slider.fill("5")
    await expect(page.get_by_text("It rained.")).to_be_visible()
    await page.get_by_label("Who wrote what").check()
    await alice.looks("who wrote what")
    await page.reload()
    await expect(slider).to_have_value("5")


async def test_what_changed_between_two_versions_is_marked(people: People, story: str) -> None:
    alice = await people.person("alice", f"/drafts/{story}/history?from=5&to=8")
    changes = alice.page.get_by_role("main")
    await expect(changes.locator("del", has_text="rained")).to_be_visible()
    await expect(changes.locator("ins", has_text="snowed")).to_be_visible()
    await expect(changes.get_by_text("A winter walk").last).to_be_visible()
    await alice.looks("changes")


async def test_what_happened_is_told(people: People, story: str) -> None:
    alice = await people.person("alice", f"/drafts/{story}/history?show=happened")
    await expect(alice.page.get_by_role("link", name=re.compile("passed the ring to"))).to_be_visible()
    await alice.looks("what happened")


async def test_each_picture_has_a_table_behind_it(people: People, story: str) -> None:
    alice = await people.person("alice", f"/drafts/{story}/history?show=pictures")
    tables = alice.page.get_by_text("Show as a table")
    await expect(tables.first).to_be_visible()
    for summary in await tables.all():
        await summary.click()
    shares = alice.page.get_by_role("table", name="Who wrote how much")
    await expect(shares.get_by_role("row")).to_have_count(3)
    await expect(shares.get_by_role("rowheader", name="bob")).to_be_visible()
    turns = alice.page.get_by_role("table", name="Who held the ring")
    await expect(turns.get_by_role("row")).to_have_count(3)
    await expect(alice.page.get_by_role("table", name="Day by day")).to_be_visible()
    await alice.page.wait_for_function(DRAWN_IN_ITS_COLOUR)
    await alice.looks("pictures")


# A canvas knows no custom properties: the colour of the bars is found out, and must be the one that others have.
DRAWN_IN_ITS_COLOUR = """() => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.setProperty("transition", "none", "important");
    probe.style.color = "var(--accent)";
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] === 255 && wanted.every((value, n) => data[at + n] === value)) return true;
    return false;
}"""
