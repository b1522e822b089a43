"""Whatever goes wrong on a page fails the test that it goes wrong in."""

import asyncio

import pytest

from tests.page.people import People, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOREIGN = "127.0.0.2:4000"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('it broke')", "console: it broke"),
        ("setTimeout(() => { throw new Error('thrown') })", "error: Error: thrown"),
        ("setTimeout(() => Promise.reject(new Error('rejected')))", "error: Error: rejected"),
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "policy: script-src"),
        ("document.body.insertAdjacentHTML('beforeend', '<i style=color:red>')", "policy: style-src-attr"),
        ("fetch('/v1/nothing')", "status of 404"),
    ],
)
async def test_what_a_page_does_wrong_is_noticed(people: People, script: str, complaint: str) -> None:
    alice = await people.somebody()
    await alice.page.evaluate(f"() => {{ {script} }}")
    await _complained(alice, complaint)
    alice.watch.provoked(r"it broke|thrown|rejected|policy|Content Security Policy|404")


@pytest.mark.parametrize("call", [f"fetch('http://{FOREIGN}')", f"new WebSocket('ws://{FOREIGN}')"])
async def test_whoever_else_a_page_talks_to_is_noticed(people: People, call: str) -> None:
    alice = await people.somebody("about:blank")
    await alice.page.evaluate(f"() => {{ {call} }}")
    await _complained(alice, f"://{FOREIGN}")
    alice.watch.provoked(r"foreign|Failed to fetch|net::ERR_|Failed to load|127\.0\.0\.2")


async def _complained(person: Person, complaint: str) -> None:
    async with asyncio.timeout(20):
        while not any(complaint in said for said in person.watch.unprovoked):
            await asyncio.sleep(0.01)
