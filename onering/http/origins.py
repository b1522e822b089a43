"""Which web pages may call the API from other origins: exactly those that are listed."""

from collections.abc import Collection, MutableMapping
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from onering.auth.origins import canonical

METHODS = ("GET", "POST", "PATCH", "DELETE")
# What a page may send beside the safelisted fields, and what it may read of an answer.
REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Last-Event-ID",
    "OneRing-Min-Position",
    "Prefer",
    "X-Request-Id",
    "traceparent",
    "tracestate",
)
EXPOSED = (
    "ETag",
    "OneRing-Position",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
)
PREFLIGHT_SECONDS = 600


class ListedOrigins:
    """CORS (Fetch, "CORS protocol") for the listed origins; to all others the service looks as if there were none.

    It stands outside of what turns errors into problems, since a page must be able to read these too. `preflight`
    answers the question before a call; both applications answer as they do to anybody.
    """

    def __init__(self, application: ASGIApp, preflight: ASGIApp, origins: Collection[str]) -> None:
        self._application = application
        self._preflight = preflight
        self._origins = frozenset(own.encode() for origin in origins if (own := canonical(origin)) is not None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (origin := _only(scope, b"origin")) not in self._origins:
            await self._application(scope, receive, send)
            return

        async def shared(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"access-control-allow-origin", origin), *_SHARED]
            await send(message)

        asks = scope["method"] == "OPTIONS" and _only(scope, b"access-control-request-method") is not None
        await (self._preflight if asks else self._application)(scope, receive, shared)


async def preflight(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what a page may send; the browser compares that with what it wants to."""
    headers = {
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    await Response(status_code=204, headers=headers)(scope, receive, send)


_SHARED = ((b"access-control-expose-headers", ", ".join(EXPOSED).encode()), (b"vary", b"Origin"))


def _only(scope: Scope, name: bytes) -> bytes | None:
    """Return the field's one value; None without it, or for several."""
    values = [value for field, value in scope["headers"] if field == name]
    return values[0] if len(values) == 1 else None
