"""Where the frames for one client go: a place that takes bytes at once and tells how many are still unsent."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from onering.live.ends import End
from onering.live.frames import text_of

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

# A key of the ASGI scope's `extensions`: servers that offer it put an Outlet there.
EXTENSION = "onering.outlet"

# How long a client may take over the closing handshake, in seconds; then the connection is cut.
CLOSE_SECONDS = 5.0


class Listener(Protocol):
    """Who is told what becomes of the frames; called synchronously, from the event loop."""

    def writable(self) -> None:
        """What was unsent went out: there is room again."""

    def lost(self) -> None:
        """The connection is gone; write nothing more."""

    def frame_received(self) -> None:
        """The client sent a frame that is no message by itself: a ping, a pong, a fragment."""


class Outlet(Protocol):
    """One client's end. Nothing here waits for the client, so that nobody waits for the slowest."""

    def unsent(self) -> int:
        """Return how many bytes were written and did not leave this process yet."""

    def write(self, frame: bytes) -> None:
        """Write one prepared frame."""

    def close(self, end: End) -> None:
        """Close after what was written; a client that does not let go within CLOSE_SECONDS is cut off."""

    def abort(self) -> None:
        """Cut the connection now, whatever is unsent."""

    def listen(self, listener: Listener, high_water: int) -> None:
        """Tell `listener`; unsent bytes above `high_water` count as no room."""


@asynccontextmanager
async def outlet_of(scope: Mapping[str, Any], send: Send) -> AsyncIterator[Outlet]:
    """Give the server's own outlet if it offers one, else one over ASGI `send`. Leaving waits for a close under way."""
    offered: Outlet | None = (scope.get("extensions") or {}).get(EXTENSION)
    if offered is not None:
        yield offered
        return
    async with emptied(lambda deadline: PlainOutlet(send, deadline)) as outlet:
        yield outlet


@asynccontextmanager
async def emptied(made: "Callable[[asyncio.Timeout], PlainOutlet]") -> AsyncIterator[Outlet]:
    """Have an outlet over `send` send what is written to it. Leaving waits for a close under way."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as deadline, asyncio.TaskGroup() as group:
            outlet = made(deadline)
            writer = group.create_task(outlet.run(), name="live writer")
            yield outlet
            if not outlet.closing:
                writer.cancel()


class PlainOutlet:
    """Over ASGI `send`, which waits for room: so it has a queue and one task, `run`, that empties it."""

    def __init__(self, send: Send, deadline: asyncio.Timeout) -> None:
        self._send = send
        self._deadline = deadline
        self._frames: deque[bytes] = deque()
        self._unsent = 0
        self._high_water = 0
        self._listener: Listener | None = None
        self._end: End | None = None
        self._filled = asyncio.Event()

    @property
    def closing(self) -> bool:
        """Whether a close is under way."""
        return self._end is not None

    def listen(self, listener: Listener, high_water: int) -> None:
        self._listener, self._high_water = listener, high_water

    def unsent(self) -> int:
        return self._unsent

    def write(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._unsent += len(frame)
        self._filled.set()

    def close(self, end: End) -> None:
        if self._end is None:
            self._end = end
            self._filled.set()
            self._deadline.reschedule(asyncio.get_running_loop().time() + CLOSE_SECONDS)

    def abort(self) -> None:
        self._deadline.reschedule(asyncio.get_running_loop().time())

    def message(self, frame: bytes) -> Message:
        """Return the ASGI message that sends a frame."""
        return {"type": "websocket.send", "text": text_of(frame)}

    def closing_message(self, end: End) -> Message:
        """Return the ASGI message that ends the connection."""
        return {"type": "websocket.close", "code": end.close_code, "reason": end.reason}

    async def run(self) -> None:
        """Send what is written until closed or lost."""
        try:
            while True:
                await self._filled.wait()
                self._filled.clear()
                await self._empty()
                if self._end is not None:
                    await self._send(self.closing_message(self._end))
                    return
        except (OSError, RuntimeError):
            # How servers say that the client is gone: OSError by the specification, RuntimeError by older ones.
            if self._listener is not None:
                self._listener.lost()

    async def _empty(self) -> None:
        while self._frames:
            frame = self._frames[0]
            await self._send(self.message(frame))
            self._frames.popleft()
            full = self._unsent > self._high_water
            self._unsent -= len(frame)
            if full and self._unsent <= self._high_water and self._listener is not None:
                self._listener.writable()
