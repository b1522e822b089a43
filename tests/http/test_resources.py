"""The published resource form of each command: the exact shapes that existing clients depend on."""

import re
from datetime import datetime, timedelta
from types import NoneType
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = re.compile(r"@u_[0-9a-f]{6}")


def time(text: Any) -> datetime:
    at = datetime.fromisoformat(text)
    assert at.utcoffset() == timedelta(0)
    return at


def uuid(text: Any) -> None:
    assert text == str(UUID(text))


def check_keys(value: dict[str, Any], **checks: Any) -> None:
    """Assert that an object has exactly these members, each of its type or types, or what its function accepts."""
    assert list(value) == list(checks)
    for name, check in checks.items():
        if check in (time, uuid):
            check(value[name])
        else:
            assert isinstance(value[name], check), name


def check_draft(draft: dict[str, Any], *, metrics: type = NoneType) -> None:
    """Assert that a draft has contract.md's shape, member by member."""
    check_keys(
        draft,
        **dict.fromkeys(("draft_id", "workspace_id"), uuid),
        **dict.fromkeys(("creator_id", "title", "description"), str),
        platform=(str, NoneType),
        **dict.fromkeys(("status", "visibility"), str),
        version=int,
        segments=list,
        ring_state=dict,
        **dict.fromkeys(("collaborators", "members", "pending_invites"), list),
        **dict.fromkeys(("created_at", "updated_at"), time),
        target_publish_at=NoneType,
        metrics=metrics,
    )
    for segment in draft["segments"]:
        check_keys(
            segment,
            **dict.fromkeys(("segment_id", "draft_id"), uuid),
            **dict.fromkeys(("user_id", "content"), str),
            created_at=time,
            segment_order=int,
            **dict.fromkeys(("author_user_id", "author_display"), str),
            **dict.fromkeys(("ring_holder_user_id_at_write", "ring_holder_display_at_write"), str),
            idempotency_key=NoneType,
        )
        assert NAME.fullmatch(segment["author_display"])
    check_keys(
        draft["ring_state"],
        draft_id=uuid,
        current_holder_id=str,
        holders_history=list,
        **dict.fromkeys(("passed_at", "last_passed_at", "deadline_at"), time),
        idempotency_key=NoneType,
    )
    for member in draft["members"]:
        check_keys(member, user_id=str, display=str, role=str, joined_at=time)
        assert NAME.fullmatch(member["display"])


def drafted(answer: httpx.Response) -> dict[str, Any]:
    """Return the draft that a mutation answered, after checking everything around it."""
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["data"]
    draft: dict[str, Any] = answer.json()["data"]
    check_draft(draft)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == f'"{draft["version"]}"'
    assert re.fullmatch(r"\d+\.\d+", answer.headers["onering-position"])
    assert answer.headers["x-request-id"]
    return draft


class TestCreate:
    async def test_it_answers_the_new_draft(self, alice: Person) -> None:
        draft = drafted(await alice.http.post("/v1/collab/drafts", json={"title": "A walk"}))
        assert (draft["title"], draft["creator_id"], draft["version"]) == ("A walk", "alice", 1)
        assert (draft["description"], draft["platform"], draft["status"]) == ("", None, "active")
        assert (draft["segments"], draft["collaborators"], draft["pending_invites"]) == ([], [], [])
        assert [(m["user_id"], m["role"]) for m in draft["members"]] == [("alice", "owner")]
        ring = draft["ring_state"]
        assert (ring["current_holder_id"], ring["holders_history"]) == ("alice", ["alice"])
        assert time(ring["deadline_at"]) - time(ring["passed_at"]) == timedelta(hours=24)

    async def test_it_takes_every_field(self, alice: Person) -> None:
        fields = {"title": "A walk", "description": "In\tthe\nrain", "platform": "blog", "visibility": "private"}
        draft = drafted(await alice.http.post("/v1/collab/drafts", json=fields | {"initial_segment": "Once"}))
        assert {name: draft[name] for name in fields} == fields
        assert [(s["content"], s["segment_order"]) for s in draft["segments"]] == [("Once", 0)]
        assert draft["version"] == 2

    async def test_without_a_visibility_it_is_public_in_test(self, alice: Person) -> None:
        assert drafted(await alice.http.post("/v1/collab/drafts", json={"title": "T"}))["visibility"] == "public"

    @pytest.mark.parametrize("title", ["x", "x" * 200, "🧭" * 200, "Ein Weg, עברית, 物語"])
    async def test_a_title_is_kept_as_it_is(self, alice: Person, title: str) -> None:
        assert (await shown(alice, await alice.create(title=title)))["title"] == title

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({}, "title"),
            ({"title": ""}, "title"),
            ({"title": " \n"}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"title": None}, "title"),
            ({"title": 7}, "title"),
            ({"title": True}, "title"),
            ({"title": ["T"]}, "title"),
            ({"title": {"text": "T"}}, "title"),
            ({"title": "bell \x07"}, "title"),
            ({"title": "T", "description": "x" * 2001}, "description"),
            ({"title": "T", "description": None}, "description"),
            ({"title": "T", "platform": "telegraph"}, "platform"),
            ({"title": "T", "platform": 1}, "platform"),
            ({"title": "T", "visibility": "secret"}, "visibility"),
            ({"title": "T", "initial_segment": ""}, "initial_segment"),
            ({"title": "T", "initial_segment": "x" * 501}, "initial_segment"),
            ({"title": "T", "creator_id": "bob"}, "creator_id"),
            ({"title": "T", "command_id": str(UUID(int=1))}, "command_id"),
            ({"title": "T", "draft_id": str(UUID(int=1))}, "draft_id"),
            ({"title": "T", "type": "create-draft"}, "type"),
            ({"title": "T", "workspace_id": str(UUID(int=1))}, "workspace_id"),
        ],
    )
    async def test_a_wrong_field_is_named(self, alice: Person, log: Any, fields: dict[str, Any], name: str) -> None:
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/collab/drafts", json=fields)
            document = check_problem(answer, 422, "validation_error")
        assert [error["loc"] for error in document["errors"]] == [[name]]
        assert set(document["errors"][0]) == {"loc", "msg"}

    @pytest.mark.parametrize("name", ["creator_id", "command_id", "type"])
    async def test_an_unknown_or_missing_field_is_told_in_plain_words(self, alice: Person, name: str) -> None:
        unknown = await alice.http.post("/v1/collab/drafts", json={"title": "T", name: "x"})
        missing = await alice.http.post("/v1/collab/drafts", json={})
        assert unknown.json()["detail"] == f"{name}: There is no such field here."
        assert missing.json()["detail"] == "title: This field is required."


class TestSegments:
    async def test_it_answers_the_whole_draft(self, alice: Person) -> None:
        draft_id = await alice.create(initial_segment="Once")
        draft = drafted(await alice.add(draft_id, "And then"))
        assert [(s["content"], s["segment_order"], s["user_id"]) for s in draft["segments"]] == [
            ("Once", 0, "alice"),
            ("And then", 1, "alice"),
        ]
        assert {s["draft_id"] for s in draft["segments"]} == {draft_id}
        assert draft == await shown(alice, draft_id) | {"metrics": None}

    @pytest.mark.parametrize(
        "content", ["x" * 500, "🧭" * 500, "two\nlines\t.", "'; DROP TABLE events; --", "\\u0041 ☃"]
    )
    async def test_a_text_is_kept_as_it_is(self, alice: Person, content: str) -> None:
        draft = drafted(await alice.add(await alice.create(), content))
        assert draft["segments"][0]["content"] == content

    @pytest.mark.parametrize("content", ["", " ", "\n\t", "x" * 501, "🧭" * 501, "\0", "a\x1b[31m", "a\r\nb", "\x85"])
    async def test_a_text_that_is_none_is_refused(self, alice: Person, log: Any, content: str) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            document = check_problem(await alice.add(draft, content), 422, "validation_error")
        assert document["errors"][0]["loc"] == ["content"]

    async def test_the_same_segment_has_one_identity_everywhere(self, alice: Person) -> None:
        draft = drafted(await alice.add(await alice.create()))
        (segment,) = draft["segments"]
        events = (await alice.events(draft["draft_id"])).json()["data"]
        assert segment["segment_id"] == events[1]["data"]["segment_id"]
        assert segment == (await shown(alice, draft["draft_id"], at=2))["segments"][0]

    async def test_who_held_the_ring_is_told_of_each(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        await alice.hand(draft, "bob")
        segments = drafted(await bob.add(draft))["segments"]
        assert [s["ring_holder_user_id_at_write"] for s in segments] == ["alice", "bob"]


class TestRing:
    async def test_a_pass_answers_the_draft_with_its_new_holder(self, alice: Person) -> None:
        draft = drafted(await alice.hand(await shared_draft(alice, "bob"), "bob"))
        ring = draft["ring_state"]
        assert (ring["current_holder_id"], ring["holders_history"]) == ("bob", ["alice", "bob"])
        assert ring["passed_at"] == ring["last_passed_at"] == draft["updated_at"]

    async def test_a_pass_to_oneself_is_allowed(self, alice: Person) -> None:
        draft = drafted(await alice.hand(await alice.create(), "alice"))
        assert draft["ring_state"]["holders_history"] == ["alice", "alice"]

    @pytest.mark.parametrize("to", [{}, {"to_user_id": ""}, {"to_user_id": "a b"}, {"to_user_id": 7}, {"to": "bob"}])
    async def test_a_pass_to_nobody_is_refused(self, alice: Person, log: Any, to: dict[str, Any]) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            answer = await alice.http.post(f"/v1/collab/drafts/{draft}/pass-ring", json=to)
            check_problem(answer, 422, "validation_error")


class TestCollaborators:
    async def test_somebody_is_added_by_body(self, alice: Person) -> None:
        draft = drafted(await alice.let_in(await alice.create(), "bob", "viewer"))
        assert [(m["user_id"], m["role"]) for m in draft["members"]] == [("alice", "owner"), ("bob", "viewer")]
        assert draft["collaborators"] == ["bob"]

    @pytest.mark.parametrize(("query", "role"), [({}, "contributor"), ({"role": "viewer"}, "viewer")])
    async def test_somebody_is_added_by_query(self, alice: Person, query: dict[str, str], role: str) -> None:
        path = f"/v1/collab/drafts/{await alice.create()}/collaborators"
        draft = drafted(await alice.http.post(path, params={"collaborator_id": "bob"} | query))
        assert (draft["members"][1]["user_id"], draft["members"][1]["role"]) == ("bob", role)

    async def test_a_field_may_be_in_body_and_query_if_it_is_the_same(self, alice: Person, log: Any) -> None:
        path = f"/v1/collab/drafts/{await alice.create()}/collaborators"
        body = {"collaborator_id": "bob"}
        async with nothing_stored(log):
            answer = await alice.http.post(path, json=body, params={"collaborator_id": "carol"})
            check_problem(answer, 400, "validation_error")
        drafted(await alice.http.post(path, json=body, params={"collaborator_id": "bob"}))

    @pytest.mark.parametrize(
        "fields", [{}, {"collaborator_id": "bob", "role": "owner"}, {"collaborator_id": "bob", "role": "Viewer"}]
    )
    async def test_a_wrong_field_is_refused(self, alice: Person, log: Any, fields: dict[str, Any]) -> None:
        path = f"/v1/collab/drafts/{await alice.create()}/collaborators"
        async with nothing_stored(log):
            check_problem(await alice.http.post(path, json=fields), 422, "validation_error")
            check_problem(await alice.http.post(path, params=fields), 422, "validation_error")

    async def test_somebody_is_taken_out(self, alice: Person) -> None:
        draft = drafted(await alice.take_out(await shared_draft(alice, "bob"), "bob"))
        assert (draft["collaborators"], [m["user_id"] for m in draft["members"]]) == ([], ["alice"])

    async def test_a_holder_who_is_taken_out_returns_the_ring_in_the_same_commit(self, alice: Person) -> None:
        draft = await shared_draft(alice, "bob")
        await alice.hand(draft, "bob")
        ring = drafted(await alice.take_out(draft, "bob"))["ring_state"]
        assert ring["holders_history"] == ["alice", "bob", "alice"]
        last = (await alice.events(draft)).json()["data"][-2:]
        assert [event["type"] for event in last] == ["ring_passed", "collaborator_removed"]
        assert last[0]["at"] == last[1]["at"]

    async def test_a_contributor_may_leave(self, alice: Person, bob: Person) -> None:
        draft = drafted(await bob.take_out(await shared_draft(alice, "bob"), "bob"))
        assert draft["collaborators"] == []

    async def test_whoever_leaves_a_private_draft_is_not_shown_it_again(self, alice: Person, bob: Person) -> None:
        draft = await shared_draft(alice, "bob", visibility="private")
        answer = await bob.take_out(draft, "bob")
        assert answer.status_code == 200
        assert answer.json()["data"] == {
            "draft_id": draft,
            "version": 3,
            "position": answer.headers["onering-position"],
        }
        check_problem(await bob.draft(draft), 404, "not_found")

    @pytest.mark.parametrize("name", ["clerk|user_2", "a/b", "a%b", "ä", "a?b", "a#b", "..", "a+b", "x" * 300])
    async def test_any_name_can_be_taken_out(self, alice: Person, name: str) -> None:
        draft = await shared_draft(alice, name)
        path = f"/v1/collab/drafts/{draft}/collaborators/" + "".join(f"%{byte:02x}" for byte in name.encode())
        assert drafted(await alice.http.delete(path))["collaborators"] == []

    @pytest.mark.parametrize("name", ["", "a%20b", "a%00b", "%0a", "x" * 301])
    async def test_a_name_that_is_none_is_refused(self, alice: Person, log: Any, name: str) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            answer = await alice.http.delete(f"/v1/collab/drafts/{draft}/collaborators/{name}")
            check_problem(answer, 422, "validation_error")

    @pytest.mark.parametrize("name", ["%ff", "%c0%af", "b%ed%a0%80b", "%f8%88%80%80%af"])
    async def test_a_name_that_is_no_utf8_is_refused(self, alice: Person, log: Any, name: str) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            answer = await alice.http.delete(f"/v1/collab/drafts/{draft}/collaborators/{name}")
            check_problem(answer, 400, "validation_error")


class TestForms:
    ROUTES = (
        ("POST", "", {"title": "T"}),
        ("POST", "/{draft}/segments", {"content": "And then"}),
        ("POST", "/{draft}/pass-ring", {"to_user_id": "alice"}),
        ("POST", "/{draft}/collaborators", {"collaborator_id": "bob"}),
        ("DELETE", "/{draft}/collaborators/bob", None),
    )

    @pytest.mark.parametrize(("method", "path", "body"), ROUTES)
    async def test_each_is_short_if_so_preferred(self, alice: Person, method: str, path: str, body: Any) -> None:
        draft = await shared_draft(alice, "bob")
        answer = await alice.http.request(
            method, "/v1/collab/drafts" + path.format(draft=draft), json=body, headers={"Prefer": "return=minimal"}
        )
        assert list(answer.json()["data"]) == ["draft_id", "version", "position"]
        assert answer.headers["etag"] == f'"{answer.json()["data"]["version"]}"'
        assert answer.headers["onering-position"] == answer.json()["data"]["position"]
        assert answer.headers["preference-applied"] == "return=minimal"

    @pytest.mark.parametrize(("method", "path", "body"), ROUTES)
    async def test_none_is_for_somebody_without_credentials(
        self, alice: Person, nobody: Person, log: Any, method: str, path: str, body: Any
    ) -> None:
        draft = await shared_draft(alice, "bob")
        async with nothing_stored(log):
            answer = await nobody.http.request(method, "/v1/collab/drafts" + path.format(draft=draft), json=body)
            check_problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_a_draft_in_body_and_path_must_be_the_same(self, alice: Person) -> None:
        draft = await alice.create()
        path = f"/v1/collab/drafts/{draft}/segments"
        drafted(await alice.http.post(path, json={"content": "x", "draft_id": draft.upper()}))
        answer = await alice.http.post(path, json={"content": "x", "draft_id": str(uuid4())})
        check_problem(answer, 400, "validation_error")

    async def test_upper_case_in_the_path_is_the_same_draft(self, alice: Person) -> None:
        draft = await alice.create()
        assert drafted(await alice.add(draft.upper()))["draft_id"] == draft
        assert (await shown(alice, draft.upper()))["draft_id"] == draft


async def test_a_draft_that_is_read_has_metrics(alice: Person) -> None:
    draft = await shown(alice, await shared_draft(alice, "bob"))
    check_draft(draft, metrics=dict)
    check_keys(
        draft["metrics"],
        contributorsCount=int,
        ringPassesLast24h=int,
        avgMinutesBetweenPasses=(float, NoneType),
        lastActivityAt=time,
    )
