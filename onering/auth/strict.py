"""JSON, base64url and names that can be read in one way only."""

import binascii
import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NoReturn, TypeGuard

import orjson

# A string (closed or not, so that each character is looked at once) or a bracket.
_STRUCTURE = re.compile(r'(?s)"(?:[^"\\]++|\\.)*+"?|[\[\]{}]')


class Ambiguous(ValueError):
    """The bytes are malformed, or two readers could understand them differently."""


def base64url(text: str) -> bytes:
    """Decode unpadded base64url (RFC 7515 §2), refusing every spelling but the one an encoder writes.

    Raises `Ambiguous` for padding, white space, the `+/` alphabet and non-zero trailing bits: the standard
    decoder skips them all, which would give one token many spellings.
    """
    try:
        raw = urlsafe_b64decode(text + "==")
    except (binascii.Error, ValueError):
        raise Ambiguous("not base64url") from None
    if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
        raise Ambiguous("not the canonical base64url")
    return raw


def json_object(raw: bytes, *, depth: int = 8) -> dict[str, object]:
    """Parse a JSON object, as `json_value` does. Raises `Ambiguous` for any other value."""
    value = json_value(raw, depth=depth)
    if not isinstance(value, dict):
        raise Ambiguous("not a JSON object")
    return value


def json_value(raw: bytes, *, depth: int) -> object:
    """Parse JSON of UTF-8 bytes (RFC 8259), at most `depth` levels deep.

    Raises `Ambiguous` for duplicate members, NaN and infinities, and a byte order mark.
    """
    if (flat := _flat_object(raw)) is not None:
        return flat
    try:
        text = raw.decode("utf-8")
        _limit_depth(text, depth)
        return _DECODER.decode(text)
    except ValueError:
        raise Ambiguous("not strict JSON") from None


def _flat_object(raw: bytes) -> dict[str, object] | None:
    """Return what most bodies are, an object of texts and whole numbers, in a fraction of the time; else None.

    A member that is there twice shows in the quotation marks: two for each name and each text, none of them escaped.
    """
    if b"\\" in raw:
        return None
    try:
        value = orjson.loads(raw)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    texts = len(value)
    for member in value.values():
        if isinstance(member, str):
            texts += 1
        elif not isinstance(member, int):
            return None
    return value if raw.count(b'"') == 2 * texts else None


def is_name(value: object, *, limit: int = 255) -> TypeGuard[str]:
    """Tell whether a value is text of 1 to `limit` visible characters: no space, control or lone surrogate."""
    return isinstance(value, str) and 0 < len(value) <= limit and value.isprintable() and " " not in value


def _limit_depth(text: str, limit: int) -> None:
    if text.count("[") + text.count("{") <= limit:
        return
    level = 0
    for part in _STRUCTURE.finditer(text):
        match part[0]:
            case "[" | "{":
                level += 1
            case "]" | "}":
                level -= 1
        if level > limit:
            raise Ambiguous("nested too deeply")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Ambiguous("a member appears twice")
    return members


def _constant(name: str) -> NoReturn:
    raise Ambiguous("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Ambiguous("not a finite number")
    return number


# Made once: the standard library makes a new decoder per call that has hooks.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite)
