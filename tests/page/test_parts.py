"""What a page loads later is there when it is needed, or says that it is not; and nothing jumps when it comes."""

from http import HTTPStatus
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.page.watching import CUT_OFF
from tests.serving import Person as Caller
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHARE, LONG_LIST, HISTORY = "**/assets/ShareDialog-*", "**/assets/VirtualList-*", "**/assets/HistoryPage-*"
GONE = r"status of 404"
TOP = "it => it.getBoundingClientRect().top"
SEGMENTS_OF_A_SHORT_TEXT, SEGMENTS_OF_A_LONG_TEXT = 60, 200


async def _gone(route: Route) -> None:
    await route.fulfill(status=HTTPStatus.NOT_FOUND)


async def test_a_dialog_whose_file_is_gone_says_so_and_leads_to_the_newer_page(
    people: People, service: Service
) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(initial_segment="One.")
    reader = await people.somebody("/")
    reader.watch.provoked(GONE)
    await reader.context.route(SHARE, _gone)
    await reader.page.goto(f"/drafts/{draft}")
    desk = Desk(reader.page)
    await desk.shows("One.")
    await reader.page.get_by_role("button", name="Share", exact=True).click()
    await expect(desk.dialog).to_contain_text("This could not be loaded")
    await reader.looks("not loaded")
    await reader.context.unroute(SHARE)
    await desk.dialog.get_by_role("button", name="Reload").click()
    await expect(desk.dialog).to_be_hidden()
    await reader.page.get_by_role("button", name="Share", exact=True).click()
    await expect(desk.dialog.get_by_label("Link")).to_be_visible()


async def test_a_page_whose_file_is_gone_says_so_and_leads_back(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(initial_segment="One.")
    reader = await people.somebody("/")
    reader.watch.provoked(GONE)
    await reader.context.route(HISTORY, _gone)
    await reader.page.goto(f"/drafts/{draft}")
    await reader.page.get_by_role("link", name="History").click()
    await expect(reader.page.get_by_role("heading", level=1)).to_have_text("This could not be loaded")
    await reader.page.go_back()
    await Desk(reader.page).shows("One.")


async def test_a_long_text_is_read_also_where_what_shows_it_is_gone(people: People, service: Service) -> None:
    draft = await _of(await caller(service, "alice"), SEGMENTS_OF_A_LONG_TEXT)
    reader = await people.somebody("/")
    reader.watch.provoked(GONE)
    await reader.context.route(LONG_LIST, _gone)
    await reader.page.goto(f"/drafts/{draft}")
    await expect(Desk(reader.page).text).to_have_count(SEGMENTS_OF_A_LONG_TEXT)


async def test_what_is_being_read_stays_in_its_place_when_something_above_is_taken_out(
    people: People, service: Service
) -> None:
    alice = await caller(service, "alice")
    draft = await _of(alice, SEGMENTS_OF_A_SHORT_TEXT)
    reader = await people.somebody(f"/drafts/{draft}")
    desk = Desk(reader.page)
    read = desk.text.filter(has_text="Segment 30.")
    await read.evaluate("it => it.scrollIntoView({ block: 'center' })")
    before = await read.evaluate(TOP)
    segments = (await alice.draft(draft)).json()["data"]["segments"]
    answer = await alice.submit("withdraw-segment", draft_id=draft, segment_id=segments[3]["segment_id"])
    assert answer.status_code == HTTPStatus.OK, answer.text
    await expect(desk.text).to_have_count(SEGMENTS_OF_A_SHORT_TEXT - 1)
    # To a pixel: browsers scroll by whole ones.
    assert abs(await read.evaluate(TOP) - before) < 1


async def test_a_page_that_is_open_opens_everything_without_the_network(people: People, service: Service) -> None:
    alice = await caller(service, "Alice")
    draft = await alice.create(initial_segment="One.")
    await caller(service, "Bob")
    await alice.let_in(draft, "bob")
    writer = await people.person("alice", f"/drafts/{draft}")
    writer.watch.provoked(CUT_OFF)
    desk = Desk(writer.page)
    await desk.is_live()
    await _is_idle(writer.page)
    await writer.context.set_offline(True)
    await writer.page.get_by_role("button", name="Share", exact=True).click()
    await expect(desk.dialog.get_by_label("Link")).to_be_visible()
    await writer.page.keyboard.press("Escape")
    await desk.ring.get_by_role("button", name="Pass the ring").click()
    await expect(desk.dialog.get_by_role("button", name="Bob")).to_be_visible()
    await writer.page.keyboard.press("Escape")
    await desk.chooses("Find in the text")
    await expect(writer.page.get_by_role("searchbox")).to_be_focused()
    await writer.page.get_by_role("link", name="History").click()
    await expect(writer.page.get_by_role("heading", level=1)).to_contain_text("History")


async def _is_idle(page: Page) -> None:
    """Wait until the page has fetched ahead what it may need: the largest of it last."""
    await page.wait_for_function(
        "performance.getEntriesByType('resource').some(({ name }) => name.includes('VirtualList'))"
    )
    await page.wait_for_load_state("networkidle")


async def _of(writer: Caller, segments: int) -> str:
    """Return a new draft of so many segments."""
    draft = await writer.create(title="A long walk")
    for start in range(0, segments, 100):
        batch = [
            {"type": "add-segment", "draft_id": draft, "content": f"Segment {n}.", "idempotency_key": uuid4().hex}
            for n in range(start, min(start + 100, segments))
        ]
        answer = await writer.http.post("/v1/commands", json=batch)
        assert answer.status_code == HTTPStatus.OK, answer.text
    return draft
