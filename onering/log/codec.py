"""Between the domain's events and the log's payloads: one spelling out, every known schema version in."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES, Event, InviteEvent
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
_encoded: OrderedDict[str, Event | InviteEvent] = OrderedDict()


def encode_payload(event: Event | InviteEvent, idempotency_key: str | None) -> str:
    """Return the payload text of a new event; fields that are absent or None are left out of `data`."""
    data = event.model_dump_json(exclude={"type"}, exclude_none=True)
    payload = '{"idempotency_key":%s,"data":%s}' % (orjson.dumps(idempotency_key).decode(), data)  # noqa: UP031
    _encoded[payload] = event
    if len(_encoded) > _ENCODED:
        _encoded.popitem(last=False)
    return payload


def decode(event: StoredEvent) -> Event:
    """Return a draft's event. Raises UnknownEvent for what a newer release wrote, and for an erased one."""
    return _decoded(event, EVENT_TYPES)


def decode_invite(event: StoredEvent) -> InviteEvent:
    """Return an invite's event. Raises UnknownEvent for what a newer release wrote, and for an erased one."""
    return _decoded(event, INVITE_EVENT_TYPES)


M = TypeVar("M", bound=BaseModel)


def decode_as(event: StoredEvent, models: Mapping[str, type[M]], newest: int) -> M:
    """Return an event of another stream by its model, of schema versions up to `newest`. Raises UnknownEvent."""
    model = models.get(event.type)
    if model is None or event.schema_version > newest or event.payload is None:
        raise UnknownEvent(event)
    try:
        return model.model_validate(orjson.loads(event.payload)["data"])
    except ValidationError:
        raise UnknownEvent(event) from None


def understood(type: str, schema_version: int, data: Any) -> Event | None:
    """Return a draft's event of a payload's `data`; None if a newer release wrote it."""
    return _understood(type, schema_version, data, EVENT_TYPES)


def understood_invite(type: str, schema_version: int, data: Any) -> InviteEvent | None:
    """Return an invite's event of a payload's `data`; None if a newer release wrote it."""
    return _understood(type, schema_version, data, INVITE_EVENT_TYPES)


E = TypeVar("E", Event, InviteEvent)
Types = Mapping[str, tuple[int, type[E]]]


def _decoded(event: StoredEvent, types: Types[E]) -> E:
    newest, model = types.get(event.type, (0, None))
    if model is None or event.payload is None:
        raise UnknownEvent(event)
    if isinstance(own := _encoded.get(event.payload), model) and event.schema_version == newest:
        return own
    known = _understood(event.type, event.schema_version, orjson.loads(event.payload)["data"], types)
    if known is None:
        raise UnknownEvent(event)
    return known


def _understood(type: str, schema_version: int, data: Any, types: Types[E]) -> E | None:
    newest, model = types.get(type, (0, None))
    if model is None or schema_version > newest:
        return None
    for version in range(schema_version, newest):
        data = UPCASTERS[type, version](data)
    try:
        return model.model_validate(data)
    except ValidationError:
        # A word that a newer release added to a closed set must close one draft here, not the process.
        return None
