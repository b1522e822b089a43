"""Keys that verify tokens, each bound to the one algorithm it may be used with."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from jose import jwk
from jose.backends.base import Key

from onering.auth.strict import Ambiguous, base64url, is_name

MIN_SECRET_BYTES = 32
MAX_KEYS = 32
_RSA_BITS = range(2048, 8192 + 1)
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeyRefused(ValueError):
    """A key, or a whole set of them, is not one to trust; the message says why and holds no key material."""


@dataclass(frozen=True, slots=True)
class BoundKey:
    """A prepared key with its algorithm. The token never chooses: its `alg` must equal this one (RFC 8725 §3.1)."""

    algorithm: Literal["HS256", "RS256"]
    fingerprint: bytes
    prepared: Key = field(repr=False, compare=False)


def from_secret(secret: bytes) -> BoundKey:
    """Prepare an HS256 key. Raises `KeyRefused` for a secret under 32 bytes (RFC 7518 §3.2)."""
    if len(secret) < MIN_SECRET_BYTES:
        raise KeyRefused(f"the secret is shorter than {MIN_SECRET_BYTES} bytes")
    return BoundKey("HS256", hashlib.sha256(secret).digest(), jwk.construct(secret, "HS256"))


def from_key_set(document: Mapping[str, object]) -> tuple[dict[str, BoundKey], list[KeyRefused]]:
    """Prepare the keys of a JWK Set (RFC 7517 §5): those accepted, by kid, and why the others were not.

    Raises `KeyRefused` when the set itself can't be trusted: no list, too many keys, one kid twice, no usable key.
    """
    accepted: dict[str, BoundKey] = {}
    refused: list[KeyRefused] = []
    for member in _members(document):
        try:
            kid, key = _from_jwk(member)
        except KeyRefused as refusal:
            refused.append(refusal)
            continue
        accepted[kid] = key
    if not accepted:
        raise KeyRefused("no usable key in the set")
    return accepted, refused


def _members(document: Mapping[str, object]) -> list[object]:
    members = document.get("keys")
    if not isinstance(members, list):
        raise KeyRefused("the set has no list of keys")
    if len(members) > MAX_KEYS:
        raise KeyRefused(f"the set has more than {MAX_KEYS} keys")
    # Also where all but one of them are refused: what a kid names must not depend on what we make of the others.
    kids = [kid for member in members if isinstance(member, dict) and isinstance(kid := member.get("kid"), str)]
    if len(set(kids)) < len(kids):
        raise KeyRefused("two keys share a kid")
    return members


def _from_jwk(member: object) -> tuple[str, BoundKey]:
    """Accept one RSA signature key (RFC 7517 §4, RFC 7518 §6.3.1) and return it with its kid."""
    if not isinstance(member, dict):
        raise KeyRefused("a key is not an object")
    if not is_name(kid := member.get("kid")):
        raise KeyRefused("a key has no kid")
    if member.get("kty") != "RSA":
        raise KeyRefused("a key is not an RSA key")
    if _PRIVATE_MEMBERS & member.keys():
        raise KeyRefused("a key carries private members")
    _check_use(member)
    return kid, _rsa(_number(member, "n"), _number(member, "e"))


def _check_use(member: Mapping[str, object]) -> None:
    if member.get("use", "sig") != "sig":
        raise KeyRefused("a key is not for signatures")
    if member.get("alg", "RS256") != "RS256":
        raise KeyRefused("a key is for another algorithm")
    operations = member.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise KeyRefused("a key's operations don't include verify")


def _number(member: Mapping[str, object], name: str) -> int:
    text = member.get(name)
    try:
        return int.from_bytes(base64url(text if isinstance(text, str) else "="), "big")
    except Ambiguous:
        raise KeyRefused("a key's numbers are malformed") from None


def _rsa(modulus: int, exponent: int) -> BoundKey:
    if modulus.bit_length() not in _RSA_BITS or modulus % 2 == 0:
        raise KeyRefused(f"an RSA modulus is not of {_RSA_BITS.start} to {_RSA_BITS.stop - 1} bits")
    if exponent % 2 == 0 or not 1 << 16 < exponent < 1 << 256:
        raise KeyRefused("an RSA exponent is even, too small or too large")
    fingerprint = hashlib.sha256(f"{modulus}.{exponent}".encode()).digest()
    return BoundKey("RS256", fingerprint, jwk.construct(_public_jwk(modulus, exponent), "RS256"))


def _public_jwk(modulus: int, exponent: int) -> dict[str, str]:
    """Write the two public numbers afresh, so that jose sees no other member of what was fetched."""
    return {"kty": "RSA", "n": _text(modulus), "e": _text(exponent)}


def _text(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode("ascii")
