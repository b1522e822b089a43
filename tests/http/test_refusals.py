"""What each rule answers to whoever breaks it: one code and one sentence, exactly, and nothing stored."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.http.checks import check_problem, nothing_stored, shared_draft, shown
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def attempt(person: Person, type: str, draft: str, **fields: Any) -> list[httpx.Response]:
    """Send a command through both doors."""
    path = f"/v1/collab/drafts/{draft}"
    resource = {
        "add-segment": ("POST", "/segments", {"json": fields}),
        "pass-ring": ("POST", "/pass-ring", {"json": fields}),
        "add-collaborator": ("POST", "/collaborators", {"json": fields}),
        "remove-collaborator": ("DELETE", f"/collaborators/{fields.get('collaborator_id')}", {}),
    }
    method, suffix, body = resource[type]
    return [
        await person.submit(type, draft_id=draft, **fields),
        await person.http.request(method, path + suffix, **body),
    ]


ADD = ("add-segment", {"content": "x"})
TO_BOB = ("pass-ring", {"to_user_id": "bob"})
LET_IN = ("add-collaborator", {"collaborator_id": "dave"})
TAKE_OUT = ("remove-collaborator", {"collaborator_id": "bob"})


# In a public draft of alice's, who holds the ring; bob contributes, carol views, eve is a stranger.
@pytest.mark.parametrize(
    ("who", "command", "code", "detail"),
    [
        ("bob", ADD, "ring_required", "Only the ring holder may add a segment; alice holds the ring."),
        ("carol", ADD, "ring_required", "Only the ring holder may add a segment; alice holds the ring."),
        ("eve", ADD, "forbidden", "Only a member of the draft may add a segment."),
        ("bob", TO_BOB, "ring_required", "Only the ring holder may pass the ring; alice holds the ring."),
        ("eve", TO_BOB, "forbidden", "Only a member of the draft may pass the ring."),
        (
            "alice", ("pass-ring", {"to_user_id": "eve"}), "conflict",
            "The ring can only go to a member of the draft; eve is not one.",
        ),
        (
            "alice", ("pass-ring", {"to_user_id": "carol"}), "conflict",
            "The ring can only go to somebody who writes; carol is a viewer.",
        ),
        ("bob", LET_IN, "forbidden", "Only the owner may add a collaborator."),
        ("carol", LET_IN, "forbidden", "Only the owner may add a collaborator."),
        ("eve", LET_IN, "forbidden", "Only the owner may add a collaborator."),
        (
            "alice", ("add-collaborator", {"collaborator_id": "alice"}), "conflict",
            "The owner of a draft is a member already.",
        ),
        (
            "alice", ("add-collaborator", {"collaborator_id": "bob", "role": "viewer"}), "conflict",
            "bob is already a member, as a contributor.",
        ),
        ("carol", TAKE_OUT, "forbidden", "Only the owner may remove a collaborator."),
        ("eve", TAKE_OUT, "forbidden", "Only the owner may remove a collaborator."),
        (
            "eve", ("remove-collaborator", {"collaborator_id": "eve"}), "forbidden",
            "Only a member of the draft may leave it.",
        ),
        (
            "alice", ("remove-collaborator", {"collaborator_id": "alice"}), "conflict",
            "The owner cannot leave a draft; transfer it to another member first.",
        ),
    ],
)  # fmt: skip
async def test_each_rule_names_itself(
    alice: Person, service: Service, log: Any, who: str, command: Any, code: str, detail: str
) -> None:
    draft = await shared_draft(alice, "bob", viewer="carol")
    person = Person(service.client(who))
    await person.http.get("/v1/config")
    async with nothing_stored(log):
        for answer in await attempt(person, command[0], draft, **command[1]):
            check_problem(answer, 409 if code == "conflict" else 403, code, detail)


@pytest.mark.parametrize("command", [ADD, TO_BOB, LET_IN, TAKE_OUT])
@pytest.mark.parametrize("which", ["private", "none", "user"])
async def test_a_draft_that_may_not_be_read_does_not_exist(
    alice: Person, eve: Person, log: Any, command: Any, which: str
) -> None:
    draft = await shared_draft(alice, "bob", visibility="private")
    others = "SELECT stream_id FROM onering.streams WHERE stream_type = 'user' LIMIT 1"
    named = {"private": draft, "none": str(uuid4()), "user": str(await log.fetchval(others))}[which]
    async with nothing_stored(log):
        for answer in await attempt(eve, command[0], named, **command[1]):
            check_problem(answer, 404, "not_found", "There is no such draft.")


async def test_whoever_was_taken_out_is_a_stranger_again(alice: Person, bob: Person, log: Any) -> None:
    draft = await shared_draft(alice, "bob")
    await alice.hand(draft, "bob")
    await alice.take_out(draft, "bob")
    async with nothing_stored(log):
        for answer in await attempt(bob, "add-segment", draft, content="x"):
            check_problem(answer, 403, "forbidden", "Only a member of the draft may add a segment.")


async def test_a_viewer_never_holds_the_ring(alice: Person) -> None:
    draft = await shared_draft(alice, viewer="carol")
    for answer in await attempt(alice, "pass-ring", draft, to_user_id="carol"):
        check_problem(answer, 409, "conflict")
    assert (await shown(alice, draft))["ring_state"]["holders_history"] == ["alice"]


async def test_a_body_names_nobody_as_the_actor(alice: Person, bob: Person, log: Any) -> None:
    draft = await shared_draft(alice, "bob")
    async with nothing_stored(log):
        for field in ("actor", "user_id", "author_id", "subject", "issuer"):
            for answer in await attempt(bob, "add-segment", draft, content="x", **{field: "alice"}):
                check_problem(answer, 422, "validation_error")


@pytest.mark.parametrize("claim", [{"params": {"user_id": "alice"}}, {"headers": {"X-Forwarded-User": "alice"}}])
async def test_neither_does_a_query_or_a_header(alice: Person, bob: Person, claim: Any) -> None:
    draft = await shared_draft(alice, "bob")
    answer = await bob.http.post(f"/v1/collab/drafts/{draft}/segments", json={"content": "x"}, **claim)
    check_problem(answer, 403, "ring_required")


@pytest.mark.parametrize("path", ["/v1/commands", "/v1/collab/drafts"])
async def test_a_token_in_url_or_body_signs_nobody_in(nobody: Person, log: Any, path: str) -> None:
    async with nothing_stored(log):
        body = {"type": "create-draft", "title": "T", "access_token": "x.y.z", "idempotency_key": "k"}
        answer = await nobody.http.post(path, json=body, params={"access_token": "x.y.z"})
        check_problem(answer, 401, "unauthorized", "Sign in first: send an Authorization header with a Bearer token.")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_bad_token_is_one_identical_answer(service: Service, log: Any) -> None:
    async with nothing_stored(log):
        for token in ("x", "Bearer", "Basic YTpi", "Bearer  x", "Token x", "Bearer x.y.z", "Bearer " + "x" * 8193):
            answer = await service.client(Authorization=token).post("/v1/commands", json={})
            check_problem(answer, 401, "unauthorized", "The token is not valid; sign in again.")
            assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("path", ["/v1", "/v1/commands/", "/v1/collab/drafts/", "/v2/commands", "/documents"])
async def test_a_path_that_is_none_of_ours_is_not_found(alice: Person, path: str) -> None:
    check_problem(await alice.http.get(path), 404, "not_found", "There is nothing at this path.")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        *[(method, "/v1/commands", "POST") for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")],
        *[(method, "/v1/collab/drafts", "GET, HEAD, POST") for method in ("PUT", "OPTIONS", "DELETE")],
        ("POST", "/v1/collab/drafts/{draft}", "DELETE, GET, HEAD, PATCH"),
        ("GET", "/v1/collab/drafts/{draft}/collaborators/bob", "DELETE, PATCH"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_told_those_it_does(
    alice: Person, log: Any, method: str, path: str, allowed: str
) -> None:
    draft = await alice.create()
    async with nothing_stored(log):
        answer = await alice.http.request(method, path.format(draft=draft))
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        check_problem(answer, 405, "method_not_allowed", f"This path takes {allowed}.")


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_no_header_changes_the_method(alice: Person, log: Any, header: str) -> None:
    draft = await shared_draft(alice, "bob")
    async with nothing_stored(log):
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}", headers={header: "DELETE"})
        assert answer.status_code == 200
        path = f"/v1/collab/drafts/{draft}/collaborators/bob"
        check_problem(await alice.http.post(path, headers={header: "DELETE"}), 405, "method_not_allowed")
