"""A long draft is all there, and little of it is in the document at a time."""

from uuid import uuid4

import pytest
from playwright.async_api import Locator, expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Person as Caller
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEGMENTS = 2_000
AT_ONCE = 100
MOST_ELEMENTS = 1_500


async def test_of_two_thousand_segments_those_in_sight_are_in_the_document(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await _long(alice)
    reader = await people.somebody(f"/drafts/{draft}")
    desk = Desk(reader.page)
    await expect(reader.page.locator(f"li[aria-setsize='{SEGMENTS}']")).not_to_have_count(0)
    await expect(desk.text.first).to_have_text("Segment 0.")
    await _few_elements(reader.page.locator("*"))
    for share in (0.25, 0.5, 0.75):
        await reader.page.evaluate(f"scrollTo(0, document.scrollingElement.scrollHeight * {share})")
        await expect(reader.page.locator("li[aria-posinset='1']")).to_have_count(0)
        await expect(desk.text.first).to_be_visible()
        await _few_elements(reader.page.locator("*"))
    await reader.page.keyboard.press("End")
    await expect(desk.text.last).to_have_text(f"Segment {SEGMENTS - 1}.")
    await expect(desk.text.last).to_be_in_viewport()
    await alice.add(draft, "One more.")
    await expect(desk.text.last).to_have_text("One more.")
    await _few_elements(reader.page.locator("*"))
    await reader.shot("end")


async def _long(writer: Caller) -> str:
    draft = await writer.create(title="A long walk")
    for start in range(0, SEGMENTS, AT_ONCE):
        batch = [
            {"type": "add-segment", "draft_id": draft, "content": f"Segment {n}.", "idempotency_key": uuid4().hex}
            for n in range(start, start + AT_ONCE)
        ]
        answer = await writer.http.post("/v1/commands", json=batch)
        assert answer.status_code == 200, answer.text
    return draft


async def _few_elements(everything: Locator) -> None:
    assert await everything.count() <= MOST_ELEMENTS
