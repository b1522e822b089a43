"""What a log promises whatever its events mean: order, times, hashes, and that every one has somebody who did it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from onering.domain.ids import derived
from onering.log.event import StoredEvent
from onering.log.leaf import leaf, payload_hash
from onering.log.record import Record
from onering.replay.findings import Finding

STREAM_TYPES = frozenset({"draft", "invite", "user", "workspace", "system"})
SALT_BYTES = 16


class _Stream(NamedTuple):
    version: int
    stream_type: str
    workspace_id: bytes


class Order:
    """Looks at the records of one lane, in order, from its first. About 200 bytes per stream and 24 per command."""

    def __init__(self, lane: int) -> None:
        self.position = 0
        self.streams: dict[bytes, _Stream] = {}
        self._lane = lane
        self._time: datetime | None = None
        self._command: UUID | None = None
        self._number = 0
        self._commands = _Commands()
        self._workspaces: dict[bytes, bytes] = {}

    def page(self, records: Sequence[Record]) -> list[Finding]:
        """Return what is wrong with the next records, or between them and those before."""
        found: list[Finding] = []
        for record in records:
            event = record.event
            if event.position != self.position + 1 or event.lane != self._lane:
                found += self._misplaced(event)
            self.position = event.position
            if self._time is not None and event.recorded_at < self._time:
                text = f"it was recorded before the event in front of it ({self._time})"
                found.append(Finding(event.position, "time", text))
            self._time = event.recorded_at
            if event.command_id != self._command:
                self._command, self._number = event.command_id, 0
                self._commands.add(event.command_id.bytes, event.position)
            if event.event_id != derived(event.command_id, "event", self._number):
                text = f"its event_id is not that of event {self._number} of its command"
                found.append(Finding(event.position, "identity", text))
            self._number += 1
            if not (event.issuer and event.subject):
                found.append(Finding(event.position, "actor", "nobody did it: the issuer or the subject is empty"))
            self._in_stream(event, found)
            _sealed(record, found)
        return found

    def end(self, head: int) -> Iterator[Finding]:
        """Yield what can only be told at the end; `head` is the position where the log should end."""
        if self.position < head:
            yield Finding(head, "position", f"the events {self.position + 1} to {head} are missing")
        elif self.position > head:
            yield Finding(self.position, "position", f"it is beyond {head}, where the log is said to end")
        yield from self._commands.repeated()

    def _misplaced(self, event: StoredEvent) -> Iterator[Finding]:
        expected, found = self.position + 1, event.position
        if event.lane != self._lane:
            yield Finding(found, "position", f"it is of lane {event.lane}, in a log of lane {self._lane}")
        if found > expected:
            what = f"event {expected} is" if found == expected + 1 else f"the events {expected} to {found - 1} are"
            yield Finding(found, "position", f"{what} missing in front of it")
        elif found < expected:
            yield Finding(found, "position", f"it comes after position {self.position}")

    def _in_stream(self, event: StoredEvent, found: list[Finding]) -> None:
        key, workspace = event.stream_id.bytes, event.workspace_id.bytes
        known = self.streams.get(key)
        expected = known.version + 1 if known else 1
        if event.version != expected:
            text = f"it is version {event.version} of stream {event.stream_id}, where {expected} comes next"
            found.append(Finding(event.position, "version", text))
        if known is None:
            workspace = self._workspaces.setdefault(workspace, workspace)
            if event.stream_type not in STREAM_TYPES:
                text = f"there are no streams of type {event.stream_type!r}"
                found.append(Finding(event.position, "stream", text))
        elif event.stream_type != known.stream_type or workspace != known.workspace_id:
            found.append(Finding(event.position, "stream", "its stream had another type or workspace before"))
        else:
            workspace = known.workspace_id
        self.streams[key] = _Stream(event.version, event.stream_type, workspace)


def _sealed(record: Record, found: list[Finding]) -> None:
    """Look at the hashes of a record, computed here and not in the database."""
    event, salt, hashed, stored = record
    if event.payload is not None and salt is not None:
        if len(salt) != SALT_BYTES:
            found.append(Finding(event.position, "salt", f"its salt has {len(salt)} bytes, not {SALT_BYTES}"))
        if payload_hash(salt, event.payload) != hashed:
            text = "it does not stand for what is there: payload or salt changed"
            found.append(Finding(event.position, "payload-hash", text))
    elif event.payload is not None or salt is not None:
        text = "payload and salt are erased together or not at all"
        found.append(Finding(event.position, "payload-hash", text))
    if leaf(event, hashed) != stored:
        found.append(Finding(event.position, "leaf", "a column changed: its leaf is that of another row"))


class _Commands:
    """Every command's identity, in 24 bytes each, so that one which was stored twice is found at the end.

    Kept apart by first byte: what is sorted out at once is a part of a log.
    """

    _WIDTH = 24

    def __init__(self) -> None:
        self._parts = [bytearray() for _ in range(256)]

    def add(self, command_id: bytes, position: int) -> None:
        self._parts[command_id[0]] += command_id + (position & (2**64 - 1)).to_bytes(8)

    def repeated(self) -> Iterator[Finding]:
        for part in self._parts:
            seen: dict[bytes, int] = {}
            for start in range(0, len(part), self._WIDTH):
                command_id = bytes(part[start : start + 16])
                position = int.from_bytes(part[start + 16 : start + self._WIDTH])
                first = seen.setdefault(command_id, position)
                if first != position:
                    text = f"the command {UUID(bytes=command_id)} was stored already, at position {first}"
                    yield Finding(position, "command", text)
