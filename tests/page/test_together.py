"""Two people at two browsers begin a draft, write it by turns, and finish it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.page.desk import Desk
from tests.page.home import Home
from tests.page.people import People
from tests.serving import Person as Caller
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

DARK = "The light went out on a Tuesday."
ROWED = "Bob rowed out to see."
STAIRS = "There were more stairs than he remembered."


async def test_two_people_write_a_draft_from_its_beginning_to_its_end(people: People) -> None:
    alice = await people.person("alice")
    await expect(alice.page.get_by_text("Nothing here yet.")).to_be_visible()
    await alice.looks("no drafts")
    await Home(alice.page).starts("The lighthouse", DARK)
    mine = Desk(alice.page)
    await mine.shows(DARK)
    await alice.looks("begun")

    await mine.adds_person("bob")
    await expect(mine.message("bob was added")).to_be_visible()
    await alice.looks("people")
    await alice.page.keyboard.press("Escape")

    bob = await people.person("bob")
    await bob.page.get_by_role("link", name="The lighthouse").click()
    theirs = Desk(bob.page)
    await theirs.shows(DARK)
    await theirs.ring_is_with("alice")
    await expect(theirs.composer).to_be_hidden()
    await expect(alice.page.get_by_title("bob is here")).to_be_visible()
    await bob.looks("waiting")

    await mine.composer.press_sequentially(ROWED[:4])
    await expect(theirs.ring).to_contain_text("alice is writing…")
    await theirs.ring.get_by_role("button", name="Remind them").click()
    await expect(theirs.message("alice was reminded")).to_be_visible()
    await mine.adds(ROWED)
    for desk in (mine, theirs):
        await desk.shows(DARK, ROWED)
    await expect(mine.composer).to_have_value("")

    await mine.ring.get_by_role("button", name="Pass the ring").click()
    await expect(mine.dialog.get_by_role("button", name="bob")).to_be_visible()
    await alice.looks("passing")
    await mine.dialog.get_by_role("button", name="bob").click()
    await mine.ring_is_with("bob")
    await theirs.ring_is_with(None)
    await bob.looks("my turn")
    await theirs.adds(STAIRS)
    await mine.shows(DARK, ROWED, STAIRS)
    await theirs.passes_to("Whoever has waited longest")
    await expect(theirs.message("The ring is with alice now")).to_be_visible()
    await mine.ring_is_with(None)

    await alice.page.get_by_role("button", name="Rename").click()
    await alice.page.get_by_label("Title").fill("The light")
    await alice.page.get_by_role("button", name="Save").click()
    for desk in (mine, theirs):
        await expect(desk.title).to_have_text("The light")

    await mine.chooses("Lock")
    await expect(bob.page.get_by_text("alice locked this draft")).to_be_visible()
    await expect(mine.composer).to_be_hidden()
    await alice.looks("locked")
    await mine.chooses("Unlock")
    await expect(mine.composer).to_be_visible()

    await mine.chooses("Mark as complete")
    await mine.dialog.get_by_role("button", name="Mark as complete").click()
    await expect(bob.page.get_by_text("This draft is complete.")).to_be_visible()
    await expect(mine.ring).to_be_hidden()
    for person, desk in ((alice, mine), (bob, theirs)):
        await desk.shows(DARK, ROWED, STAIRS)
        await person.looks("complete")


async def test_a_text_can_be_taken_along_as_a_file(people: People, service: Service, tmp_path: Path) -> None:
    draft = await Caller(service.client("alice")).create(title="The lighthouse", initial_segment=DARK)
    alice = await people.person("alice", f"/drafts/{draft}")
    await alice.page.get_by_role("button", name="Share").first.click()
    dialog = Desk(alice.page).dialog
    await expect(dialog.get_by_role("img")).to_be_visible()
    await alice.looks("sharing")
    async with alice.page.expect_download() as coming:
        await dialog.get_by_role("button", name="Download", exact=True).click()
    file = await (await coming.value).path()
    assert DARK in file.read_text("utf-8")


async def test_two_windows_of_one_browser_are_two_people(people: People, service: Service) -> None:
    alice = await people.person("alice")
    await Home(alice.page).starts("A walk")
    await Desk(alice.page).adds_person("bob")
    await expect(Desk(alice.page).message("bob was added")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await Desk(alice.page).passes_to("bob")

    bob = await alice.another_window()
    await expect(bob.page.get_by_label("Continue as")).to_be_visible()
    await bob.signs_in("bob")
    await bob.page.goto(urlsplit(alice.page.url).path)
    await Desk(bob.page).adds("It is me, in the other window.")
    await Desk(alice.page).shows("It is me, in the other window.")
    await alice.page.reload()
    await Desk(alice.page).ring_is_with("bob")
