"""One answer, one write: what leaves at once, and what is left to the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from onering.service.protocol import ServiceProtocol

Application = Callable[[Any, Any, Any], Awaitable[None]]
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@asynccontextmanager
async def serving(application: Application, writes: list[bytes]) -> AsyncIterator[int]:
    """Serve on a free port; `writes` gets what is written to the transport."""

    class Watched(ServiceProtocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(Noting(transport, writes))

    config = uvicorn.Config(
        application, port=0, http=Watched, lifespan="off", log_config=None, access_log=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server._serve(), name="uvicorn")
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True


class Noting:
    """A transport that notes what is written to it."""

    def __init__(self, transport: asyncio.Transport, writes: list[bytes]) -> None:
        self._transport = transport
        self._writes = writes

    def write(self, data: bytes) -> None:
        self._writes.append(bytes(data))
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def answered(application: Application, request: bytes = GET) -> tuple[list[bytes], bytes]:
    """Return the writes of an answer, and what the client got until the server closed or went silent."""
    writes: list[bytes] = []
    async with serving(application, writes) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        got = await asyncio.wait_for(reader.read(), 10)
        writer.close()
    return writes, got


def says(*bodies: bytes, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Application:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for n, body in enumerate(bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": n < len(bodies)})

    return application


LENGTH = (b"content-length", b"5")


async def test_a_complete_answer_is_one_write() -> None:
    writes, got = await answered(says(b"hello", headers=(LENGTH, (b"x-a", b"b"))))
    assert writes == [got]
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert (b"\r\nx-a: b" in head, b"\r\ndate: " in head, body) == (True, True, b"hello")


async def test_a_connection_goes_on_after_it() -> None:
    writes: list[bytes] = []
    async with serving(says(b"hello", headers=(LENGTH,)), writes) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in (GET, GET + GET):
            writer.write(request)
            for _ in range(request.count(b"GET")):
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
                assert b"connection: close" not in head
                assert await reader.readexactly(5) == b"hello"
        writer.close()
    assert len(writes) == 3


@pytest.mark.parametrize("value", [b"close", b"keep-alive"])
async def test_a_close_is_said_once(value: bytes) -> None:
    _, got = await answered(says(b"hello", headers=(LENGTH, (b"connection", value))))
    assert got.count(b"connection: close\r\n") == 1


async def test_a_streamed_answer_leaves_as_it_comes() -> None:
    writes, got = await answered(says(b"one", b"two", b""))
    assert b"transfer-encoding: chunked" in got
    assert [b"one" in write for write in writes] == [False, True, False, False]


async def test_a_head_request_gets_a_head_alone() -> None:
    _, got = await answered(says(b"hello", headers=(LENGTH,)), GET.replace(b"GET", b"HEAD"))
    assert got.endswith(b"\r\n\r\n")
    assert b"content-length: 5" in got


@pytest.mark.parametrize("header", [(b"x-a", b"b\r\nx-evil: c"), (b"x-a", b"b\nc")])
async def test_a_header_with_a_line_break_never_leaves(header: tuple[bytes, bytes]) -> None:
    _, got = await answered(says(b"hello", headers=(LENGTH, header)))
    assert got.startswith(b"HTTP/1.1 500 ")
    assert b"evil" not in got


async def test_a_length_that_is_not_the_bodys_is_a_fault_of_ours() -> None:
    _, got = await answered(says(b"hello, you", headers=(LENGTH,)))
    assert b"hello, you" not in got


async def test_an_answer_without_a_body_is_no_answer() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})

    _, got = await answered(application)
    assert got.startswith(b"HTTP/1.1 200 ")


async def test_leave_to_send_a_body_comes_before_the_answer() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await says(message["body"], headers=(LENGTH,))(scope, receive, send)

    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"
    writes, _ = await answered(application, request)
    assert writes[-1].endswith(b"\r\n\r\nhello")
