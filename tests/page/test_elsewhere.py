"""A page elsewhere can't have this one in a frame, reach into its window, or speak through it."""

import pytest
from playwright.async_api import expect

from tests.page.people import People
from tests.serving import Service

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.attack(81)]

# Of another origin, and so near that no browser holds it back for being on another network.
ELSEWHERE = "http://localhost:9/"
FRAMES = """<title>Elsewhere</title><iframe src="{0}"></iframe><iframe sandbox="allow-scripts" src="{0}"></iframe>
<object data="{0}"></object><button onclick="window.opened = window.open('{0}')">Look</button>"""
ASKS = """(url) => fetch(url, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user_id: "victim" })
}).then(() => "answered", () => "held back")"""


async def test_a_page_elsewhere_has_no_hold_of_this_one(people: People, service: Service) -> None:
    victim = await people.somebody("/")
    victim.watch.hosts.add("localhost:9")
    victim.watch.provoked("frame-ancestors|policy: frame|CORS|net::ERR_|status of 403")
    markup = FRAMES.format(service.url)
    await victim.context.route(ELSEWHERE, lambda route: route.fulfill(body=markup, content_type="text/html"))
    await victim.page.goto(ELSEWHERE)
    assert "OneRing" not in [await frame.title() for frame in victim.page.frames]
    async with victim.context.expect_page() as opened:
        await victim.page.get_by_role("button", name="Look").click()
    ours = await opened.value
    await expect(ours).to_have_title("OneRing")
    assert await ours.evaluate("opener") is None
    await victim.page.wait_for_function("opened.closed")
    assert await victim.page.evaluate(ASKS, f"{service.url}/v1/dev/token") == "held back"
