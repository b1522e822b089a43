"""Any command through one door, /v1/commands: one at a time, or an array of them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


def adding(draft: str, content: str = "And then", **fields: Any) -> dict[str, Any]:
    return {"type": "add-segment", "draft_id": draft, "content": content, "idempotency_key": uuid4().hex, **fields}


class TestOne:
    async def test_it_answers_what_happened(self, alice: Person) -> None:
        answer = await alice.submit("create-draft", title="A walk", initial_segment="Once")
        assert answer.status_code == 200
        data = answer.json()["data"]
        assert set(data) == {"draft_id", "version", "position", "events"}
        assert [event["type"] for event in data["events"]] == ["draft_created", "segment_added"]
        assert (data["version"], data["position"]) == (2, answer.headers["onering-position"])
        assert data["events"][-1]["position"] == data["position"]

    async def test_every_event_has_its_whole_wire_form(self, alice: Person) -> None:
        draft = await alice.create()
        answer = await alice.submit("add-segment", "a-key", draft_id=draft, content="And then")
        (event,) = answer.json()["data"]["events"]
        assert set(event) == {
            *("type", "draft_id", "version", "position", "event_id", "at", "actor", "command_id"),
            *("idempotency_key", "data"),
        }
        assert (event["draft_id"], event["version"], event["actor"]) == (draft, 2, {"id": "alice"})
        assert (event["idempotency_key"], event["data"]["content"]) == ("a-key", "And then")

    async def test_a_command_of_every_type_is_taken(self, alice: Person) -> None:
        draft = (await alice.submit("create-draft", title="A walk")).json()["data"]["draft_id"]
        for type, fields in [
            ("add-collaborator", {"collaborator_id": "bob"}),
            ("add-segment", {"content": "And then"}),
            ("pass-ring", {"to_user_id": "bob"}),
            ("remove-collaborator", {"collaborator_id": "bob"}),
        ]:
            assert (await alice.submit(type, draft_id=draft, **fields)).status_code == 200
        events = (await alice.events(draft)).json()["data"]
        assert [event["type"] for event in events][1:] == [
            *("collaborator_added", "segment_added", "ring_passed"),
            *("ring_passed", "collaborator_removed"),
        ]

    async def test_an_invite_is_answered_with_the_link_that_accepts_it(self, alice: Person, bob: Person) -> None:
        draft = await alice.create(visibility="private")
        told = (await alice.submit("create-invite", "an-invite", draft_id=draft, target_user_id="bob")).json()["data"]
        assert (told["draft_id"], [event["type"] for event in told["events"]]) == (draft, ["invite_created"])
        invite = told["invite"]
        assert invite["share_url"].endswith(f"/invites/{invite['invite_id']}#token={invite['token']}")
        again = await alice.submit("create-invite", "an-invite", draft_id=draft, target_user_id="bob")
        assert again.json()["data"]["invite"] == invite
        joined = await bob.submit("accept-invite", invite_id=invite["invite_id"], token=invite["token"])
        assert joined.status_code == 200
        assert [event["type"] for event in joined.json()["data"]["events"]] == ["collaborator_added", "invite_accepted"]
        assert "invite" not in joined.json()["data"]

    async def test_one_that_changes_nothing_answers_no_events(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob")
        answer = await alice.submit("add-collaborator", draft_id=draft, collaborator_id="bob")
        assert answer.json()["data"]["events"] == []
        assert answer.json()["data"]["version"] == 2

    @pytest.mark.parametrize("prefer", ["return=minimal", "respond-async, return=minimal", "RETURN=MINIMAL; wait=1"])
    async def test_it_answers_no_events_if_so_preferred(self, alice: Person, prefer: str) -> None:
        answer = await alice.http.post(
            "/v1/commands", json={"type": "create-draft", "title": "T", "idempotency_key": uuid4().hex},
            headers={"Prefer": prefer},
        )  # fmt: skip
        assert set(answer.json()["data"]) == {"draft_id", "version", "position"}
        assert answer.headers["preference-applied"] == "return=minimal"

    @pytest.mark.parametrize("prefer", ["return=representation", "return=minimally", "xreturn=minimal", ""])
    async def test_any_other_preference_is_ignored(self, alice: Person, prefer: str) -> None:
        body = {"type": "create-draft", "title": "T", "idempotency_key": uuid4().hex}
        answer = await alice.http.post("/v1/commands", json=body, headers={"Prefer": prefer})
        assert "events" in answer.json()["data"]
        assert "preference-applied" not in answer.headers

    @pytest.mark.parametrize("type", ["fly", "draft_created", "CREATE-DRAFT", "", None, 7, ["create-draft"], {}])
    async def test_an_unknown_type_is_named_as_such(self, alice: Person, log: Any, type: Any) -> None:
        async with nothing_stored(log):
            answer = await alice.submit(type, title="T")
            document = check_problem(answer, 422, "validation_error")
        assert document["errors"][0]["loc"] == ["type"]
        assert "create-draft" in document["detail"]


class TestMany:
    async def submit(self, person: Person, *commands: Any, **headers: str) -> list[dict[str, Any]]:
        answer = await person.http.post("/v1/commands", json=list(commands), headers=headers)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    async def test_each_is_answered_in_its_place(self, alice: Person) -> None:
        one, two = await alice.create(), await alice.create()
        results = await self.submit(alice, adding(one), adding(two), adding(one), adding(two))
        assert [r["status"] for r in results] == [200] * 4
        assert [(r["data"]["draft_id"], r["data"]["version"]) for r in results] == [
            (one, 2),
            (two, 2),
            (one, 3),
            (two, 3),
        ]

    async def test_those_of_one_draft_follow_each_other(self, alice: Person) -> None:
        draft = await alice.create()
        await self.submit(alice, *[adding(draft, f"{n}") for n in range(100)])
        assert [s["content"] for s in (await shown(alice, draft))["segments"]] == [f"{n}" for n in range(100)]

    async def test_two_spellings_of_a_draft_are_one_draft(self, alice: Person) -> None:
        draft = await alice.create()
        spellings = (draft, draft.upper(), draft.replace("-", ""))
        results = await self.submit(alice, *[adding(spelling, f"{n}") for n, spelling in enumerate(spellings)])
        assert [r["data"]["version"] for r in results] == [2, 3, 4]

    async def test_a_later_one_builds_on_an_earlier_one(self, alice: Person) -> None:
        draft = await alice.create()
        let_in = {"type": "add-collaborator", "draft_id": draft, "collaborator_id": "bob", "idempotency_key": "1"}
        hand = {"type": "pass-ring", "draft_id": draft, "to_user_id": "bob", "idempotency_key": "2"}
        results = await self.submit(alice, let_in, hand, adding(draft))
        assert [r["status"] for r in results] == [200, 200, 403]
        assert results[2]["problem"]["error"]["code"] == "ring_required"

    async def test_a_refusal_stops_nothing_else(self, alice: Person) -> None:
        draft = await alice.create()
        cases = [
            (adding(draft), 200, None),
            ("add-segment", 400, "validation_error"),
            (None, 400, "validation_error"),
            ([adding(draft)], 400, "validation_error"),
            ({"type": "fly", "idempotency_key": "k"}, 422, "validation_error"),
            (adding(draft, ""), 422, "validation_error"),
            (adding("no uuid"), 422, "validation_error"),
            (adding(draft, idempotency_key=None), 400, "validation_error"),
            (adding(str(uuid4())), 404, "not_found"),
            (adding(draft, expected_version=99), 412, "precondition_failed"),
            (adding(draft), 200, None),
        ]
        results = await self.submit(alice, *[command for command, _, _ in cases])
        assert [r["status"] for r in results] == [status for _, status, _ in cases]
        assert [r["problem"]["error"]["code"] if "problem" in r else None for r in results] == [c for _, _, c in cases]
        assert (await shown(alice, draft))["version"] == 3

    async def test_a_problem_is_a_whole_document(self, alice: Person) -> None:
        answer = await alice.http.post("/v1/commands", json=[adding(str(uuid4()))])
        request_id = answer.headers["x-request-id"]
        told = "There is no such draft."
        assert answer.json()["data"] == [
            {
                "status": 404,
                "problem": {
                    "type": "/problems/not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": told,
                    "instance": request_id,
                    "error": {"code": "not_found", "message": told, "request_id": request_id},
                },
            }
        ]

    async def test_each_has_its_own_condition(self, alice: Person) -> None:
        draft = await alice.create()
        results = await self.submit(alice, *[adding(draft, expected_version=version) for version in (1, 1, 2, 3)])
        assert [r["status"] for r in results] == [200, 412, 200, 200]

    async def test_one_key_twice_is_one_command(self, alice: Person) -> None:
        draft = await alice.create()
        command = adding(draft)
        first, again = await self.submit(alice, command, command)
        assert first == again
        assert (await shown(alice, draft))["version"] == 2

    async def test_the_answers_are_short_if_so_preferred(self, alice: Person) -> None:
        draft = await alice.create()
        (result,) = await self.submit(alice, adding(draft), Prefer="return=minimal")
        assert set(result["data"]) == {"draft_id", "version", "position"}

    async def test_it_says_how_far_the_newest_of_them_went(self, alice: Person) -> None:
        one, two = await alice.create(), await alice.create()
        answer = await alice.http.post("/v1/commands", json=[adding(one), adding(two)])
        positions = [r["data"]["position"] for r in answer.json()["data"]]
        assert answer.headers["onering-position"] == max(positions, key=lambda text: int(text.partition(".")[2]))

    async def test_none_at_all_is_an_empty_answer(self, alice: Person) -> None:
        assert await self.submit(alice) == []

    @pytest.mark.parametrize("header", [{"Idempotency-Key": "k"}, {"If-Match": '"1"'}, {"If-Match": "*"}])
    async def test_headers_that_belong_to_one_command_are_refused(
        self, alice: Person, log: Any, header: dict[str, str]
    ) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/commands", json=[adding(draft)], headers=header)
            check_problem(answer, 400, "validation_error")

    async def test_more_than_a_hundred_are_refused_whole(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/commands", json=[adding(draft)] * 101)
            check_problem(answer, 422, "validation_error", "An array has at most 100 commands.")
