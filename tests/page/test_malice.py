"""What people write, call themselves and call their drafts is text, whatever it looks like to a browser."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Person as Caller
from tests.serving import Service

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.attack(80)]

# Whatever of it runs leaves a trace.
TRACE = "window.owned = 1"
MARKUP = {
    "a script": f"<script>{TRACE}</script>",
    "a script at the end of what is around it": f"</p></li></textarea></title></script><script>{TRACE}</script>",
    "a picture that fails": f'<img src="/nothing" onerror="{TRACE}">',
    "a drawing that loads": f"<svg/onload='{TRACE}'>",
    "a frame": f'<iframe srcdoc="<script>parent.{TRACE}</script>"></iframe>',
    "a link": f'<a href="javascript:{TRACE}">press me</a>',
    "a bare link": f"javascript:{TRACE}",
    "something to point at": f'<b style="position:fixed;inset:0" onmouseover="{TRACE}" onfocus="{TRACE}" tabindex=0>',
    "a template": "{{constructor.constructor('" + TRACE + "')()}} ${" + TRACE + "} #{" + TRACE + "}",
    "another base": '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">',
}
STRANGE = {
    "turned around": "It was \u202egnos a\u202c, they said \u2067שלום\u2069.",
    "five hundred emoji": "🧑‍🚀"[:1] * 500,
    "families": "👩‍👩‍👧‍👦🏳️‍🌈" * 45,
    "one emoji of many": "👩\u200d" * 250,
    "combining marks": "Z" + "\u0351\u035c\u0323" * 160,
    "one endless word": "w" * 500,
    "scripts that are written together": "نص بالعربية و English معًا, 日本語も。",
}
# Elements that nobody's words can have made; those of the page are not among them.
FOREIGN = "main :is(script, img, iframe, base, a[href^='javascript' i], [onclick], [onerror], [onload], [onmouseover])"


@pytest_asyncio.fixture(loop_scope="session")
async def writer(service: Service) -> Caller:
    """Return somebody with a name that is markup."""
    caller = Caller(service.client("mallory"))
    answer = await caller.http.patch("/v1/me", json={"display_name": f"<img src=x onerror={TRACE}>"[:50]})
    assert answer.status_code == 200, answer.text
    return caller


async def test_words_are_text_wherever_they_are_shown(people: People, service: Service, writer: Caller) -> None:
    everything = [*MARKUP.values(), *STRANGE.values()]
    for words in everything:
        draft = await writer.create(title=words[:100], description=words, initial_segment=words)
    for words in everything[:-1]:
        assert (await writer.add(draft, words)).status_code == 200
    reader = await people.somebody("/", viewport={"width": 1000, "height": 12_000})
    for words in everything:
        await expect(reader.page.get_by_role("link").filter(has_text=words[:30])).not_to_have_count(0)
    await _stays_text(reader.page)
    await reader.shot("list")
    await reader.page.goto(f"/drafts/{draft}")
    await Desk(reader.page).shows(everything[-1], *everything[:-1])
    await expect(Desk(reader.page).title).to_have_text(everything[-1][:100])
    await _stays_text(reader.page)
    await reader.shot("draft")
    for view in ("", "?show=happened", "?show=changes"):
        await reader.page.goto(f"/drafts/{draft}/history{view}")
        await expect(reader.page.get_by_role("heading", level=1)).to_contain_text(everything[-1][:100])
        await reader.page.wait_for_load_state("networkidle")
        await _stays_text(reader.page)


async def test_what_i_write_is_text_for_me_too(people: People, service: Service) -> None:
    alice = await people.person("alice")
    draft = await Caller(service.client("alice")).create(title=MARKUP["a script"])
    await alice.page.goto(f"/drafts/{draft}")
    desk = Desk(alice.page)
    await expect(desk.title).to_have_text(MARKUP["a script"])
    await expect(alice.page).to_have_title(re.compile(re.escape(MARKUP["a script"])))
    for words in MARKUP.values():
        await desk.adds(words)
    await desk.shows(*MARKUP.values())
    await _stays_text(alice.page)


async def test_what_can_not_be_shown_is_not_sent(people: People, service: Service) -> None:
    draft = await Caller(service.client("alice")).create()
    alice = await people.person("alice", f"/drafts/{draft}")
    desk = Desk(alice.page)
    await desk.adds("Nothing\0 is here")
    await expect(alice.page.get_by_text("It contains a character that cannot be shown.")).to_be_visible()
    await expect(desk.composer).to_have_value("Nothing\0 is here")
    await expect(desk.text).to_have_count(0)


async def _stays_text(page: Page) -> None:
    """Nothing of it became an element or ran, and nothing pushes the page apart."""
    await expect(page.locator(FOREIGN)).to_have_count(0)
    assert await page.evaluate("window.owned") is None
    assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
