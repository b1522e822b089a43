"""The outermost layer: every answer has its request id and safety headers, every error is a problem document."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from onering.http.call import ClientGone, request_id_of
from onering.http.problems import problem_of


class Boundary:
    """Pure ASGI, for http and websocket. `headers` go on every http answer that does not say otherwise."""

    def __init__(self, application: ASGIApp, headers: list[tuple[bytes, bytes]]) -> None:
        self._application = application
        self._headers = headers
        self._names = frozenset(name for name, _ in headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        request_id = request_id_of(scope)
        started = False

        async def stamped(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            kind = message["type"]
            name = (b"x-request-id", request_id.encode())
            if kind == "http.response.start" or kind == "websocket.http.response.start":
                started = True
                message["headers"] = [*message["headers"], name, *self._beside(message["headers"])]
            elif kind == "websocket.accept":
                started = True
                message["headers"] = [*message.get("headers", ()), name]
            elif kind == "websocket.close":
                started = True
            await send(message)

        try:
            await self._application(scope, receive, stamped)
        except ClientGone:
            return
        except Exception as error:
            response = problem_of(error, request_id).response(request_id)
            if started:
                # Half an answer can't be taken back: the server cuts the connection.
                raise
            await response(scope, receive, stamped)

    def _beside(self, said: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers of every answer but those that this one has words of its own for."""
        own = {header[0] for header in said}
        return self._headers if own.isdisjoint(self._names) else [h for h in self._headers if h[0] not in own]


def safety_headers(*, tls: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer; `tls` adds HSTS (RFC 6797), for staging and production."""
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if tls:
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return headers
