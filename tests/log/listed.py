"""The log as what it promises to be: a plain list of events, what became of each command, and what they used up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from onering.log.append import Append, Counter, Repeated
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent


@dataclass
class ListedLog:
    """Appends one command after the other; `outcomes` has what each accepted one was told, by its identity.

    `levels` has where each counter stood after each command that moved it.
    """

    events: list[StoredEvent] = field(default_factory=list)
    outcomes: dict[UUID, Repeated] = field(default_factory=dict)
    levels: dict[Counter, list[int]] = field(default_factory=dict)

    def version(self, stream_id: UUID) -> int:
        return sum(event.stream_id == stream_id for event in self.events)

    def fits(self, command: Append) -> bool:
        """Whether every stream is where the command was decided."""
        return all(self.version(write.stream_id) == write.expected_version for write in command.writes)

    def has_room(self, command: Append) -> bool:
        """Whether no counter would exceed what the command was given as its limit."""
        return all(
            guard.limit is None or self.used(guard.counter) + guard.amount <= guard.limit for guard in command.guards
        )

    def used(self, counter: Counter) -> int:
        return self.levels.get(counter, [0])[-1]

    def levels_since(self, counter: Counter, moved: int) -> Sequence[int]:
        """Return where a counter stood since it had moved so many times."""
        return [0, *self.levels.get(counter, [])][moved:]

    def accept(self, command: Append, recorded_at: datetime) -> None:
        """Append a command, which must be new, fit and have room."""
        assert command.command_id not in self.outcomes
        assert self.fits(command)
        assert self.has_room(command)
        for counter, amount, _ in command.guards:
            level = max(self.used(counter) + amount, 0)
            self.levels.setdefault(counter, []).append(level)
        before = len(self.events)
        for write in command.writes:
            for version, event in enumerate(write.events, write.expected_version + 1):
                self.events.append(
                    StoredEvent(
                        LANE,
                        len(self.events) + 1,
                        *(write.stream_id, write.stream_type, version, write.workspace_id),
                        *event,
                        *(command.issuer, command.subject, command.impersonator),
                        *(command.command_id, command.correlation_id, command.causation_id),
                        recorded_at,
                    )
                )
        own = command.writes[0].stream_id
        position = len(self.events)
        self.outcomes[command.command_id] = Repeated(
            command.fingerprint, own, self.version(own), position, position - before, recorded_at
        )

    def events_of(self, outcome: Repeated) -> tuple[StoredEvent, ...]:
        return tuple(self.events[outcome.position - outcome.events : outcome.position])

    def lane_page(self, after: int, limit: int) -> list[StoredEvent]:
        return self.events[after : after + limit]

    def stream_page(self, stream_id: UUID, after: int, limit: int) -> list[StoredEvent]:
        return [e for e in self.events if e.stream_id == stream_id and e.version > after][:limit]
