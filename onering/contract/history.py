"""What happened: events as they are on the wire, and the timeline told from them."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, create_model

from onering.contract import examples
from onering.contract.shapes import Count, Cursor, Id, PlaceInLog, Shape, Time, Version, shown
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES


class Doer(Shape):
    """Who did it; what people are called is told elsewhere, so that an event reads the same for everyone."""

    id: str


class _Head(Shape):
    """What every event has: the same bytes for every reader, on every server, whenever they are read."""

    type: str
    version: Version
    position: PlaceInLog
    event_id: Id
    at: Time
    actor: Doer
    command_id: Id
    idempotency_key: str | None


class EventHead(_Head):
    """What every event of a draft has."""

    draft_id: Id


class InviteEventHead(_Head):
    """What every event of an invite has; `version` counts the invite's own."""

    invite_id: Id


_ERASED = Field(description="Null once the person behind it was erased.")


def _as_stored(schema: dict[str, Any]) -> None:
    """Turn a domain event's schema into that of a payload: the type stands outside, and what is null is left out."""
    schema["properties"].pop("type")
    for name, field in schema["properties"].items():
        if told := [option for option in field.get("anyOf", ()) if option != {"type": "null"}]:
            rest = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
            schema["properties"][name] = rest | (told[0] if len(told) == 1 else {"anyOf": told})


def _event(kind: str, model: Any, head: type[Shape] = EventHead) -> type[BaseModel]:
    """Return the model of an event on the wire, from the domain's."""
    config = ConfigDict(extra="forbid", json_schema_extra=_as_stored)
    data = type(model.__name__ + "Data", (model,), {"model_config": config, "__doc__": model.__doc__})
    fields: Any = {"type": (Literal[kind], ...), "data": (Annotated[data | None, _ERASED], ...)}
    return create_model(model.__name__, __base__=head, __doc__=model.__doc__, **fields)


if TYPE_CHECKING:
    Event = EventHead
    InviteEvent = InviteEventHead
else:
    # Any event of a draft, told apart by `type`.
    Event = Annotated[
        Union[tuple(_event(kind, model) for kind, (_, model) in EVENT_TYPES.items())],  # noqa: UP007 - made here
        Field(discriminator="type"),
    ]
    InviteEvent = Annotated[
        Union[  # noqa: UP007 - made here
            tuple(_event(kind, model, InviteEventHead) for kind, (_, model) in INVITE_EVENT_TYPES.items())
        ],
        Field(discriminator="type"),
    ]


class EventList(Shape):
    """A page of a draft's events, in the bytes of the live feed."""

    model_config = shown({"data": [examples.EVENT], "count": 1, "next_cursor": None})

    data: list[Event]
    count: Count
    next_cursor: Cursor


class TimelineEntry(Shape):
    """An event in a sentence; `meta` is its data without long texts."""

    event_id: Id
    ts: Time
    type: str
    actor_user_id: str
    draft_id: Id
    summary: str
    meta: dict[str, Any]


class Timeline(Shape):
    """A page of what happened to a draft."""

    draft_id: Id
    events: list[TimelineEntry]
    next_cursor: Cursor


_TIMELINE = {
    "draft_id": examples.DRAFT_ID,
    "events": [
        {
            "event_id": examples.EVENT_ID,
            "ts": examples.NOON,
            "type": "ring_passed",
            "actor_user_id": examples.ALICE,
            "draft_id": examples.DRAFT_ID,
            "summary": "alice passed the ring to bob.",
            "meta": {"from_user_id": examples.ALICE, "to_user_id": examples.BOB},
        }
    ],
    "next_cursor": None,
}


class TimelineAnswer(Shape):
    """A page of what happened to a draft."""

    model_config = shown({"data": _TIMELINE})

    data: Timeline
