"""An event is verified in the browser, and what was changed on its way there is found out."""

import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from onering.settings import Environment
from tests.page.callers import caller
from tests.page.people import People, Person
from tests.proofs.signed_log import signed_log
from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "We left at dawn."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    shared_dsn: str, page_folder: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Serve a log that is signed at once."""
    keys = tmp_path_factory.mktemp("keys") / "keys"
    async with (
        signed_log(shared_dsn, keys) as log,
        serving(shared_dsn, env=Environment.LOCAL, keys=log.path, checkpoint_seconds=0.02) as service,
    ):
        yield service


@pytest_asyncio.fixture(loop_scope="session")
async def alice(people: People, service: Service) -> Person:
    """Return somebody who looks at what happened to a draft of hers."""
    draft = await (await caller(service, "alice")).create(title="A walk", initial_segment=WORDS)
    return await people.person("alice", f"/drafts/{draft}/history?show=happened")


async def test_what_was_signed_is_verified(alice: Person) -> None:
    await _verify(alice)
    await expect(alice.page.get_by_text("Nothing about it was changed")).to_be_visible()
    await alice.page.get_by_text("What was compared").click()
    await alice.looks("verified")


def _other_words(proof: str) -> str:
    (told,) = re.findall(r"^extra (.+)$", proof, re.MULTILINE)
    return proof.replace(told, b64encode(b64decode(told).replace(b"dawn", b"dusk")).decode())


def _other_place(proof: str) -> str:
    return re.sub(r"^index (\d+)$", lambda line: f"index {int(line[1]) - 1}", proof, flags=re.MULTILINE)


def _other_signature(proof: str) -> str:
    body, signature = proof.rstrip("\n").rsplit(" ", 1)
    raw = bytearray(b64decode(signature))
    raw[-1] ^= 1
    return f"{body} {b64encode(raw).decode()}\n"


@pytest.mark.parametrize("change", [_other_words, _other_place, _other_signature])
async def test_what_was_changed_on_its_way_is_not(alice: Person, change: Callable[[str], str]) -> None:
    changed = []

    async def forge(route: Route) -> None:
        answer = await route.fetch()
        proof = await answer.text()
        changed.append(change(proof) != proof)
        await route.fulfill(response=answer, body=change(proof))

    await alice.page.route("**/events/*/proof", forge)
    await _verify(alice)
    await expect(
        alice.page.get_by_role("dialog").get_by_text(re.compile("^(This is not|The proof is of|The signature is)"))
    ).to_be_visible()
    await expect(alice.page.get_by_text("Nothing about it was changed")).to_have_count(0)
    assert changed == [True]
    await alice.looks("forged")


async def _verify(person: Person) -> None:
    written = person.page.get_by_role("listitem").filter(has_text="wrote segment 1")
    await written.get_by_role("button", name="Verify").click()
