"""The query parameters of each read, as frozen models; a wrong one is a 422 that names it."""

import re
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from onering.domain.values import Role, Status, Visibility, of_our_days, plain_text
from onering.http.call import Call
from onering.http.faults import BadRequest, InvalidFields
from onering.log.event import LAST_VERSION, Position

# Longest search, in code points.
SEARCH = 200

_WHOLE = re.compile(r"[0-9]{1,10}")
_VERSION = re.compile(r"-?[0-9]+")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EVENT_ID = re.compile(r"(?:([0-9a-f]{12})\.)?([0-9]{1,10})")
_POSITION = re.compile(r"([0-9]{1,5}\.[0-9]{1,18})(?:@([0-9a-f]{12}))?")


def _number(value: object) -> object:
    """Take plain decimal digits only: no sign, space, underscore or exponent."""
    if isinstance(value, str) and _WHOLE.fullmatch(value) is None:
        raise ValueError("Input should be a whole number, 0 or more")
    return value


def _time(value: object) -> object:
    """Take RFC 3339 only: pydantic reads numbers as seconds since 1970, too."""
    if not isinstance(value, str):
        return value
    text = value.replace(" ", "+")  # a plus sign that was not escaped
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("Input should be a time with offset, as in RFC 3339")
    return text


Number = Annotated[int, Field(ge=0), BeforeValidator(_number)]
Time = Annotated[AwareDatetime, BeforeValidator(_time), AfterValidator(of_our_days)]
_A_VERSION = {"type": "integer", "minimum": 1, "maximum": LAST_VERSION}
Moment = Annotated[
    str,
    WithJsonSchema({"anyOf": [_A_VERSION, {"type": "string", "format": "date-time"}]}),
    Field(description="A version, or a time: the last event at or before it."),
]
Cursor = Annotated[str, Field(description="The `next_cursor` of the page before; opaque.")]


class Parameters(BaseModel):
    """What a query may say; what it says beyond is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ListParameters(Parameters):
    """GET /v1/collab/drafts."""

    limit: Annotated[Number, Field(ge=1, le=200)] = 50
    cursor: Cursor | None = None
    status: Status | None = None
    role: Role | None = None
    visibility: Visibility | None = None
    scope: Literal["mine", "workspace", "public"] = "mine"
    holding: bool = False
    q: Annotated[str, StringConstraints(max_length=SEARCH), AfterValidator(plain_text)] = ""


class DraftParameters(Parameters):
    """GET /v1/collab/drafts/{id}; `at` is a version, or a time."""

    at: Moment | None = None
    now: Time | None = None
    segments_after: Annotated[Number, Field(le=LAST_VERSION)] | None = None
    limit: Annotated[Number, Field(ge=1, le=1000)] | None = None


class EventsParameters(Parameters):
    """GET /v1/collab/drafts/{id}/events; `after` is a version, or the `next_cursor` of a page."""

    after: Annotated[str, WithJsonSchema({"type": "string", "pattern": rf"^{_EVENT_ID.pattern}$"})] = "0"
    limit: Annotated[Number, Field(ge=1, le=1000)] = 256


class TimelineParameters(Parameters):
    """GET /v1/timeline/drafts/{id}."""

    limit: Annotated[Number, Field(ge=1, le=500)] = 100
    asc: bool = True
    cursor: Cursor | None = None


P = TypeVar("P", bound=Parameters)


def parameters(call: Call, model: type[P]) -> P:
    """Return the call's parameters. Raises BadRequest, InvalidFields."""
    try:
        return model.model_validate(call.query)
    except ValidationError as invalid:
        raise InvalidFields.of(invalid) from None


_AT = "is a version, or a time with offset, such as 2026-11-25T12:00:00Z."


class _At(BaseModel):
    at: Time


def version_or_time(text: str, name: str = "at") -> int | datetime:
    """Read `at`, or another of its kind: an integer is a version, anything else RFC 3339. Raises BadRequest."""
    if _VERSION.fullmatch(text):
        return min(max(int(text[:11]), 0), LAST_VERSION)
    try:
        return _At(at=text).at
    except ValidationError:
        raise BadRequest(f"{name} {_AT}") from None


def after_version(text: str, epoch: str) -> int:
    """Read `after`: a version, or `<epoch>.<version>` as cursors and SSE ids have it. Raises BadRequest."""
    match = _EVENT_ID.fullmatch(text)
    if match is None:
        raise BadRequest("after is a version, 0 or more, or the next_cursor of a page.")
    if match[1] not in (None, epoch):
        raise BadRequest("This cursor is from before the log was restored; start again without it.")
    return min(int(match[2]), LAST_VERSION)


def min_position(call: Call, lane: int, epoch: str) -> int:
    """Read `OneRing-Min-Position`: an earlier `OneRing-Position`, perhaps with `@<epoch>`. Raises BadRequest."""
    text = call.header(b"onering-min-position")
    return 0 if text is None else position_of(text, lane, epoch, "OneRing-Min-Position")


def position_of(text: str, lane: int, epoch: str, name: str) -> int:
    """Read a position of the lane, perhaps with `@<epoch>`, given under that name. Raises BadRequest."""
    match = _POSITION.fullmatch(text)
    if match is None or (place := Position.parse(match[1])).lane != lane:
        raise BadRequest(f"{name} is what an earlier answer said in OneRing-Position.")
    if match[2] not in (None, epoch):
        raise BadRequest(f"{name} is from before the log was restored; read again without it.")
    return place.position
