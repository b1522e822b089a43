"""The contracts and their page, as a browser gets them from a running service."""

import asyncio
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.conformance import DOCUMENT
from tests.serving import Service, serving

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "web/client/src/schema.ts"
GENERATE = ". scripts/environment.sh && . scripts/page.sh && in_web node client/generate.mjs - -"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(service: Service) -> httpx.AsyncClient:
    return service.client()


async def test_the_document_is_the_one_that_tests_are_held_against(browser: httpx.AsyncClient) -> None:
    served = (await browser.get("/openapi.json")).json()
    assert served.pop("info")["title"] == "OneRing"
    assert served == {name: value for name, value in DOCUMENT.items() if name != "info"}


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json"])
async def test_a_contract_is_the_same_bytes_each_time(browser: httpx.AsyncClient, path: str) -> None:
    first, second = await browser.get(path), await browser.get(path)
    assert (first.status_code, first.content, first.headers["etag"]) == (200, second.content, second.headers["etag"])


async def test_the_feeds_contract_tells_how_a_socket_ends(browser: httpx.AsyncClient) -> None:
    channel = (await browser.get("/asyncapi.json")).json()["channels"]["feed"]
    assert channel["address"] == "/v1/ws/drafts/{draft_id}"
    assert "| 4403 | 403 | you may no longer read this draft |" in channel["description"]
    assert "| 1009 |" in channel["description"]


async def test_the_page_runs_nothing_but_our_own_files(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = page.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|style=|https?:", page.text)


async def test_the_pages_files_are_there_and_may_be_kept_for_ever(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/docs")).text
    paths = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page)
    assert len(paths) == 4
    for path in paths:
        file = await browser.get(path)
        assert file.status_code == 200, path
        assert file.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-type"].partition(";")[0] in ("text/javascript", "text/css", "image/png")
    start = await browser.get(next(path for path in paths if "start" in path))
    assert '"/openapi.json"' in start.text
    assert "validatorUrl: null" in start.text


@pytest.mark.parametrize(
    "name", ["swagger-ui-bundle.js", "index.html", "..%2Fpage%2Findex.html", "%2e%2e", "start.0000000000000000.js"]
)
async def test_nothing_else_is_served_from_there(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/docs/{name}")).status_code == 404


async def test_a_contract_is_not_kept_by_caches(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/openapi.json")).headers.get_list("cache-control") == ["no-store"]


async def test_what_the_page_tries_out_is_done(service: Service) -> None:
    page = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
    token = (await service.client(None, **page).post("/v1/dev/token", json={"user_id": "alice"})).status_code
    assert token == 404  # only in local
    made = await service.client("alice", **page).post("/v1/collab/drafts", json={"title": "From the page"})
    assert made.status_code == 200


async def test_the_types_of_the_client_library_are_made_from_the_document(browser: httpx.AsyncClient) -> None:
    served = (await browser.get("/openapi.json")).content
    made = await asyncio.create_subprocess_exec("bash", "-c", GENERATE, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    types, faults = await made.communicate(served)
    assert made.returncode == 0, faults.decode()
    assert types.decode() == TYPES.read_text(), "run `npm run generate` in web/, beside a service of this tree"
