"""The header fields that requests and answers carry beside HTTP's own."""

from collections.abc import Mapping
from typing import Any

_KEY = r"[A-Za-z0-9_.:-]{1,128}"
_POSITION = r"[0-9]{1,5}\.[0-9]{1,19}"

REQUEST: Mapping[str, Mapping[str, Any]] = {
    "Idempotency-Key": {
        "description": "Makes a retry safe: the same key with the same content gives the first outcome.",
        "schema": {"type": "string", "pattern": f'^("{_KEY}"|{_KEY})$'},
        "example": "over-to-bob",
    },
    "If-Match": {
        "description": "The version that the command is meant for, as its `ETag`; `*` for any.",
        "schema": {"type": "string", "pattern": r'^(\*|"[0-9]{1,10}")$'},
        "example": '"4"',
    },
    "Prefer": {
        "description": "`return=minimal` answers with the bare outcome (RFC 7240).",
        "schema": {"type": "string"},
        "example": "return=minimal",
    },
    "Last-Event-ID": {
        "description": "Goes on with a stream after this id of an event of it.",
        "schema": {"type": "string", "pattern": r"^([0-9a-f]{12}\.)?[0-9]{1,18}$"},
        "example": "0123456789ab.4",
    },
    "OneRing-Min-Position": {
        "description": "Be no older than this `OneRing-Position`; with `@` and the feed's epoch, refuse another log's.",
        "schema": {"type": "string", "pattern": r"^[0-9]{1,5}\.[0-9]{1,18}(@[0-9a-f]{12})?$"},
        "example": "0.5",
    },
}

ANSWER: Mapping[str, Mapping[str, Any]] = {
    "X-Request-Id": {
        "description": "Names this request in our logs; yours, if you sent one of 1 to 64 of A-Z a-z 0-9 _ -.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    },
    "OneRing-Position": {
        "description": "How much of the log this answer reflects.",
        "schema": {"type": "string", "pattern": f"^{_POSITION}$"},
    },
    "ETag": {
        "description": "The draft's version, for `If-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9a-z.]+"$'},
    },
    "Preference-Applied": {
        "description": "That `Prefer` was heeded.",
        "schema": {"type": "string", "const": "return=minimal"},
    },
    "WWW-Authenticate": {
        "description": "How to sign in (RFC 6750).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    },
    "Retry-After": {
        "description": "Seconds after which another try may do.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "RateLimit-Policy": {
        "description": "How often one may ask: `q` in `w` seconds, `burst` at once.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "How often one may ask at once: `r`, and one more in `t` seconds.",
        "schema": {"type": "string"},
    },
    "X-RateLimit-Limit": {
        "description": "The limit that is met first, a minute.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "X-RateLimit-Remaining": {
        "description": "How often one may ask at once.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "X-RateLimit-Reset": {
        "description": "Seconds until one may ask once more.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}

# Those of every answer; limits are told of requests that count.
ALWAYS = (
    "X-Request-Id",
    *("RateLimit-Policy", "RateLimit", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
)
