"""Two services on one database: each acknowledges only what is true for both."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.http.checks import check_problem, shared_draft, shown, signed_in
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, decide_attempts=20) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, decide_attempts=20) as other:
        yield other


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other_alice(other: Service) -> Person:
    return await signed_in(other, "alice")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other_bob(other: Service) -> Person:
    return await signed_in(other, "bob")


async def test_of_sixty_concurrent_adds_each_is_stored_once(alice: Person, other_alice: Person) -> None:
    draft = await alice.create()
    answers = await asyncio.gather(*[(alice, other_alice)[n % 2].add(draft, f"{n}") for n in range(60)])
    assert Counter(answer.status_code for answer in answers) == {200: 60}
    events = (await alice.events(draft, limit=1000)).json()["data"]
    assert [event["version"] for event in events] == list(range(1, 62))
    assert Counter(event["data"]["content"] for event in events[1:]) == {f"{n}": 1 for n in range(60)}
    assert await shown(alice, draft, now="2026-11-25T12:00:00Z") == await shown(
        other_alice, draft, now="2026-11-25T12:00:00Z"
    )


async def test_sixty_with_few_attempts_are_stored_once_or_a_conflict(shared_dsn: str) -> None:
    async with serving(shared_dsn, decide_attempts=1) as one, serving(shared_dsn, decide_attempts=1) as two:
        people = [Person(service.client("alice")) for service in (one, two)]
        draft = await people[0].create()
        answers = await asyncio.gather(*[people[n % 2].add(draft, f"{n}") for n in range(60)])
        kept = [f"{n}" for n, answer in enumerate(answers) if answer.status_code == 200]
        for answer in answers:
            if answer.status_code != 200:
                check_problem(answer, 409, "conflict")
        stored = [segment["content"] for segment in (await shown(people[0], draft))["segments"]]
        assert sorted(stored) == sorted(kept)


async def test_of_two_passes_one_wins(alice: Person, other_alice: Person) -> None:
    for _ in range(10):
        draft = await shared_draft(alice, "bob", "carol")
        await other_alice.draft(draft)
        answers = await asyncio.gather(alice.hand(draft, "bob"), other_alice.hand(draft, "carol"))
        assert sorted(answer.status_code for answer in answers) == [200, 403]
        check_problem(max(answers, key=lambda answer: answer.status_code), 403, "ring_required")
        history = (await shown(alice, draft))["ring_state"]["holders_history"]
        assert history in (["alice", "bob"], ["alice", "carol"])


async def test_of_two_writers_at_one_version_one_wins(alice: Person, other_alice: Person) -> None:
    draft = await alice.create()
    for version in range(1, 11):
        condition = {"If-Match": f'"{version}"'}
        answers = await asyncio.gather(alice.add(draft, **condition), other_alice.add(draft, **condition))
        assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_fifty_with_one_key_over_both_are_one_command(alice: Person, other_alice: Person) -> None:
    draft, key = await alice.create(), uuid4().hex
    for type, fields in (("create-draft", {"title": "T"}), ("add-segment", {"draft_id": draft, "content": "x"})):
        answers = await asyncio.gather(*[(alice, other_alice)[n % 2].submit(type, key, **fields) for n in range(50)])
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].status_code == 200


async def test_one_shows_at_once_what_the_other_acknowledged(alice: Person, other_bob: Person) -> None:
    draft = await shared_draft(alice, "bob")
    for n in range(20):
        version = (await alice.add(draft, f"{n}")).json()["data"]["version"]
        assert (await shown(other_bob, draft))["version"] == version
        assert len((await other_bob.events(draft)).json()["data"]) == version
        assert (await shown(other_bob, draft, at=version))["version"] == version


async def test_one_respects_at_once_what_the_other_acknowledged(alice: Person, other_bob: Person) -> None:
    draft = await alice.create(visibility="private")
    for _ in range(5):
        check_problem(await other_bob.draft(draft), 404, "not_found")
        await alice.let_in(draft, "bob")
        await alice.hand(draft, "bob")
        assert (await other_bob.add(draft)).status_code == 200
        await alice.take_out(draft, "bob")
        check_problem(await other_bob.add(draft), 404, "not_found")
        check_problem(await other_bob.events(draft), 404, "not_found")


async def test_a_person_is_registered_once_wherever_they_come_first(service: Service, other: Service, log: Any) -> None:
    people = [(service, other)[n % 2].client("newcomer") for n in range(10)]
    answers = await asyncio.gather(*[person.get("/v1/collab/drafts") for person in people])
    assert {answer.status_code for answer in answers} == {200}
    rows = await log.fetch("SELECT plan FROM onering.app_users WHERE subject = 'newcomer'")
    assert [row["plan"] for row in rows] == ["free"]
    stored = "SELECT count(*) FROM onering.events WHERE type = 'user_registered' AND subject = 'newcomer'"
    assert await log.fetchval(stored) == 1


async def test_of_two_smart_passes_one_wins(alice: Person, other_alice: Person) -> None:
    draft = await shared_draft(alice, "bob", "carol")
    await other_alice.draft(draft)
    path = f"/v1/collab/drafts/{draft}/pass-ring/smart"
    answers = await asyncio.gather(*[person.http.post(path, json={}) for person in (alice, other_alice)])
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    history = (await shown(alice, draft))["ring_state"]["holders_history"]
    assert history == ["alice", "bob"]


async def test_an_invite_that_is_accepted_on_both_at_once_lets_its_target_in_once(
    alice: Person, bob: Person, other_bob: Person
) -> None:
    draft = await alice.create(visibility="private")
    made = (await alice.http.post(f"/v1/collab/drafts/{draft}/invites", json={"target_user_id": "bob"})).json()["data"]
    path, token = f"/v1/collab/invites/{made['invite_id']}/accept", {"token": made["token"]}
    answers = await asyncio.gather(*[(bob, other_bob)[n % 2].http.post(path, json=token) for n in range(6)])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    joined = [event["type"] for event in (await alice.events(draft)).json()["data"]]
    assert joined == ["draft_created", "collaborator_added"]


async def test_a_segment_that_is_amended_and_withdrawn_at_once_is_withdrawn(alice: Person, other_alice: Person) -> None:
    draft = await alice.create(initial_segment="Once")
    segment = (await shown(other_alice, draft))["segments"][0]["segment_id"]
    path = f"/v1/collab/drafts/{draft}/segments/{segment}"
    amended, withdrawn = await asyncio.gather(
        alice.http.patch(path, json={"content": "Twice"}), other_alice.http.delete(path)
    )
    assert (amended.status_code in (200, 409), withdrawn.status_code) == (True, 200)
    assert (await shown(alice, draft))["segments"] == []
