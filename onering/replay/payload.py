"""The two members of a payload: the key that the command was sent with, and what happened."""

from typing import Any

import orjson

_MEMBERS = ("idempotency_key", "data")


def loaded(text: str | None) -> dict[str, Any] | None:
    """Return the two members of a payload; None if it is another text."""
    try:
        payload = orjson.loads(text or "")
    except ValueError:
        return None
    if not isinstance(payload, dict) or tuple(payload) != _MEMBERS or not isinstance(payload["data"], dict):
        return None
    key = payload["idempotency_key"]
    return payload if key is None or isinstance(key, str) else None
