"""The spelling of a token: compact JWS text taken apart strictly, and its signature checked with one bound key."""

from dataclasses import dataclass, field

from jose import jws
from jose.exceptions import JOSEError

from onering.auth.faults import InvalidToken, Reason
from onering.auth.keys import BoundKey
from onering.auth.strict import Ambiguous, base64url, is_name, json_object

MAX_CHARACTERS = 8 * 1024
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "cat"})


@dataclass(frozen=True, slots=True)
class Header:
    """The header members we understand; a token with any other (`crit`, `jwk`, `x5u`, `b64` …) is refused."""

    algorithm: str
    kid: str
    typ: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Token:
    """A well-formed token. Nothing in it is to be believed before `check_signature`."""

    header: Header
    text: str = field(repr=False)
    claims: dict[str, object] = field(repr=False)


def parse(text: str) -> Token:
    """Take a compact JWS apart (RFC 7515 §7.1). Raises `InvalidToken` for every spelling but the canonical one."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidToken(Reason.SIZE)
    segments = text.split(".", 3)
    if len(segments) != 3 or not all(segments) or not text.isascii():
        raise InvalidToken(Reason.SPELLING)
    try:
        header, claims, _ = (base64url(segment) for segment in segments)
        return Token(_header(json_object(header)), text, json_object(claims))
    except Ambiguous:
        raise InvalidToken(Reason.SPELLING) from None


def check_signature(token: Token, key: BoundKey) -> None:
    """Verify the signature with this key and its algorithm alone. Raises `InvalidToken`.

    This is the one thing python-jose does here. It takes any algorithm, critical header or spelling it is given,
    so `parse` has refused everything unusual before.
    """
    if token.header.algorithm != key.algorithm:
        raise InvalidToken(Reason.ALGORITHM)
    try:
        jws.verify(token.text, key.prepared, [key.algorithm])
    except JOSEError:
        raise InvalidToken(Reason.SIGNATURE) from None


def _header(members: dict[str, object]) -> Header:
    if not members.keys() <= _HEADER_MEMBERS:
        raise InvalidToken(Reason.HEADER)
    algorithm, kid, typ, category = (_name(members, name) for name in ("alg", "kid", "typ", "cat"))
    if algorithm is None or kid is None:
        raise InvalidToken(Reason.HEADER)
    return Header(algorithm, kid, typ, category)


def _name(members: dict[str, object], name: str) -> str | None:
    if name not in members:
        return None
    if not is_name(value := members[name]):
        raise InvalidToken(Reason.HEADER)
    return value
