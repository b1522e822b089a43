"""Inviting by a link: it lets in the person whom it is for, and nobody else."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_link_lets_in_the_person_whom_it_is_for(people: People, service: Service) -> None:
    draft = await (await caller(service, "alice")).create(
        title="Between us", visibility="private", initial_segment="Nobody knows."
    )
    alice = await people.person("alice", f"/drafts/{draft}")
    desk = Desk(alice.page)
    await alice.page.get_by_role("button", name="Invite").first.click()
    await expect(desk.dialog.get_by_label("For whom")).to_be_visible()
    await alice.looks("inviting")
    await desk.dialog.get_by_label("For whom").fill("bob")
    await desk.dialog.get_by_label("A message to them").fill("Write with me!")
    await desk.dialog.get_by_role("button", name="Create the invitation").click()
    link = await desk.dialog.get_by_label("Link").input_value()
    await alice.looks("invitation made")

    eve = await people.person("eve")
    eve.watch.provoked("status of 40")
    await eve.page.goto(_path(link))
    await expect(eve.page.get_by_role("button", name="Accept")).to_be_hidden()
    await expect(eve.page.get_by_text("somebody else").first).to_be_visible()
    await expect(eve.page.get_by_text("Between us")).to_have_count(0)
    await eve.looks("for somebody else")

    bob = await people.somebody(_path(link))
    await expect(bob.page.get_by_text("You are invited to a text that people write together.")).to_be_visible()
    await bob.looks("invited, signed out")
    await bob.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    await bob.signs_in("bob")
    await expect(bob.page.get_by_text("alice invites you")).to_be_visible()
    await expect(bob.page.get_by_text("Write with me!")).to_be_visible()
    await bob.looks("invited")
    assert "token" not in bob.page.url
    await bob.page.get_by_role("button", name="Accept").click()
    await bob.page.get_by_role("link", name="Go to the draft").or_(Desk(bob.page).text).first.wait_for()
    await bob.looks("accepted")
    await bob.page.goto(f"/drafts/{draft}")
    await Desk(bob.page).shows("Nobody knows.")
    await expect(Desk(bob.page).standing).to_have_text("Live")


async def test_an_invitation_that_was_taken_back_says_so(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(title="Between us")
    made = await alice.http.post(f"/v1/collab/drafts/{draft}/invites", json={"target_user_id": "bob"})
    invite = made.json()["data"]
    await alice.http.post(f"/v1/collab/invites/{invite['invite_id']}/revoke")
    bob = await people.person("bob")
    bob.watch.provoked("status of 4")
    await bob.page.goto(_path(invite["share_url"]))
    await expect(bob.page.get_by_text("This invitation was taken back")).to_be_visible()
    await bob.looks("taken back")


def _path(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}#{parts.fragment}"
