"""The outermost layer: every answer has its request id and safety headers, every error is a problem document."""

from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from onering.auth.identity import identity_of
from onering.http.admission import told
from onering.http.call import ROUTE, TOLD, ClientGone, request_id_of
from onering.http.problems import Problem, problem_of
from onering.http.refusals import Refusals
from onering.http.tracing import trace_of
from onering.instruments import Instruments

_log = structlog.get_logger(__name__)
# The route of a request that met none.
_NOWHERE = "none"


class Boundary:
    """Pure ASGI, for http and websocket. `headers` go on every http answer that does not say otherwise; `instruments`
    time it; `refusals` are told who came, and what they were refused.
    """

    def __init__(
        self, application: ASGIApp, headers: list[tuple[bytes, bytes]], instruments: Instruments, refusals: Refusals
    ) -> None:
        self._application = application
        self._headers = headers
        self._names = frozenset(name for name, _ in headers)
        self._instruments = instruments
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        began = perf_counter()
        request_id = request_id_of(scope)
        started = False

        async def stamped(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            kind = message["type"]
            if kind == "http.response.body":
                await send(message)
                return
            name = (b"x-request-id", request_id.encode())
            if kind == "http.response.start" or kind == "websocket.http.response.start":
                started = True
                message["headers"] = [*message["headers"], name, *told(scope), *self._beside(message["headers"])]
            elif kind == "websocket.accept":
                started = True
                message["headers"] = [*message.get("headers", ()), name]
            elif kind == "websocket.close":
                started = True
            await send(message)
            if kind == "http.response.start":
                route = scope.get(ROUTE, _NOWHERE)
                self._instruments.answered(scope["method"], route, message["status"], perf_counter() - began)
                self._refusals.came(scope)

        try:
            await self._application(scope, receive, stamped)
        except ClientGone:
            return
        except Exception as error:
            problem = problem_of(error, request_id)
            if TOLD not in scope:
                _tell(scope, problem)
            self._refusals.of_answer(scope, problem, error)
            if started:
                # Half an answer can't be taken back: the server cuts the connection.
                raise
            await problem.response(request_id)(scope, receive, stamped)

    def _beside(self, said: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers of every answer but those that this one has words of its own for."""
        own = [header[0] for header in said]
        return self._headers if self._names.isdisjoint(own) else [h for h in self._headers if h[0] not in own]


def _tell(scope: Scope, problem: Problem) -> None:
    """Write the line of a request that came to nothing; what lies at our end is worth more attention."""
    identity = identity_of(scope)
    (_log.info if problem.status < 500 else _log.warning)(
        "request_refused",
        method=scope.get("method", "WEBSOCKET"),
        route=scope.get(ROUTE, _NOWHERE),
        status=problem.status,
        code=problem.code,
        actor=None if identity is None else identity.actor.user_id,
        request_id=request_id_of(scope),
        trace_id=trace_of(scope),
    )


# What is no page loads nothing, runs nothing, and is shown in no frame, should a browser take it for one.
_POLICY = b"default-src 'none'; frame-ancestors 'none'"


def safety_headers(*, tls: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer; `tls` adds HSTS (RFC 6797), for staging and production."""
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"content-security-policy", _POLICY),
    ]
    if tls:
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return headers
