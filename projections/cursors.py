"""Opaque cursors: where a page ended, and of which log; a client can only hand them back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson

from projections.faults import BadCursor

# Longer ones are not ours.
_LONGEST = 512


def encode(epoch: str, *place: str | int) -> str:
    """Return the cursor of a place in the log of that epoch."""
    return urlsafe_b64encode(orjson.dumps([epoch, *place])).decode().rstrip("=")


def decode(cursor: str, epoch: str, *types: type) -> list[Any]:
    """Return the place that a cursor names, which must consist of values of `types`. Raises BadCursor."""
    try:
        if len(cursor) > _LONGEST or not cursor.isascii():
            raise ValueError(cursor)
        values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or [type(value) for value in values] != [str, *types]:
            raise ValueError(cursor)
    except ValueError as fault:
        raise BadCursor("This cursor is not one that the server gave out; start again without it.") from fault
    if values[0] != epoch:
        raise BadCursor("This cursor is from before the log was restored; start again without it.")
    return values[1:]
