"""The HTTP protocol of the service: bounded heads, and the head of an answer leaves together with its body.

uvicorn writes the two apart, and uvloop hands each write to the kernel at once: one system call more per answer, which
costs more than any other step of it. The ASGI specification asks servers to wait for the body.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from onering.service.heads import BoundedHeads


class ServiceProtocol(BoundedHeads):
    """Given to uvicorn as `http=`."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # there nothing follows
            cycle.transport = HeldHead(cycle)  # type: ignore[assignment]  # what a cycle uses of a transport
        super()._start_asgi_task(cycle, app)


class HeldHead:
    """Stands between one answer and its transport, and holds what is written first until something follows it."""

    __slots__ = ("_cycle", "_head", "_transport", "is_closing")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._transport: asyncio.Transport = cycle.transport
        self._head: bytes | None = None
        self.is_closing = self._transport.is_closing

    def write(self, data: bytes) -> None:
        """Write `data`, or keep it if it is the head; `100 Continue` comes before the answer and goes at once."""
        if self._head is None and self._cycle.response_started:
            self._head = data
            return
        if self._head:
            data, self._head = self._head + data, b""
        self._transport.write(data)

    def close(self) -> None:
        """Close after what was written, the head included."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()
