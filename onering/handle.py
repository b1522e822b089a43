"""From a command to its outcome: decide on the newest state known, append, and decide again if others were first.

CommandFault
├── PreconditionFailed     the draft is not at the version the caller named
├── IdempotencyMismatch    the key was used for another command
├── Contended              other writers were first too often
├── InvitesOff             this service has no secret to make invites with
└── Unavailable            the log did not answer in time; the same key tells later what became of it
    └── TooNew             a newer release wrote to this draft
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import asyncpg
import orjson

from onering import usage
from onering.domain.actor import Actor
from onering.domain.commands import AcceptInvite, Command, DraftCommand, InviteCommand, TransferOwnership
from onering.domain.decide import decide
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES, Event, InviteEvent
from onering.domain.ids import derived
from onering.domain.invites import Decision, decide_on_invite
from onering.domain.refusals import NotFound, Refusal
from onering.domain.state import DraftState, evolve, may_read
from onering.domain.values import Visibility
from onering.log.append import Append, Appended, AppendOutcome, Conflict, Exhausted, Guard, NewEvent, Repeated, Write
from onering.log.batcher import AppendFailed, Batcher, Late
from onering.log.codec import UnknownEvent, encode_payload
from onering.log.connection import DATABASE_FAULTS
from onering.log.event import Position, StoredEvent
from onering.log.idempotency import find_outcome, outcome_events
from onering.plans import Plans, PlanUnread
from onering.states import DraftStates, Entry, Tip
from onering.subjects import InviteTokens, Subject, Subjects
from projections.faults import ReadFault


class CommandFault(Exception):
    """Why a command has no outcome, other than a rule of the domain; the message is for a person."""


class PreconditionFailed(CommandFault):
    """The draft is at another version than the caller expects."""


class IdempotencyMismatch(CommandFault):
    """The idempotency key was used before, for a different command."""


class Contended(CommandFault):
    """Other writers changed the draft first, several times in a row."""


class InvitesOff(CommandFault):
    """Nobody can be invited here."""


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
        subjects: Subjects,
        tokens: InviteTokens,
        *,
        lane: int,
        clock: Callable[[], datetime],
        handling: Handling,
        plans: Plans | None = None,
    ) -> None:
        self._states = states
        self._batcher = batcher
        self._pool = pool
        self._subjects = subjects
        self._tokens = tokens
        self._lane = lane
        self._clock = clock
        self._handling = handling
        self._plans = plans or Plans(pool)
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
        except (AppendFailed, ReadFault, *DATABASE_FAULTS) as fault:
            raise Unavailable("The log is out of reach; send the command again with the same key.") from fault

    async def repeated(self, request: CommandRequest) -> Outcome | None:
        """Return the first outcome of a command that was accepted before, to whoever may do nothing else now.

        None if it was not. Raises IdempotencyMismatch, Unavailable.
        """
        deadline = asyncio.get_running_loop().time() + self._handling.command_seconds
        command_id = request.command.command_id
        try:
            if (same := self._under_way.get(command_id)) is not None:
                await _by(deadline, asyncio.wait([same]))
            if (before := await _by(deadline, find_outcome(self._pool, self._lane, command_id))) is None:
                return None
            return await _by(deadline, self._as_first(before, fingerprint(request.command)))
        except DATABASE_FAULTS as fault:
            raise Unavailable("The log is out of reach; send the command again with the same key.") from fault

    async def _handle(self, request: CommandRequest, actor: Actor) -> Outcome:
        stamp = fingerprint(request.command)
        command = self._completed(request.command)
        deadline = asyncio.get_running_loop().time() + self._handling.command_seconds
        attempts = self._handling.attempts
        while attempts:
            attempts -= 1
            if command.type in Subjects.LOOKED_UP:
                try:
                    subject = await _by(deadline, self._looked_up(command))
                except NotFound:
                    before = await _by(deadline, find_outcome(self._pool, self._lane, command.command_id))
                    if before is None:
                        raise
                    return await _by(deadline, self._as_first(before, stamp))
            else:
                subject = Subject(command, cast(DraftCommand, command).draft_id)
            entry = await self._entry_with_plans(subject, actor, deadline)
            tip, now = entry.tip, self._clock()
            if subject.draft_version not in (None, tip.version):
                # What is known of its segment is older than the draft, or newer.
                await _by(deadline, self._settled(entry, subject.draft_id))
                continue
            try:
                decision = self._decide(entry, tip, request.expected_version, subject, actor, now)
            except (Refusal, PreconditionFailed, TooNew):
                confirming = self._confirm_refusal(entry, request.expected_version, subject, actor)
                if (before := await _by(deadline, confirming)) is not None:
                    return await _by(deadline, self._as_first(before, stamp))
                continue
            guards = usage.guards(tip.state, decision.draft, self._plans.limits_of)
            append = _append(subject, tip, decision, request, actor, stamp, guards)
            exhausted = entry.exhausted
            outcome = await self._append(entry, tip, decision.draft, now, append)
            match outcome:
                case Appended():
                    place = Position(self._lane, outcome.position)
                    return Outcome(subject.draft_id, outcome.version, place, outcome.events, repeated=False)
                case Repeated():
                    return await _by(deadline, self._as_first(outcome, stamp))
                case Exhausted():
                    entry.exhausted += 1
                    # Whoever has a larger plan by now is not refused for what was known of the one before.
                    await _by(deadline, self._plans.read(_concerned(command, tip.state, actor)))
                    if guards == usage.guards(tip.state, decision.draft, self._plans.limits_of):
                        raise usage.exhausted(outcome.counter, self._plans.limits_of, actor.user_id, now)
                case Conflict():
                    # No contention: it was decided on what one would have done that had no room.
                    attempts += entry.exhausted > exhausted
                    await _by(deadline, self._states.refresh(subject.draft_id, entry))
        raise Contended("Other writers changed the draft first, several times in a row; try again.")

    def _completed(self, command: Command) -> Command:
        if command.type == "create-draft" and command.visibility is None:
            return command.model_copy(update={"visibility": self._handling.default_visibility})
        return command

    async def _looked_up(self, command: Command) -> Subject:
        if command.type.endswith("-invite") and not self._tokens.enabled:
            raise InvitesOff("This service is not set up for invites: it needs ONERING_INVITE_SECRET.")
        try:
            return await self._subjects.find(command)
        except UnknownEvent:
            raise TooNew("A newer release of this service wrote to it; this server cannot change it.") from None

    async def _entry(self, subject: Subject, actor: Actor, deadline: float) -> Entry:
        """Return the draft's entry, at a moment when no command of the same identity is under way."""
        command = subject.command
        while True:
            entry: Entry | None
            if command.type == "create-draft":
                entry = self._states.create(subject.draft_id, actor.workspace_id)
            else:
                entry = self._states.known(subject.draft_id)
            if entry is None:
                entry = await _by(deadline, self._states.entry(subject.draft_id))
            if (same := self._under_way.get(command.command_id)) is None:
                return entry
            await asyncio.wait([same])

    async def _entry_with_plans(self, subject: Subject, actor: Actor, deadline: float) -> Entry:
        """Return the draft's entry, when the plans of those whom the command may concern are known."""
        while True:
            entry = await self._entry(subject, actor, deadline)
            if not self._plans.enforced:
                return entry
            if not (unread := self._plans.unread(_concerned(subject.command, entry.tip.state, actor))):
                return entry
            await _by(deadline, self._plans.read(unread))

    def _decide(
        self,
        entry: Entry,
        tip: Tip,
        expected_version: int | None,
        subject: Subject,
        actor: Actor,
        now: datetime,
    ) -> Decision:
        command, invite = subject.command, subject.invite
        readable = may_read(tip.state, actor.user_id, actor.workspace_id)
        if entry.closed and (readable or not tip.state.exists):
            raise TooNew("A newer release of this service wrote to the draft; this server cannot change it.")
        # Whoever was invited may answer, before he may read the draft; so may whoever invited, and was removed since.
        if not readable and command.type != "create-draft" and (invite is None or invite.created is None):
            raise NotFound("There is no such draft.")
        stale = expected_version is not None and expected_version != tip.version
        if stale and readable:
            raise _at_another_version(tip, expected_version)
        if invite is not None:
            if isinstance(command, AcceptInvite):
                self._tokens.check(command)
            decision = decide_on_invite(invite, tip.state, cast(InviteCommand, command), actor, now)
        else:
            state = tip.state if subject.segment is None else tip.state._replace(segment=subject.segment)
            decision = Decision(draft=tuple(decide(state, cast(DraftCommand, command), actor, now)))
        if stale:
            # Only now: somebody who may neither read the draft nor answer the invite does not learn its version.
            raise _at_another_version(tip, expected_version)
        usage.check_collaborators(tip.state, decision.draft, self._plans.limits_of)
        return decision

    async def _confirm_refusal(
        self, entry: Entry, expected_version: int | None, subject: Subject, actor: Actor
    ) -> Repeated | None:
        """Decide once more on what is certain: a refusal may rest on a prediction that fails, or on a state that other
        processes have moved since. If it stands, return the first outcome of the key, or raise the refusal.
        """
        await self._settled(entry, subject.draft_id)
        if subject.draft_version not in (None, entry.confirmed.version):
            return None
        await self._plans.read(_concerned(subject.command, entry.confirmed.state, actor))
        try:
            self._decide(entry, entry.confirmed, expected_version, subject, actor, self._clock())
        except PlanUnread:
            return None  # the draft went to somebody else meanwhile
        except (Refusal, PreconditionFailed, TooNew):
            # Looked up after the state was read: another process may just have done this very command, and what that
            # changed is why it is refused now. Its outcome was committed with its events.
            if (before := await find_outcome(self._pool, self._lane, subject.command.command_id)) is None:
                raise
            return before
        return None

    async def _settled(self, entry: Entry, draft_id: UUID) -> None:
        """Return when nothing predicted of a draft is on its way any more, and its entry is where the log is."""
        if entry.newest is not None and not entry.newest.done():
            await asyncio.wait([entry.newest])
        await self._states.refresh(draft_id, entry)

    async def _append(
        self, entry: Entry, tip: Tip, events: Sequence[Event], now: datetime, append: Append
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


def _at_another_version(tip: Tip, expected: int | None) -> PreconditionFailed:
    return PreconditionFailed(f"The draft is at version {tip.version}, not {expected}.")


async def _by(deadline: float, step: Awaitable[T]) -> T:
    """Bound what is rare, by the event loop's clock: most commands wait for the batcher alone, which keeps the time."""
    async with asyncio.timeout_at(deadline):
        return await step


def _evolved(state: DraftState, events: Sequence[Event], now: datetime) -> DraftState:
    for event in events:
        state = evolve(state, event, now)
    return state


def _concerned(command: Command, state: DraftState, actor: Actor) -> set[str]:
    """Return whose plans a command may use."""
    gets = (command.to_user_id,) if isinstance(command, TransferOwnership) else ()
    return {actor.user_id, state.owner_id or actor.user_id, *gets}


def _append(
    subject: Subject,
    tip: Tip,
    decision: Decision,
    request: CommandRequest,
    actor: Actor,
    stamp: bytes,
    guards: tuple[Guard, ...],
) -> Append:
    """Return what a decision appends: to the draft first, which it rests on even where it leaves it as it is."""
    command_id = subject.command.command_id
    on_draft = tuple(
        _new(event, EVENT_TYPES[event.type][0], command_id, n, request.key) for n, event in enumerate(decision.draft)
    )
    writes = [Write(subject.draft_id, "draft", tip.state.workspace_id, tip.version, on_draft)]
    if subject.invite is not None:
        on_invite = tuple(
            _new(event, INVITE_EVENT_TYPES[event.type][0], command_id, n, request.key)
            for n, event in enumerate(decision.invite, len(on_draft))
        )
        invite_id = subject.invite.invite_id
        writes.append(Write(invite_id, "invite", tip.state.workspace_id, subject.invite_version, on_invite))
    return Append(
        command_id,
        stamp,
        actor.issuer,
        actor.subject,
        actor.impersonator,
        request.correlation_id,
        tuple(writes),
        guards=guards,
    )


def _new(event: Event | InviteEvent, schema_version: int, command_id: UUID, n: int, key: str) -> NewEvent:
    return NewEvent(derived(command_id, "event", n), event.type, schema_version, encode_payload(event, key))
