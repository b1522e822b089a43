"""From a command to its outcome: decide on the newest state known, append, and decide again if others were first.

CommandFault
├── PreconditionFailed     the draft is not at the version the caller named
├── IdempotencyMismatch    the key was used for another command
├── Contended              other writers were first too often
└── Unavailable            the log did not answer in time; the same key tells later what became of it
    └── TooNew             a newer release wrote to this draft
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
import orjson

from onering.domain.actor import Actor
from onering.domain.commands import Command
from onering.domain.decide import decide
from onering.domain.events import EVENT_TYPES, Event
from onering.domain.ids import derived
from onering.domain.refusals import NotFound, Refusal
from onering.domain.state import DraftState, evolve, may_read
from onering.domain.values import Visibility
from onering.log.append import Append, Appended, AppendOutcome, Conflict, NewEvent, Repeated, Write
from onering.log.batcher import AppendFailed, Batcher, Late
from onering.log.codec import encode_payload
from onering.log.connection import DATABASE_FAULTS
from onering.log.event import Position, StoredEvent
from onering.log.idempotency import find_outcome, outcome_events
from onering.states import DraftStates, Entry, Tip


class CommandFault(Exception):
    """Why a command has no outcome, other than a rule of the domain; the message is for a person."""


class PreconditionFailed(CommandFault):
    """The draft is at another version than the caller expects."""


class IdempotencyMismatch(CommandFault):
    """The idempotency key was used before, for a different command."""


class Contended(CommandFault):
    """Other writers changed the draft first, several times in a row."""


class Unavailable(CommandFault):
    """The log could not be reached or did not answer in time."""


class TooNew(Unavailable):
    """The draft holds events of a newer release."""


T = TypeVar("T")


class CommandRequest(NamedTuple):
    """A command with what its envelope says: key, the version it is conditional on, and the request it came with."""

    command: Command
    key: str
    expected_version: int | None = None
    correlation_id: str = ""


class Outcome(NamedTuple):
    """What became of a command: the first time and every time its key is used again."""

    draft_id: UUID
    version: int
    position: Position
    events: Sequence[StoredEvent]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Handling:
    """How commands are handled: what a draft without a visibility gets, and limits (seconds, tries)."""

    default_visibility: Visibility = Visibility.PRIVATE
    command_seconds: float = 10.0
    attempts: int = 5


FINGERPRINT_VERSION = b"\x01"


def fingerprint(command: Command) -> bytes:
    """Return what tells two commands of one key apart: a version byte and SHA-256 of type, draft and the fields set."""
    fields = {name: getattr(command, name) for name in command.model_fields_set if name != "command_id"}
    fields["type"] = command.type
    return FINGERPRINT_VERSION + sha256(orjson.dumps(fields, str, orjson.OPT_SORT_KEYS)).digest()


class CommandHandler:
    """Decides commands of one lane. Those of one draft are decided in sequence, each on the state that the ones
    before it will leave behind, and may share a commit: between reading the tip and submitting there is no await.
    """

    def __init__(
        self,
        states: DraftStates,
        batcher: Batcher,
        pool: "asyncpg.Pool[Any]",
        *,
        lane: int,
        clock: Callable[[], datetime],
        handling: Handling,
    ) -> None:
        self._states = states
        self._batcher = batcher
        self._pool = pool
        self._lane = lane
        self._clock = clock
        self._handling = handling
        self._under_way: dict[UUID, asyncio.Future[AppendOutcome]] = {}

    @property
    def command_seconds(self) -> float:
        """How long a command may take, in seconds."""
        return self._handling.command_seconds

    async def handle(self, request: CommandRequest, actor: Actor) -> Outcome:
        """Return the outcome once it is durable. Raises Refusal and CommandFault; then nothing was stored, except
        perhaps behind Unavailable.
        """
        try:
            return await self._handle(request, actor)
        except (Late, TimeoutError) as late:
            raise Unavailable("The log did not answer in time; send the command again with the same key.") from late
        except (AppendFailed, *DATABASE_FAULTS) as fault:
            raise Unavailable("The log is out of reach; send the command again with the same key.") from fault

    async def _handle(self, request: CommandRequest, actor: Actor) -> Outcome:
        stamp = fingerprint(request.command)
        command = self._completed(request.command)
        deadline = asyncio.get_running_loop().time() + self._handling.command_seconds
        for _ in range(self._handling.attempts):
            entry = await self._entry(command, actor, deadline)
            tip, now = entry.tip, self._clock()
            try:
                events = self._decide(entry, tip, request.expected_version, command, actor, now)
            except (Refusal, PreconditionFailed, TooNew):
                confirming = self._confirm_refusal(entry, request.expected_version, command, actor)
                if (before := await _by(deadline, confirming)) is not None:
                    return await _by(deadline, self._as_first(before, stamp))
                continue
            outcome = await self._append(entry, tip, events, now, _append(command, tip, events, request, actor, stamp))
            match outcome:
                case Appended():
                    place = Position(self._lane, outcome.position)
                    return Outcome(command.draft_id, outcome.version, place, outcome.events, repeated=False)
                case Repeated():
                    return await _by(deadline, self._as_first(outcome, stamp))
                case Conflict():
                    await _by(deadline, self._states.refresh(command.draft_id, entry))
        raise Contended("Other writers changed the draft first, several times in a row; try again.")

    def _completed(self, command: Command) -> Command:
        if command.type == "create-draft" and command.visibility is None:
            return command.model_copy(update={"visibility": self._handling.default_visibility})
        return command

    async def _entry(self, command: Command, actor: Actor, deadline: float) -> Entry:
        """Return the draft's entry, at a moment when no command of the same identity is under way."""
        while True:
            entry: Entry | None
            if command.type == "create-draft":
                entry = self._states.create(command.draft_id, actor.workspace_id)
            else:
                entry = self._states.known(command.draft_id)
            if entry is None:
                entry = await _by(deadline, self._states.entry(command.draft_id))
            if (same := self._under_way.get(command.command_id)) is None:
                return entry
            await asyncio.wait([same])

    def _decide(
        self, entry: Entry, tip: Tip, expected_version: int | None, command: Command, actor: Actor, now: datetime
    ) -> list[Event]:
        readable = may_read(tip.state, actor.user_id, actor.workspace_id)
        if entry.closed and (readable or not tip.state.exists):
            raise TooNew("A newer release of this service wrote to the draft; this server cannot change it.")
        if not readable and command.type != "create-draft":
            raise NotFound("There is no such draft.")
        if expected_version is not None and expected_version != tip.version:
            raise PreconditionFailed(f"The draft is at version {tip.version}, not {expected_version}.")
        return decide(tip.state, command, actor, now)

    async def _confirm_refusal(
        self, entry: Entry, expected_version: int | None, command: Command, actor: Actor
    ) -> Repeated | None:
        """Decide once more on what is certain: a refusal may rest on a prediction that fails, or on a state that other
        processes have moved since. If it stands, return the first outcome of the key, or raise the refusal.
        """
        if entry.newest is not None and not entry.newest.done():
            await asyncio.wait([entry.newest])
        await self._states.refresh(command.draft_id, entry)
        try:
            self._decide(entry, entry.confirmed, expected_version, command, actor, self._clock())
        except (Refusal, PreconditionFailed, TooNew):
            # Looked up after the state was read: another process may just have done this very command, and what that
            # changed is why it is refused now. Its outcome was committed with its events.
            if (before := await find_outcome(self._pool, self._lane, command.command_id)) is None:
                raise
            return before
        return None

    async def _append(
        self, entry: Entry, tip: Tip, events: list[Event], now: datetime, append: Append
    ) -> AppendOutcome:
        """Submit and predict, in one step without an await; then wait for the outcome."""
        outcome = self._batcher.submit(append, after=entry.newest if entry.predicted is not None else None)
        if events:
            entry.predict(tip.version + len(events), _evolved(tip.state, events, now))
        entry.newest = self._under_way[append.command_id] = outcome
        entry.in_flight += 1
        confirmed = False
        try:
            result = await outcome
            confirmed = isinstance(result, Appended)
            return result
        finally:
            entry.in_flight -= 1
            if entry.newest is outcome:
                entry.newest = None  # it holds the texts of its events
            self._under_way.pop(append.command_id, None)
            if not confirmed:
                entry.mistaken(tip.generation)

    async def _as_first(self, outcome: Repeated, stamp: bytes) -> Outcome:
        if outcome.fingerprint != stamp:
            raise IdempotencyMismatch("This idempotency key was used for a different command.")
        events = await outcome_events(self._pool, self._lane, outcome)
        place = Position(self._lane, outcome.position)
        return Outcome(outcome.stream_id, outcome.version, place, events, repeated=True)


async def _by(deadline: float, step: Awaitable[T]) -> T:
    """Bound what is rare, by the event loop's clock: most commands wait for the batcher alone, which keeps the time."""
    async with asyncio.timeout_at(deadline):
        return await step


def _evolved(state: DraftState, events: Sequence[Event], now: datetime) -> DraftState:
    for event in events:
        state = evolve(state, event, now)
    return state


def _append(
    command: Command, tip: Tip, events: Sequence[Event], request: CommandRequest, actor: Actor, stamp: bytes
) -> Append:
    new = tuple(
        NewEvent(
            derived(command.command_id, "event", n),
            event.type,
            EVENT_TYPES[event.type][0],
            encode_payload(event, request.key),
        )
        for n, event in enumerate(events)
    )
    write = Write(command.draft_id, "draft", tip.state.workspace_id, tip.version, new)
    return Append(
        command.command_id,
        stamp,
        actor.issuer,
        actor.subject,
        actor.impersonator,
        request.correlation_id,
        (write,),
    )
