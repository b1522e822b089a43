"""Everything can be done with the keyboard alone, and it can always be seen where one is."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The element that has the focus: what it is, whether that is drawn, and whether it is in the window.
FOCUSED = """async () => {
  const focused = document.activeElement;
  await Promise.all(focused.getAnimations().map((each) => each.finished));
  const style = getComputedStyle(focused);
  const label = focused.matches("input[type=radio], input[type=checkbox]") && focused.closest("label");
  const around = label ? getComputedStyle(label) : style;
  const { top, bottom } = focused.getBoundingClientRect();
  return {
    what: focused.tagName,
    html: focused.outerHTML.slice(0, 200),
    // Within a date the browser itself draws which part of it has the focus.
    drawn: focused.matches("[type=datetime-local]") || [style, around].some(
      ({ boxShadow, outlineStyle, outlineColor }) =>
        boxShadow !== "none" || (outlineStyle !== "none" && !outlineColor.endsWith(" 0)"))
    ),
    shown: bottom > 0 && top < innerHeight,
  };
}"""


class Keys:
    """Somebody at a keyboard."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def reaches(self, name: str, role: str = "button", most: int = 40) -> None:
        """Go on until the focus is on a control of that name; wherever it goes on the way can be seen."""
        for _ in range(most):
            await self.press("Tab")
            where = await self._page.evaluate(FOCUSED)
            assert where["what"] != "BODY", f"lost on the way to {name}"
            assert where["drawn"], f"not to be seen on the way to {name}: {where}"
            assert where["shown"], f"out of the window on the way to {name}: {where}"
            if await self._is_on(name, role):
                return
        raise AssertionError(f"{name} is not reached")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._page.keyboard.press(key)

    async def types(self, words: str) -> None:
        await self._page.keyboard.type(words)

    async def _is_on(self, name: str, role: str) -> bool:
        focused = self._page.get_by_role(role, name=name, exact=role == "button").and_(self._page.locator(":focus"))  # type: ignore[arg-type]
        return await focused.count() == 1


async def test_a_draft_is_begun_written_passed_and_looked_back_at(people: People, service: Service) -> None:
    await caller(service, "bob")
    alice = await people.somebody("/")
    keys, desk = Keys(alice.page), Desk(alice.page)
    await expect(alice.page.get_by_label("Continue as")).to_be_visible()
    await keys.reaches("Continue as", "textbox")
    await keys.types("alice")
    await keys.press("Enter")
    await expect(alice.page.get_by_role("heading", name="Your drafts", level=1)).to_be_visible()

    await keys.reaches("New draft")
    await keys.press("Enter")
    await expect(desk.dialog.get_by_label("Title")).to_be_focused()
    await keys.types("A walk")
    await keys.reaches("Start writing")
    await keys.press("Enter")
    await expect(desk.title).to_have_text("A walk")

    await keys.reaches("what comes next", "textbox")
    await keys.types("We left at dawn.")
    await keys.press("Control+Enter")
    await desk.shows("We left at dawn.")
    await expect(desk.composer).to_be_focused()

    await (await caller(service, "alice")).let_in(alice.page.url.rpartition("/")[2], "bob")
    await keys.reaches("Pass the ring")
    await keys.press("Enter")
    await expect(desk.dialog).to_be_visible()
    await keys.press("Escape")
    await expect(desk.ring.get_by_role("button", name="Pass the ring")).to_be_focused()
    await keys.press("Enter")
    await keys.reaches("bob")
    await keys.press("Enter")
    await desk.ring_is_with("bob")
    await expect(desk.ring).to_be_focused()

    await alice.page.get_by_role("link", name="History").focus()
    await keys.press("Enter")
    slider = alice.page.get_by_role("slider", name="Version")
    await expect(slider).to_be_visible()
    await keys.reaches("Version", "slider")
    newest = int(await slider.input_value())
    await keys.press("ArrowLeft", "ArrowLeft")
    await expect(slider).to_have_value(str(newest - 2))
    await expect(slider).to_have_attribute(
        "aria-valuetext", re.compile(f"^version {newest - 2} of {newest}, .*segment 1")
    )
    await keys.press("Home")
    await expect(slider).to_have_value("1")
    await expect(slider).to_be_focused()


async def test_menus_and_dialogs_give_the_focus_back(people: People, service: Service) -> None:
    draft = await (await caller(service, "alice")).create(initial_segment="We left at dawn.")
    alice = await people.person("alice", f"/drafts/{draft}")
    keys, desk = Keys(alice.page), Desk(alice.page)
    await desk.is_live()
    more = alice.page.get_by_role("button", name="More for this draft")
    for command in ("People", "Share", "Settings", "Mark as complete", "Archive"):
        await more.focus()
        await keys.press("Enter")
        item = alice.page.get_by_role("menuitem", name=command, exact=True)
        await expect(alice.page.get_by_role("menuitem").first).to_be_focused()
        while not await item.and_(alice.page.locator(":focus")).count():
            await keys.press("ArrowDown")
        await keys.press("Enter")
        await expect(desk.dialog).to_be_visible()
        for _ in range(12):
            await keys.press("Tab")
            where = await alice.page.evaluate(FOCUSED)
            inside = await alice.page.evaluate("document.activeElement.closest('dialog, body').tagName")
            # Past the last control the browser itself has the focus, and then the first one again.
            assert where["what"] == "BODY" or (inside == "DIALOG" and where["drawn"]), (command, where)
        await keys.press("Escape")
        await expect(desk.dialog).to_be_hidden()
        await expect(more).to_be_focused()
