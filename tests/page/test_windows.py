"""Several windows of one person: what they write is theirs in each of them, and nothing of it is sent twice or lost."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.page.desk import Desk
from tests.page.home import Home
from tests.page.people import People, Person
from tests.page.watching import CUT_OFF

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _both(people: People) -> tuple[Person, Desk, Desk]:
    """Have Alice look at a draft of hers in two windows."""
    alice = await people.person("alice")
    await Home(alice.page).starts("A walk")
    path = urlsplit(alice.page.url).path
    second = await alice.another_window(path)
    await second.page.get_by_role("button", name="Sign in").first.click()
    await second.signs_in("alice")
    desks = Desk(alice.page), Desk(second.page)
    for desk in desks:
        await desk.is_live()
    return alice, *desks


async def test_both_show_what_is_typed_and_what_is_sent_from_either_is_there_once(people: People) -> None:
    _, one, two = await _both(people)
    await one.composer.fill("First, from one")
    await expect(two.composer).to_have_value("First, from one")
    await two.composer.press("End")
    await two.composer.press_sequentially(" and the other.")
    await expect(one.composer).to_have_value("First, from one and the other.")
    await two.composer.press("Control+Enter")
    await expect(one.composer).to_have_value("")
    await one.adds("Then this.")
    for desk in (one, two):
        await desk.shows("First, from one and the other.", "Then this.")
        await expect(desk.composer).to_have_value("")


async def test_what_is_underway_from_one_is_offered_by_the_other_once_that_is_closed(people: People) -> None:
    alice, one, two = await _both(people)
    alice.watch.provoked(CUT_OFF)
    await alice.context.set_offline(offline=True)
    await one.adds("Underway.")
    await one.composer.fill("Typed.")
    await expect(two.composer).to_have_value("Typed.")
    await one.page.close()
    await expect(two.composer).to_have_value("Underway.\n\nTyped.")
    await alice.context.set_offline(offline=False)
    await two.page.reload()
    await expect(two.composer).to_have_value("Underway.\n\nTyped.")
    await two.composer.press("Control+Enter")
    await two.shows("Underway.\n\nTyped.")
