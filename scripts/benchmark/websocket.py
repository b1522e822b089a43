"""Just enough of a WebSocket client: a prepared handshake, and the frames in what a server sent (RFC 6455)."""

import json
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

JOINED = b'{"type":"live"'
JOIN_SECONDS = 30.0
# Handshakes under way at a time.
AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader joins: the path of a feed, and the token of its hello; without one it is nobody's."""

    host: str
    port: int
    path: str
    token: str | None = None


def joined(places: Sequence[Place]) -> Iterator[tuple[socket.socket, bytes]]:
    """Open a socket at each place; yield it once it is live, with what came behind the word that it is.

    Raises ConnectionError with what the server said instead.
    """
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        for place, connection in zip(some, [_opened(place) for place in some], strict=True):
            _, behind = _live(connection, place.token)
            yield connection, behind


@contextmanager
def join(place: Place) -> Iterator[int]:
    """Be live at one place until the block ends; tell how many bytes came before. Raises ConnectionError."""
    with _opened(place) as connection:
        yield _live(connection, place.token)[0]


def _opened(place: Place) -> socket.socket:
    connection = socket.create_connection((place.host, place.port), JOIN_SECONDS)
    connection.sendall(
        f"GET {place.path} HTTP/1.1\r\nHost: {place.host}:{place.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    return connection


def _live(connection: socket.socket, token: str | None) -> tuple[int, bytes]:
    """Say hello as browsers do, in a first message, and wait for the word that all is caught up; return how much came
    before it, and what came behind.
    """
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection, received)
    head, _, received = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(f"the server refused the handshake: {head!r}")
    connection.sendall(client_frame(json.dumps({"type": "hello", "token": token}).encode()))
    while True:
        for begin, end in frames_in(received):
            if received.startswith(JOINED, begin):
                return begin, received[end:]
        received += _more(connection, received)


def _more(connection: socket.socket, received: bytes) -> bytes:
    chunk = connection.recv(1 << 16)
    if not chunk:
        raise ConnectionError(f"the server let nobody join: {received[-500:]!r}")
    return chunk


def client_frame(payload: bytes) -> bytes:
    """Return a text frame of a client, which has to be masked; the mask of zeros changes nothing."""
    size = len(payload)
    head = struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, size)
    return head + bytes(4) + payload


def frames_in(received: bytes | bytearray, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield where the payload of each complete frame begins and ends. A server's frames are not masked."""
    while len(received) >= start + 2:
        begin, length = start + 2, received[start + 1]
        if length >= 126:
            begin += 2 if length == 126 else 8
            length = int.from_bytes(received[start + 2 : begin])
        # Without its whole length the frame only seems to be short.
        if len(received) < begin or len(received) < begin + length:
            return
        yield begin, begin + length
        start = begin + length
