"""One process's way of commands, without HTTP: several nodes on one database are several processes to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.ids import command_identity
from onering.domain.values import GrantedRole
from onering.handle import CommandHandler, Handling
from onering.log.batcher import Batcher, BatchLimits
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.hints import Hints
from onering.log.reader import read_lane
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail
from onering.plans import Plans
from onering.requests import CommandRequest, Outcome
from onering.states import FORMAT, DraftStates
from onering.subjects import InviteTokens, Subjects
from onering.tasks import Tasks
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.models import ReadModels


def person(name: str) -> Actor:
    return Actor("test", name, name, personal_workspace("test", name))


def _request(
    model: type[Command], who: str, about: UUID | None, key: str | None, *, of_invite: bool = False, **fields: Any
) -> CommandRequest:
    key = key or uuid4().hex
    identity = command_identity(who, about, key)
    if about is not None:
        fields["invite_id" if of_invite else "draft_id"] = about
    expected = fields.pop("expected_version", None)
    return CommandRequest(model.model_validate({"command_id": identity, **fields}), key, expected, "request-1")


# What nodes that are tested together make invites with.
INVITE_SECRET = b"thirty-two bytes for invites ..."


@dataclass
class Node:
    """Commands by name, each as the person `who`; `seen` is what its tail delivered."""

    handler: CommandHandler
    states: DraftStates
    batcher: Batcher
    tail: Tail
    hints: Hints
    pool: Any
    seen: list[StoredEvent] = field(default_factory=list)

    async def handle(self, request: CommandRequest, who: str) -> Outcome:
        return await self.handler.handle(request, person(who))

    async def do(self, model: type[Command], draft: UUID, who: str = "alice", **fields: Any) -> Outcome:
        return await self.handle(_request(model, who, draft, None, **fields), who)

    async def ask(
        self, model: type[Command], about: UUID, who: str = "alice", key: str | None = None, **fields: Any
    ) -> Outcome:
        """Ask for anything about a draft, or about an invite where the command names one."""
        of_invite = "invite_id" in model.model_fields
        return await self.handle(_request(model, who, about, key, of_invite=of_invite, **fields), who)

    async def create(self, who: str = "alice", key: str | None = None, **fields: Any) -> Outcome:
        fields.setdefault("title", "A walk")
        return await self.handle(_request(CreateDraft, who, None, key, **fields), who)

    async def add(self, draft: UUID, who: str = "alice", key: str | None = None, **fields: Any) -> Outcome:
        fields.setdefault("content", "And then")
        return await self.handle(_request(AddSegment, who, draft, key, **fields), who)

    async def hand(self, draft: UUID, to: str, who: str = "alice", key: str | None = None, **fields: Any) -> Outcome:
        return await self.handle(_request(PassRing, who, draft, key, to_user_id=to, **fields), who)

    async def let_in(
        self, draft: UUID, name: str, who: str = "alice", role: GrantedRole = GrantedRole.CONTRIBUTOR, **fields: Any
    ) -> Outcome:
        return await self.handle(
            _request(AddCollaborator, who, draft, None, collaborator_id=name, role=role, **fields), who
        )

    async def take_out(self, draft: UUID, name: str, who: str = "alice", **fields: Any) -> Outcome:
        return await self.handle(_request(RemoveCollaborator, who, draft, None, collaborator_id=name, **fields), who)


async def log_of(pool: Any) -> list[StoredEvent]:
    """Return the whole lane."""
    return await read_lane(pool, LANE, 0, 1_000_000)


def check_dense(events: Sequence[StoredEvent]) -> None:
    """Assert that positions are dense and that each stream's versions are."""
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    versions: dict[UUID, int] = {}
    for event in events:
        assert event.version == versions.get(event.stream_id, 0) + 1
        versions[event.stream_id] = event.version


@asynccontextmanager
async def node(
    dsn: str,
    *,
    poll_seconds: float = 5.0,
    handling: Handling = Handling(),  # noqa: B008 - frozen
    snapshot_events: int = 500,
    capacity_bytes: int = 64 << 20,
    announce: bool = True,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    enforce_plans: bool = False,
) -> AsyncIterator[Node]:
    """Run a node until the block ends; a task of it that died is an error of the test."""
    database = Database(dsn)
    tail = Tail(database, LANE, poll_seconds=poll_seconds)
    hints = Hints(database, LANE)
    tasks = Tasks()

    def committed(events: Sequence[StoredEvent]) -> None:
        tail.offer(events)
        if announce:
            hints.announce(events[-1].position)

    limits = BatchLimits(seconds=handling.command_seconds)
    batcher = Batcher(database, LANE, committed, limits, follows=tail.follows)
    tail.on_rewind(batcher.rewound)
    pool = await database.pool("test", size=4)
    try:
        snapshots = Snapshots(pool, LANE, lambda: f"{FORMAT}@{tail.epoch}")
        states = DraftStates(pool, tail, snapshots, capacity_bytes=capacity_bytes, snapshot_events=snapshot_events)
        subjects = Subjects(ReadModels(pool, Checkpoints(pool, LANE, PROJECTIONS)))
        tokens = InviteTokens(INVITE_SECRET)
        plans = Plans(pool, enforced=enforce_plans)
        handler = CommandHandler(
            states, batcher, pool, subjects, tokens, lane=LANE, clock=clock, handling=handling, plans=plans
        )
        made = Node(handler, states, batcher, tail, hints, pool)
        tail.subscribe(made.seen.extend)
        await tail.start()
        tasks.start({"tail": tail.run, "hints": hints.run, "batcher": batcher.run, "snapshots": snapshots.run})
        yield made
        assert tasks.alive
    finally:
        await tasks.stop(5)
        await asyncio.wait_for(pool.close(), 5)
