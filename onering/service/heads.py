"""HTTP/1.1 clients held to heads of bounded size and time, and to reading: uvicorn's httptools protocol minds none."""

import asyncio
import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from onering.http.answers import Header
from onering.http.boundary import safety_headers
from onering.http.call import new_request_id
from onering.http.origins import METHODS
from onering.http.problems import MEDIA_TYPE, Problem

HEAD_SECONDS = 10.0
# As on the live feed.
STALL_SECONDS = 30.0

_CODES = {
    HTTPStatus.BAD_REQUEST: "validation_error",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "request_timeout",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers_too_large",
}

# A request line (RFC 9112 §3) whose method the parser has never heard of; what else it can't read is no request.
_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [!-~]+ HTTP/1\.[01]\r?\n")
_ALLOWED: Header = (b"allow", ", ".join(METHODS).encode())


class HeadTooLong(Exception):
    """Raised inside the parser, so that it stops."""


class NotOneHost(Exception):
    """Raised inside the parser: who stands before us may have taken this request for that of another host."""


class BoundedHeads(HttpToolsProtocol):
    """Refuses a longer head with 431, and one that does not arrive in time with 408; `safety` is on each refusal.

    A client that takes nothing of its answer for `stall_seconds` is cut off: the answer would be kept for it for ever.
    """

    head_limit = 16 * 1024
    head_seconds = HEAD_SECONDS
    stall_seconds = STALL_SECONDS
    safety: Sequence[Header] = tuple(safety_headers(tls=False))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_head = False
        self._too_long = False
        self._size = 0
        self._received = b""
        self._unparsed = 0
        self._progress = False
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self.head_seconds, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        self._cancel_stall()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._cancel_stall()
        super().resume_writing()

    def handle_websocket_upgrade(self) -> None:
        self._cancel_stall()  # the feed has a rule of its own
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        self._progress = False
        self._received = data
        super().data_received(data)
        self._received = b""
        if self.transport.is_closing():
            return
        # The parser keeps a header or trailer to itself until it ends; what came since it last told is the bound.
        self._unparsed = 0 if self._progress else self._unparsed + len(data)
        if self._unparsed > self.head_limit:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_long_text())
        elif self._in_head and self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._late)

    def on_message_begin(self) -> None:
        self._in_head, self._size, self._progress = True, 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value) + len(": \r\n"))
        # A trailer of a chunked body is dropped (RFC 9110 §6.5.1): the request was judged by its head.
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._progress = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._progress = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        # RFC 9112 §3.2.
        if [name for name, _ in self.headers].count(b"host") != 1 and self.parser.get_http_version() != "1.0":
            raise NotOneHost
        self._in_head = False
        if self._deadline is not None:
            self._cancel_deadline()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._too_long:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self._too_long_text())
        elif isinstance(sys.exception(), HttpParserInvalidMethodError) and _LINE.match(self._received):
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, f"This service takes {', '.join(METHODS)}.", _ALLOWED)
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP request.")

    def _grow(self, length: int) -> None:
        self._progress = True
        self._size += length
        if self._size > self.head_limit:
            self._too_long = True
            raise HeadTooLong

    def _too_long_text(self) -> str:
        return f"The request's line and headers are longer than {self.head_limit} bytes."

    def _late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"The request's headers took over {self.head_seconds:g} seconds.")

    def _watch(self, unsent: int) -> None:
        self._cancel_stall()
        self._stall = self.loop.call_later(self.stall_seconds, self._look, unsent)

    def _look(self, before: int) -> None:
        # Nothing is written while writing is paused, so that less is unsent than before if the client took anything.
        unsent = self.transport.get_write_buffer_size()
        if unsent < before:
            self._watch(unsent)
        else:
            self.transport.abort()

    def _cancel_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus, detail: str, *beside: Header) -> None:
        """Answer what is no request, and close; without an answer where it would be taken for that of another."""
        if self._is_answering():
            self.transport.close()
            return
        request_id = new_request_id()
        body = orjson.dumps(Problem(status.value, _CODES[status], detail).document(request_id))
        fields = (
            (b"content-type", MEDIA_TYPE.encode()),
            (b"x-request-id", request_id.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *self.safety,
            *beside,
        )
        head = b"".join(b"%b: %b\r\n" % field for field in fields)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], head, body))
        self.transport.close()

    def _is_answering(self) -> bool:
        """Whether an answer is on its way, or an earlier request of this connection waits for one."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete and (self._in_head or cycle.response_started)
