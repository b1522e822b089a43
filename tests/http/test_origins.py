"""CORS: pages of listed origins may call and read answers, problems included; to others there is no CORS."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.http.checks import check_problem
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "https://write.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> Any:
    async with serving(shared_dsn, allowed_origins=(PAGE, "http://localhost:3000")) as service:
        yield service


async def ask(person: Person, origin: str, method: str = "POST", headers: str = "content-type") -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return await person.http.options("/v1/commands", headers=asked)


def cors_of(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("origin", [PAGE, "http://localhost:3000"])
async def test_a_listed_page_may_ask_before_it_calls(nobody: Person, origin: str) -> None:
    answer = await ask(nobody, origin)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == origin
    assert {"GET", "POST", "PATCH", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key", "if-match", "prefer", "x-request-id"} <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["x-request-id"]


async def test_a_listed_page_may_read_what_contract_md_names(alice: Person) -> None:
    answer = await alice.http.get("/v1/collab/drafts", headers={"Origin": PAGE})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "OneRing-Position", "RateLimit", "Retry-After", "X-Request-Id"} <= exposed
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/collab/drafts/00000000-0000-0000-0000-000000000000", 404, "not_found"),
        ("/v1/collab/drafts?limit=0", 422, "validation_error"),
        ("/v1/collab/drafts?limit=1&limit=1", 400, "validation_error"),
        ("/v1/commands", 405, "method_not_allowed"),
        ("/nowhere", 404, "not_found"),
    ],
)
async def test_a_listed_page_may_read_problems_too(alice: Person, path: str, status: int, code: str) -> None:
    answer = await alice.http.get(path, headers={"Origin": PAGE})
    check_problem(answer, status, code)
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]


async def test_a_listed_page_may_read_that_its_token_is_refused(service: Service) -> None:
    answer = await service.client(Authorization="Bearer x").get("/v1/collab/drafts", headers={"Origin": PAGE})
    check_problem(answer, 401, "unauthorized")
    assert answer.headers["access-control-allow-origin"] == PAGE


OTHERS = (
    *("https://evil.example", "null", "", "*", PAGE + "/", PAGE + ".evil.example", "https://WRITE.example"),
    *("http://write.example", "https://write.example:443", "https://xwrite.example", "https://writeXexample"),
    f"{PAGE}, https://evil.example",
)


@pytest.mark.parametrize("origin", OTHERS)
async def test_any_other_page_finds_no_cors_at_all(alice: Person, origin: str) -> None:
    answer = await alice.http.get("/v1/collab/drafts", headers={"Origin": origin})
    assert (answer.status_code, cors_of(answer)) == (200, {})


@pytest.mark.parametrize("origin", OTHERS)
async def test_any_other_page_asks_in_vain(nobody: Person, origin: str) -> None:
    answer = await ask(nobody, origin)
    check_problem(answer, 405, "method_not_allowed")
    assert cors_of(answer) == {}


@pytest.mark.parametrize(("method", "headers"), [("PUT", "content-type"), ("POST", "x-user-id"), ("TRACE", "cookie")])
async def test_what_a_page_may_not_send_is_not_allowed(nobody: Person, method: str, headers: str) -> None:
    answer = await ask(nobody, PAGE, method, headers)
    assert method == "POST" or method not in answer.headers["access-control-allow-methods"]
    assert headers == "content-type" or headers not in answer.headers["access-control-allow-headers"].lower()


async def test_a_page_of_two_origins_is_of_none(alice: Person) -> None:
    answer = await alice.http.get("/v1/config", headers=[("Origin", PAGE), ("Origin", PAGE)])
    assert cors_of(answer) == {}


async def test_options_without_a_question_is_a_method_like_any_other(nobody: Person) -> None:
    check_problem(await nobody.http.options("/v1/commands", headers={"Origin": PAGE}), 405, "method_not_allowed")


async def test_nobody_is_named_by_a_preflight(nobody: Person) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "GET", "Authorization": "Bearer x"}
    answer = await nobody.http.options("/nowhere", headers=asked)
    assert answer.status_code == 204
