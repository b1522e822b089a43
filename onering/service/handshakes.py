"""WebSocket handshakes of the service: what is none is answered with a problem, like everything else."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from websockets.datastructures import Headers
from websockets.http11 import Response

from onering.http.answers import Header
from onering.http.boundary import safety_headers
from onering.http.call import new_request_id
from onering.http.problems import INTERNAL, MEDIA_TYPE, Problem
from onering.live.transport import FeedProtocol

_CODES = {
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers_too_large",
}


class ServiceSockets(FeedProtocol):
    """Given to uvicorn as `ws=`. Handshakes that no application ever sees are refused by the `websockets` library;
    `safety` is on each refusal.
    """

    safety: Sequence[Header] = tuple(safety_headers(tls=False))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn.reject = partial(_refusal, self.safety)  # type: ignore[method-assign]  # the library has no other place for it


def _refusal(safety: Sequence[Header], status: HTTPStatus | int, text: str) -> Response:
    status, request_id = HTTPStatus(status), new_request_id()
    body = orjson.dumps(_problem(status).document(request_id))
    headers = Headers(
        {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "X-Request-Id": request_id,
            "Connection": "close",
        }
    )
    headers.update({name.decode(): value.decode() for name, value in safety})
    return Response(status.value, status.phrase, headers, body)


def _problem(status: HTTPStatus) -> Problem:
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return INTERNAL
    # The library's own text repeats what was sent.
    code = _CODES.get(status, "validation_error")
    return Problem(status.value, code, "This is not a valid WebSocket handshake (RFC 6455).")
