"""The page as browsers get it: its document, its files, and what stands in for it where it was not built."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.attacks.production import producing
from tests.by_hand import exchange
from tests.http.checks import check_problem
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = '<!doctype html>\n<title>OneRing</title>\n<script type="module" src="/assets/index-1f.js"></script>\n'
SCRIPT = b"export const words = 'one ring'; " * 40
FILES = {
    "index-1f.js": SCRIPT,
    "index-1f.js.br": b"shortest",
    "index-1f.js.gz": gzip.compress(SCRIPT),
    "index-2e.css": b"body { margin: 0 }",
    "ring-3d.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "serif-4c.woff2": b"wOF2",
    "data-5b": b"\x00\x01",
}
OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"
PATHS = ("/", "/drafts/0190c5a4-0000-7000-8000-000000000000", "/drafts/x/history", "/invites/x", "/drafts/a/b/c/..")
# What Clerk's dashboard shows for clerk.example.com.
KEY, CLERK = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "https://clerk.example.com"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page as Vite leaves it behind."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "index.html").write_text(DOCUMENT)
    (folder / "assets").mkdir()
    for name, content in FILES.items():
        (folder / "assets" / name).write_bytes(content)
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text("{}")
    return folder


@asynccontextmanager
async def browsing(service: Service, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Ask as a browser does. The page is none of the API's, so nothing is held against its contract."""
    async with httpx.AsyncClient(base_url=service.url, headers=headers, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str, folder: Path) -> AsyncIterator[Service]:
    async with serving(shared_dsn, page=folder, rate_limit="on") as service:
        yield service


@pytest_asyncio.fixture(loop_scope="module")
async def browser(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(service) as client:
        yield client


class TestDocument:
    @pytest.mark.parametrize("path", PATHS)
    async def test_every_path_of_the_page_answers_the_document(self, browser: httpx.AsyncClient, path: str) -> None:
        answer = await browser.get(path)
        assert (answer.status_code, answer.text) == (200, DOCUMENT)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers.get_list("content-security-policy") == [OURS]
        assert answer.headers.get_list("cache-control") == ["no-cache"]

    async def test_head_is_get_without_a_body(self, browser: httpx.AsyncClient) -> None:
        got, head = await browser.get("/"), await browser.head("/")
        assert (head.status_code, head.content) == (200, b"")
        told = ("content-length", "content-type", "etag", "cache-control", "content-security-policy")
        assert {name: head.headers[name] for name in told} == {name: got.headers[name] for name in told}

    async def test_a_browser_that_has_it_is_not_sent_it_again(self, browser: httpx.AsyncClient) -> None:
        etag = (await browser.get("/")).headers["etag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}'):
            again = await browser.get("/invites/x", headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
            assert again.headers["content-security-policy"] == OURS
            assert "content-length" not in again.headers
        for other in ('"other"', etag.strip('"'), ""):
            assert (await browser.get("/", headers={"If-None-Match": other})).status_code == 200

    async def test_a_page_under_another_policy_is_another_document(
        self, browser: httpx.AsyncClient, shared_dsn: str, folder: Path
    ) -> None:
        """Browsers keep the policy of what they have when they are told that it did not change."""
        etag = (await browser.get("/")).headers["etag"]
        async with serving(shared_dsn, page=folder, clerk_publishable_key=KEY) as other, browsing(other) as client:
            answer = await client.get("/", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.headers["etag"] != etag) == (200, True)

    @pytest.mark.parametrize("path", ["/", "/drafts/x", "/assets/index-1f.js"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
    async def test_it_is_only_read(self, browser: httpx.AsyncClient, method: str, path: str) -> None:
        answer = await browser.request(method, path)
        check_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD"

    @pytest.mark.parametrize("path", ["/drafts", "/invites", "/page", "/index.html", "/.vite/manifest.json", "/assets"])
    async def test_what_is_no_path_of_the_page_is_not_found(self, browser: httpx.AsyncClient, path: str) -> None:
        check_problem(await browser.get(path), 404, "not_found")

    async def test_a_person_who_looks_where_nothing_is_meets_the_page_and_a_program_the_problem(
        self, browser: httpx.AsyncClient
    ) -> None:
        looked = await browser.get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (looked.status_code, looked.text) == (404, DOCUMENT)
        assert looked.headers.get_list("content-security-policy") == [OURS]
        assert looked.headers.get_list("cache-control") == ["no-store"]
        assert "etag" not in looked.headers
        check_problem(await browser.get("/nowhere", headers={"Accept": "application/json"}), 404, "not_found")
        for path, status, code in (("/docs/nothing", 404, "not_found"), ("/v1/me", 401, "unauthorized")):
            check_problem(await browser.get(path, headers={"Accept": "text/html"}), status, code)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("index-1f.js", "text/javascript; charset=utf-8"),
            ("index-2e.css", "text/css; charset=utf-8"),
            ("ring-3d.svg", "image/svg+xml"),
            ("serif-4c.woff2", "font/woff2"),
            ("data-5b", "application/octet-stream"),
        ],
    )
    async def test_a_file_is_kept_for_ever_under_its_name(
        self, browser: httpx.AsyncClient, name: str, media_type: str
    ) -> None:
        answer = await browser.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
        assert (answer.status_code, answer.content) == (200, FILES[name])
        assert answer.headers["content-type"] == media_type
        assert answer.headers.get_list("cache-control") == [FOR_EVER]
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"

    @pytest.mark.parametrize(
        ("taken", "sent"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("GZIP;q=1.0, br;q=0", "gzip"),
            ("br ; q=0.000, gzip;q=0.5", "gzip"),
            ("*", "br"),
            ("*, br;q=0", "gzip"),
            ("gzip;q=0, *;q=0", None),
            ("deflate, gzippy", None),
            ("", None),
        ],
    )
    async def test_it_comes_in_the_shortest_encoding_that_is_taken(
        self, service: Service, taken: str, sent: str | None
    ) -> None:
        request = f"GET /assets/index-1f.js HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {taken}\r\n"
        answer = await exchange(service, f"{request}Connection: close\r\n\r\n".encode())
        suffix = {"br": ".br", "gzip": ".gz", None: ""}[sent]
        assert (answer.headers.get("content-encoding"), answer.body) == (sent, FILES[f"index-1f.js{suffix}"])
        assert answer.headers["vary"] == "Accept-Encoding"

    async def test_who_says_nothing_of_encodings_gets_the_file_as_it_is(self, service: Service) -> None:
        request = b"GET /assets/index-1f.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = await exchange(service, request)
        assert ("content-encoding" in answer.headers, answer.body) == (False, SCRIPT)

    async def test_head_tells_of_what_get_would_send(self, browser: httpx.AsyncClient) -> None:
        for taken, length in (("br", len(b"shortest")), ("identity", len(SCRIPT))):
            head = await browser.head("/assets/index-1f.js", headers={"Accept-Encoding": taken})
            assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(length))

    async def test_a_part_of_a_file_is_not_sent(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/assets/index-2e.css", headers={"Range": "bytes=0-1"})
        assert (answer.status_code, answer.content) == (200, FILES["index-2e.css"])

    async def test_they_are_read_once(self, shared_dsn: str, folder: Path, tmp_path: Path) -> None:
        moved = tmp_path / "page"
        (moved / "assets").mkdir(parents=True)
        (moved / "index.html").write_text(DOCUMENT)
        (moved / "assets" / "a.js").write_text("first")
        async with serving(shared_dsn, page=moved) as service, browsing(service) as client:
            (moved / "assets" / "a.js").write_text("second")
            (moved / "index.html").unlink()
            assert (await client.get("/assets/a.js")).text == "first"
            assert (await client.get("/")).text == DOCUMENT

    @pytest.mark.attack(93)
    @pytest.mark.parametrize(
        "name",
        [
            *("../index.html", "..%2findex.html", "%2e%2e/index.html", "..%5cindex.html", "....//index.html"),
            *("index-1f.js%00", "index-1f.js%2f", "./index-1f.js", "%ff", "%c0%ae%c0%ae%c0%af", "%", "*", "", "%20"),
            *("index-1f.js.br", "index-1f.js.gz", "INDEX-1f.js", "index-9z.js", "index-1f.js/..", "/etc/passwd"),
        ],
    )
    async def test_a_name_that_is_none_of_the_files_leads_nowhere(self, service: Service, name: str) -> None:
        request = f"GET /assets/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = await exchange(service, request.encode())
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.headers["cache-control"] == "no-store"
        assert DOCUMENT.encode() not in answer.body


class TestEverybody:
    async def test_it_loads_whoever_one_says_one_is(self, service: Service, log: Any) -> None:
        before = await log.fetchval("SELECT max(position) FROM onering.events")
        for token in ("Bearer x.y.z", "Bearer", "Basic YTpi"):
            async with browsing(service, Authorization=token) as client:
                for path in ("/", "/assets/index-2e.css"):
                    assert (await client.get(path)).status_code == 200
        assert await log.fetchval("SELECT max(position) FROM onering.events") == before

    async def test_it_is_not_counted_among_requests(self, service: Service) -> None:
        who = {"X-User-Id": f"u-{uuid4().hex[:8]}"}
        async with browsing(service, **who) as client:
            for path in ("/", "/assets/index-1f.js", "/drafts/x") * 11:
                answer = await client.get(path)
                assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)
            drafts = await client.get("/v1/collab/drafts")
        assert drafts.headers["x-ratelimit-remaining"] == "29"

    @pytest.mark.attack(80)
    async def test_nothing_that_people_wrote_is_in_the_document(
        self, service: Service, browser: httpx.AsyncClient
    ) -> None:
        alice = Person(service.client("alice"))
        draft = await alice.create(title="<script>alert(1)</script>", visibility="public")
        for path in (f"/drafts/{draft}", f"/drafts/{draft}?title=<script>", "/drafts/<script>alert(1)</script>"):
            assert (await browser.get(path)).text == DOCUMENT

    @pytest.mark.attack(81)
    async def test_no_browser_frames_or_sniffs_it_or_calls_it_unprotected(self, shared_dsn: str, folder: Path) -> None:
        async with producing(shared_dsn, page=folder) as service, browsing(service) as client:
            for path in ("/", "/assets/index-1f.js", "/drafts/x"):
                answer = await client.get(path)
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
                assert "unsafe" not in answer.headers["content-security-policy"]
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"

    async def test_a_socket_is_no_page(self, service: Service) -> None:
        request = (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert (await exchange(service, request)).status == 404


class TestMissing:
    async def test_without_a_page_one_is_told_how_to_get_it_and_the_api_works(
        self, shared_dsn: str, tmp_path: Path
    ) -> None:
        async with serving(shared_dsn, page=tmp_path) as service, browsing(service) as client:
            for path in ("/", "/drafts/x"):
                answer = await client.get(path)
                assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
                assert "scripts/run" in answer.text
                assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
                assert answer.headers["cache-control"] == "no-store"
            check_problem(await client.get("/assets/index-1f.js"), 404, "not_found")
            check_problem(await client.get("/nowhere"), 404, "not_found")
            assert (await client.get("/v1/config")).status_code == 200


class TestClerk:
    async def test_its_origins_are_admitted_where_it_signs_people_in(self, shared_dsn: str, folder: Path) -> None:
        async with serving(shared_dsn, page=folder, clerk_publishable_key=KEY) as service, browsing(service) as client:
            told = (await client.get("/")).headers["content-security-policy"]
        assert told == (
            "default-src 'none'; "
            f"script-src 'self' {CLERK} https://challenges.cloudflare.com https://*.protect.clerk.com; "
            "style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: https://img.clerk.com; "
            "font-src 'self'; "
            f"connect-src 'self' {CLERK} https://*.protect.clerk.com:*; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "worker-src 'self' blob:; "
            "frame-src https://challenges.cloudflare.com https://*.protect.clerk.com"
        )
