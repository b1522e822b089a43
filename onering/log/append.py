"""Appending: a batch of decided commands in, their places in the log out, in one call and one commit."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from onering.log.event import StoredEvent


class NewEvent(NamedTuple):
    """An event about to be stored; `payload` is the exact text that will be hashed."""

    event_id: UUID
    type: str
    schema_version: int
    payload: str


class Write(NamedTuple):
    """What one command does to one stream: it was decided at `expected_version` (0: there is no such stream yet)."""

    stream_id: UUID
    stream_type: str
    workspace_id: UUID
    expected_version: int
    events: tuple[NewEvent, ...]


class Counter(NamedTuple):
    """Something that commands use up, by name; a `daily` one begins anew each day (UTC), by the log's time."""

    key: str
    daily: bool = False


class Guard(NamedTuple):
    """What a command moves a counter by, and the most that the counter may come to then (None: anything)."""

    counter: Counter
    amount: int
    limit: int | None = None


class Append(NamedTuple):
    """One command's contribution to the log: all of its writes, or none. The first write's stream is its own.

    Its counters move with it, each at most once; nothing of it is stored if one of them has no room.
    """

    command_id: UUID
    fingerprint: bytes
    issuer: str
    subject: str
    impersonator: str | None
    correlation_id: str
    writes: tuple[Write, ...]
    causation_id: UUID | None = None
    guards: tuple[Guard, ...] = ()

    @property
    def size(self) -> int:
        """Length of its payloads, in bytes."""
        return sum(_bytes_in(event.payload) for write in self.writes for event in write.events)


def _bytes_in(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


@dataclass(frozen=True, slots=True)
class Appended:
    """It is in the log: `position` is its last event's (or the head, if it changed nothing)."""

    version: int
    position: int
    events: tuple[StoredEvent, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A command of that identity is in the log already, with this outcome; its events end at `position`."""

    fingerprint: bytes
    stream_id: UUID
    version: int
    position: int
    events: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """A stream is not at the version the command was decided at; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A counter has no room for what the command uses; nothing of it was stored."""

    counter: Counter


AppendOutcome = Appended | Repeated | Conflict | Exhausted

APPEND = """
    SELECT outcome, fingerprint, stream_id, version, position, events, recorded_at, command, counter
      FROM onering.append_v2(
        $1::smallint, $2::uuid[], $3::text[], $4::uuid[],
        $5::uuid[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[],
        $12::text::int[], $13::text::int[], $14::text::int[], $15::text::int[],
        $16::text::int[], $17::text::int[], $18::uuid[], $19::text[], $20::text::int[], $21::text[], $22::bytea[],
        $23::text[], $24::boolean[], $25::text::int[], $26::text::int[], $27::text::int[], $28::text::int[])"""

SALT_BYTES = 16


async def append(conn: "asyncpg.Connection[Any]", lane: int, batch: Sequence[Append]) -> list[AppendOutcome]:
    """Commit `batch` in order and return an outcome for each, in the same order.

    Command identities within a batch must differ. Raises asyncpg.PostgresError if the batch as a whole was refused
    (nothing of it is stored), and OSError or asyncpg.InterfaceError if the connection broke (it may be stored:
    appending it again is safe and tells).
    """
    rows = await conn.fetch(APPEND, lane, *_columns(batch))
    outcomes: list[AppendOutcome] = [Conflict()] * len(batch)
    for outcome, fingerprint, stream_id, version, position, events, recorded_at, command, counter in rows:
        if outcome == "appended":
            stored = _stored(lane, batch[command - 1], position, recorded_at)
            outcomes[command - 1] = Appended(version, position, stored)
        elif outcome == "repeated":
            outcomes[command - 1] = Repeated(fingerprint, stream_id, version, position, events, recorded_at)
        elif outcome == "quota":
            outcomes[command - 1] = Exhausted(_counter(batch, counter))
    return outcomes


def _columns(batch: Sequence[Append]) -> tuple[list[Any] | str, ...]:
    """Return the array arguments of append_v2 after the lane; indexes count from 1, as SQL's do.

    Arrays of numbers go as text: of each element of any other, the driver asks twice what kind of thing it is.
    """
    streams: dict[UUID, tuple[int, Write]] = {}
    expectations: list[tuple[int, int, int, int]] = []
    events: list[tuple[int, int, UUID, str, int, str]] = []
    for c, command in enumerate(batch, 1):
        for write in command.writes:
            s, _ = streams.setdefault(write.stream_id, (len(streams) + 1, write))
            expectations.append((c, s, write.expected_version, len(write.events)))
            events += [(c, s, e.event_id, e.type, e.schema_version, e.payload) for e in write.events]
    salts = os.urandom(SALT_BYTES * len(events))
    return (
        *_transposed([(w.stream_id, w.stream_type, w.workspace_id) for _, w in streams.values()], 3),
        *_transposed(
            [
                (c.command_id, c.fingerprint, c.issuer, c.subject, c.impersonator, c.correlation_id, c.causation_id)
                for c in batch
            ],
            7,
        ),
        *map(_numbers, _transposed(expectations, 4)),
        *_events(events),
        [salts[i : i + SALT_BYTES] for i in range(0, len(salts), SALT_BYTES)],
        *_guard_columns(batch),
    )


def _events(events: Sequence[tuple[int, int, UUID, str, int, str]]) -> tuple[list[Any] | str, ...]:
    commands, streams, ids, types, schema_versions, payloads = _transposed(events, 6)
    return _numbers(commands), _numbers(streams), ids, types, _numbers(schema_versions), payloads


def _numbers(column: Sequence[int | None]) -> str:
    """Return an array literal."""
    return "{%s}" % ",".join(["NULL" if number is None else str(number) for number in column])  # noqa: UP031


def _guard_columns(batch: Sequence[Append]) -> tuple[list[Any] | str, ...]:
    counters: dict[Counter, int] = {}
    guards = [
        (c, counters.setdefault(counter, len(counters) + 1), amount, limit)
        for c, command in enumerate(batch, 1)
        for counter, amount, limit in command.guards
    ]
    return (*_transposed(list(counters), 2), *map(_numbers, _transposed(guards, 4)))


def _counter(batch: Sequence[Append], index: int) -> Counter:
    """Return a counter of a batch by its index in what _guard_columns gives."""
    return list(dict.fromkeys(guard.counter for command in batch for guard in command.guards))[index - 1]


def _transposed(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _stored(lane: int, command: Append, position: int, recorded_at: datetime) -> tuple[StoredEvent, ...]:
    """Return the rows that append_v2 wrote for `command`, whose last is at `position`, without reading them back."""
    new = [
        (write, version, event)
        for write in command.writes
        for version, event in enumerate(write.events, write.expected_version + 1)
    ]
    return tuple(
        StoredEvent(
            lane,
            at,
            write.stream_id,
            write.stream_type,
            version,
            write.workspace_id,
            event.event_id,
            event.type,
            event.schema_version,
            event.payload,
            command.issuer,
            command.subject,
            command.impersonator,
            command.command_id,
            command.correlation_id,
            command.causation_id,
            recorded_at,
        )
        for at, (write, version, event) in enumerate(new, position - len(new) + 1)
    )
