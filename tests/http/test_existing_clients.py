"""Clients that were written for the service before this one: plain HTTP as they speak it, and what they read."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEVER = "00000000-0000-4000-8000-000000000000"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def limited(shared_dsn: str) -> AsyncIterator[Service]:
    """Return a service that limits how often people ask, as it does unless told otherwise."""
    async with serving(shared_dsn, rate_limit="on") as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that knows the service's address and its user's name, and nothing else of it."""
    async with httpx.AsyncClient(base_url=service.url, headers={"X-User-Id": "ann"}, trust_env=False) as client:
        yield client


async def new_draft(http: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/v1/collab/drafts", json={"title": "Thread", "visibility": "private"} | fields)
    assert answer.status_code == 200  # not 201
    draft: dict[str, Any] = answer.json()["data"]
    return draft


class TestEnvelopes:
    async def test_success_is_data(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        UUID(draft["draft_id"])
        assert (await http.get(f"/v1/collab/drafts/{draft['draft_id']}")).json()["data"]["title"] == "Thread"

    async def test_a_list_counts_its_rows(self, http: httpx.AsyncClient) -> None:
        await new_draft(http)
        body = (await http.get("/v1/collab/drafts", params={"limit": 1})).json()
        assert (len(body["data"]), body["count"]) == (1, 1)
        assert body["next_cursor"] is None or isinstance(body["next_cursor"], str)

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "code"),
        [
            ("GET", f"/v1/collab/drafts/{NEVER}", None, 404, "not_found"),
            ("GET", "/v1/nowhere", None, 404, "not_found"),
            ("PUT", "/v1/collab/drafts", {}, 405, "method_not_allowed"),
            ("POST", "/v1/collab/drafts", {}, 422, "validation_error"),
            ("POST", "/v1/collab/drafts", {"title": ""}, 422, "validation_error"),
            ("GET", "/v1/collab/drafts?limit=0", None, 422, "validation_error"),
        ],
    )
    async def test_an_error_has_a_code_and_a_message_for_a_person(
        self, http: httpx.AsyncClient, method: str, path: str, body: Any, status: int, code: str
    ) -> None:
        answer = await http.request(method, path, json=body)
        error = answer.json()["error"]
        assert (error["code"], answer.status_code in (status, 400)) == (code, True)
        assert isinstance(error["message"], str)
        assert error["message"]
        assert error["request_id"] == answer.headers["x-request-id"]

    async def test_malformed_json_is_a_400(self, http: httpx.AsyncClient) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await http.post("/v1/collab/drafts", content=b'{"title": ', headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")

    async def test_without_credentials_a_change_is_a_401(self, service: Service) -> None:
        async with httpx.AsyncClient(base_url=service.url, trust_env=False) as nobody:
            answer = await nobody.post("/v1/collab/drafts", json={"title": "Thread"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_a_request_id_of_ones_own_comes_back(self, http: httpx.AsyncClient) -> None:
        answer = await http.get(f"/v1/collab/drafts/{NEVER}", headers={"X-Request-Id": "from-a-client_1"})
        assert answer.headers["x-request-id"] == answer.json()["error"]["request_id"] == "from-a-client_1"


class TestDrafts:
    async def test_a_draft_has_every_member_that_they_read(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http, initial_segment="First!")
        assert {
            "draft_id", "creator_id", "title", "platform", "status", "segments", "ring_state", "collaborators",
            "pending_invites", "created_at", "updated_at", "target_publish_at", "metrics",
        } <= draft.keys()  # fmt: skip
        assert (draft["creator_id"], draft["status"], draft["collaborators"]) == ("ann", "active", [])
        (segment,) = draft["segments"]
        assert (segment["content"], segment["segment_order"], segment["user_id"]) == ("First!", 0, "ann")
        assert segment["author_display"].startswith("@u_")
        assert segment["ring_holder_user_id_at_write"] == segment["author_user_id"] == "ann"
        ring = draft["ring_state"]
        assert (ring["current_holder_id"], ring["holders_history"]) == ("ann", ["ann"])
        assert ring["passed_at"] == ring["last_passed_at"]
        assert draft["idempotency_key"] is None if "idempotency_key" in draft else True

    async def test_metrics_are_computed_as_of_now(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}"
        await http.post(path + "/pass-ring", json={"to_user_id": "ann"})
        now = (await http.get(path)).json()["data"]["updated_at"]
        one, same = [(await http.get(path, params={"now": now})).json() for _ in range(2)]
        assert one == same
        metrics = one["data"]["metrics"]
        assert list(metrics) == ["contributorsCount", "ringPassesLast24h", "avgMinutesBetweenPasses", "lastActivityAt"]
        assert (metrics["contributorsCount"], metrics["ringPassesLast24h"]) == (1, 1)
        later = (await http.get(path, params={"now": "2030-01-01T00:00:00Z"})).json()["data"]["metrics"]
        assert later["ringPassesLast24h"] == 0
        wrong = await http.get(path, params={"now": "yesterday"})
        assert wrong.json()["error"]["code"] == "validation_error"

    async def test_writing_passing_and_the_refusal_of_who_is_not_on_turn(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}"
        await http.post(path + "/collaborators", json={"collaborator_id": "ben"})
        written = await http.post(path + "/segments", json={"content": "Second"})
        assert (written.status_code, written.json()["data"]["segments"][-1]["content"]) == (200, "Second")
        passed = (await http.post(path + "/pass-ring", json={"to_user_id": "ben"})).json()["data"]
        assert passed["ring_state"]["current_holder_id"] == "ben"
        refused = await http.post(path + "/segments", json={"content": "Third"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ring_required")
        assert "ben" in refused.json()["error"]["message"]

    async def test_a_smart_pass_says_whom_it_chose(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}"
        nobody = await http.post(path + "/pass-ring/smart", json={"strategy": "most_inactive", "allow_ai": False})
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (409, "no_collaborator_candidates")
        await http.post(path + "/collaborators", json={"collaborator_id": "ben"})
        body = (await http.post(path + "/pass-ring/smart", json={"strategy": "most_inactive"})).json()
        assert (body["selected_to_user_id"], body["strategy_used"]) == ("ben", "most_inactive")
        assert body["metrics"].keys() == {"strategy", "candidate_count", "computed_from"}
        assert body["data"]["ring_state"]["current_holder_id"] == "ben"


class TestIdempotency:
    async def test_a_key_in_the_body_or_in_the_header_is_the_same_key(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path, key = f"/v1/collab/drafts/{draft['draft_id']}/segments", uuid4().hex
        in_body = await http.post(path, json={"content": "Once", "idempotency_key": key})
        in_header = await http.post(path, json={"content": "Once"}, headers={"Idempotency-Key": key})
        assert in_body.json() == in_header.json()
        assert [segment["content"] for segment in in_header.json()["data"]["segments"]] == ["Once"]

    async def test_without_a_key_each_request_is_one_of_its_own(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}/segments"
        for _ in range(2):
            answer = await http.post(path, json={"content": "Twice"})
        assert len(answer.json()["data"]["segments"]) == 2

    async def test_a_key_of_another_content_is_refused(self, http: httpx.AsyncClient) -> None:
        draft = await new_draft(http)
        path, key = f"/v1/collab/drafts/{draft['draft_id']}/segments", {"Idempotency-Key": uuid4().hex}
        await http.post(path, json={"content": "One"}, headers=key)
        answer = await http.post(path, json={"content": "Another"}, headers=key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_mismatch")


class TestCollaborators:
    @pytest.mark.parametrize(
        "sent",
        [
            {"json": {"collaborator_id": "ben", "role": "viewer"}},
            {"params": {"collaborator_id": "ben", "role": "viewer"}},
            {"params": {"collaborator_id": "ben"}, "json": {"role": "viewer"}},
        ],
    )
    async def test_somebody_is_named_in_the_query_or_in_the_body(
        self, http: httpx.AsyncClient, sent: dict[str, Any]
    ) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}/collaborators"
        data = (await http.post(path, **sent)).json()["data"]
        assert (data["collaborators"], data["members"][-1]["role"]) == (["ben"], "viewer")
        again = await http.delete(f"{path}/ben")
        assert (again.status_code, again.json()["data"]["collaborators"]) == (200, [])

    async def test_an_invite_has_its_link(self, http: httpx.AsyncClient, service: Service) -> None:
        draft = await new_draft(http)
        path = f"/v1/collab/drafts/{draft['draft_id']}/invites"
        made = (await http.post(path, json={"target_user_id": "ben", "expires_in_hours": 24})).json()["data"]
        assert made["token_hint"] == made["token"][-6:]
        assert made["share_url"].startswith(service.url)
        async with httpx.AsyncClient(base_url=service.url, headers={"X-User-Id": "ben"}, trust_env=False) as ben:
            answer = await ben.post(f"/v1/collab/invites/{made['invite_id']}/accept", json={"token": made["token"]})
            assert (answer.status_code, answer.json()["data"]["status"]) == (200, "accepted")
            assert (await ben.get(f"/v1/collab/drafts/{draft['draft_id']}")).status_code == 200


ALIASES = [
    ("/v1/analytics/drafts/{}/summary", "/api/analytics/drafts/{}/summary", False),
    ("/v1/analytics/drafts/{}/contributors", "/api/analytics/drafts/{}/contributors", False),
    ("/v1/analytics/drafts/{}/ring", "/api/analytics/drafts/{}/ring", False),
    ("/v1/insights/drafts/{}", "/api/insights/drafts/{}", False),
    ("/v1/analytics/drafts/{}/summary", "/v1/collab/drafts/{}/analytics", True),
    ("/v1/insights/drafts/{}", "/v1/collab/api/insights/drafts/{}", True),
]


@pytest.mark.parametrize(("path", "alias", "enveloped"), ALIASES)
async def test_what_has_two_addresses_is_the_same_at_both(
    http: httpx.AsyncClient, path: str, alias: str, enveloped: bool
) -> None:
    draft = (await new_draft(http, initial_segment="First!"))["draft_id"]
    now = {"now": "2030-01-01T00:00:00Z"}
    known = (await http.get(path.format(draft), params=now)).json()["data"]
    same = await http.get(alias.format(draft), params=now)
    assert same.status_code == 200
    assert (same.json()["data"] if enveloped else same.json()) == known


class TestLimits:
    async def test_every_answer_says_what_is_left(self, limited: Service) -> None:
        async with httpx.AsyncClient(base_url=limited.url, headers={"X-User-Id": "lea"}, trust_env=False) as lea:
            first, second = [await lea.get("/v1/collab/drafts") for _ in range(2)]
            made = await lea.post("/v1/collab/drafts", json={"title": "Thread"})
        for answer in (first, second, made):
            assert answer.status_code == 200
            for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
                assert int(answer.headers[name]) >= 0
        assert int(second.headers["X-RateLimit-Remaining"]) <= int(first.headers["X-RateLimit-Remaining"])

    async def test_whoever_asks_too_often_is_told_how_long_to_wait(self, limited: Service) -> None:
        async with httpx.AsyncClient(base_url=limited.url, headers={"X-User-Id": "max"}, trust_env=False) as hasty:
            for _ in range(200):
                answer = await hasty.post("/v1/collab/drafts", json={"title": "Thread"})
                if answer.status_code != 200:
                    break
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["X-RateLimit-Remaining"] == "0"


async def test_a_token_goes_before_a_name(service: Service) -> None:
    """A bearer token that is none is refused, whatever X-User-Id says."""
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b"{}", b"{}", b"x"))
    headers = {"X-User-Id": "ann", "Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers, trust_env=False) as client:
        answer = await client.get("/v1/collab/drafts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
