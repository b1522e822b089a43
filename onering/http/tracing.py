"""Which trace a request belongs to (W3C Trace Context): its caller's, if that is named properly, else a new one."""

import re
from random import getrandbits

from starlette.types import Scope

_SCOPE_KEY = "onering.trace_id"
# Version 00 is exactly this; later ones may go on after another hyphen, and ff is none (§3.2.2).
_PARENT = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.DOTALL)
# What everybody has to pass on (§3.3.1.5); whoever sends more of it begins anew here.
_STATE_BYTES = 512


def trace_of(scope: Scope) -> str:
    """Return the id of the request's trace: 32 lower-case hexadecimal digits, not all of them 0."""
    known: str | None = scope.get(_SCOPE_KEY)
    if known is None:
        known = scope[_SCOPE_KEY] = _named(scope["headers"]) or new_trace()
    return known


def new_trace() -> str:
    """Return the id of a trace that begins here; random, as whoever samples by it expects (§3.2.2.3)."""
    return f"{getrandbits(128) or 1:032x}"


def _named(headers: list[tuple[bytes, bytes]]) -> str | None:
    parents = [value for name, value in headers if name == b"traceparent"]
    if not parents:
        return None
    match = _PARENT.fullmatch(parents[0]) if len(parents) == 1 else None
    if match is None or (match[1] == b"00" and match[3] is not None):
        return None
    state = sum(len(value) for name, value in headers if name == b"tracestate")
    return match[2].decode() if state <= _STATE_BYTES else None
