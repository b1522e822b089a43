"""Stories for read models: commands decided by the real rules and appended by the real function."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.events import Event
from onering.domain.ids import derived
from onering.domain.state import DraftState, evolve
from onering.domain.values import GrantedRole, Visibility
from onering.log.append import Append, Appended, NewEvent, Write, append
from onering.log.codec import encode_payload
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent


def person(name: str) -> Actor:
    return Actor("test", name, name, personal_workspace("test", name))


@dataclass
class Story:
    """What people do to drafts, one command and one commit at a time; `told` is everything that was stored."""

    conn: Any
    states: dict[UUID, DraftState] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    told: list[StoredEvent] = field(default_factory=list)

    @property
    def position(self) -> int:
        return self.told[-1].position if self.told else 0

    async def create(self, who: str = "alice", visibility: Visibility = Visibility.PRIVATE, **fields: Any) -> UUID:
        fields.setdefault("title", "A walk")
        command = CreateDraft(command_id=uuid4(), visibility=visibility, **fields)
        self.states[command.draft_id] = DraftState(command.draft_id, person(who).workspace_id)
        await self.tell(command, who)
        return command.draft_id

    async def add(self, draft: UUID, content: str = "And then", who: str = "alice") -> None:
        await self.tell(AddSegment(command_id=uuid4(), draft_id=draft, content=content), who)

    async def hand(self, draft: UUID, to: str, who: str = "alice") -> None:
        await self.tell(PassRing(command_id=uuid4(), draft_id=draft, to_user_id=to), who)

    async def let_in(
        self, draft: UUID, name: str, role: GrantedRole = GrantedRole.CONTRIBUTOR, who: str = "alice"
    ) -> None:
        await self.tell(AddCollaborator(command_id=uuid4(), draft_id=draft, collaborator_id=name, role=role), who)

    async def take_out(self, draft: UUID, name: str, who: str = "alice") -> None:
        await self.tell(RemoveCollaborator(command_id=uuid4(), draft_id=draft, collaborator_id=name), who)

    async def tell(self, command: Command, who: str) -> Sequence[StoredEvent]:
        """Decide and store a command; a refusal or a command without effect stores nothing."""
        draft_id, actor = command.draft_id, person(who)
        events = decide(self.states[draft_id], command, actor, datetime.now(UTC))
        if not events:
            return ()
        return await self.store(draft_id, command.command_id, actor, *_new(command.command_id, events), known=events)

    async def store(
        self, draft_id: UUID, command_id: UUID, actor: Actor, *new: NewEvent, known: Sequence[Event] = ()
    ) -> Sequence[StoredEvent]:
        """Store events as they are; `known` are the domain's, if it knows them."""
        expected = self.versions.get(draft_id, 0)
        workspace = self.states[draft_id].workspace_id
        write = Write(draft_id, "draft", workspace, expected, new)
        record = Append(command_id, b"\x01" * 33, actor.issuer, actor.subject, None, "request-1", (write,))
        (outcome,) = await append(self.conn, LANE, [record])
        assert isinstance(outcome, Appended)
        self.versions[draft_id] = outcome.version
        self.told.extend(outcome.events)
        for event in known:
            self.states[draft_id] = evolve(self.states[draft_id], event, outcome.events[0].recorded_at)
        return outcome.events

    async def unknown(
        self, draft: UUID, type: str = "draft_sung", schema_version: int = 1, data: str = "{}"
    ) -> StoredEvent:
        """Store an event that the rules would not have made."""
        identity = uuid4()
        payload = f'{{"idempotency_key":null,"data":{data}}}'
        event = NewEvent(derived(identity, "event"), type, schema_version, payload)
        return (await self.store(draft, identity, person("alice"), event))[0]

    async def sign_in(self, who: str) -> None:
        """Store an event of another stream than a draft's."""
        identity, actor = uuid4(), person(who)
        event = NewEvent(derived(identity, "event"), "user_registered", 1, '{"idempotency_key":null,"data":{}}')
        write = Write(uuid4(), "user", actor.workspace_id, 0, (event,))
        (outcome,) = await append(
            self.conn, LANE, [Append(identity, b"\x01" * 33, actor.issuer, actor.subject, None, "request-1", (write,))]
        )
        assert isinstance(outcome, Appended)
        self.told.extend(outcome.events)

    def events_of(self, draft: UUID) -> list[StoredEvent]:
        return [event for event in self.told if event.stream_id == draft]


def _new(command_id: UUID, events: Sequence[Event]) -> list[NewEvent]:
    return [
        NewEvent(derived(command_id, "event", n), event.type, 1, encode_payload(event, None))
        for n, event in enumerate(events)
    ]
