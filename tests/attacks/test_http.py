"""Pages of others, and requests that two readers could read in two ways (docs/ATTACKS.md, 79 to 81, 89 to 95)."""

import gzip
import json
import re
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import pytest_asyncio
import structlog

from tests.attacks.production import PAGE, bearing, producing
from tests.by_hand import exchange
from tests.http.checks import check_discreet, check_problem, nothing_stored
from tests.http.pages import Page, check_harmless
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "\"><script>alert(1)</script><svg/onload=alert(1)>'{{7*7}}javascript:alert(1)"
NOTHING = "default-src 'none'; frame-ancestors 'none'"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class TestPagesOfOthers:
    @pytest.mark.attack(79)
    @pytest.mark.parametrize(
        "origin",
        [
            *("https://evil.example", "null", "*", "file://", PAGE + ".evil.example", "https://writeXexample"),
            *("https://evil.example/" + PAGE, "http://write.example", PAGE + ":8443", f"{PAGE}, https://evil.example"),
            *(
                PAGE.upper(),
                PAGE + "/",
                "https://.example",
                "https://xwrite.example",
                "https://user@write.example",
            ),
        ],
    )
    @pytest.mark.parametrize("path", ["/v1/commands", "/v1/me", "/nowhere"])
    async def test_a_page_that_is_not_listed_may_not_call(self, production: Service, path: str, origin: str) -> None:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        client = production.client(None, Origin=origin)
        for answer in (await client.options(path, headers=asked), await client.get(path, headers=bearing("alice"))):
            assert [name for name in answer.headers if name.startswith("access-control-")] == []

    @pytest.mark.attack(79)
    async def test_the_page_that_is_listed_may_call_without_cookies(self, production: Service) -> None:
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        answer = await production.client().options("/v1/commands", headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, PAGE)
        assert "access-control-allow-credentials" not in answer.headers


class TestMarkup:
    """What people write is shown by a front end of its own; what is made of it here is JSON, a picture, a file."""

    @pytest.mark.attack(80)
    async def test_json_with_markup_in_it_is_never_a_page(self, alice: Person, hostile: str) -> None:
        reads = (f"/v1/collab/drafts/{hostile}", "/v1/collab/drafts", f"/v1/timeline/drafts/{hostile}", "/v1/me")
        for path in (*reads, f"/v1/collab/drafts/{hostile}/events", f"/v1/collab/drafts/{hostile}/share-card"):
            answer = await alice.http.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == NOTHING
            assert "alert(1)" in json.dumps(answer.json())

    @pytest.mark.attack(80)
    @pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/v1/collab/drafts/<svg onload=alert(1)>"])
    async def test_a_problem_repeats_nothing_of_a_path(self, alice: Person, path: str) -> None:
        answer = await alice.http.get(path, params={"q": HOSTILE}, headers={"X-Request-Id": HOSTILE})
        check_problem(answer, 404, "not_found")
        assert "alert" not in answer.text + str(answer.headers)

    @pytest.mark.attack(80)
    async def test_a_picture_of_markup_is_text(self, alice: Person, hostile: str) -> None:
        answer = await alice.http.get(f"/v1/collab/drafts/{hostile}/share-card.svg")
        assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
        policy = answer.headers["content-security-policy"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        drawing = ElementTree.fromstring(answer.content)
        check_harmless(drawing)
        assert "alert(1)" in "".join(drawing.itertext())

    @pytest.mark.attack(80)
    async def test_a_page_to_keep_of_markup_is_text(self, alice: Person, hostile: str) -> None:
        answer = await alice.http.post(f"/v1/export/drafts/{hostile}", json={"format": "html"})
        assert answer.headers["content-type"] == "application/json"
        page = Page.of(answer.json()["data"]["content"])
        assert page.texts["h1"] == [HOSTILE]
        assert "default-src 'none'; style-src 'unsafe-inline'" in page.contents
        assert not {"script", "svg", "img", "iframe", "a", "object", "link", "form"} & set(page.texts)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile(alice: Person) -> str:
    """Return a draft in which everything that can be written is markup, its author's name too."""
    assert (await alice.http.patch("/v1/me", json={"display_name": HOSTILE[:50]})).status_code == 200
    return await alice.create(title=HOSTILE, description=HOSTILE, initial_segment=HOSTILE)


class TestBrowsers:
    @pytest.mark.attack(81)
    @pytest.mark.parametrize("env", ["staging", "production"])
    async def test_no_browser_frames_sniffs_or_keeps_what_is_answered(self, shared_dsn: str, env: str) -> None:
        async with producing(shared_dsn, env=env) as service:
            client = service.client(None, **bearing("alice"))
            for path in ("/v1/me", "/v1/collab/drafts", "/v1/config", "/nowhere", "/docs", "/openapi.json", "/healthz"):
                answer = await client.get(path)
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
                assert "unsafe" not in answer.headers["content-security-policy"]
                assert {name: answer.headers.get_list(name) for name in SAFE} == SAFE, path

    @pytest.mark.attack(81)
    async def test_the_page_loads_our_own_files_and_runs_nothing_inline(self, production: Service) -> None:
        answer = await production.client().get("/docs")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|javascript:", answer.text)


SAFE = {
    "cache-control": ["no-store"],
    "x-content-type-options": ["nosniff"],
    "referrer-policy": ["no-referrer"],
    "strict-transport-security": ["max-age=63072000; includeSubDomains"],
}


class TestBodies:
    @pytest.mark.attack(89)
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"title": "a", "title": "b"}', 400),
            (b'{"title": "a", "description": NaN}', 400),
            (b'\xef\xbb\xbf{"title": "a"}', 400),
            (b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
            (b'{"title": ' + b"[" * 32 + b"]" * 32 + b"}", 400),
            (b'{"title": ' + b"[" * 31 + b"]" * 31 + b"}", 422),
            (b'{"title": "' + b"x" * 257 * 1024 + b'"}', 413),
            (b'{"title": "\xff"}', 400),
            (b'{"title": "\xed\xa0\x80"}', 400),
            (b'{"title": "\\u0000"}', 422),
            (b'{"title": "\\ud800"}', 422),
            (b'{"title": "a", "turn_limit_hours": 9007199254740993}', 422),
            (b'{"title": "a", "expected_version": 9007199254740993}', 422),
            (b'{"title": ' + b"9" * 10_000 + b"}", 400),
        ],
        ids=lambda value: str(value)[:40],
    )
    @pytest.mark.parametrize("path", ["/v1/collab/drafts", "/v1/commands"])
    async def test_what_can_be_read_in_two_ways_or_none_is_refused(
        self, alice: Person, log: Any, path: str, body: bytes, status: int
    ) -> None:
        if path == "/v1/commands":
            body = body.replace(b"{", b'{"type": "create-draft", ', 1)
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        async with nothing_stored(log):
            answer = await alice.http.post(path, content=body, headers=headers)
            check_problem(answer, status, {413: "payload_too_large"}.get(status, "validation_error"))

    @pytest.mark.attack(90)
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/json; charset=utf-7"},
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            {"Content-Type": "application/json", "Content-Encoding": "br"},
        ],
    )
    async def test_what_is_not_plain_json_is_refused_unopened(
        self, alice: Person, log: Any, fields: dict[str, str]
    ) -> None:
        """Nobody learns how large a compressed body is: it is refused for being one."""
        bomb = gzip.compress(b" " * 10_000_000) if "Content-Encoding" in fields else b'{"title": "T"}'
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/collab/drafts", content=bomb, headers=fields)
            check_problem(answer, 415, "unsupported_media_type")

    @pytest.mark.attack(90)
    async def test_a_compressed_body_over_the_limit_is_too_long_as_it_is(self, alice: Person, log: Any) -> None:
        fields = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/collab/drafts", content=bytes(257 * 1024), headers=fields)
            check_problem(answer, 413, "payload_too_large")


class TestRequests:
    @pytest.mark.attack(91)
    @pytest.mark.parametrize("method", ["TRACE", "PUT", "PROPFIND", "BREW", "post", "X-Y_Z"])
    async def test_a_method_that_is_not_taken_is_a_problem(self, production: Service, log: Any, method: str) -> None:
        async with nothing_stored(log):
            answered = await exchange(production, method.encode() + b" /v1/commands HTTP/1.1\r\n" + head("alice"))
        assert (answered.status, answered.headers["content-type"]) == (405, "application/problem+json")
        assert "POST" in answered.headers["allow"]
        assert "TRACE" not in answered.body.decode()

    @pytest.mark.attack(91)
    @pytest.mark.parametrize("field", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
    async def test_no_header_makes_it_another_method(self, alice: Person, log: Any, field: str) -> None:
        draft = await alice.create()
        async with nothing_stored(log):
            read = await alice.http.get(f"/v1/collab/drafts/{draft}", headers={field: "DELETE"})
            assert read.status_code == 200
            check_problem(await alice.http.get("/v1/commands", headers={field: "POST"}), 405, "method_not_allowed")

    @pytest.mark.attack(92)
    @pytest.mark.parametrize(
        "fields",
        [
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
            b"Transfer-Encoding: \x0bchunked\r\n",
            b"Transfer-Encoding: xchunked\r\n",
            b"Transfer-Encoding : chunked\r\n",
            b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            b"Content-Length: 5\r\nContent-Length: 6\r\n",
            b"Content-Length: 5, 5\r\n",
            b"Content-Length: 0x5\r\n",
            b"X-Folded: a\r\n b\r\nContent-Length: 5\r\n",
            b"Content-Length: 5\r\n\tfolded: a\r\n",
            b"X: a\rContent-Length: 5\r\n",
            b"X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        ],
    )
    async def test_a_request_of_two_lengths_is_refused_and_what_is_behind_it_is_not_read(
        self, production: Service, log: Any, fields: bytes
    ) -> None:
        behind = b"POST /v1/collab/drafts HTTP/1.1\r\n" + head("alice", b"Content-Length: 14\r\n") + b'{"title": "T"}'
        request = b"POST /v1/collab/drafts HTTP/1.1\r\n" + head("alice", fields) + b"0\r\n\r\n" + behind
        async with nothing_stored(log):
            answered = await exchange(production, request)
        assert (answered.status, answered.headers["connection"]) == (400, "close")
        assert answered.headers["content-type"] == "application/problem+json"
        assert b"HTTP/1.1" not in answered.body

    @pytest.mark.attack(93)
    @pytest.mark.parametrize(
        "name",
        [
            *(
                "../../../etc/passwd",
                "..%2f..%2fetc%2fpasswd",
                "%2e%2e",
                "%2e%2e%2f",
                "..;",
                "%252e%252e",
                "..%5c..%5c",
            ),
            *("%00", "a%00b", "%c0%ae%c0%ae", "%e0%80%ae", "%ff", "%f8%80%80%80%ae", "%", "%zz", "%u002e", "*", "."),
            *("00000000-0000-0000-0000-000000000000%00", "{00000000-0000-0000-0000-000000000000}", "'%20or%201=1--"),
        ],
    )
    async def test_an_id_that_is_none_names_nothing(self, production: Service, log: Any, name: str) -> None:
        for path in ("/v1/collab/drafts/%s", "/v1/timeline/drafts/%s", "/docs/%s", "/v1/collab/drafts/%s/events"):
            async with nothing_stored(log):
                line = b"GET " + (path % name).encode() + b" HTTP/1.1\r\n"
                answered = await exchange(production, line + head("alice"))
            assert answered.status in (400, 404), (path, name)
            assert answered.headers["content-type"] == "application/problem+json"
            check_discreet(answered.body.decode())

    @pytest.mark.attack(94)
    @pytest.mark.parametrize(
        "fields",
        [
            {"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"},
            {"traceparent": f"00-{TRACE}-{'0' * 16}-01"},
            {"traceparent": f"ff-{TRACE}-00f067aa0ba902b7-01"},
            {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01".upper()},
            {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "tracestate": "a=" + "x" * 4096},
        ],
        ids=["trace of zeros", "span of zeros", "version ff", "upper case", "4 kB of state"],
    )
    async def test_a_trace_that_is_none_is_begun_anew(self, alice: Person, log: Any, fields: dict[str, str]) -> None:
        answer = await alice.http.post("/v1/collab/drafts", json={"title": "T"}, headers=fields)
        assert answer.status_code == 200
        query = "SELECT correlation_id FROM onering.events WHERE stream_id = $1"
        trace = await log.fetchval(query, answer.json()["data"]["draft_id"])
        assert re.fullmatch(r"(?!0{32})[0-9a-f]{32}", trace)
        assert trace != TRACE

    @pytest.mark.attack(95)
    async def test_a_fault_inside_the_database_is_named_by_its_request_alone(self, alice: Person, log: Any) -> None:
        draft, name = await alice.create(), uuid4().hex
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN display_name TO secret_name")
        try:
            with structlog.testing.capture_logs() as lines:
                answer = await alice.http.get(f"/v1/collab/drafts/{draft}", headers={"X-Request-Id": name})
        finally:
            await log.execute("ALTER TABLE onering.app_users RENAME COLUMN secret_name TO display_name")
        told = check_problem(answer, 500, "internal_error")
        assert told["detail"] == "Something went wrong here; the request id names it in the log."
        assert "display_name" not in answer.text
        (line,) = [line for line in lines if line["event"] == "request_failed"]
        assert line["request_id"] == answer.headers["x-request-id"] == name
        assert "display_name" in str(line["exc_info"])


def head(user: str, fields: bytes = b"Connection: close\r\n") -> bytes:
    """Return the rest of a head, as a person sends it."""
    who = b"".join(b"%b: %b\r\n" % (name.encode(), value.encode()) for name, value in bearing(user).items())
    return b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n" + who + fields + b"\r\n"
