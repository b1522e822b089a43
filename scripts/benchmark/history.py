"""Legal events in great number: decided by the rules as commands are, and appended by the log's own function."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from onering.auth.development import ISSUER
from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, CreateDraft, DraftCommand, PassRing
from onering.domain.decide import decide
from onering.domain.events import EVENT_TYPES
from onering.domain.ids import command_identity, derived
from onering.domain.state import DraftState, evolve
from onering.domain.values import Visibility
from onering.log.append import Append, Appended, NewEvent, Write, append
from onering.log.codec import decode, encode_payload
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE
from onering.log.reader import read_stream
from scripts.benchmark.people import CONTENT, WRITER

# Commands of one call of the append function, and drafts that are written to in turn.
BATCH = 1000
TOGETHER = 50
# A draft's life: it is created, somebody is let in, each writes so much, and the ring goes back and forth.
TURN, TURNS = 8, 5

_FINGERPRINT = b"\x01" * 33


def person(name: str) -> Actor:
    """Return who signs in by a development token of that name."""
    return Actor(ISSUER, name, name, personal_workspace(ISSUER, name))


@dataclass(slots=True)
class Draft:
    """A draft as far as it was decided."""

    state: DraftState
    version: int = 0

    @property
    def draft_id(self) -> UUID:
        """Which draft."""
        return self.state.draft_id

    def decided(self, command: DraftCommand, key: str, actor: Actor) -> Append:
        """Decide a command, move on by its events, and return what is to be appended. Raises a Refusal."""
        now = datetime.now(UTC)
        events = decide(self.state, command, actor, now)
        new = tuple(
            NewEvent(
                derived(command.command_id, "event", n),
                event.type,
                EVENT_TYPES[event.type][0],
                encode_payload(event, key),
            )
            for n, event in enumerate(events)
        )
        write = Write(self.draft_id, "draft", self.state.workspace_id, self.version, new)
        for event in events:
            self.state = evolve(self.state, event, now)
        self.version += len(events)
        return Append(command.command_id, _FINGERPRINT, actor.issuer, actor.subject, None, "bench", (write,))

    def segment(self, actor: Actor, content: str = CONTENT) -> Append:
        """Write the next segment."""
        key, identity = _identified(actor, self.draft_id)
        return self.decided(AddSegment(command_id=identity, draft_id=self.draft_id, content=content), key, actor)

    def passed(self, actor: Actor, to: Actor) -> Append:
        """Pass the ring."""
        key, identity = _identified(actor, self.draft_id)
        return self.decided(PassRing(command_id=identity, draft_id=self.draft_id, to_user_id=to.user_id), key, actor)

    def joined(self, actor: Actor, guest: Actor) -> Append:
        """Let somebody in."""
        key, identity = _identified(actor, self.draft_id)
        command = AddCollaborator(command_id=identity, draft_id=self.draft_id, collaborator_id=guest.user_id)
        return self.decided(command, key, actor)


def _identified(actor: Actor, draft_id: UUID | None) -> tuple[str, UUID]:
    """Return a new key, and the identity of the command that is sent with it."""
    key = uuid4().hex
    return key, command_identity(actor.user_id, draft_id, key)


def lives(drafts: int) -> Iterator[Append]:
    """Yield the commands of so many drafts' lives, one draft's between those of others."""
    for done in range(0, drafts, TOGETHER):
        for step in zip(*(_life() for _ in range(min(TOGETHER, drafts - done))), strict=True):
            yield from step


def _life() -> Iterator[Append]:
    owner, guest = person(WRITER), person("bob")
    key, identity = _identified(owner, None)
    create = CreateDraft(command_id=identity, title="A walk", visibility=Visibility.PUBLIC, initial_segment=CONTENT)
    draft = Draft(DraftState(create.draft_id, owner.workspace_id))
    yield draft.decided(create, key, owner)
    yield draft.joined(owner, guest)
    for turn in range(TURNS):
        holder, other = (owner, guest) if turn % 2 == 0 else (guest, owner)
        for _ in range(TURN):
            yield draft.segment(holder)
        yield draft.passed(holder, other)


async def fill(dsn: str, events: int) -> int:
    """Append at least so many events to the log, and return how many it has then."""
    conn = await Database(dsn, statement_seconds=600).connect("bench")
    try:
        # As many as any life has; the first command of each makes two.
        drafts = -(-events // (3 + TURNS * (TURN + 1)))
        position = 0
        commands = lives(drafts)
        while batch := list(islice(commands, BATCH)):
            position = await appended(conn, batch)
        return position
    finally:
        await conn.close()


async def lengthen(conn: "asyncpg.Connection[Any]", draft_id: UUID, segments: int) -> int:
    """Append segments of the writer to a draft that exists, and return the version before them."""
    draft = await _read(conn, draft_id)
    before = draft.version
    for done in range(0, segments, BATCH):
        size = min(BATCH, segments - done)
        await appended(conn, [draft.segment(person(WRITER)) for _ in range(size)])
    return before


async def _read(conn: "asyncpg.Connection[Any]", draft_id: UUID) -> Draft:
    draft = Draft(DraftState(draft_id, person(WRITER).workspace_id))
    for n in count():
        page = await read_stream(conn, DEFAULT_LANE, draft_id, n * BATCH, BATCH)
        for event in page:
            draft.state = evolve(draft.state, decode(event), event.recorded_at)
            draft.version = event.version
        if len(page) < BATCH:
            break
    return draft


async def appended(conn: "asyncpg.Connection[Any]", batch: Sequence[Append]) -> int:
    """Append a batch, and return the position of its last event. Raises RuntimeError if the log did not take it all."""
    outcomes = await append(conn, DEFAULT_LANE, batch)
    last = outcomes[-1]
    if not all(isinstance(outcome, Appended) for outcome in outcomes) or not isinstance(last, Appended):
        raise RuntimeError("the log did not take all of a batch")
    return last.position
