"""Whoever is signed in: what they are called, which plan they have, and what they have used of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from onering.auth.principals import personal_workspace
from tests.http.checks import check_problem, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def me(person: Person) -> dict[str, Any]:
    answer = await person.http.get("/v1/me")
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()["data"]
    return value


async def change(person: Person, headers: dict[str, str] | None = None, **fields: Any) -> Response:
    return await person.http.patch("/v1/me", json=fields, headers=headers)


async def test_it_shows_the_caller_with_plan_and_usage(somebody: Person, log: Any) -> None:
    user_id = somebody.http.headers["X-User-Id"]
    draft = await somebody.create(initial_segment="Once")
    await somebody.add(draft)
    found = await me(somebody)
    assert (found["user_id"], found["display_name"], found["handle"]) == (user_id, None, None)
    assert found["display"].startswith("@u_")
    assert (found["plan"], found["enforced"]) == ("free", False)
    row = await log.fetchrow("SELECT issuer, created_at FROM onering.app_users WHERE user_id = $1", user_id)
    assert datetime.fromisoformat(found["created_at"]) == row["created_at"]
    assert found["workspace_id"] == str(personal_workspace(row["issuer"], user_id))
    usage = found["usage"]
    assert usage["drafts"] == {"used": 1, "limit": 10}
    assert (usage["segments_today"]["used"], usage["segments_today"]["limit"]) == (2, 20)
    assert usage["collaborators_per_draft"] == {"limit": 3}
    resets_at = datetime.fromisoformat(usage["segments_today"]["resets_at"])
    assert resets_at.timetz().isoformat() == "00:00:00+00:00"
    assert timedelta(0) < resets_at - datetime.now(UTC) <= timedelta(days=1)


async def test_a_plan_without_limits_shows_none(somebody: Person, log: Any) -> None:
    user_id = somebody.http.headers["X-User-Id"]
    await log.execute("UPDATE onering.app_users SET plan = 'team' WHERE user_id = $1", user_id)
    found = await me(somebody)
    assert found["plan"] == "team"
    assert [part["limit"] for part in found["usage"].values()] == [None, None, None]


async def test_names_are_changed_and_seen_by_others(somebody: Person, bob: Person) -> None:
    user_id = somebody.http.headers["X-User-Id"]
    draft = await shared_draft(somebody, "bob")
    handle = user_id.replace("-", "_")
    changed = (await change(somebody, display_name="Some Body", handle=f"@{handle.upper()}")).json()["data"]
    assert (changed["display"], changed["display_name"], changed["handle"]) == ("Some Body", "Some Body", handle)
    assert await me(somebody) == changed
    members = (await shown(bob, draft))["members"]
    assert [member["display"] for member in members if member["user_id"] == user_id] == ["Some Body"]
    cleared = (await change(somebody, display_name=None)).json()["data"]
    assert (cleared["display_name"], cleared["handle"]) == (None, handle)
    assert cleared["display"].startswith("@u_")


async def test_a_handle_that_somebody_has_is_a_conflict(somebody: Person, alice: Person) -> None:
    assert (await change(alice, handle="the_one")).status_code == 200
    check_problem(await change(somebody, handle="@The_One"), 409, "conflict")
    assert (await me(somebody))["handle"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"handle": "a"},
        {"handle": "no-dash"},
        {"display_name": ""},
        {"display_name": "x" * 51},
        {"display_name": "two\nlines"},
        {"plan": "team"},
        {"user_id": "eve"},
    ],
    ids=str,
)
async def test_what_is_no_change_is_told_by_its_field(alice: Person, fields: dict[str, str]) -> None:
    answer = await change(alice, **fields)
    check_problem(answer, 422, "validation_error")
    assert [fault["loc"] for fault in answer.json()["errors"]] == [list(fields)]


async def test_a_key_makes_a_change_once_in_the_header_or_the_body(somebody: Person, log: Any) -> None:
    key = {"Idempotency-Key": "over"}
    first = await change(somebody, key, display_name="First")
    await change(somebody, display_name="Second")
    again = await change(somebody, display_name="First", idempotency_key="over")
    assert again.json()["data"]["display_name"] == "Second"
    assert again.headers["OneRing-Position"] == first.headers["OneRing-Position"]
    check_problem(await change(somebody, key, display_name="Third"), 422, "idempotency_mismatch")
    check_problem(await change(somebody, key, display_name="First", idempotency_key="other"), 400, "validation_error")


async def test_a_change_is_conditional_on_the_version_it_names(somebody: Person) -> None:
    version = (await somebody.http.get("/v1/me")).headers["ETag"]
    changed = await change(somebody, {"If-Match": version}, display_name="First")
    assert changed.headers["ETag"] != version
    check_problem(await change(somebody, {"If-Match": version}, display_name="Second"), 412, "precondition_failed")
    assert (await change(somebody, {"If-Match": "*"}, display_name="Second")).status_code == 200


async def test_of_two_who_want_one_handle_at_once_one_gets_it(somebody: Person, eve: Person) -> None:
    answers = await asyncio.gather(change(somebody, handle="precious"), change(eve, handle="precious"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_nobody_has_no_profile(nobody: Person) -> None:
    check_problem(await nobody.http.get("/v1/me"), 401, "unauthorized")
    check_problem(await change(nobody, display_name="Nobody"), 401, "unauthorized")
