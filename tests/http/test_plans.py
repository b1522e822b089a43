"""Plans over HTTP, where they are enforced: what has no room is refused with its reason, and nothing else is."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.http.checks import check_problem
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, enforce_plans=True) as service:
        yield service


async def used(person: Person) -> dict[str, Any]:
    answer = (await person.http.get("/v1/me")).json()["data"]
    assert answer["enforced"] is True
    usage: dict[str, Any] = answer["usage"]
    return usage


async def test_one_draft_more_than_the_plan_has_room_for_is_refused(somebody: Person) -> None:
    key = uuid4().hex
    first = await somebody.submit("create-draft", key, title="A walk")
    for _ in range(9):
        await somebody.create()
    refused = await somebody.http.post("/v1/collab/drafts", json={"title": "A walk"})
    check_problem(refused, 403, "quota_exceeded")
    assert refused.json()["detail"].startswith("Your free plan allows 10 drafts; there is room again when you archive")
    assert (await used(somebody))["drafts"] == {"used": 10, "limit": 10}
    again = await somebody.submit("create-draft", key, title="A walk")
    assert again.json() == first.json()
    draft = first.json()["data"]["draft_id"]
    assert (await somebody.http.post(f"/v1/collab/drafts/{draft}/archive", json={})).status_code == 200
    await somebody.create()
    check_problem(await somebody.http.post(f"/v1/collab/drafts/{draft}/reopen", json={}), 403, "quota_exceeded")


async def test_of_an_array_as_many_are_done_as_there_is_room_for(somebody: Person) -> None:
    commands = [{"type": "create-draft", "title": "A walk", "idempotency_key": f"{n}"} for n in range(15)]
    results = (await somebody.http.post("/v1/commands", json=commands)).json()["data"]
    told = Counter(result.get("problem", {"error": {"code": "done"}})["error"]["code"] for result in results)
    assert told == {"done": 10, "quota_exceeded": 5}


async def test_a_day_has_as_many_segments_as_the_plan_says(somebody: Person) -> None:
    draft = await somebody.create()
    answers = await asyncio.gather(*[somebody.add(draft) for _ in range(25)])
    assert Counter(answer.status_code for answer in answers) == {200: 20, 403: 5}
    refused = next(answer for answer in answers if answer.status_code == 403)
    check_problem(refused, 403, "quota_exceeded")
    assert "00:00 UTC" in refused.json()["detail"]
    assert (await used(somebody))["segments_today"]["used"] == 20


async def test_a_draft_has_as_many_people_as_its_owners_plan_says_by_invite_too(
    service: Service, somebody: Person, bob: Person
) -> None:
    draft = await somebody.create()
    asked = {"target_user_id": "bob"}
    invite = (await somebody.http.post(f"/v1/collab/drafts/{draft}/invites", json=asked)).json()["data"]
    for name in ("carol", "dave", "erin"):
        assert (await somebody.let_in(draft, name)).status_code == 200
    check_problem(await somebody.let_in(draft, "frank"), 403, "quota_exceeded")
    accept = f"/v1/collab/invites/{invite['invite_id']}/accept"
    refused = await bob.http.post(accept, json={"token": invite["token"]})
    check_problem(refused, 403, "quota_exceeded")
    await somebody.take_out(draft, "erin")
    assert (await bob.http.post(accept, json={"token": invite["token"]})).status_code == 200
