"""The leaf of an event, computed outside the database: what an auditor recomputes (docs/LOG.md has the format)."""

from datetime import UTC, datetime
from hashlib import sha256
from struct import pack
from uuid import UUID

from onering.log.event import StoredEvent

PAYLOAD_PREFIX = b"onering/payload/v1\n"
ENTRY_PREFIX = b"onering/event/v1\n"
LEAF_PREFIX = b"\x00"  # RFC 6962 §2.1: leaves and nodes of the tree are hashed apart

_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def payload_hash(salt: bytes, payload: str) -> bytes:
    """Return the 32 bytes that stand for a payload in its event's leaf; the salt (16 bytes) keeps it from guessing."""
    return sha256(PAYLOAD_PREFIX + salt + payload.encode()).digest()


def leaf(event: StoredEvent, hashed_payload: bytes) -> bytes:
    """Return the 32-byte leaf of an event whose payload hashes to `hashed_payload`."""
    return sha256(LEAF_PREFIX + entry(event, hashed_payload)).digest()


def entry(event: StoredEvent, hashed_payload: bytes) -> bytes:
    """Return the bytes a leaf commits to: a prefix, then every column in table order with its length before it."""
    values = [hashed_payload if name == "payload" else value for name, value in event._asdict().items()]
    return ENTRY_PREFIX + b"".join(map(_field, values))


def _field(value: object) -> bytes:
    if value is None:
        return pack(">i", -1)
    encoded = _encoded(value)
    return pack(">i", len(encoded)) + encoded


def _encoded(value: object) -> bytes:
    match value:
        case int():
            return pack(">q", value)
        case str():
            return value.encode()
        case bytes():
            return value
        case UUID():
            return value.bytes
        case datetime():
            delta = value - _POSTGRES_EPOCH
            return pack(">q", (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds)
    raise TypeError(f"no encoding for {type(value).__name__}")
