"""uvicorn's WebSocket protocol, handing its transport to the feed: frames prepared once are written to it as they are.

Give `FeedProtocol` to uvicorn as `ws=`. Per message that is a third of the work of ASGI `send` (docs/LIVE.md).
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from onering.live.ends import TOO_MANY_FRAMES, End
from onering.live.outlet import CLOSE_SECONDS, EXTENSION, Listener, Outlet

# Most fragments of one message: the size of a message is limited elsewhere, but fragments may be empty.
MOST_FRAGMENTS = 256
# Parsed at once: 6 bytes can be a frame, and a read can hold forty thousand of them, 0.2 s of everybody's time.
SLICE_BYTES = 4096


class TransportOutlet:
    """An outlet that is the transport itself; the fan-out calls `unsent` and `write` without a layer between."""

    __slots__ = ("_protocol", "unsent", "write")

    def __init__(self, protocol: "FeedProtocol") -> None:
        self._protocol = protocol
        self.unsent = protocol.transport.get_write_buffer_size
        self.write = protocol.transport.write

    def close(self, end: End) -> None:
        self._protocol.close(end)

    def abort(self) -> None:
        self._protocol.transport.abort()

    def listen(self, listener: Listener, high_water: int) -> None:
        if self._protocol.disconnected:
            # The client left before anybody listened; a transport that is gone takes no settings.
            listener.lost()
            return
        self._protocol.listener = listener
        self._protocol.transport.set_write_buffer_limits(high=high_water)


class FeedProtocol(WebSocketsSansIOProtocol):
    """Offers `scope["extensions"][EXTENSION]`, an Outlet, beside everything that ASGI offers."""

    listener: Listener | None = None
    _cut: asyncio.TimerHandle | None = None
    _flooded = False

    def data_received(self, data: bytes) -> None:
        """Parse what came, but no flood of somebody who was told that these are too many: others would wait for it."""
        for start in range(0, len(data), SLICE_BYTES):
            if self._flooded and len(data) > SLICE_BYTES:
                self.transport.pause_reading()
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            # The application's task was made and runs later: it sees this.
            outlet: Outlet = TransportOutlet(self)
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = outlet

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # A refused handshake is an answered one; uvicorn would log an error for each.
            self.handshake_complete = True

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.listener is not None:
            self.listener.writable()

    def eof_received(self) -> None:
        """The client says nothing more: it has left (RFC 6455 §7.1.5 knows no half-open end), and gets nothing new."""
        super().eof_received()
        if self.listener is not None:
            self.listener.lost()
        self._cut_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._cut is not None:
            self._cut.cancel()
        if self.listener is not None:
            self.listener.lost()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        if not self.disconnected:
            self._cut_soon()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_FRAGMENTS:
            self.transport.abort()
            return
        self._frame_received()
        super().handle_cont(event)

    def handle_pong(self, event: Frame) -> None:
        self._frame_received()
        super().handle_pong(event)

    def handle_ping(self) -> None:
        self._frame_received()
        answer = b"".join(self.conn.data_to_send())
        # Somebody who pings and never reads would fill our memory with pongs: those beyond the mark are dropped,
        # as RFC 6455 §5.5.3 allows.
        if self.writable.is_set():
            self.transport.write(answer)

    def send_receive_event_to_app(self) -> None:
        text = self.curr_msg_data_type == "text" and not self.close_sent
        if text and not _is_utf8(b"".join(self.frames)):
            # uvicorn does the same, and logs a fault of ours with its traceback, for what anybody may send.
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def close(self, end: End) -> None:
        """Send a close frame after what was written.

        ASGI's `websocket.close` waits for room, which a stalled client never makes, and uvicorn's own timer asks the
        transport to flush first; here the timer cuts the connection.
        """
        if self.close_sent or not self.handshake_complete or self.transport.is_closing():
            return
        try:
            self.conn.send_close(end.close_code, end.reason)
        except InvalidState:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent, self._flooded = True, end is TOO_MANY_FRAMES
        self.queue.put_nowait({"type": "websocket.disconnect", "code": end.close_code, "reason": end.reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _cut_soon(self) -> None:
        # The transport closes by itself, but flushes first, which a client that reads nothing never lets it.
        if self._cut is None:
            self._cut = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _frame_received(self) -> None:
        if self.listener is not None:
            self.listener.frame_received()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
