"""The wire form of an event: bytes that depend on the stored row and on how its actor is called, and nothing else.

How the actor is called (`principal`) follows from the issuers that are configured: with another home issuer or other
aliases, the same rows have another `actor.id`. Erasure changes the row: `idempotency_key` and `data` become null.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from onering.log.event import StoredEvent

# Version of the wire form, `hello.wire` on the live feed; within it fields are only added.
WIRE = 1

# What an event's stream is called on the wire; the live feed has those of drafts alone.
_NAMES = {"draft": "draft_id", "invite": "invite_id"}

Principal = Callable[[str, str], str]
"""(issuer, subject) → the person's `user_id`."""


def encode_event(event: StoredEvent, principal: Principal) -> bytes:
    """Return the event as every client of every process receives it: one JSON object, UTF-8.

    The payload's members (`idempotency_key`, `data`) are spliced in as they are stored, never encoded again.
    An erased payload reads as `"idempotency_key":null,"data":null`.
    """
    head = orjson.dumps(
        {
            "type": event.type,
            _NAMES.get(event.stream_type, "stream_id"): str(event.stream_id),
            "version": event.version,
            "position": f"{event.lane}.{event.position}",
            "event_id": str(event.event_id),
            "at": timestamp(event.recorded_at),
            "actor": {"id": principal(event.issuer, event.subject)},
            "command_id": str(event.command_id),
        }
    )
    payload = event.payload if event.payload is not None else '{"idempotency_key":null,"data":null}'
    return b"%b,%b" % (head[:-1], payload.encode()[1:])


def timestamp(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC with microseconds: one spelling per instant."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")[:-6] + "Z"
