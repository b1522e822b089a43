"""Which web pages may call the API from other origins: exactly those that are listed."""

from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS = ("GET", "POST", "PATCH", "DELETE")
# What a page may send beside the safelisted fields, and what it may read of an answer (contract.md, "Envelopes").
REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "OneRing-Min-Position",
    "Prefer",
    "X-Request-Id",
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
    """CORS for the listed origins. To all others the service looks as if there were no CORS at all."""

    def __init__(self, application: ASGIApp, origins: Collection[str]) -> None:
        self._application = application
        self._origins = frozenset(origin.encode() for origin in origins)
        self._cors = CORSMiddleware(
            application,
            allow_origins=tuple(origins),
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED,
            max_age=PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        listed = scope["type"] == "http" and any(
            name == b"origin" and value in self._origins for name, value in scope["headers"]
        )
        await (self._cors if listed else self._application)(scope, receive, send)
