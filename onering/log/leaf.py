"""The leaf of an event, computed outside the database: what an auditor recomputes (docs/LOG.md has the format)."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from onering.log.event import StoredEvent

PAYLOAD_PREFIX = b"onering/payload/v1\n"
ENTRY_PREFIX = b"onering/event/v1\n"
LEAF_PREFIX = b"\x00"  # RFC 6962 §2.1: leaves and nodes of the tree are hashed apart

_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

# An audit computes one leaf per event of the log: fields of known length are packed together, with their lengths.
_PLACE = Struct(">iqiqi16s").pack  # lane, position, stream_id
_VERSION = Struct(">iqi16si16s").pack  # version, workspace_id, event_id
_SCHEMA = Struct(">iqi").pack  # schema_version, and the length of the payload's hash
_UUID = Struct(">i16s").pack
_TIME = Struct(">iq").pack
_LENGTH = Struct(">i").pack
_NULL = _LENGTH(-1)


def payload_hash(salt: bytes, payload: str) -> bytes:
    """Return the 32 bytes that stand for a payload in its event's leaf; the salt (16 bytes) keeps it from guessing."""
    return sha256(PAYLOAD_PREFIX + salt + payload.encode()).digest()


def leaf(event: StoredEvent, hashed_payload: bytes) -> bytes:
    """Return the 32-byte leaf of an event whose payload hashes to `hashed_payload`."""
    return sha256(LEAF_PREFIX + entry(event, hashed_payload)).digest()


def entry(event: StoredEvent, hashed_payload: bytes) -> bytes:
    """Return the bytes a leaf commits to: a prefix, then every column in table order with its length before it."""
    return b"".join(
        (
            ENTRY_PREFIX,
            _PLACE(8, event.lane, 8, event.position, 16, event.stream_id.bytes),
            _word(event.stream_type),
            _VERSION(8, event.version, 16, event.workspace_id.bytes, 16, event.event_id.bytes),
            _word(event.type),
            _SCHEMA(8, event.schema_version, len(hashed_payload)),
            hashed_payload,
            _word(event.issuer),
            _word(event.subject),
            _NULL if event.impersonator is None else _text(event.impersonator),
            _UUID(16, event.command_id.bytes),
            _text(event.correlation_id),
            _NULL if event.causation_id is None else _UUID(16, event.causation_id.bytes),
            _TIME(8, microseconds(event.recorded_at)),
        )
    )


def microseconds(at: datetime) -> int:
    """Return an instant as Postgres counts it: in microseconds since 2000-01-01 00:00:00 UTC."""
    delta = at - _POSTGRES_EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _LENGTH(len(encoded)) + encoded


# Of these there are few different ones.
_word = lru_cache(maxsize=4096)(_text)
