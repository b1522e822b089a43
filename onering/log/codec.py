"""Between the domain's events and the log's payloads: one spelling out, every known schema version in."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ValidationError

from onering.domain.events import EVENT_TYPES, Event
from onering.log.event import StoredEvent


class UnknownEvent(Exception):
    """The log holds an event that this release cannot read: another type, a newer schema version or other words."""

    def __init__(self, event: StoredEvent) -> None:
        super().__init__(
            f"event {event.position} of lane {event.lane} is {event.type} version {event.schema_version}, "
            "which this release does not know; upgrade it"
        )
        self.event = event


# (type, schema version) → what turns its data into the next version's; applied when reading, never to the log.
UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


# What this process encoded last: its own commits come back from the tail a moment later, as the same text.
_ENCODED = 1024
_encoded: OrderedDict[str, Event] = OrderedDict()


def encode_payload(event: Event, idempotency_key: str | None) -> str:
    """Return the payload text of a new event; fields that are absent or None are left out of `data`."""
    data = event.model_dump_json(exclude={"type"}, exclude_none=True)
    payload = '{"idempotency_key":%s,"data":%s}' % (orjson.dumps(idempotency_key).decode(), data)  # noqa: UP031
    _encoded[payload] = event
    if len(_encoded) > _ENCODED:
        _encoded.popitem(last=False)
    return payload


def decode(event: StoredEvent) -> Event:
    """Return the domain's event. Raises UnknownEvent for what a newer release wrote, and for an erased one."""
    newest, model = EVENT_TYPES.get(event.type, (0, None))
    if model is None or event.payload is None:
        raise UnknownEvent(event)
    if isinstance(own := _encoded.get(event.payload), model) and event.schema_version == newest:
        return own
    known = understood(event.type, event.schema_version, orjson.loads(event.payload)["data"])
    if known is None:
        raise UnknownEvent(event)
    return known


def understood(type: str, schema_version: int, data: Any) -> Event | None:
    """Return the domain's event of a payload's `data`; None if a newer release wrote it."""
    newest, model = EVENT_TYPES.get(type, (0, None))
    if model is None or schema_version > newest:
        return None
    for version in range(schema_version, newest):
        data = UPCASTERS[type, version](data)
    try:
        return model.model_validate(data)
    except ValidationError:
        # A word that a newer release added to a closed set must close one draft here, not the process.
        return None
