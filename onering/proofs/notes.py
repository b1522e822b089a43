"""Signed notes and checkpoints as text: c2sp.org/signed-note, c2sp.org/tlog-checkpoint."""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from onering.proofs.merkle import EMPTY_ROOT, HASH_BYTES

ED25519 = b"\x01"
# The least that a verifier must take.
MAX_SIGNATURES = 16
MAX_BYTES = 64 * 1024
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VERIFIER_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_DASH = "\u2014 "


class BadNote(ValueError):
    """A text is no note, no checkpoint or no key, or nobody known signed it; the message says which."""


class VerifierKey(NamedTuple):
    """A public key that signs under a name."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signatures name it."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """Return the text that people pin: `<name>+<key id>+<key>`."""
        return f"{self.name}+{self.key_id.hex()}+{_text(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Return the key that `text` spells. Raises BadNote."""
        match = _VERIFIER_KEY.fullmatch(text.strip())
        if match is None:
            raise BadNote("not a key of the form <name>+<key id>+<base64>")
        material = _bytes(match[3])
        if material[:1] != ED25519 or len(material) != 33:
            raise BadNote("the key is not an Ed25519 key")
        key = cls(match[1], material[1:])
        if key.key_id.hex() != match[2]:
            raise BadNote("the key's id is another key's")
        return key


class SigningKey(NamedTuple):
    """A key pair under a name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """Return the signature line of a text, with its newline."""
        signature = self.private.sign(text.encode())
        return f"{_DASH}{self.name} {_text(self.verifier.key_id + signature)}\n"


class Checkpoint(NamedTuple):
    """A tree's head: whose, how many leaves, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"

    def signed(self, keys: Sequence[SigningKey]) -> str:
        """Return the note: a signature line for each key."""
        text = self.text()
        return f"{text}\n{''.join(key.line(text) for key in keys)}"


def is_name(text: str) -> bool:
    """Return whether a key, and so an origin, may be called so: no space, no plus, no control characters."""
    return bool(text) and "+" not in text and not any(c.isspace() or ord(c) < 0x20 for c in text)


def opened(note: str, keys: Collection[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a note that a known key of its origin signed, and no known key signed wrongly.

    Raises BadNote. Lines of unknown keys count for nothing.
    """
    text, lines = _taken_apart(note)
    known = {(key.name, key.key_id): key for key in keys}
    signed = set()
    for name, key_id, signature in map(_signature, lines):
        if (key := known.get((name, key_id))) is not None:
            _verify(key, text, signature)
            signed.add(name)
    if not signed:
        raise BadNote("no known key signed it")
    if (checkpoint := parsed(text)).origin not in signed:
        raise BadNote(f"no known key of {checkpoint.origin} signed it")
    return checkpoint


def signers(note: str) -> frozenset[tuple[str, bytes]]:
    """Return the name and the id of each key that a note says it is signed with. Raises BadNote."""
    _, lines = _taken_apart(note)
    return frozenset((name, key_id) for name, key_id, _ in map(_signature, lines))


def parsed(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text is. Raises BadNote."""
    origin, size, root, *extensions = [*text.split("\n"), "", "", ""][: max(text.count("\n"), 3)]
    if not origin or not _SIZE.fullmatch(size) or not all(extensions) or text.count("\n") < 3:
        raise BadNote("it is no checkpoint: an origin, a size and a root, each on a line")
    if len(digest := _bytes(root)) != HASH_BYTES:
        raise BadNote("its root is no SHA-256 hash")
    if size == "0" and digest != EMPTY_ROOT:
        raise BadNote("its root is not that of the empty tree")
    return Checkpoint(origin, int(size), digest)


def _taken_apart(note: str) -> tuple[str, list[str]]:
    if len(note) > MAX_BYTES or _CONTROL.search(note) or not note.endswith("\n"):
        raise BadNote("it is no note: too long, with control characters, or without its end")
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines() if blank else []
    if not lines or len(lines) > MAX_SIGNATURES:
        raise BadNote(f"it has {len(lines)} signatures, not 1 to {MAX_SIGNATURES}")
    return f"{text}\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_name(name) or len(signature := _bytes(encoded)) < 5:
        raise BadNote("a line after the text is no signature")
    return name, signature[:4], signature[4:]


def _verify(key: VerifierKey, text: str, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        raise BadNote(f"the signature of {key.name} is wrong") from None


def _text(value: bytes) -> str:
    return b64encode(value).decode()


def _bytes(text: str) -> bytes:
    """Decode base64 in its one spelling (RFC 4648 §4). Raises BadNote."""
    try:
        value = b64decode(text, validate=True)
    except ValueError:
        value = b""
    if _text(value) != text:
        raise BadNote("something in it is not base64")
    return value
