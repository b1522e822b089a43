"""What a client says: its messages read strictly where they are known, and ignored where they are not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

# A version, or with the epoch before it what the ids of Server-Sent Events and the cursors of pages are.
_PLACE = re.compile(r"(?:([0-9a-f]{12})\.)?([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hello:
    """Who joins, from where: `after` is the last version applied in the log of `epoch`; `events` asks for every one."""

    token: str | None = None
    after: int | None = None
    epoch: str | None = None
    events: bool = False


@dataclass(frozen=True, slots=True)
class Auth:
    """A fresh token."""

    token: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The client is there."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks whether the server is there."""


@dataclass(frozen=True, slots=True)
class Typing:
    """The person writes the next segment."""


@dataclass(frozen=True, slots=True)
class Bye:
    """The client leaves."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message of a type that this server does not act on: one of a newer client."""


Message = Hello | Auth | Pong | Ping | Typing | Bye | Ignored


class BadMessage(Exception):
    """Not a message of the feed; says what is wrong without repeating it."""


def parse(text: str) -> Message:
    """Return the message that `text` is. Raises BadMessage."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadMessage("a message is JSON") from None
    if not isinstance(fields, dict) or not isinstance(kind := fields.get("type"), str):
        raise BadMessage("a message is an object with a `type`")
    match kind:
        case "hello":
            return _hello(fields)
        case "auth":
            return Auth(_required_text(fields, "token"))
        case "pong":
            return Pong()
        case "ping":
            return Ping()
        case "typing":
            return Typing()
        case "bye":
            return Bye()
        case _:
            return Ignored()


def hello_of_query(query: Mapping[str, str], last_event_id: str = "") -> Hello:
    """Return the hello that a request with an Authorization header makes in its URL. Raises BadMessage.

    `last_event_id` is newer: a client that connects again by itself asks for the same URL.
    """
    fields: dict[str, Any] = {name: query[name] for name in ("epoch", "mode") if name in query}
    if (after := last_event_id or query.get("after")) is not None:
        if (place := _PLACE.fullmatch(after)) is None:
            raise BadMessage("`after` is a version, 0 or more")
        fields["after"] = int(place[2])
        fields |= {"epoch": place[1]} if place[1] else {}
    return _hello(fields)


def _hello(fields: Mapping[str, Any]) -> Hello:
    return Hello(_text(fields, "token"), _after(fields), _text(fields, "epoch"), _mode(fields) == "events")


def _after(fields: Mapping[str, Any]) -> int | None:
    after = fields.get("after")
    if after is None:
        return None
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise BadMessage("`after` is a version, 0 or more")
    return after


def _mode(fields: Mapping[str, Any]) -> Literal["resume", "events"] | None:
    mode = fields.get("mode")
    if mode not in (None, "resume", "events"):
        raise BadMessage("`mode` is resume or events")
    return mode


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise BadMessage(f"`{name}` is text")
    return value


def _required_text(fields: Mapping[str, Any], name: str) -> str:
    if (value := _text(fields, name)) is None:
        raise BadMessage(f"`{name}` is required")
    return value
