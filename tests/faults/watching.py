"""Readers that follow drafts over bare TCP, light enough for hundreds in one loop, and record all that they see."""

import asyncio
import json
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from scripts.soaking.seen import LOST, Ping, Reader
from tests.conformance import check_frame

# SO_LINGER without time: closing sends RST and throws away what is under way.
AT_ONCE = struct.pack("ii", 1, 0)
RETRY_SECONDS = 0.1


class Line(asyncio.Protocol):
    """One connection. `took` is given each text, and says whether to stay; `ended` is how it ended."""

    def __init__(self, url: str, user: str, took: Callable[[str], bool]) -> None:
        self.transport: Any = None
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._speech = ClientProtocol(parse_uri(url), max_size=None)
        self._user = user
        self._took = took
        self._mute = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        request = self._speech.connect()
        request.headers["X-User-Id"] = self._user
        self._speech.send_request(request)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._speech.receive_data(data)
        for event in self._speech.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._take(bytes(event.data).decode())
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        with suppress(EOFError):
            self._speech.receive_eof()
        refused = self._speech.handshake_exc
        status = getattr(getattr(refused, "response", None), "status_code", 0)
        code = 4000 + status if 400 <= status < 500 else LOST
        if not self.ended.done():
            self.ended.set_result(code if refused is not None else self._speech.close_code or LOST)

    def _take(self, text: str) -> None:
        try:
            check_frame(json.loads(text))
        except AssertionError as fault:
            if not self.ended.done():
                self.ended.set_exception(fault)  # whoever waits for the end is told
        if not self._took(text):
            self.transport.abort()
        elif text.startswith('{"type":"ping"') and self._speech.state is State.OPEN:
            # A close may have come with it, behind frames that are still to be taken.
            self._speech.send_text(json.dumps({"type": "pong"}).encode())

    def _send(self) -> None:
        for data in self._speech.data_to_send():
            if data and not self._mute:
                self.transport.write(data)

    # What breaks

    def freeze(self) -> None:
        """Read nothing any more, and keep the connection."""
        self.transport.pause_reading()

    def thaw(self) -> None:
        """Read on."""
        self.transport.resume_reading()

    def half_close(self) -> None:
        """Say nothing more, and tell so."""
        self._mute = True
        self.transport.write_eof()

    def reset(self) -> None:
        """End as a machine does that lost its memory of the connection."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()

    def drop(self) -> None:
        """Close without a word."""
        self.transport.abort()


class Watcher:
    """Follows by the rule of docs/LIVE.md until a code says not to: at one of `ports`, after a break at the next."""

    def __init__(self, reader: Reader, ports: Sequence[int]) -> None:
        self.reader = reader
        self.line: Line | None = None
        self._ports = list(ports)

    @property
    def welcomed(self) -> bool:
        """Whether it is being served."""
        connections = self.reader.connections
        return bool(connections) and connections[-1].code is None and connections[-1].welcome is not None

    @property
    def here(self) -> Line:
        """Its connection."""
        assert self.line is not None
        return self.line

    def sees(self, version: int) -> bool:
        """Whether it has applied that version."""
        return (self.reader.last or 0) >= version

    def told(self, head: int) -> bool:
        """Whether the last thing it heard is that this is the head."""
        connections = self.reader.connections
        return bool(connections) and connections[-1].code is None and connections[-1].frames[-1:] == [Ping(head)]

    async def run(self) -> None:
        """Follow until a code says not to."""
        while True:
            with suppress(OSError):
                code = await self._once(self._ports[0])
                self.reader.closed(code)
                if code == 1000 or 4400 <= code < 4500:
                    return
            self._ports.append(self._ports.pop(0))
            await asyncio.sleep(random.uniform(0, RETRY_SECONDS))

    async def _once(self, port: int) -> int:
        def begin() -> Line:
            url = f"ws://127.0.0.1:{port}/v1/ws/drafts/{self.reader.draft}?{self.reader.query}"
            self.reader.connected(str(port))
            self.line = Line(url, self.reader.user, self.reader.took)
            return self.line

        await asyncio.get_running_loop().create_connection(begin, "127.0.0.1", port)
        return await self.here.ended


@asynccontextmanager
async def watching(watchers: Sequence[Watcher]) -> AsyncIterator[None]:
    """Have them follow until the block ends."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(watcher.run()) for watcher in watchers]
        try:
            yield
        finally:
            for task, watcher in zip(tasks, watchers, strict=True):
                task.cancel()
                if watcher.line is not None:
                    watcher.line.drop()
