"""What the headers and the URL of a request claim about its sender, read without believing any of it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from onering.auth.faults import BadRequest, InvalidToken, Reason

_BEARER = re.compile(r"(?i:bearer) (\S+)")
_USER = re.compile(r"[!-+\--~]{1,255}")  # visible ASCII but the comma, which joins repeated headers
_TOKEN_PARAMETERS = frozenset({"token", "access_token", "id_token", "jwt", "bearer", "auth", "authorization"})


class Presented(NamedTuple):
    """The fields that matter here, each with every value it was sent with."""

    authorization: tuple[str, ...]
    user_id: tuple[str, ...]
    host: tuple[str, ...]
    origin: tuple[str, ...]
    cookie: tuple[str, ...]


_FIELDS = (b"authorization", b"x-user-id", b"host", b"origin", b"cookie")
_UNSENT: Mapping[bytes, tuple[str, ...]] = dict.fromkeys(_FIELDS, ())


def presented(headers: Sequence[tuple[bytes, bytes]]) -> Presented:
    """Collect the fields from ASGI headers (lower-case names)."""
    sent = dict(_UNSENT)
    for name, value in headers:
        if name in sent:
            sent[name] += (value.decode("latin-1"),)
    return Presented(*sent.values())


def bearer(authorization: tuple[str, ...]) -> str | None:
    """Return the token of the Authorization field (RFC 6750 §2.1), or None without one.

    Raises `BadRequest` for two fields or joined ones, `InvalidToken` for any other scheme or spelling.
    """
    if not authorization:
        return None
    if len(authorization) > 1 or "," in authorization[0]:
        raise BadRequest("Send exactly one Authorization header, with one token.")
    if (match := _BEARER.fullmatch(authorization[0])) is None:
        raise InvalidToken(Reason.SCHEME)
    return match[1]


def claimed_user(user_id: tuple[str, ...]) -> str | None:
    """Return the name in X-User-Id, or None without one. Raises `BadRequest` for two or an unusable one."""
    if not user_id:
        return None
    if len(user_id) > 1 or _USER.fullmatch(user_id[0]) is None:
        raise BadRequest("X-User-Id is one name of 1 to 255 visible ASCII characters, without spaces or commas.")
    return user_id[0]


def refuse_token_in_url(query: bytes) -> None:
    """Raise `BadRequest` if the query carries a token: URLs end up in logs, histories and Referer headers."""
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name.lower() in _TOKEN_PARAMETERS or (value.startswith("ey") and value.count(".") >= 2):
            raise BadRequest("Never put a token in a URL: send it in the Authorization header or the first message.")
