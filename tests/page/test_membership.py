"""Somebody is taken out while they read, and let in again."""

import pytest
from playwright.async_api import expect

from tests.page.callers import caller
from tests.page.desk import Desk
from tests.page.people import People
from tests.serving import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_whoever_is_taken_out_is_told_and_sees_nothing_more(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(title="Between us", visibility="private", initial_segment="Nobody knows.")
    await alice.let_in(draft, "bob")
    bob = await people.person("bob", f"/drafts/{draft}")
    desk = Desk(bob.page)
    await desk.shows("Nobody knows.")
    frames: list[str] = []
    bob.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data))))

    bob.watch.provoked("status of 404")
    assert (await alice.take_out(draft, "bob")).status_code == 200
    await expect(desk.title).to_have_text("You no longer have access to this draft")
    assert (await alice.add(draft, "And nobody will.")).status_code == 200
    await expect(bob.page.get_by_text("Nobody knows.")).to_have_count(0)
    await bob.looks("taken out")
    await bob.page.reload()
    await expect(desk.title).to_have_text("This draft does not exist, or it is not shared with you")
    await bob.looks("not shared")
    assert not any("nobody will" in data for data in frames)

    assert (await alice.let_in(draft, "bob")).status_code == 200
    await bob.page.reload()
    await desk.shows("Nobody knows.", "And nobody will.")
    await desk.is_live()


async def test_whoever_is_made_a_reader_sees_that_they_only_read(people: People, service: Service) -> None:
    alice = await caller(service, "alice")
    draft = await alice.create(initial_segment="One.")
    await alice.let_in(draft, "bob")
    await alice.hand(draft, "bob")
    bob = await people.person("bob", f"/drafts/{draft}")
    desk = Desk(bob.page)
    await expect(desk.composer).to_be_visible()
    await desk.composer.fill("What I was about to say")
    await alice.http.patch(f"/v1/collab/drafts/{draft}/collaborators/bob", json={"role": "viewer"})
    await expect(desk.composer).to_be_hidden()
    await expect(desk.standing).to_have_text("Read-only")
    await expect(bob.page.get_by_role("region", name="Not sent yet")).to_contain_text("What I was about to say")
    await bob.looks("only reads")
