"""What people see where there is nothing, and where something is wrong, says what to do."""

import pytest
from playwright.async_api import expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.home import Home
from tests.page.people import People
from tests.page.watching import CUT_OFF
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_where_there_is_nothing_there_is_a_way_back(people: People) -> None:
    alice = await people.person("alice", "/drafts/nothing/like/that")
    await expect(alice.page.get_by_role("heading", name="There is nothing here", level=1)).to_be_visible()
    await alice.looks("nothing here")
    await alice.page.get_by_role("main").get_by_role("link").click()
    await expect(alice.page.get_by_role("heading", name="Your drafts", level=1)).to_be_visible()


async def test_drafts_are_found_by_their_words_and_by_whose_turn_it_is(people: People, service: Service) -> None:
    writer = await caller(service, "alice")
    await writer.create(title="The lighthouse", initial_segment="It was dark.")
    passed = await writer.create(title="The harbour")
    await writer.let_in(passed, "bob")
    await writer.hand(passed, "bob")
    alice = await people.person("alice")
    mine = alice.page.get_by_role("region", name="Your turn")
    await expect(mine.get_by_role("link", name="The lighthouse")).to_be_visible()
    await expect(mine.get_by_role("link", name="The harbour")).to_have_count(0)
    await alice.looks("drafts")
    home = Home(alice.page)
    await home.search.fill("dark")
    await expect(alice.page.get_by_role("link", name="The harbour")).to_have_count(0)
    await expect(alice.page.get_by_role("link", name="The lighthouse")).to_be_visible()
    await alice.looks("found")
    await home.search.fill("unheard")
    await expect(alice.page.get_by_text("Nothing found for “unheard”.")).to_be_visible()
    await alice.looks("not found")


async def test_a_page_that_reaches_nobody_says_so_and_goes_on_by_itself(people: People, service: Service) -> None:
    draft = await (await caller(service, "alice")).create(initial_segment="It was dark.")
    reader = await people.somebody("about:blank")
    reader.watch.provoked(CUT_OFF)
    await reader.page.route("**/v1/**", lambda route: route.abort())
    await reader.page.goto(f"/drafts/{draft}")
    await expect(reader.page.get_by_role("heading", name="The service can’t be reached")).to_be_visible()
    await reader.looks("nobody there")
    await reader.page.unroute("**/v1/**")
    await Desk(reader.page).shows("It was dark.")
