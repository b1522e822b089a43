"""What an auditor sees of an event: its row, whole, and whether it is one that was asked for."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from onering.log.event import StoredEvent


class Record(NamedTuple):
    """One row of the log with what seals it: 16 bytes of salt (None once erased), and two hashes of 32 bytes."""

    event: StoredEvent
    salt: bytes | None
    payload_hash: bytes
    leaf: bytes


SEALS = ("salt", "payload_hash", "leaf")
_WIDTH = len(StoredEvent._fields)

# The row's columns in table order, as exports have them.
TABLE_ORDER = (*StoredEvent._fields[:10], "salt", "payload_hash", *StoredEvent._fields[10:], "leaf")


def record_of(columns: Any) -> Record:
    """Return the record whose columns are those of StoredEvent, then SEALS."""
    return Record(StoredEvent(*columns[:_WIDTH]), *columns[_WIDTH:])


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; None is no restriction. Times (with offset) are inclusive, `actor` is a subject."""

    draft: UUID | None = None
    actor: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def wants(self, event: StoredEvent) -> bool:
        """Whether an event is one of the wanted."""
        return (
            (self.draft is None or event.stream_id == self.draft)
            and (self.actor is None or event.subject == self.actor)
            and (self.type is None or event.type == self.type)
            and (self.since is None or event.recorded_at >= self.since)
            and (self.until is None or event.recorded_at <= self.until)
        )

    def spelled(self) -> dict[str, str]:
        """Return its restrictions by name, as text."""
        return {name: _text(value) for name, value in asdict(self).items() if value is not None}


EVERYTHING = Filter()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def in_utc(at: datetime) -> datetime:
    """Take a time without an offset as what is printed is: in UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
