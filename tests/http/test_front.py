"""What every answer carries, and the routes for whoever runs the service or builds a front end."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from onering.auth.development import mint
from onering.settings import Environment
from tests.http.checks import check_problem, nothing_stored, shared_draft
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFT = "/v1/collab/drafts/00000000-0000-0000-0000-000000000000"
HS256 = "h" * 32


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local(shared_dsn: str) -> AsyncIterator[Service]:
    """Return a service as somebody runs it on their own machine."""
    async with serving(shared_dsn, env=Environment.LOCAL) as local:
        yield local


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def production(shared_dsn: str) -> AsyncIterator[Service]:
    """Return a service that knows nobody on this machine."""
    settings = {
        "env": Environment.PRODUCTION,
        "hs256": True,
        "hs256_secret": HS256,
        "hs256_issuer": "https://id.example",
    }
    async with serving(shared_dsn, development_secret=None, **settings) as production:
        yield production


class TestEveryAnswer:
    ROUTES = (
        ("GET", "/v1/config", 200),
        ("GET", "/healthz", 200),
        ("GET", "/v1/collab/drafts", 200),
        ("POST", "/v1/collab/drafts", 422),
        ("GET", DRAFT, 404),
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/commands", 405),
    )

    @pytest.mark.parametrize(("method", "path", "status"), ROUTES)
    async def test_it_has_the_safety_headers(self, alice: Person, method: str, path: str, status: int) -> None:
        answer = await alice.http.request(method, path)
        assert answer.status_code == status
        assert {name: answer.headers.get_list(name) for name in SAFE} == SAFE
        assert "strict-transport-security" not in answer.headers
        assert len(answer.headers.get_list("content-type")) == 1

    @pytest.mark.parametrize(("method", "path", "status"), ROUTES)
    @pytest.mark.parametrize("request_id", ["x", "A-z_09", "0" * 64])
    async def test_it_names_the_request_as_its_client_did(
        self, alice: Person, method: str, path: str, status: int, request_id: str
    ) -> None:
        answer = await alice.http.request(method, path, headers={"X-Request-Id": request_id})
        assert answer.headers.get_list("x-request-id") == [request_id]
        assert status < 400 or answer.json()["instance"] == request_id

    @pytest.mark.parametrize("request_id", ["", "0" * 65, "a b", "a.b", "ä", "a\tb", "../x", "a,b", "<x>"])
    async def test_any_other_name_is_replaced(self, nobody: Person, request_id: str) -> None:
        raw: Any = [(b"x-request-id", request_id.encode())]
        answer = await nobody.http.get("/nowhere", headers=raw)
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
        check_problem(answer, 404, "not_found")

    async def test_no_two_requests_share_a_name(self, nobody: Person) -> None:
        answers = [await nobody.http.get("/v1/config") for _ in range(20)]
        assert len({answer.headers["x-request-id"] for answer in answers}) == 20

    async def test_in_production_it_insists_on_tls(self, production: Service) -> None:
        for path in ("/v1/config", "/nowhere", "/v1/collab/drafts"):
            answer = await production.client().get(path)
            assert answer.headers["strict-transport-security"].startswith("max-age=")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Cookie", "session=x"),
            ("Forwarded", "for=alice"),
            ("Accept", "text/html"),
            ("Accept", "nothing/at-all;q=0"),
            ("Range", "bytes=0-1"),
            ("If-None-Match", '"1"'),
        ],
    )
    async def test_what_a_client_says_beside_the_point_changes_nothing(
        self, alice: Person, name: str, value: str
    ) -> None:
        draft = await alice.create()
        raw: Any = [(name.lower().encode(), value.encode())]
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}", headers=raw)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")

    async def test_head_is_get_without_a_body(self, alice: Person) -> None:
        draft = await alice.create()
        for path in (
            f"/v1/collab/drafts/{draft}",
            "/v1/collab/drafts",
            f"/v1/collab/drafts/{draft}/events",
            "/v1/config",
        ):
            got, head = await alice.http.get(path), await alice.http.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == got.headers["content-length"]
            assert head.headers.get("etag") == got.headers.get("etag")


SAFE = {
    "cache-control": ["no-store"],
    "x-content-type-options": ["nosniff"],
    "referrer-policy": ["no-referrer"],
    "content-security-policy": ["default-src 'none'; frame-ancestors 'none'"],
}


class TestConfig:
    async def test_it_tells_what_a_front_end_needs(self, nobody: Person) -> None:
        answer = await nobody.http.get("/v1/config")
        assert answer.json() == {
            "data": {
                "environment": "test",
                "clerk_publishable_key": None,
                "anonymous_read": True,
                "default_visibility": "public",
                "limits": {
                    "body_bytes": 262144,
                    "title_characters": 200,
                    "description_characters": 2000,
                    "segment_characters": 500,
                    "heartbeat_seconds": 25.0,
                },
                "proofs": None,
            }
        }

    async def test_in_production_drafts_are_private_and_reading_is_for_people(self, production: Service) -> None:
        told = (await production.client().get("/v1/config")).json()["data"]
        assert (told["environment"], told["anonymous_read"], told["default_visibility"]) == (
            "production",
            False,
            "private",
        )
        assert HS256 not in str(told)


class TestHealth:
    async def test_in_good_times_it_is_alive_and_ready(self, nobody: Person) -> None:
        assert (await nobody.http.get("/healthz")).json() == {"status": "ok"}
        answer = await nobody.http.get("/readyz")
        assert answer.status_code == 200
        assert list(answer.json()) == ["status", "database", "tail", "projections", "keys", "signing"]
        assert answer.json()["status"] == "ready"
        for model in answer.json()["projections"]:
            assert list(model) == ["name", "version", "position", "lag", "stuck"]
            assert not model["stuck"]

    async def test_its_lag_comes_down_to_nothing(self, alice: Person) -> None:
        await asyncio.gather(*[alice.create() for _ in range(20)])
        async with asyncio.timeout(10):
            while any(model["lag"] for model in (await alice.http.get("/readyz")).json()["projections"]):
                await asyncio.sleep(0.01)


class TestDevelopment:
    async def test_a_token_of_local_signs_in(self, local: Service) -> None:
        answer = await local.client().post("/v1/dev/token", json={"user_id": "zoe"})
        told = answer.json()["data"]
        assert (list(told), told["user_id"], told["expires_in"]) == (["token", "user_id", "expires_in"], "zoe", 3600)
        zoe = Person(local.client(Authorization=f"Bearer {told['token']}"))
        draft = await zoe.create()
        assert (await zoe.events(draft)).json()["data"][0]["actor"] == {"id": "zoe"}

    @pytest.mark.parametrize("which", ["service", "production"])
    async def test_it_is_nowhere_else(self, request: pytest.FixtureRequest, which: str) -> None:
        answer = await request.getfixturevalue(which).client().post("/v1/dev/token", json={"user_id": "zoe"})
        check_problem(answer, 404, "not_found")
        assert "token" not in answer.json().get("data", {})

    @pytest.mark.parametrize(
        "body", [{}, {"user_id": ""}, {"user_id": 7}, {"user_id": "a b"}, {"user_id": "x" * 256}, {"user_id": "\ud800"}]
    )
    async def test_a_name_that_is_none_gets_no_token(self, local: Service, body: Any) -> None:

        content = json.dumps(body).encode()
        answer = await local.client().post(
            "/v1/dev/token", content=content, headers={"Content-Type": "application/json"}
        )
        check_problem(answer, 422, "validation_error")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:1"},
            {"Origin": "http://127.0.0.1.evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Cookie": "a=b"},
        ],
    )
    async def test_a_foreign_page_gets_no_token(self, local: Service, headers: dict[str, str]) -> None:
        answer = await local.client().post("/v1/dev/token", json={"user_id": "zoe"}, headers=headers)
        check_problem(answer, 403, "forbidden")

    async def test_our_own_page_gets_one(self, local: Service) -> None:
        headers = {"Origin": local.url, "Sec-Fetch-Site": "same-origin"}
        answer = await local.client().post("/v1/dev/token", json={"user_id": "zoe"}, headers=headers)
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost@evil.example", ""]
    )
    async def test_local_answers_to_no_other_name(self, local: Service, host: str, log: Any) -> None:
        async with nothing_stored(log):
            for method, path in (("GET", "/v1/config"), ("POST", "/v1/dev/token"), ("GET", "/nowhere")):
                answer = await local.client("alice").request(method, path, headers={"Host": host})
                check_problem(answer, 400, "validation_error")

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"])
    async def test_local_answers_to_the_names_of_this_machine(self, local: Service, host: str) -> None:
        answer = await local.client("alice").get("/v1/config", headers={"Host": host})
        assert answer.status_code == 200


class TestWho:
    @pytest.mark.parametrize("which", ["service", "local"])
    async def test_x_user_id_names_the_caller_in_test_and_local(
        self, request: pytest.FixtureRequest, which: str
    ) -> None:
        zoe = Person(request.getfixturevalue(which).client("zoe"))
        draft = await zoe.create()
        assert (await zoe.draft(draft)).json()["data"]["creator_id"] == "zoe"

    async def test_in_production_it_means_nothing(self, production: Service, log: Any) -> None:
        async with nothing_stored(log):
            answer = await production.client("alice").post("/v1/collab/drafts", json={"title": "T"})
            check_problem(answer, 401, "unauthorized")

    async def test_a_token_wins_over_it_everywhere(self, service: Service, alice: Person) -> None:
        token = mint("mallory", SECRET, now=datetime.now(UTC))
        mallory = Person(service.client("alice", Authorization=f"Bearer {token}"))
        draft = await shared_draft(alice, "bob", visibility="private")
        check_problem(await mallory.draft(draft), 404, "not_found")
        assert (await mallory.events(await mallory.create())).json()["data"][0]["actor"] == {"id": "mallory"}

    async def test_a_development_token_means_nothing_in_production(self, production: Service) -> None:
        token = mint("alice", SECRET, now=datetime.now(UTC))
        answer = await production.client(Authorization=f"Bearer {token}").get("/v1/collab/drafts")
        check_problem(answer, 401, "unauthorized", "The token is not valid; sign in again.")

    @pytest.mark.parametrize("token", ["bearer {}", "BEARER {}"])
    async def test_the_scheme_is_read_in_any_case(self, service: Service, token: str) -> None:
        signed = mint("alice", SECRET, now=datetime.now(UTC))
        answer = await service.client(Authorization=token.format(signed)).get("/v1/collab/drafts")
        assert answer.status_code == 200

    async def test_two_tokens_are_a_bad_request(self, service: Service) -> None:
        token = ("Authorization", "Bearer " + mint("alice", SECRET, now=datetime.now(UTC)))
        async with httpx.AsyncClient(base_url=service.url, headers=[token, token], trust_env=False) as client:
            check_problem(await client.get("/v1/collab/drafts"), 400, "validation_error")
