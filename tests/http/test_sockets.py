"""What no client library sends: requests written by hand, byte by byte, and clients that hang up."""

import json
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect

from tests.by_hand import connected, exchange
from tests.http.checks import check_discreet, nothing_stored
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = b'{"title": "T"}'
HEAD = b"Host: 127.0.0.1\r\nX-User-Id: alice\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: 14\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hTransfer-Encoding: chunked\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: 14\r\nContent-Length: 13\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: +14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: -1\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: 0x0e\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: 99999999999999999999999\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hContent-Length : 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hTransfer-Encoding: chunked\r\n\r\nxyz\r\n%b\r\n0\r\n\r\n",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hX-Folded: a\r\n b\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hIdempotency-Key: a\r\n\tb\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hX-Nul: a\0b\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hX-Escape: a\x1bb\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hX Space: a\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/1.1\r\n%hno colon\r\nContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab/drafts HTTP/9.9\r\n%hContent-Length: 14\r\n\r\n%b",
        b"POST /v1/collab drafts HTTP/1.1\r\n%hContent-Length: 14\r\n\r\n%b",
        b"BREW /v1/collab drafts HTTP/1.1\r\n%hContent-Length: 14\r\n\r\n%b",
        b"BREW /v1/collab/drafts HTTP/9.9\r\n%hContent-Length: 14\r\n\r\n%b",
        b"BR[]EW /v1/collab/drafts HTTP/1.1\r\n%hContent-Length: 14\r\n\r\n%b",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b'{"title": "T"}\r\n\r\n',
    ],
)
async def test_a_request_with_two_meanings_is_refused_and_the_connection_closed(
    alice: Person, service: Service, log: Any, request_: bytes
) -> None:
    async with nothing_stored(log):
        status, headers, body = await exchange(service, request_.replace(b"%h", HEAD).replace(b"%b", BODY))
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert json.loads(body)["error"]["code"] == "validation_error"
    check_discreet(body.decode())


async def test_nothing_is_smuggled_behind_a_request_with_two_lengths(alice: Person, service: Service, log: Any) -> None:
    smuggled = b"POST /v1/collab/drafts HTTP/1.1\r\n" + HEAD + b"Content-Length: 14\r\n\r\n" + BODY
    request = b"POST /v1/commands HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with nothing_stored(log):
        status, _, body = await exchange(service, request % (len(smuggled) + 5) + b"0\r\n\r\n" + smuggled)
    assert status == 400
    assert body.count(b"HTTP/1.1") == 0


@pytest.mark.parametrize("method", ["PROPFIND", "LINK", "SEARCH", "TRACE", "PURGE"])
async def test_a_method_that_we_do_not_take_is_no_method(alice: Person, service: Service, method: str) -> None:
    head = b" /v1/commands HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
    status, headers, body = await exchange(service, method.encode() + head)
    assert (status, headers["allow"]) == (405, "POST")
    assert json.loads(body)["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("end", range(1, len(BODY)))
async def test_a_client_that_hangs_up_in_the_middle_of_a_body_leaves_nothing(
    alice: Person, service: Service, log: Any, end: int
) -> None:
    head = b"POST /v1/collab/drafts HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY)
    async with nothing_stored(log), connected(service) as (_, writer):
        writer.write(head + BODY[:end])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await alice.http.get("/v1/config")).status_code == 200


async def test_a_client_that_hangs_up_behind_its_request_has_it_stored_once(
    alice: Person, service: Service, log: Any
) -> None:
    key = uuid4().hex
    body = b'{"title": "T", "idempotency_key": "%b"}' % key.encode()
    async with connected(service) as (_, writer):
        writer.write(b"POST /v1/collab/drafts HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    first = await alice.http.post("/v1/collab/drafts", json={"title": "T", "idempotency_key": key})
    assert first.json()["data"]["version"] == 1
    stored = "SELECT count(*) FROM onering.events WHERE payload LIKE '%' || $1 || '%'"
    assert await log.fetchval(stored, key) == 1


async def test_requests_in_one_packet_are_answered_in_turn(alice: Person, service: Service) -> None:
    get = b"GET /v1/config HTTP/1.1\r\n" + HEAD
    async with connected(service) as (reader, writer):
        writer.write((get + b"\r\n") * 3 + get + b"Connection: close\r\n\r\n")
        answers = await reader.read()
    assert answers.count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize("method", ["BREW", "post", "GETS", "X-Y_Z"])
async def test_a_method_that_nobody_has_heard_of_is_none_either(
    alice: Person, service: Service, log: Any, method: str
) -> None:
    head = b" /v1/collab/drafts HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY)
    async with nothing_stored(log):
        status, headers, body = await exchange(service, method.encode() + head + BODY)
    assert (status, headers["allow"], headers["connection"]) == (405, "GET, POST, PATCH, DELETE", "close")
    assert json.loads(body)["error"]["code"] == "method_not_allowed"


SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
NO_ROUTE_TO = (
    b"\x16\x03\x01",
    b"BREW / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
)


@pytest.mark.parametrize("request_", NO_ROUTE_TO, ids=["no request", "no method", "too long", "no handshake"])
async def test_what_no_application_sees_is_refused_with_the_same_safety_headers(
    service: Service, request_: bytes
) -> None:
    status, headers, _ = await exchange(service, request_)
    assert status in (400, 405, 431)
    assert {name: headers[name] for name in SAFE} == SAFE


async def test_a_head_that_is_too_long_is_refused(service: Service) -> None:
    status, headers, _ = await exchange(service, b"GET /v1/config HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
    assert (status, headers["content-type"]) == (431, "application/problem+json")


async def test_a_client_that_expects_leave_to_send_gets_it(alice: Person, service: Service) -> None:
    head = HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    async with connected(service) as (reader, writer):
        writer.write(b"POST /v1/collab/drafts HTTP/1.1\r\n" + head)
        assert (await reader.readline()).startswith(b"HTTP/1.1 100")
        writer.write(BODY)
        assert b"HTTP/1.1 200" in await reader.read()


@pytest.mark.parametrize(
    ("line", "fields", "status", "code"),
    [
        (b"GET", b"Sec-WebSocket-Version: 13\r\n", 400, "validation_error"),
        (
            b"GET",
            b"Sec-WebSocket-Version: <8>\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
            400,
            "validation_error",
        ),
        (b"GET", b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: <8>\r\n", 400, "validation_error"),
        (b"POST", b"Sec-WebSocket-Version: 13\r\n", 405, "method_not_allowed"),
    ],
)
async def test_a_handshake_that_is_none_is_refused(
    service: Service, line: bytes, fields: bytes, status: int, code: str
) -> None:
    """By the library that speaks the protocol, which would answer in plain text and repeat what was sent."""
    path = b" /v1/ws/drafts/00000000-0000-0000-0000-000000000000 HTTP/1.1\r\n"
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    answered, headers, body = await exchange(service, line + path + HEAD + upgrade + fields + b"\r\n")
    assert (answered, headers["content-type"]) == (status, "application/problem+json")
    assert json.loads(body)["error"]["code"] == code
    assert json.loads(body)["instance"] == headers["x-request-id"]
    assert b"<8>" not in body


async def test_a_handshake_that_succeeds_has_a_request_id_too(alice: Person, service: Service) -> None:
    url = f"{service.url.replace('http', 'ws')}/v1/ws/drafts/{await alice.create()}"
    async with connect(url, additional_headers={"X-User-Id": "alice", "X-Request-Id": "find-me"}) as socket:
        assert socket.response is not None
        assert socket.response.headers.get_all("X-Request-Id") == ["find-me"]
