"""The picture of the page that README shows: three people in the middle of a story. `scripts/picture` takes it anew."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

IN_A_BROWSER = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "page.png"
STORY = (
    ("Alice", "The light went out on a Tuesday, before the boats were home."),
    ("Bob", "Bob rowed out to see, in a coat that was not his."),
    ("Carol", "On the last step lay a glove, too small for the keeper, and still warm."),
)
NEXT = "“You came late,” said a voice above him."


@IN_A_BROWSER
async def test_three_people_in_the_middle_of_a_story(people: People, service: Service, kept: Path) -> None:
    writers = {name: await caller(service, name) for name in ("Alice", "Bob", "Carol")}
    draft = await writers["Alice"].create(title="The light on Skerry Point")
    holder = "Alice"
    for name in ("Bob", "Carol"):
        await writers["Alice"].let_in(draft, name.lower())
    for name, words in STORY:
        if name != holder:
            await writers[holder].hand(draft, name.lower())
            holder = name
        assert (await writers[name].add(draft, words)).status_code == 200
    await writers[holder].hand(draft, "bob")

    for name in ("alice", "carol"):
        await Desk((await people.person(name, f"/drafts/{draft}")).page).is_live()
    bob = await people.person("bob", f"/drafts/{draft}", viewport={"width": 1280, "height": 800})
    desk = Desk(bob.page)
    await desk.shows(*(words for _, words in STORY))
    for name in ("Alice", "Carol"):
        await expect(bob.page.get_by_title(f"{name} is here")).to_be_visible()
    await desk.composer.fill(NEXT)
    await desk.composer.blur()
    await bob.page.evaluate("scrollTo(0, 0)")
    picture = await bob.page.screenshot(path=kept / "page.png", animations="disabled", caret="hide")
    assert len(picture) <= 300 * 1024


def test_the_picture_of_readme_is_there_and_small() -> None:
    assert "![" in (readme := (ROOT / "README.md").read_text("utf-8"))
    assert "(docs/page.png)" in readme
    assert PICTURE.stat().st_size <= 300 * 1024
