"""Whoever is not signed in reads what is public, and signs in where that is needed; nothing that was typed is lost."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_public_draft_is_read_and_every_control_asks_to_sign_in(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(title="The lighthouse", initial_segment="The light went out.")
    reader = await people.somebody("/")
    await reader.looks("welcome")
    await reader.page.get_by_role("link", name="The lighthouse").first.click()
    desk = Desk(reader.page)
    await desk.shows("The light went out.")
    await expect(desk.standing).to_have_text("Read-only")
    await expect(desk.composer).to_be_hidden()
    await reader.looks("reading")
    for button in await reader.page.get_by_role("button", name="Sign in").all():
        await button.click()
        await expect(desk.dialog).to_contain_text("Sign in to")
        await expect(desk.dialog.get_by_label("Continue as")).to_be_visible()
        await reader.page.keyboard.press("Escape")
        await expect(button).to_be_focused()

    await reader.page.get_by_role("button", name="Sign in").last.click()
    await reader.looks("signing in")
    await reader.signs_in("bob")
    await expect(reader.page).to_have_url(f"{service.url}/drafts/{draft}")
    await desk.shows("The light went out.")
    await expect(desk.page.get_by_text("alice can invite you to write")).to_be_visible()


async def test_what_was_typed_and_not_sent_survives_a_reload_for_whoever_typed_it(
    people: People, service: Service
) -> None:
    draft = await (await caller(service, "alice")).create()
    alice = await people.person("alice", f"/drafts/{draft}")
    await Desk(alice.page).composer.fill("Half a sen")
    await alice.page.reload()
    await expect(Desk(alice.page).composer).to_have_value("Half a sen")
    bob = await alice.another_window()
    await bob.signs_in("bob")
    await bob.page.goto(f"/drafts/{draft}")
    await Desk(bob.page).is_live()
    await expect(bob.page.get_by_text("Half a sen")).to_have_count(0)


async def test_what_is_refused_comes_back_with_the_reason(people: People, service: Service) -> None:
    draft = await (await caller(service, "alice")).create(initial_segment="One.")
    alice = await people.person("alice", f"/drafts/{draft}")
    desk = Desk(alice.page)
    await desk.is_live()
    alice.watch.provoked("status of 4")
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await alice.page.route("**/v1/commands", hold)
    await desk.adds("Too late.")
    await desk.shows("One.", "Too late.")
    await expect(desk.composer).to_have_value("")
    await alice.shot("underway")
    locked = await (await caller(service, "alice")).http.post(f"/v1/collab/drafts/{draft}/lock")
    assert locked.status_code == 200
    released.set()
    await desk.shows("One.")
    await expect(alice.page.get_by_text("Too late.")).to_be_visible()
    await alice.looks("refused")
