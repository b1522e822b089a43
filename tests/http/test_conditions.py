"""If-Match: a command that is meant for one version of a draft."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_etag_of_a_read_or_of_a_mutation_is_a_condition_that_holds(alice: Person) -> None:
    draft = await alice.create()
    read = await alice.draft(draft)
    added = await alice.add(draft, **{"If-Match": read.headers["etag"]})
    assert (await alice.add(draft, **{"If-Match": added.headers["etag"]})).json()["data"]["version"] == 3


async def test_without_a_condition_any_version_will_do(alice: Person) -> None:
    draft = await alice.create()
    assert [(await alice.add(draft)).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("condition", ['"0"', '"1"', '"3"', '"99"', '"9999999999"'])
async def test_any_other_version_is_refused_and_told(alice: Person, log: Any, condition: str) -> None:
    draft = await alice.create(initial_segment="Once")
    async with nothing_stored(log):
        document = check_problem(await alice.add(draft, **{"If-Match": condition}), 412, "precondition_failed")
    assert document["detail"].startswith("The draft is at version 2, not ")


@pytest.mark.parametrize("path", ["segments", "pass-ring", "collaborators"])
async def test_every_form_takes_one(alice: Person, log: Any, path: str) -> None:
    draft = await alice.create()
    body = {
        "segments": {"content": "x"},
        "pass-ring": {"to_user_id": "alice"},
        "collaborators": {"collaborator_id": "bob"},
    }
    async with nothing_stored(log):
        answer = await alice.http.post(
            f"/v1/collab/drafts/{draft}/{path}", json=body[path], headers={"If-Match": '"9"'}
        )
        check_problem(answer, 412, "precondition_failed", "The draft is at version 1, not 9.")


async def test_taking_somebody_out_takes_one(alice: Person, log: Any) -> None:
    draft = await shared_draft(alice, "bob")
    async with nothing_stored(log):
        check_problem(await alice.take_out(draft, "bob", **{"If-Match": '"1"'}), 412, "precondition_failed")
    assert (await alice.take_out(draft, "bob", **{"If-Match": '"2"'})).status_code == 200


async def test_a_star_holds_for_a_draft_that_exists(alice: Person, log: Any) -> None:
    assert (await alice.add(await alice.create(), **{"If-Match": "*"})).status_code == 200
    async with nothing_stored(log):
        check_problem(await alice.add(str(uuid4()), **{"If-Match": "*"}), 404, "not_found")


@pytest.mark.parametrize("condition", ["*", '"1"', 'W/"1"'])
async def test_no_version_holds_for_a_draft_that_is_to_be(alice: Person, log: Any, condition: str) -> None:
    async with nothing_stored(log):
        answer = await alice.http.post("/v1/collab/drafts", json={"title": "T"}, headers={"If-Match": condition})
        check_problem(answer, 412, "precondition_failed")


async def test_a_weak_etag_never_holds(alice: Person, log: Any) -> None:
    draft = await alice.create()
    async with nothing_stored(log):
        answer = await alice.add(draft, **{"If-Match": 'W/"1"'})
        check_problem(answer, 412, "precondition_failed", "A weak ETag never matches.")


@pytest.mark.parametrize(
    "condition",
    ["", "1", '"1', '""', '"a"', '"-1"', '"1.0"', '"1", "2"', '"1" *', 'w/"1"', '"٣"', '"' + "1" * 11 + '"'],
)
async def test_what_is_no_etag_of_ours_is_a_bad_request(alice: Person, log: Any, condition: str) -> None:
    draft = await alice.create()
    raw: Any = [(b"if-match", condition.encode())]
    async with nothing_stored(log):
        answer = await alice.http.post(f"/v1/collab/drafts/{draft}/segments", json={"content": "x"}, headers=raw)
        check_problem(answer, 400, "validation_error")


async def test_two_conditions_are_a_bad_request(alice: Person, log: Any) -> None:
    draft = await alice.create()
    async with nothing_stored(log):
        answer = await alice.http.post(
            f"/v1/collab/drafts/{draft}/segments", json={"content": "x"}, headers=[("If-Match", '"1"')] * 2
        )
        check_problem(answer, 400, "validation_error")


@pytest.mark.parametrize("version", [-1, "1", 1.0, True, 2**31, 2**64, [], {}])
async def test_an_expected_version_is_a_number(alice: Person, log: Any, version: Any) -> None:
    draft = await alice.create()
    async with nothing_stored(log):
        answer = await alice.submit("add-segment", draft_id=draft, content="x", expected_version=version)
        document = check_problem(answer, 422, "validation_error")
    assert document["errors"][0]["loc"] == ["expected_version"]


async def test_header_and_body_must_not_differ(alice: Person, log: Any) -> None:
    path = f"/v1/collab/drafts/{await alice.create()}/segments"
    body = {"content": "x", "expected_version": 1}
    async with nothing_stored(log):
        answer = await alice.http.post(path, json=body, headers={"If-Match": '"2"'})
        check_problem(answer, 400, "validation_error")
    assert (await alice.http.post(path, json=body, headers={"If-Match": '"1"'})).status_code == 200


async def test_of_two_writers_at_one_version_one_wins(alice: Person) -> None:
    draft = await alice.create()
    for version in range(1, 11):
        writers = [alice.add(draft, f"{n}", **{"If-Match": f'"{version}"'}) for n in range(2)]
        answers = await asyncio.gather(*writers)
        assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await shown(alice, draft))["version"] == 11


async def test_a_stranger_does_not_learn_the_version_of_a_private_draft(alice: Person, eve: Person) -> None:
    draft = await alice.create(visibility="private")
    check_problem(await eve.add(draft, **{"If-Match": '"9"'}), 404, "not_found", "There is no such draft.")
