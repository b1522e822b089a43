"""A whole row of the log, hashes included, and its one spelling as a line of JSON (docs/REPLAY.md)."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from onering.log.event import StoredEvent
from onering.log.wire import timestamp


class Record(NamedTuple):
    """One row of the log with what seals it: 16 bytes of salt (None once erased), and two hashes of 32 bytes."""

    event: StoredEvent
    salt: bytes | None
    payload_hash: bytes
    leaf: bytes


SEALS = ("salt", "payload_hash", "leaf")
_WIDTH = len(StoredEvent._fields)

# The row's columns in table order, as exports and proof files have them.
TABLE_ORDER = (*StoredEvent._fields[:10], "salt", "payload_hash", *StoredEvent._fields[10:], "leaf")
_ORDER = tuple((*StoredEvent._fields, *SEALS).index(name) for name in TABLE_ORDER)


def record_of(columns: Any) -> Record:
    """Return the record whose columns are those of StoredEvent, then SEALS."""
    return Record(StoredEvent(*columns[:_WIDTH]), *columns[_WIDTH:])


def encoded(record: Record) -> bytes:
    """Return a record as one line of JSON, with the newline."""
    return orjson.dumps(dict(zip(TABLE_ORDER, spelled(record), strict=True)), option=orjson.OPT_APPEND_NEWLINE)


def spelled(record: Record) -> list[Any]:
    """Return the record's columns in table order, each as JSON has it."""
    values = (*record.event, record.salt, record.payload_hash, record.leaf)
    return [_spelled(values[index]) for index in _ORDER]


def _spelled(value: Any) -> Any:
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, bytes):
        return value.hex()
    return timestamp(value) if isinstance(value, datetime) else str(value)
