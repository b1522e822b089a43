"""The live feed as an AsyncAPI 3.0 document: its channel, every frame both ways, and how a socket ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from onering.contract import examples, frames
from onering.contract.schemas import Mode, Schema, schemas_of, used


@dataclass(frozen=True, slots=True)
class Closing:
    """A close code and why; `status` is that of the handshake where it can still be refused instead."""

    code: int
    reason: str
    status: int | None


_CHANNEL = "#/channels/feed"
_BINDING = {
    "method": "GET",
    "query": {
        "type": "object",
        "properties": {
            "after": {"type": "integer", "minimum": 0, "description": "The last version you applied."},
            "epoch": {"type": "string", "description": "What the welcome said that it belongs to."},
            "mode": {"enum": ["resume", "events"], "description": "`events` asks for every one, however far back."},
        },
    },
    "bindingVersion": "0.1.0",
}


def asyncapi(path: str, version: str, closings: Iterable[Closing]) -> dict[str, Any]:
    """Return the document of the feed at `path`."""
    said, heard = _messages(frames.SERVER, "serialization"), _messages(frames.CLIENT, "validation")
    kinds: list[tuple[Any, Mode]] = [*((kind, "serialization") for kind in frames.SERVER)]
    kinds += [(kind, "validation") for kind in frames.CLIENT]
    schemas = schemas_of(tuple(kinds)).components
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OneRing: the live feed",
            "version": version,
            "description": "Every reader's screen follows a draft: a snapshot, then each event once and in order.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {"feed": _channel(path, [*said, *heard], closings)},
        "operations": {
            "follow": _operation("send", "What the server says.", said),
            "say": _operation("receive", "What a client says.", heard),
        },
    }
    messages = said | heard
    return document | {"components": {"messages": messages, "schemas": used(schemas, messages)}}


def _messages(kinds: Sequence[type[BaseModel]], mode: Mode) -> dict[str, Schema]:
    return {kind.__name__: _message(kind) for kind in kinds}


def _message(kind: type[BaseModel]) -> Schema:
    (name,) = kind.model_fields["type"].annotation.__args__  # type: ignore[union-attr]  # a literal of one word
    extra: Any = kind.model_config["json_schema_extra"]
    return {
        "name": name,
        "summary": " ".join((kind.__doc__ or "").split()),
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "examples": [{"payload": example} for example in extra["examples"]],
    }


def _channel(path: str, messages: Sequence[str], closings: Iterable[Closing]) -> Schema:
    return {
        "address": path,
        "description": _ends(closings),
        "parameters": {"draft_id": {"description": "The draft to follow.", "examples": [examples.DRAFT_ID]}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": _BINDING},
    }


def _operation(action: str, summary: str, messages: Mapping[str, Schema]) -> Schema:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": _CHANNEL},
        "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"} for name in messages],
    }


def _ends(closings: Iterable[Closing]) -> str:
    """Return the table of close codes, in Markdown."""
    rows = [f"| {end.code} | {end.status or ''} | {end.reason} |" for end in closings]
    return "\n".join(
        [
            "A WebSocket (RFC 6455), one JSON object per text message. Send `Authorization` on the handshake,",
            "or `hello` first. Ignore types and fields that you don't know.",
            "After 4400 to 4499 don't retry blindly; after all others resume.",
            "The same feed, one way, as Server-Sent Events: `GET /v1/collab/drafts/{draft_id}/events`.",
            "",
            "| close code | status | meaning |",
            "| --- | --- | --- |",
            *rows,
        ]
    )
