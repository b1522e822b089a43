"""What surrounds a command: its idempotency key, the version it is conditional on, and how much its answer says."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args
from uuid import UUID, uuid4

from pydantic import ValidationError

from onering.domain.actor import Actor
from onering.domain.commands import Command, CreateDraft
from onering.domain.ids import Id, command_identity
from onering.http.call import Call
from onering.http.faults import MOST_ERRORS, UNKNOWN_FIELD, BadRequest, ConditionFailed, InvalidFields
from onering.log.event import LAST_VERSION
from onering.requests import CommandRequest

# Every command by the name that clients send as `type`.
COMMANDS: Mapping[str, type[Command]] = {model.model_fields["type"].default: model for model in get_args(Command)}

# The field that names what a command is about, within which its key is unique: a draft, or an invite.
_SCOPES = {model: "invite_id" if "invite_id" in model.model_fields else "draft_id" for model in COMMANDS.values()}

_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_ETAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"[0-9]{1,10}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MINIMAL = re.compile(r"(^|[,;\s])return=minimal($|[,;\s])", re.IGNORECASE)
_KEY_RULE = "An idempotency key is 1 to 128 of A-Z a-z 0-9 _ . : -"


class Envelope(NamedTuple):
    """What the headers say; None is unsaid. `any_version` is `If-Match: *`: whatever version there is."""

    key: str | None
    expected_version: int | None
    any_version: bool
    minimal: bool
    conditional: bool


def envelope(call: Call) -> Envelope:
    """Read the headers of a command. Raises BadRequest, ConditionFailed."""
    key = call.header(b"idempotency-key")
    condition = call.header(b"if-match")
    version = None if condition is None else _condition(condition)
    minimal = any(map(_MINIMAL.search, call.values(b"prefer")))
    return Envelope(
        key=None if key is None else _key(key),
        expected_version=version,
        any_version=condition is not None and version is None,
        minimal=minimal,
        conditional=condition is not None,
    )


def command_request(
    fields: dict[str, Any], model: type[Command], envelope: Envelope, actor: Actor, trace_id: str, *, key_needed: bool
) -> CommandRequest:
    """Return the command that `fields` describe; `idempotency_key` and `expected_version` among them are taken out.

    Raises BadRequest, InvalidFields, ConditionFailed.
    """
    key = idempotency_key(fields.pop("idempotency_key", None), envelope.key, needed=key_needed)
    expected = precondition(fields.pop("expected_version", None), envelope.expected_version)
    if "command_id" in fields:
        raise InvalidFields.at("command_id", UNKNOWN_FIELD)
    if envelope.any_version and model is CreateDraft:
        raise ConditionFailed("If-Match: * asks for a draft that exists already.")
    name = _SCOPES[model]
    scope = named(fields.get(name))
    told = _told(fields, model) | {"command_id": command_identity(actor.user_id, scope, key)}
    if scope is not None:
        told[name] = scope
    try:
        command = model.model_validate(told)
    except ValidationError as invalid:
        raise InvalidFields.of(invalid) from None
    return CommandRequest(command, key, expected, trace_id)


def _told(fields: dict[str, Any], model: type[Command]) -> dict[str, Any]:
    """Return the fields without unknown ones that no answer would name: pydantic takes microseconds over each."""
    if len(fields) <= len(model.model_fields) + MOST_ERRORS:
        return fields
    unknown = [name for name in fields if name not in model.model_fields]
    named = set(unknown[:MOST_ERRORS])
    return {name: value for name, value in fields.items() if name in named or name in model.model_fields}


def model_of(fields: Mapping[str, Any]) -> type[Command]:
    """Return the model of the command that `type` names. Raises InvalidFields."""
    kind = fields.get("type")
    model = COMMANDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise InvalidFields.at("type", f"Input should be one of {', '.join(COMMANDS)}")
    return model


def named(value: object) -> Id | None:
    """Return what a field names, or None for what is no UUID: the command's model will refuse that."""
    if not isinstance(value, str):
        return None
    if _UUID.fullmatch(value):
        return Id(value)
    try:
        return Id(UUID(value).bytes)  # any other spelling
    except ValueError:
        return None


def _key(text: str) -> str:
    # A structured-field string (RFC 8941) and the bare word are the same key.
    bare = text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text
    if _KEY.fullmatch(bare) is None:
        raise BadRequest(_KEY_RULE + ".")
    return bare


def idempotency_key(in_body: object, in_header: str | None, *, needed: bool) -> str:
    """Return the one key of header and body, or a new one. Raises BadRequest, InvalidFields."""
    if in_body is not None:
        if not isinstance(in_body, str) or _KEY.fullmatch(in_body) is None:
            raise InvalidFields.at("idempotency_key", _KEY_RULE)
        if in_header not in (None, in_body):
            raise BadRequest("The idempotency key in the header is not the one in the body.")
        return in_body
    if in_header is None and needed:
        raise BadRequest("Send an Idempotency-Key, so that this command can be retried safely.")
    return in_header or uuid4().hex


def _condition(text: str) -> int | None:
    """Return the version in If-Match (RFC 9110 §13.1.1), or None for `*`. A weak one never matches."""
    if text.strip() == "*":
        return None
    match = _ETAG.fullmatch(text.strip())
    if match is None or _VERSION.fullmatch(match[2]) is None:
        raise BadRequest('If-Match is one ETag of a draft, such as "17", or *.')
    if match[1]:
        raise ConditionFailed("A weak ETag never matches.")
    return min(int(match[2]), LAST_VERSION)


def precondition(in_body: object, in_header: int | None) -> int | None:
    """Return the one version of header and body that a command is conditional on. Raises BadRequest, InvalidFields."""
    if in_body is None:
        return in_header
    if not isinstance(in_body, int) or isinstance(in_body, bool) or not 0 <= in_body <= LAST_VERSION:
        raise InvalidFields.at("expected_version", "Input should be a version, a whole number")
    if in_header not in (None, in_body):
        raise BadRequest("If-Match is not the expected_version in the body.")
    return in_body
