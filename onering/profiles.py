"""Being called otherwise, and having another plan: each is decided on a person's stream, and an event of it."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
import orjson

from onering.domain.actor import Actor
from onering.domain.ids import command_identity, derived
from onering.domain.plans import Plan
from onering.domain.profile import ChangeProfile, PersonEvent, PlanChanged, ProfileChanged, decide_profile
from onering.domain.refusals import Conflict
from onering.log.append import (
    Append,
    Appended,
    AppendOutcome,
    Counter,
    Exhausted,
    Guard,
    NewEvent,
    Repeated,
    Write,
    append,
)
from onering.log.batcher import Batcher
from onering.log.event import DEFAULT_LANE, Position
from onering.log.idempotency import confirm, find_outcome
from onering.people import SCHEMA_VERSION, Person, find_bearer, find_person, find_user, person_payload
from onering.requests import FINGERPRINT_VERSION, Contended, IdempotencyMismatch, PreconditionFailed, Unavailable
from onering.system import OPERATOR

# Decisions tried when somebody else changes the same person at the same time.
ATTEMPTS = 5


class ProfileRequest(NamedTuple):
    """A change of one's own profile with what its envelope says."""

    change: ChangeProfile
    key: str
    expected_version: int | None = None
    correlation_id: str = ""


class Profiles:
    """Changes what people are called, as they ask themselves."""

    def __init__(self, pool: "asyncpg.Pool[Any]", batcher: Batcher) -> None:
        self._pool = pool
        self._batcher = batcher
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def find(self, actor: Actor) -> Person:
        """Return who is signed in. Raises Unavailable, UnknownEvent, DATABASE_FAULTS."""
        person = await find_person(self._pool, actor.issuer, actor.subject)
        if person is None:
            raise Unavailable("The log was restored, and you are not registered in it yet; try again.")
        return person

    async def change(self, request: ProfileRequest, actor: Actor) -> tuple[Person, Position]:
        """Return the person after the change, and where it is in the log; with a key used before, as it is now.

        Raises Conflict for a handle that somebody else has, CommandFault, UnknownEvent, AppendFailed, DATABASE_FAULTS.
        """
        person = await self.find(actor)
        async with self._locks.setdefault(person.stream_id, asyncio.Lock()):
            command_id = command_identity(actor.user_id, person.stream_id, request.key)
            for _ in range(ATTEMPTS):
                if (before := await find_outcome(self._pool, DEFAULT_LANE, command_id)) is not None:
                    return await self._as_first(before, request, actor)
                person = await self.find(actor)
                outcome = await self._append(command_id, person, request, actor)
                match outcome:
                    case Appended():
                        return await self.find(actor), Position(DEFAULT_LANE, outcome.position)
                    case Exhausted():
                        raise _taken()
        raise Contended("Your profile was changed by others first, several times in a row; try again.")

    async def _append(self, command_id: UUID, person: Person, request: ProfileRequest, actor: Actor) -> AppendOutcome:
        if request.expected_version not in (None, person.version):
            raise PreconditionFailed(f"Your profile is at version {person.version}, not {request.expected_version}.")
        event = decide_profile(person.state, request.change, actor.user_id)
        if event is not None and event.handle not in (None, person.state.handle):
            bearer = await find_bearer(self._pool, str(event.handle))
            if bearer is not None and bearer.stream_id != person.stream_id:
                raise _taken()
        new = () if event is None else (_new(event, command_id, request.key),)
        return await self._batcher.submit(
            Append(
                command_id,
                _fingerprint(request.change),
                actor.issuer,
                actor.subject,
                actor.impersonator,
                request.correlation_id,
                (Write(person.stream_id, "user", person.workspace_id, person.version, new),),
                guards=tuple(_handle_guards(person, event)),
            )
        )

    async def _as_first(self, before: Repeated, request: ProfileRequest, actor: Actor) -> tuple[Person, Position]:
        if before.fingerprint != _fingerprint(request.change):
            raise IdempotencyMismatch("This idempotency key was used for a different command.")
        await confirm(self._pool)
        return await self.find(actor), Position(DEFAULT_LANE, before.position)


async def give_plan(conn: "asyncpg.Connection[Any]", user_id: str, plan: Plan, operator: str) -> Person:
    """Give a person a plan; `operator` is the account of who does. Raises LookupError for a person unknown, Contended,
    UnknownEvent, DATABASE_FAULTS.
    """
    for _ in range(ATTEMPTS):
        if (person := await find_user(conn, user_id)) is None:
            raise LookupError(f"nobody called {user_id!r} has signed in yet")
        if person.state.plan == plan:
            return person
        command_id = derived(person.stream_id, "plan", person.version)
        new = _new(PlanChanged(user_id=user_id, plan=plan), command_id, None)
        write = Write(person.stream_id, "user", person.workspace_id, person.version, (new,))
        stamp = FINGERPRINT_VERSION + sha256(f"plan {plan}".encode()).digest()
        await append(conn, DEFAULT_LANE, [Append(command_id, stamp, OPERATOR, operator, None, "", (write,))])
    raise Contended(f"{user_id} was changed by others first, several times in a row; try again.")


def handle_counter(handle: str) -> Counter:
    """Return what counts who has a handle: one person at most."""
    return Counter(f"handle/{handle}")


def _handle_guards(person: Person, event: ProfileChanged | None) -> Iterator[Guard]:
    if event is None or event.handle == person.state.handle:
        return
    if person.state.handle is not None:
        yield Guard(handle_counter(person.state.handle), -1)
    if event.handle is not None:
        yield Guard(handle_counter(event.handle), 1, limit=1)


def _new(event: PersonEvent, command_id: UUID, key: str | None) -> NewEvent:
    return NewEvent(derived(command_id, "event"), event.type, SCHEMA_VERSION, person_payload(event, key))


def _fingerprint(change: ChangeProfile) -> bytes:
    fields = {name: getattr(change, name) for name in change.model_fields_set} | {"type": "change-profile"}
    return FINGERPRINT_VERSION + sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()


def _taken() -> Conflict:
    return Conflict("Somebody else has this handle; choose another one.")
