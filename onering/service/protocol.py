"""The HTTP protocol of the service: bounded heads, and a complete answer is one write.

uvicorn writes an answer's head and its body apart, and uvloop hands each write to the kernel at once: one system call
more per answer, which costs more than any other step of it. The ASGI specification asks servers to wait for the body.
"""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from onering.service.heads import BoundedHeads

Message = MutableMapping[str, Any]


class ServiceProtocol(BoundedHeads):
    """Given to uvicorn as `http=`."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, WholeAnswers(app, cycle))  # type: ignore[arg-type]  # looser than uvicorn's


class WholeAnswers:
    """Stands between the application and one request; what is no complete answer of known length is left to uvicorn."""

    __slots__ = ("_application", "_cycle", "_start")

    def __init__(self, application: ASGIApp, cycle: RequestResponseCycle) -> None:
        self._application = application
        self._cycle = cycle
        self._start: Message | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, self._send)
        if self._start is not None:
            await send(self._start)

    async def _send(self, message: Message) -> None:
        cycle, start = self._cycle, self._start
        if start is None and message["type"] == "http.response.start" and not cycle.response_started:
            self._start = message
            return
        self._start = None
        if start is not None:
            if self._is_complete(message) and (whole := self._whole(start, message["body"])) is not None:
                self._write(whole)
                return
            await cycle.send(start)  # type: ignore[arg-type]
        await cycle.send(message)  # type: ignore[arg-type]

    def _is_complete(self, message: Message) -> bool:
        cycle = self._cycle
        return (
            message["type"] == "http.response.body"
            and not message.get("more_body")
            and "body" in message
            and cycle.scope["method"] != "HEAD"
            and not (cycle.flow.write_paused or cycle.disconnected or cycle.access_log)
        )

    def _whole(self, start: Message, body: bytes) -> bytes | None:
        """Return the answer's bytes (RFC 9112 §2); None if its length is not what its head says."""
        cycle, length, closes = self._cycle, b"", False
        headers = [*cycle.default_headers, *start["headers"]]
        parts = [STATUS_LINE[start["status"]]]
        for name, value in headers:
            if name == b"content-length":
                length = value
            elif name == b"connection":
                closes = value == b"close"
            parts += (name, b": ", value, b"\r\n")
        if length != b"%d" % len(body):
            return None
        cycle.keep_alive = cycle.keep_alive and not closes
        if not (cycle.keep_alive or closes):
            headers.append((b"connection", b"close"))
            parts += (b"connection: close", b"\r\n")
        head = b"".join(parts)
        if head.count(b"\n") != 1 + len(headers):
            raise RuntimeError("a header of this answer holds a line break")
        return b"%b\r\n%b" % (head, body)

    def _write(self, whole: bytes) -> None:
        cycle = self._cycle
        cycle.transport.write(whole)
        cycle.waiting_for_100_continue = False
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
