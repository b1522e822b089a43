"""The keys that sign a log's checkpoints, as text: what the environment and the keys folder hold.

A private key is written as Go's note package does, `PRIVATE+KEY+<origin>+<key id>+<base64 of 01 and the 32-byte seed>`:
it says of which log it is.
"""

import re
from base64 import b64decode, b64encode
from typing import NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from onering.proofs.faults import KeysFault
from onering.proofs.notes import ED25519, SigningKey, is_name

_PRIVATE = re.compile(r"PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SEED_BYTES = 32
_NUMBERED = re.compile(r"(.+)/([0-9]{1,6})")


class Keys(NamedTuple):
    """The keys of an origin, the oldest first. `announced` are the verifier keys that the log itself tells of: what
    signs is told there first.
    """

    origin: str
    private: tuple[SigningKey, ...]
    announced: tuple[str, ...] = ()

    @property
    def signing(self) -> tuple[SigningKey, ...]:
        """The keys that checkpoints are signed with."""
        return tuple(key for key in self.private if str(key.verifier) in self.announced)

    @property
    def verifiers(self) -> tuple[str, ...]:
        """The public halves, as people pin them."""
        return tuple(str(key.verifier) for key in self.private)

    def encoded(self) -> bytes:
        """Return what the keys folder holds, secrets included."""
        fields = {
            "origin": self.origin,
            "private": [private_text(key) for key in self.private],
            "announced": self.announced,
        }
        return orjson.dumps(fields, option=orjson.OPT_INDENT_2)

    @classmethod
    def decoded(cls, content: bytes) -> "Keys":
        """Read what `encoded` wrote. Raises KeysFault."""
        try:
            fields = orjson.loads(content)
            private = tuple(map(private_key, fields["private"]))
            keys = cls(str(fields["origin"]), private, tuple(map(str, fields["announced"])))
        except (KeyError, TypeError, ValueError) as fault:
            raise KeysFault("the file of keys is damaged") from fault
        keys.check()
        return keys

    def check(self) -> None:
        """Raise KeysFault where a key is of another log."""
        if others := {key.name for key in self.private} - {self.origin}:
            raise KeysFault(f"the keys are of {self.origin} and of {', '.join(sorted(others))}: a log has one origin")


def new_key(origin: str) -> SigningKey:
    """Make a key. Raises KeysFault for what can't be an origin."""
    if not is_name(origin):
        raise KeysFault("an origin has no spaces, plus signs or control characters, such as example.com/log")
    return SigningKey(origin, Ed25519PrivateKey.generate())


def private_text(key: SigningKey) -> str:
    """Return a key as text, its secret included."""
    seed = ED25519 + key.private.private_bytes_raw()
    return f"PRIVATE+KEY+{key.name}+{key.verifier.key_id.hex()}+{b64encode(seed).decode()}"


def private_key(text: str) -> SigningKey:
    """Return the key that a text spells. Raises KeysFault, which does not repeat it."""
    match = _PRIVATE.fullmatch(text.strip())
    if match is None or len(seed := _bytes(match[3])) != 1 + _SEED_BYTES or seed[:1] != ED25519:
        raise KeysFault("a private key is written PRIVATE+KEY+<origin>+<key id>+<base64>; `onering keys new` makes one")
    key = SigningKey(match[1], Ed25519PrivateKey.from_private_bytes(seed[1:]))
    if key.verifier.key_id.hex() != match[2]:
        raise KeysFault(f"the key of {match[1]} has another key's id")
    return key


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def given_keys(text: str) -> tuple[SigningKey, ...]:
    """Return the keys of a setting: one or several, the oldest first, with white space between. Raises KeysFault."""
    return tuple(map(private_key, text.split()))


def next_origin(origin: str) -> str:
    """Return how the log is called after its history broke: `…/2`, `…/3` and so on."""
    if (match := _NUMBERED.fullmatch(origin)) and int(match[2]) > 1:
        return f"{match[1]}/{int(match[2]) + 1}"
    return f"{origin}/2"


def continues(origin: str, setting: str) -> bool:
    """Whether an origin is the one that a setting names, or followed it after a break."""
    match = _NUMBERED.fullmatch(origin)
    return origin == setting or (match is not None and match[1] == setting)
