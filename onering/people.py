"""A person's stream and their row: what happened to them, and what it comes to, which others look up.

An event comes first, and the row follows. A crash between the two is healed by whoever reads the row next on that
person's behalf: it says how much of the stream it reflects.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import asyncpg
import orjson

from onering.auth.principals import personal_workspace
from onering.domain.ids import NAMESPACE
from onering.domain.profile import PERSON_EVENT_TYPES, PersonEvent, PersonState, ProfileChanged, evolve_person
from onering.log.codec import decode_as
from onering.log.event import DEFAULT_LANE, StoredEvent
from onering.log.reader import Reader, read_stream

SCHEMA_VERSION = 1
_PAGE = 100


class Person(NamedTuple):
    """Somebody who signed in once, at `version` of their stream."""

    issuer: str
    subject: str
    user_id: str
    created_at: datetime
    version: int
    state: PersonState

    @property
    def stream_id(self) -> UUID:
        """The stream of what happens to them."""
        return person_stream(self.issuer, self.subject)

    @property
    def workspace_id(self) -> UUID:
        """The workspace that their stream is in."""
        return personal_workspace(self.issuer, self.subject)


def person_stream(issuer: str, subject: str) -> UUID:
    """Return the stream of a person: UUIDv5 of (issuer, subject)."""
    return uuid5(NAMESPACE, f"user/{len(issuer)}:{issuer}{subject}")


def person_payload(event: PersonEvent, idempotency_key: str | None) -> str:
    """Return the payload text of an event of a person's stream; what is None is left out of `data`."""
    data = event.model_dump(exclude={"type"}, exclude_none=True)
    return orjson.dumps({"idempotency_key": idempotency_key, "data": data}).decode()


def person_event(event: StoredEvent) -> PersonEvent:
    """Return an event of a person's stream. Raises UnknownEvent for what a newer release wrote, and what was erased."""
    return decode_as(event, PERSON_EVENT_TYPES, SCHEMA_VERSION)


_PERSON = """
    SELECT u.issuer, u.subject, u.user_id, u.created_at, u.version, u.plan, u.display_name, u.handle
      FROM onering.app_users u WHERE """
BY_PRINCIPAL = _PERSON + "u.issuer = $1 AND u.subject = $2"
BY_USER_ID = _PERSON + "u.user_id = $1"
BY_HANDLE = _PERSON + "u.handle = $1"


async def find_person(conn: Reader, issuer: str, subject: str) -> Person | None:
    """Return a person as the log has them, after bringing their row along; None for whoever has no row.

    Raises UnknownEvent, DATABASE_FAULTS; so do the next two.
    """
    return await _found(conn, BY_PRINCIPAL, issuer, subject)


async def find_user(conn: Reader, user_id: str) -> Person | None:
    """Return whom rules and payloads call so."""
    return await _found(conn, BY_USER_ID, user_id)


async def find_bearer(conn: Reader, handle: str) -> Person | None:
    """Return who has a handle, in its one spelling; not whoever had it until a moment ago."""
    person = await _found(conn, BY_HANDLE, handle)
    return person if person is not None and person.state.handle == handle else None


async def _found(conn: Reader, query: str, *names: str) -> Person | None:
    row = await conn.fetchrow(query, *names)
    if row is None:
        return None
    issuer, subject, user_id, created_at, version, *state = row
    known = Person(issuer, subject, user_id, created_at, version, PersonState(*state))
    person = await _current(conn, known)
    if person.version > known.version:
        await _bring_along(conn, person)
    return person


async def _current(conn: Reader, person: Person) -> Person:
    while page := await read_stream(conn, DEFAULT_LANE, person.stream_id, person.version, _PAGE):
        person = person._replace(version=page[-1].version, state=_evolved(person.state, page))
    return person


def _evolved(state: PersonState, events: Sequence[StoredEvent]) -> PersonState:
    for event in events:
        if event.payload is not None:
            state = evolve_person(state, person_event(event))
        elif event.type == "profile_changed":
            state = evolve_person(state, ProfileChanged(user_id=""))  # erased with whoever was called so
    return state


# Whoever has read more of the stream wins, in whichever order they come.
BRING_ALONG = """
    UPDATE onering.app_users SET plan = $3, display_name = $4, handle = $5, version = $6
     WHERE issuer = $1 AND subject = $2 AND version < $6"""
LET_GO = "UPDATE onering.app_users SET handle = NULL WHERE issuer = $1 AND subject = $2 AND version < $3"


async def _bring_along(conn: Reader, person: Person) -> None:
    row = (person.issuer, person.subject, *person.state, person.version)
    try:
        await conn.execute(BRING_ALONG, *row)
    except asyncpg.UniqueViolationError:
        # The log gave the handle away, so the row of whoever had it is behind. That one may in turn need what this one
        # has, which is let go first.
        await conn.execute(LET_GO, person.issuer, person.subject, person.version)
        await find_bearer(conn, str(person.state.handle))
        await conn.execute(BRING_ALONG, *row)
