"""Which events an auditor asks for."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

from onering.log.event import StoredEvent


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
