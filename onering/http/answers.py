"""What a route answers: a status, headers and a body, and how they are sent."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import orjson
from starlette.types import Send

from onering.log.event import Position

Header = tuple[bytes, bytes]


class Reply(Protocol):
    """Whatever can be sent as the answer of a request."""

    async def send(self, send: Send) -> None:
        """Send it to an http scope."""


class Answer(NamedTuple):
    """A complete JSON answer."""

    body: bytes
    status: int = 200
    headers: tuple[Header, ...] = ()
    media_type: bytes = b"application/json"

    async def send(self, send: Send) -> None:
        """Send it to an http scope."""
        headers = [(b"content-type", self.media_type), (b"content-length", b"%d" % len(self.body)), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def answer(value: Mapping[str, Any], *headers: Header, status: int = 200) -> Answer:
    """Return `value` as JSON."""
    return Answer(orjson.dumps(value), status, headers)


def data(value: Any, *headers: Header) -> Answer:
    """Return `value` in the envelope of every success, `{"data": …}`."""
    return answer({"data": value}, *headers)


def at_position(position: Position) -> Header:
    """Return `OneRing-Position`: what this answer reflects of the log."""
    return b"onering-position", str(position).encode()


def etag(version: int) -> Header:
    """Return `ETag`: a draft's version as a strong validator (RFC 9110 §8.8.3), for If-Match."""
    return b"etag", b'"%d"' % version


MINIMAL: Header = (b"preference-applied", b"return=minimal")
