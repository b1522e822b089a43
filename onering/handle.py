"""From a command to its outcome: decide on the newest state known, append, and decide again if others were first."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from onering import usage
from onering.deciding import Deciding, appended, concerned
from onering.domain.actor import Actor
from onering.domain.commands import Command
from onering.domain.events import Event
from onering.domain.refusals import NotFound, Refusal
from onering.domain.state import DraftState, evolve
from onering.domain.values import Visibility
from onering.log.append import Append, Appended, AppendOutcome, Conflict, Exhausted, Guard, Repeated
from onering.log.batcher import AppendFailed, Batcher, Late
from onering.log.codec import UnknownEvent
from onering.log.connection import DATABASE_FAULTS
from onering.log.event import Position
from onering.log.idempotency import confirm, find_outcome, outcome_events
from onering.plans import Plans, PlanUnread
from onering.requests import (
    CommandRequest,
    Contended,
    IdempotencyMismatch,
    InvitesOff,
    Outcome,
    PreconditionFailed,
    TooNew,
    Unavailable,
    fingerprint,
)
from onering.states import REWRITING, DraftStates, Entry, Tip
from onering.subjects import InviteTokens, Subject, Subjects
from projections.faults import ReadFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handling:
    """How commands are handled: what a draft without a visibility gets, and limits (seconds, tries)."""

    default_visibility: Visibility = Visibility.PRIVATE
    command_seconds: float = 10.0
    attempts: int = 5


@dataclass(slots=True)
class _Asked:
    """One command on its way: complete, with what tells it from others of its key, and the tries and time it has."""

    request: CommandRequest
    command: Command
    actor: Actor
    stamp: bytes
    deadline: float
    attempts: int


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
        self._deciding = Deciding(tokens, self._plans)
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
        command, stamp = self._completed(request.command), fingerprint(request.command)
        deadline = asyncio.get_running_loop().time() + self._handling.command_seconds
        asked = _Asked(request, command, actor, stamp, deadline, self._handling.attempts)
        while asked.attempts:
            asked.attempts -= 1
            if (outcome := await self._attempt(asked)) is not None:
                return outcome
        raise Contended("Other writers changed the draft first, several times in a row; try again.")

    async def _attempt(self, asked: _Asked) -> Outcome | None:
        """Decide on the newest state known, and append; None if that state is not what it seemed."""
        subject = await self._subject(asked)
        if isinstance(subject, Outcome):
            return subject
        find = self._entry_with_plans if self._plans.enforced else self._entry
        entry = await find(subject, asked.actor, asked.deadline)
        tip, now = entry.tip, self._clock()
        if not _current(subject, entry, tip.version):
            await _by(asked.deadline, self._settled(entry, subject.draft_id))
            return None
        try:
            expected = asked.request.expected_version
            decision = self._deciding.decide(entry, tip, expected, subject, asked.actor, now)
        except (Refusal, PreconditionFailed, TooNew):
            confirming = self._confirm_refusal(entry, expected, subject, asked.actor)
            before = await _by(asked.deadline, confirming)
            return None if before is None else await self._again(asked, before)
        guards = usage.guards(tip.state, decision.draft, self._plans.limits_of)
        append = appended(subject, tip, decision, asked.request, asked.actor, asked.stamp, guards)
        exhausted = entry.exhausted
        match await self._append(entry, tip, decision.draft, now, append):
            case Appended() as stored:
                place = Position(self._lane, stored.position)
                return Outcome(subject.draft_id, stored.version, place, stored.events, repeated=False)
            case Repeated() as before:
                return await self._again(asked, before)
            case Exhausted() as without:
                entry.exhausted += 1
                await self._check_room(asked, tip, decision.draft, guards, without, now)
            case Conflict():
                # No contention: it was decided on what one would have done that had no room.
                asked.attempts += entry.exhausted > exhausted
                await _by(asked.deadline, self._states.refresh(subject.draft_id, entry))
        return None

    async def _subject(self, asked: _Asked) -> Subject | Outcome:
        """Return what the command is about; the outcome it has already, where that is no longer there."""
        command = asked.command
        if command.type not in Subjects.LOOKED_UP:
            return Subject(command, command.draft_id)  # type: ignore[union-attr]  # all others name one
        try:
            return await _by(asked.deadline, self._looked_up(command))
        except NotFound:
            before = await _by(asked.deadline, find_outcome(self._pool, self._lane, command.command_id))
            if before is None:
                raise
            return await self._again(asked, before)

    async def _check_room(
        self,
        asked: _Asked,
        tip: Tip,
        events: Sequence[Event],
        guards: Sequence[Guard],
        without: Exhausted,
        now: datetime,
    ) -> None:
        """Refuse what a plan has no room for, unless it is a larger one by now. Raises QuotaExceeded."""
        await _by(asked.deadline, self._plans.read(concerned(asked.command, tip.state, asked.actor)))
        if guards == usage.guards(tip.state, events, self._plans.limits_of):
            raise usage.exhausted(without.counter, self._plans.limits_of, asked.actor.user_id, now)

    async def _again(self, asked: _Asked, before: Repeated) -> Outcome:
        return await _by(asked.deadline, self._as_first(before, asked.stamp))

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
            if not (unread := self._plans.unread(concerned(subject.command, entry.tip.state, actor))):
                return entry
            await _by(deadline, self._plans.read(unread))

    async def _confirm_refusal(
        self, entry: Entry, expected_version: int | None, subject: Subject, actor: Actor
    ) -> Repeated | None:
        """Decide once more on what is certain: a refusal may rest on a prediction that fails, or on a state that other
        processes have moved since. If it stands, return the first outcome of the key, or raise the refusal.
        """
        await self._settled(entry, subject.draft_id)
        if not _current(subject, entry, entry.version):
            return None
        await self._plans.read(concerned(subject.command, entry.confirmed.state, actor))
        try:
            self._deciding.decide(entry, entry.confirmed, expected_version, subject, actor, self._clock())
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
            rewritten = events[0].type in REWRITING
            entry.predict(tip.version + len(events), _evolved(tip.state, events, now), rewritten=rewritten)
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
        await confirm(self._pool)
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


def _current(subject: Subject, entry: Entry, version: int) -> bool:
    """Whether what was looked up holds at a version of the draft: a segment that was found there or, if none was
    rewritten since, before. So whoever amends one while others are written need not find a moment of silence.
    """
    found = subject.draft_version
    if found is None or found == version:
        return True
    return subject.segment is not None and entry.rewritten <= found < version
