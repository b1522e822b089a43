"""On a phone nothing is out of reach, and nothing scrolls sideways, in whatever direction people write."""

import pytest
from playwright.async_api import Page, expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ARABIC = "كان المساء هادئًا، والبحر أمامنا كمرآة."
HEBREW = "היה ערב שקט, והים היה כמו ראי."
# What can be pressed or typed into, and is not between the sides of the window; what scrolls by itself may hold more.
BESIDE = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, [role=menuitem]")]
  .filter((each) => each.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, { left, right, width }]) => width > 1 && (left < -0.5 || right > innerWidth + 0.5))
  .filter(([each]) => each.closest("[tabindex='0'], .said") === null)
  .map(([each]) => each.outerHTML.slice(0, 200))"""

# A window of 1280 by 1024 pixels, in which everything is four times as large.
ENLARGED = {"viewport": {"width": 320, "height": 256}}
# Whether something lies over the first line in an element, or it is out of sight.
COVERED = """(element) => {
  const { left, top } = element.getBoundingClientRect();
  return [top + 8, top + 40].some((y) => document.elementFromPoint(left + 20, y) !== element);
}"""


class TestPhone:
    async def test_every_page_fits(self, people: People, service: Service) -> None:
        alice = await caller(service, "alice")
        draft = await alice.create(title="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, and back again")
        for line in range(3):
            await alice.add(draft, f"Line {line}, which is a little longer than a phone is wide, as lines are.")
        for name in ("bob", "carol", "dora", "erin", "frank", "grace", "heidi"):
            await alice.let_in(draft, name)
        reader = await people.somebody("/", **PHONE)
        await expect(reader.page.get_by_label("Continue as")).to_be_visible()
        await _fits(reader.page)
        await reader.looks("welcome")
        await reader.signs_in("alice")
        await expect(reader.page.get_by_role("link", name="Llanfair").first).to_be_visible()
        await _fits(reader.page)
        await reader.looks("my drafts")
        await reader.page.goto(f"/drafts/{draft}")
        await Desk(reader.page).is_live()
        await _fits(reader.page)
        await reader.looks("writing")
        for view in ("", "?show=happened", "?show=changes", "?show=pictures"):
            await reader.page.goto(f"/drafts/{draft}/history{view}")
            await expect(reader.page.get_by_role("heading", level=1)).to_contain_text("Llanfair")
            await reader.page.wait_for_load_state("networkidle")
            await _fits(reader.page)
            await reader.shot(f"history {view}")

    async def test_every_dialog_fits(self, people: People, service: Service) -> None:
        draft = await (await caller(service, "alice")).create(title="A walk", initial_segment="We left at dawn.")
        alice = await people.person("alice", f"/drafts/{draft}", **PHONE)
        desk = Desk(alice.page)
        for command in ("People", "Share", "Settings", "Mark as complete"):
            await desk.chooses(command)
            await expect(desk.dialog).to_be_visible()
            await _fits(alice.page)
            await alice.looks(command)
            await alice.page.keyboard.press("Escape")
            await expect(desk.dialog).to_be_hidden()
        await alice.page.goto("/")
        await alice.page.get_by_role("button", name="New draft").first.click()
        await expect(desk.dialog).to_be_visible()
        await _fits(alice.page)
        await alice.looks("new draft")

    async def test_what_one_writes_is_seen_however_large(self, people: People, service: Service) -> None:
        draft = await (await caller(service, "alice")).create(title="A walk", initial_segment="We left at dawn.")
        alice = await people.person("alice", f"/drafts/{draft}", **ENLARGED)
        composer = Desk(alice.page).composer
        await composer.press_sequentially("Nobody")
        assert not await composer.evaluate(COVERED)
        await _fits(alice.page)

    async def test_what_one_writes_is_seen_wherever_one_read_before(self, people: People, service: Service) -> None:
        alice = await caller(service, "alice")
        draft = await alice.create(title="A walk")
        for line in range(12):
            await alice.add(draft, f"Line {line}, which is a little longer than a phone is wide, as lines are.")
        writer = await people.person("alice", f"/drafts/{draft}", **PHONE)
        desk = Desk(writer.page)
        await desk.composer.press_sequentially("Then")
        await writer.page.evaluate("scrollBy(0, -400)")
        await desk.composer.press_sequentially(" it rained.")
        assert not await desk.composer.evaluate(COVERED)
        await desk.composer.press("Control+Enter")
        await expect(desk.text.last).to_have_text("Then it rained.")
        await expect(desk.composer).to_be_in_viewport(ratio=1)


class TestRightToLeft:
    async def test_each_text_runs_in_its_own_direction(self, people: People, service: Service) -> None:
        alice = await caller(service, "alice")
        draft = await alice.create(title=ARABIC, initial_segment=ARABIC)
        await alice.add(draft, HEBREW)
        await alice.add(draft, "And then it was night.")
        reader = await people.somebody(f"/drafts/{draft}", **PHONE)
        desk = Desk(reader.page)
        await desk.shows(ARABIC, HEBREW, "And then it was night.")
        directions = await desk.text.evaluate_all("texts => texts.map(text => getComputedStyle(text).direction)")
        assert directions == ["rtl", "rtl", "ltr"]
        assert await desk.title.evaluate("title => getComputedStyle(title).direction") == "rtl"
        await _fits(reader.page)
        await reader.looks("right to left")

    async def test_the_page_itself_can_be_turned_around(self, people: People, service: Service) -> None:
        draft = await (await caller(service, "alice")).create(title=HEBREW, initial_segment=ARABIC)
        alice = await people.person("alice", f"/drafts/{draft}", **PHONE)
        await Desk(alice.page).is_live()
        await alice.page.evaluate("document.documentElement.dir = 'rtl'")
        await _fits(alice.page)
        await alice.shot("turned around")


async def _fits(page: Page) -> None:
    await expect(page.get_by_role("main")).to_be_visible()
    assert await page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    assert await page.evaluate(BESIDE) == []
