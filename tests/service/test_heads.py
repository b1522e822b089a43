"""Request heads on a real socket: bounded in bytes and time, and what is no request is answered as a problem."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from onering.http.problems import Problem
from onering.service.heads import BoundedHeads

LIMIT = 1000
LARGE = 32 * 1024 * 1024
REQUEST = b"GET /ok HTTP/1.1\r\nHost: here\r\n\r\n"


class Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Heads(BoundedHeads):
    head_limit = LIMIT
    head_seconds = 0.3
    stall_seconds = 0.3


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer with how long the body was and which headers came; a path /late waits for the body's end only then."""
    head = {"type": "http.response.start", "status": 200, "headers": []}
    if scope["path"] == "/streaming":
        await send(head)
        await send({"type": "http.response.body", "body": b"begun;", "more_body": True})
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    if scope["path"] == "/large":
        await send(head)
        await send({"type": "http.response.body", "body": bytes(LARGE)})
        return
    body = b"%d;%s;end" % (length, b",".join(name for name, _ in scope["headers"]))
    if scope["path"] != "/streaming":
        await send(head | {"headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def until(self, mark: bytes) -> bytes:
        return await asyncio.wait_for(self._reader.readuntil(mark), 5)

    async def some(self, length: int) -> bytes:
        return await asyncio.wait_for(self._reader.readexactly(length), 5)

    async def rest(self) -> bytes:
        """Return everything up to the end of the connection."""
        try:
            return await asyncio.wait_for(self._reader.read(), 5)
        except ConnectionResetError:
            return b""

    async def refusal(self) -> tuple[int, str]:
        """Return the status and the problem's code of the last answer; the connection ends with it."""
        head, _, body = (await self.rest()).partition(b"\r\n\r\n")
        assert b"content-type: application/problem+json" in head
        assert b"connection: close" in head
        problem = json.loads(body)
        status, code, request_id = int(head.split()[1]), problem["error"]["code"], problem["instance"]
        assert f"x-request-id: {request_id}\r\n".encode() in head
        assert problem == Problem(status, code, problem["detail"]).document(request_id)
        return status, code


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    config = uvicorn.Config(application, interface="asgi3", http=Heads, lifespan="off", log_config=None, port=0)
    server = Quiet(config)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield Client(reader, writer)
        writer.close()
        server.force_exit = server.should_exit = True
        await serving


TOO_LONG = (431, "headers_too_large")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * LIMIT + b" HTTP/1.1\r\nHost: here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nCookie: " + b"a" * LIMIT + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * (LIMIT // 6 + 1) + b"\r\n",
        b"GET / HTTP/1.1\r\n" + b"a" * LIMIT + b": b\r\n\r\n",
    ],
    ids=["a long line", "a long header", "many headers", "a long name"],
)
async def test_a_long_head_is_431(client: Client, head: bytes) -> None:
    await client.send(head)
    assert await client.refusal() == TOO_LONG


async def test_a_header_that_never_ends_is_431(client: Client) -> None:
    """The parser tells of a header when it is complete; this one is refused before."""
    await client.send(b"GET / HTTP/1.1\r\nCookie: ")
    for _ in range(5):
        await client.send(b"a" * (LIMIT // 2))
        await asyncio.sleep(0.02)
    assert await client.refusal() == TOO_LONG


async def test_a_head_at_the_limit_is_served(client: Client) -> None:
    start = b"GET /ok HTTP/1.1\r\nHost: here\r\nCookie: "
    # What counts is the path, and each header with its separators.
    counted = len(b"/ok") + len(b"Host: here\r\n") + len(b"Cookie: \r\n")
    await client.send(start + b"a" * (LIMIT - counted) + b"\r\n\r\n")
    assert b"200 OK" in await client.until(b";end")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: here\r\n"])
async def test_a_head_that_does_not_come_is_408(client: Client, sent: bytes) -> None:
    await client.send(sent)
    assert await client.refusal() == (408, "request_timeout")


async def test_a_dribbling_head_is_408(client: Client) -> None:
    """Each byte comes in good time, the whole does not."""
    for byte in REQUEST:
        await client.send(bytes([byte]))
        await asyncio.sleep(0.05)
        if client._reader.at_eof() or client._reader._buffer:  # type: ignore[attr-defined]
            break
    assert await client.refusal() == (408, "request_timeout")


async def test_a_second_head_has_a_deadline_of_its_own(client: Client) -> None:
    """A connection may rest between requests; a head that was begun may not."""
    await client.send(REQUEST)
    await client.until(b";end")
    await asyncio.sleep(Heads.head_seconds * 1.5)
    await client.send(REQUEST)
    await client.until(b";end")
    await client.send(b"GET /")
    assert await client.refusal() == (408, "request_timeout")


async def test_a_slow_body_is_no_slow_head(client: Client) -> None:
    await client.send(b"POST /ok HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\na")
    await asyncio.sleep(Heads.head_seconds * 1.5)
    await client.send(b"b")
    assert b"2;host,content-length;end" in await client.until(b";end")


async def test_a_large_body_is_no_long_head(client: Client) -> None:
    await client.send(b"POST /ok HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n" + b"a" * 100_000)
    assert b"100000;" in await client.until(b";end")


async def test_pipelined_requests_are_counted_one_by_one(client: Client) -> None:
    many = 2 * LIMIT // len(REQUEST)
    await client.send(REQUEST * many)
    for _ in range(many):
        assert b"200 OK" in await client.until(b";end")


@pytest.mark.parametrize("hosts", [b"", b"Host: here\r\nHost: here\r\n", b"Host: here\r\nhOST: there\r\n"])
@pytest.mark.parametrize("upgrade", [b"", b"Upgrade: websocket\r\nConnection: Upgrade\r\n"])
async def test_a_request_for_no_host_or_two_is_400(client: Client, hosts: bytes, upgrade: bytes) -> None:
    await client.send(b"GET /ok HTTP/1.1\r\n" + hosts + upgrade + b"\r\n")
    assert await client.refusal() == (400, "validation_error")


async def test_an_older_client_may_leave_the_host_out(client: Client) -> None:
    await client.send(b"GET /ok HTTP/1.0\r\n\r\n")
    assert b"200 OK" in await client.until(b";end")


async def test_garbage_is_400(client: Client) -> None:
    await client.send(b"\x16\x03\x01 this is TLS\r\n\r\n")
    assert await client.refusal() == (400, "validation_error")


async def test_nobody_gets_the_refusal_of_another_request(client: Client) -> None:
    """While the first request waits for its answer, a bad second one ends the connection without a word."""
    await client.send(b"POST /streaming HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
    await client.until(b"begun;")
    await client.send(b"1\r\na\r\nthis is no chunk\r\n")
    assert b"HTTP/1.1 400" not in await client.rest()


async def test_trailers_are_dropped(client: Client) -> None:
    """What comes after the body can't change who asks."""
    await client.send(b"POST /ok HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
    await client.send(b"1\r\na\r\n0\r\nX-User-Id: mallory\r\n\r\n")
    assert b"1;host,transfer-encoding;end" in await client.until(b";end")
    await client.send(REQUEST)
    assert b"0;host;end" in await client.until(b";end")


@pytest.mark.parametrize("tail", [b"1;ext=", b"1\r\na\r\n0\r\nX-Trailer: "], ids=["chunk extension", "trailer"])
async def test_a_body_that_hides_an_endless_head_is_431(client: Client, tail: bytes) -> None:
    await client.send(b"POST /ok HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
    await client.send(tail)
    for _ in range(5):
        await client.send(b"a" * (LIMIT // 2))
        await asyncio.sleep(0.02)
    assert await client.refusal() == TOO_LONG


async def test_a_client_that_does_not_read_its_answer_is_cut_off(client: Client) -> None:
    await client.send(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
    await asyncio.sleep(Heads.stall_seconds * 3)
    assert len(await client.rest()) < LARGE


async def test_a_client_that_reads_slowly_is_waited_for(client: Client) -> None:
    await client.send(b"GET /large HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    read = 0
    for _ in range(8):
        await asyncio.sleep(Heads.stall_seconds / 3)
        read += len(await client.some(4 * 1024 * 1024))
    assert read + len(await client.rest()) > LARGE
