"""The lines of an NDJSON export: one record each, every column spelled in exactly one way (docs/REPLAY.md)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from asyncpg.pgproto.pgproto import UUID

from onering.log.event import StoredEvent
from onering.log.record import TABLE_ORDER, Record, encoded
from onering.replay.signed import Proof

_ZONE = "+00:00"


class Misspelt(ValueError):
    """A line that no export has."""


def encoded_with_proof(record: Record, proof: Proof) -> bytes:
    """Return the line of a record in an export that was filtered."""
    return b'%s,"proof":%s}\n' % (encoded(record)[:-2], orjson.dumps(proof))


def decoded_with_proof(line: bytes) -> tuple[Record, Proof]:
    """Return the record and the proof of a line of an export that was filtered. Raises Misspelt."""
    columns = _columns(line)
    proof = columns.pop("proof", "") if isinstance(columns, dict) else None
    if proof is not None and not (isinstance(proof, list) and all(isinstance(one, str) for one in proof)):
        raise Misspelt("its proof is not spelled as in an export")
    return _record(columns), proof


def decoded(line: bytes) -> Record:
    """Return the record of a line. Raises Misspelt, which says what is wrong."""
    return _record(_columns(line))


def _columns(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        raise Misspelt("it is no JSON") from None


def _record(columns: Any) -> Record:
    if not isinstance(columns, dict) or tuple(columns) != TABLE_ORDER:
        raise Misspelt("it does not have the columns of an event, in their order")
    try:
        (lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version, payload, salt,
         payload_hash, issuer, subject, impersonator, command_id, correlation_id, causation_id, recorded_at, leaf) = [
            read(value) for read, value in zip(_READERS, columns.values(), strict=True)
        ]  # fmt: skip
    except (ValueError, TypeError):
        raise Misspelt(f"its {_wrong(columns)} is not spelled as in an export") from None
    event = StoredEvent(
        lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version, payload, issuer,
        subject, impersonator, command_id, correlation_id, causation_id, recorded_at,
    )  # fmt: skip
    return Record(event, salt, payload_hash, leaf)


def _wrong(columns: Mapping[str, Any]) -> str:
    for read, (name, value) in zip(_READERS, columns.items(), strict=True):
        try:
            read(value)
        except (ValueError, TypeError):
            return name
    return "line"


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:  # not isinstance: true is an int to Python
        raise ValueError
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError
    return value


# asyncpg's UUID, for it is read fifteen times as fast as the standard library's.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_HEX = re.compile(r"(?:[0-9a-f]{2})*").fullmatch
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z").fullmatch


def _uuid(value: Any) -> UUID:
    if not _UUID(value):
        raise ValueError
    return UUID(value)


def _bytes(value: Any) -> bytes:
    if not _HEX(value):
        raise ValueError
    return bytes.fromhex(value)


def _time(value: Any) -> datetime:
    if not _TIME(value):
        raise ValueError
    return datetime.fromisoformat(value[:-1] + _ZONE)


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_READERS: tuple[Callable[[Any], Any], ...] = (
    _integer, _integer, _uuid, _text, _integer, _uuid, _uuid, _text, _integer, _optional(_text), _optional(_bytes),
    _bytes, _text, _text, _optional(_text), _uuid, _text, _optional(_uuid), _time, _bytes,
)  # fmt: skip
