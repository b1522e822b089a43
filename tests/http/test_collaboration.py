"""Every command over HTTP, in its resource form and through POST /v1/commands, and who may do it in which role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from onering.domain.commands import DraftCommand
from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFT = "/v1/collab/drafts/{draft}"


@dataclass
class Form:
    """A command as alice may send it, in both forms; `first` is what she does before, `events` what happens."""

    type: str
    method: str
    path: str
    events: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    in_path: Mapping[str, Any] = field(default_factory=dict)
    first: str | None = None

    async def by_route(self, person: Person, draft: str, segment: str, **headers: str) -> httpx.Response:
        path = (DRAFT + self.path).format(draft=draft, segment=segment)
        body = self.fields or None if self.method != "DELETE" else None
        return await person.http.request(self.method, path, json=body, headers=headers)

    async def by_command(self, person: Person, draft: str, segment: str, **extra: Any) -> httpx.Response:
        said = {"draft_id": draft} | self.fields | self.in_path | extra
        return await person.submit(self.type, **{n: segment if v == "{segment}" else v for n, v in said.items()})


AMEND = {"segment_id": "{segment}"}
EDITED = ("draft_renamed", "turn_limit_changed")
FORMS = [
    Form("add-segment", "POST", "/segments", ("segment_added",), {"content": "And then"}),
    Form("amend-segment", "PATCH", "/segments/{segment}", ("segment_amended",), {"content": "Or so"}, AMEND),
    Form("withdraw-segment", "DELETE", "/segments/{segment}", ("segment_withdrawn",), {}, AMEND),
    Form("pass-ring", "POST", "/pass-ring", ("ring_passed",), {"to_user_id": "bob"}),
    Form("pass-ring-smart", "POST", "/pass-ring/smart", ("ring_passed",), {"strategy": "round_robin"}),
    Form("reclaim-ring", "POST", "/reclaim-ring", ()),
    Form("nudge-holder", "POST", "/nudge", ("holder_nudged",), first="pass-ring"),
    Form("add-collaborator", "POST", "/collaborators", ("collaborator_added",), {"collaborator_id": "dan"}),
    Form(
        "change-role", "PATCH", "/collaborators/bob", ("role_changed",), {"role": "viewer"}, {"collaborator_id": "bob"}
    ),
    Form(
        "remove-collaborator", "DELETE", "/collaborators/bob", ("collaborator_removed",), {}, {"collaborator_id": "bob"}
    ),
    Form("transfer-ownership", "POST", "/transfer", ("ownership_transferred",), {"to_user_id": "bob"}),
    Form("edit-draft", "PATCH", "", EDITED, {"title": "A run", "turn_limit_hours": 1}),
    Form("lock-draft", "POST", "/lock", ("draft_locked",)),
    Form("unlock-draft", "POST", "/unlock", ("draft_unlocked",), first="lock-draft"),
    Form("complete-draft", "POST", "/complete", ("draft_completed",)),
    Form("reopen-draft", "POST", "/reopen", ("draft_reopened",), first="complete-draft"),
    Form("archive-draft", "DELETE", "", ("draft_archived",)),
    Form("archive-draft", "POST", "/archive", ("draft_archived",)),
]
BY_TYPE = {form.type: form for form in FORMS}


async def scene(alice: Person, form: Form) -> tuple[str, str]:
    """Return a draft of alice's with bob and vera (a viewer) in it, and her segment there."""
    draft = await shared_draft(alice, "bob", viewer="vera", initial_segment="Once")
    segment = (await shown(alice, draft))["segments"][0]["segment_id"]
    if form.first is not None:
        assert (await BY_TYPE[form.first].by_route(alice, draft, segment)).status_code == 200
    return draft, segment


async def told(person: Person, draft: str, after: int) -> list[str]:
    return [event["type"] for event in (await person.events(draft, after=after)).json()["data"]]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.type} {form.method}")
class TestForms:
    async def test_the_resource_form_answers_the_whole_draft_at_the_version_that_it_is_for(
        self, alice: Person, form: Form
    ) -> None:
        draft, segment = await scene(alice, form)
        before = (await shown(alice, draft))["version"]
        stale = await form.by_route(alice, draft, segment, **{"If-Match": f'"{before - 1}"'})
        check_problem(stale, 412, "precondition_failed")
        answer = await form.by_route(alice, draft, segment, **{"If-Match": f'"{before}"'})
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"] == await shown(alice, draft) | {"metrics": None}
        assert answer.headers["etag"] == f'"{before + len(form.events)}"'
        assert tuple(await told(alice, draft, before)) == form.events

    async def test_the_command_form_answers_what_happened(self, alice: Person, form: Form) -> None:
        draft, segment = await scene(alice, form)
        before = (await shown(alice, draft))["version"]
        stale = await form.by_command(alice, draft, segment, expected_version=before - 1)
        check_problem(stale, 412, "precondition_failed")
        answer = await form.by_command(alice, draft, segment)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert list(data) == ["draft_id", "version", "position", "events"]
        assert (data["draft_id"], data["version"]) == (draft, before + len(form.events))
        assert tuple(event["type"] for event in data["events"]) == form.events

    async def test_a_stranger_and_nobody_do_it_to_no_draft(
        self, alice: Person, eve: Person, nobody: Person, log: Any, form: Form
    ) -> None:
        draft, segment = await scene(alice, form)
        async with nothing_stored(log):
            check_problem(await form.by_route(eve, draft, segment), 403, "forbidden")
            check_problem(await form.by_command(eve, draft, segment), 403, "forbidden")
            check_problem(await form.by_route(nobody, draft, segment), 401, "unauthorized")
        await alice.http.patch(DRAFT.format(draft=draft), json={"visibility": "private"})
        if (await shown(alice, draft))["visibility"] == "private":  # a completed draft is not edited
            async with nothing_stored(log):
                check_problem(await form.by_route(eve, draft, segment), 404, "not_found")

    async def test_a_viewer_does_nothing_but_nudge(self, service: Service, alice: Person, log: Any, form: Form) -> None:
        draft, segment = await scene(alice, form)
        vera = Person(service.client("vera"))
        await vera.drafts()
        answer = await form.by_route(vera, draft, segment)
        if form.type == "nudge-holder":
            assert answer.status_code == 200
        else:
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] in ("forbidden", "ring_required")


async def test_every_command_on_a_draft_has_its_form() -> None:
    types = {model.model_fields["type"].default for model in get_args(DraftCommand)}
    assert types - {"create-draft"} == set(BY_TYPE)


class TestSmartPass:
    async def test_it_says_whom_it_chose_how_and_why(self, alice: Person) -> None:
        draft = await shared_draft(alice, "carol", "bob", viewer="vera")
        answer = await alice.http.post(DRAFT.format(draft=draft) + "/pass-ring/smart", json={"allow_ai": True})
        body = answer.json()
        assert {name: value for name, value in body.items() if name != "data"} == {
            "selected_to_user_id": "bob",
            "strategy_used": "most_inactive",
            "reasoning": "bob has not had a turn yet.",
            "metrics": {"strategy": "most_inactive", "candidate_count": 2, "computed_from": "version 4"},
        }
        assert body["data"]["ring_state"]["current_holder_id"] == "bob"

    async def test_without_anybody_to_choose_it_is_refused(self, alice: Person) -> None:
        draft = await shared_draft(alice, viewer="vera")
        answer = await alice.http.post(DRAFT.format(draft=draft) + "/pass-ring/smart")
        check_problem(answer, 409, "no_collaborator_candidates")

    async def test_the_same_key_tells_the_first_choice_again(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob", "carol")
        path, key = DRAFT.format(draft=draft) + "/pass-ring/smart", {"Idempotency-Key": uuid4().hex}
        answers = [await alice.http.post(path, json={}, headers=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()


class TestRules:
    async def test_a_turn_that_is_not_over_is_not_reclaimed_and_its_deadline_is_shown(
        self, alice: Person, bob: Person
    ) -> None:
        draft = await shared_draft(alice, "bob")
        await alice.http.patch(DRAFT.format(draft=draft), json={"turn_limit_hours": 1})
        ring = (await alice.hand(draft, "bob")).json()["data"]["ring_state"]
        due = datetime.fromisoformat(ring["deadline_at"])
        assert due - datetime.fromisoformat(ring["passed_at"]) == timedelta(hours=1)
        answer = await alice.http.post(DRAFT.format(draft=draft) + "/reclaim-ring")
        assert f"{due:%Y-%m-%d %H:%M} UTC" in check_problem(answer, 409, "conflict")["detail"]

    async def test_a_second_nudge_waits_and_is_told_how_long(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob")
        path = DRAFT.format(draft=draft) + "/nudge"
        assert (await bob.http.post(path)).status_code == 200
        answer = await bob.http.post(path)
        check_problem(answer, 429, "limit_exceeded")
        assert 3590 <= int(answer.headers["retry-after"]) <= 3600

    async def test_what_was_amended_or_withdrawn_stays_in_history(self, alice: Person) -> None:
        draft = await alice.create(initial_segment="Once")
        segment = (await shown(alice, draft))["segments"][0]["segment_id"]
        path = DRAFT.format(draft=draft) + f"/segments/{segment}"
        assert (await alice.http.patch(path, json={"content": "Twice"})).json()["data"]["segments"][0][
            "content"
        ] == "Twice"
        assert (await alice.http.delete(path)).json()["data"]["segments"] == []
        check_problem(await alice.http.patch(path, json={"content": "Again"}), 409, "conflict")
        then = (await alice.add(draft, "Next")).json()["data"]["segments"]
        assert [(s["content"], s["segment_order"]) for s in then] == [("Next", 1)]
        old = [(await shown(alice, draft, at=version))["segments"] for version in (2, 3, 4)]
        assert [[s["content"] for s in segments] for segments in old] == [["Once"], ["Twice"], []]

    @pytest.mark.parametrize("segment", ["00000000-0000-4000-8000-000000000000", "none", "%20"])
    async def test_a_segment_that_there_is_not_is_not_found(self, alice: Person, segment: str) -> None:
        path = DRAFT.format(draft=await alice.create()) + f"/segments/{segment}"
        check_problem(await alice.http.delete(path), 404, "not_found")

    async def test_a_locked_draft_takes_no_segment_and_a_completed_one_nothing(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob")
        path = DRAFT.format(draft=draft)
        assert (await alice.http.post(path + "/lock")).json()["data"]["status"] == "locked"
        check_problem(await alice.add(draft), 409, "draft_locked")
        assert (await alice.http.post(path + "/complete")).json()["data"]["status"] == "completed"
        for answer in (await alice.add(draft), await alice.hand(draft, "bob"), await alice.http.delete(path)):
            check_problem(answer, 409, "conflict")
        assert (await alice.http.post(path + "/reopen")).json()["data"]["status"] == "active"

    async def test_a_demoted_holder_returns_the_ring_in_one_commit(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob")
        await alice.hand(draft, "bob")
        path = DRAFT.format(draft=draft) + "/collaborators/bob"
        shown = (await alice.http.patch(path, params={"role": "viewer"})).json()["data"]
        assert shown["ring_state"]["current_holder_id"] == "alice"
        last = (await alice.events(draft)).json()["data"][-2:]
        assert [event["type"] for event in last] == ["ring_passed", "role_changed"]
        assert last[0]["at"] == last[1]["at"]
        check_problem(await alice.hand(draft, "bob"), 409, "conflict")

    async def test_an_owner_transfers_and_then_leaves(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob")
        check_problem(await alice.take_out(draft, "alice"), 409, "conflict")
        members = (await alice.http.post(DRAFT.format(draft=draft) + "/transfer", json={"to_user_id": "bob"})).json()
        assert [(m["user_id"], m["role"]) for m in members["data"]["members"]] == [
            ("alice", "contributor"),
            ("bob", "owner"),
        ]
        assert (await alice.take_out(draft, "alice")).status_code == 200
        assert (await shown(bob, draft))["ring_state"]["current_holder_id"] == "bob"
