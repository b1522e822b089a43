"""Stories for read models: commands decided by the real rules and appended by the real function."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.commands import (
    AcceptInvite,
    AddCollaborator,
    AddSegment,
    AmendSegment,
    CreateDraft,
    CreateInvite,
    DeclineInvite,
    DraftCommand,
    InviteCommand,
    PassRing,
    RemoveCollaborator,
    RevokeInvite,
    WithdrawSegment,
)
from onering.domain.decide import decide
from onering.domain.events import Event, InviteEvent, SegmentAdded, SegmentAmended, SegmentWithdrawn
from onering.domain.ids import derived
from onering.domain.invites import InviteState, decide_on_invite, evolve_invite
from onering.domain.state import DraftState, SegmentFact, evolve, mark
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
    segments: dict[UUID, list[SegmentFact]] = field(default_factory=dict)
    invites: dict[UUID, InviteState] = field(default_factory=dict)
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

    async def ask(self, model: type[DraftCommand], draft: UUID, who: str = "alice", **fields: Any) -> None:
        """Ask for anything."""
        await self.tell(model.model_validate({"command_id": uuid4(), "draft_id": draft, **fields}), who)

    async def rewrite(self, draft: UUID, order: int, content: str | None, who: str) -> None:
        """Amend a segment, or withdraw it."""
        known = self.segments.get(draft, [])
        segment = known[order].segment_id if order < len(known) else uuid4()
        if content is None:
            await self.ask(WithdrawSegment, draft, who, segment_id=segment)
        else:
            await self.ask(AmendSegment, draft, who, segment_id=segment, content=content)

    async def tell(self, command: DraftCommand, who: str) -> Sequence[StoredEvent]:
        """Decide and store a command; a refusal or a command without effect stores nothing."""
        draft_id, actor = command.draft_id, person(who)
        state = self.states[draft_id]
        if isinstance(command, AmendSegment | WithdrawSegment):
            found = (fact for fact in self.segments.get(draft_id, []) if fact.segment_id == command.segment_id)
            state = state._replace(segment=next(found, None))
        events = decide(state, command, actor, datetime.now(UTC))
        if not events:
            return ()
        return await self.store(draft_id, command.command_id, actor, *_new(command.command_id, events), known=events)

    async def invite(self, draft: UUID, name: str, who: str = "alice", **fields: Any) -> UUID:
        command = CreateInvite(command_id=uuid4(), draft_id=draft, target_user_id=name, **fields)
        await self._tell_of_invite(InviteState(command.invite_id), draft, command, who)
        return command.invite_id

    async def accept(self, invite: UUID, who: str) -> None:
        await self._answer(AcceptInvite(command_id=uuid4(), invite_id=invite, token="t"), who)

    async def revoke(self, invite: UUID, who: str = "alice") -> None:
        await self._answer(RevokeInvite(command_id=uuid4(), invite_id=invite), who)

    async def decline(self, invite: UUID, who: str) -> None:
        await self._answer(DeclineInvite(command_id=uuid4(), invite_id=invite), who)

    async def _answer(self, command: AcceptInvite | RevokeInvite | DeclineInvite, who: str) -> None:
        invite = self.invites[command.invite_id]
        assert invite.created is not None
        await self._tell_of_invite(invite, invite.created.draft_id, command, who)

    async def _tell_of_invite(self, invite: InviteState, draft: UUID, command: InviteCommand, who: str) -> None:
        """Decide and store what a command does to an invite and to its draft, in one commit."""
        actor, workspace = person(who), self.states[draft].workspace_id
        decision = decide_on_invite(invite, self.states[draft], command, actor, datetime.now(UTC))
        new, at = _new(command.command_id, [*decision.draft, *decision.invite]), len(decision.draft)
        writes = (
            Write(draft, "draft", workspace, self.versions[draft], tuple(new[:at])),
            Write(invite.invite_id, "invite", workspace, self.versions.get(invite.invite_id, 0), tuple(new[at:])),
        )
        stored = await self._append(command.command_id, actor, *writes)
        self._evolve(draft, decision.draft, stored)
        told = [(event, stored[0].recorded_at) for event in decision.invite]
        self.invites[invite.invite_id] = evolve_invite(invite, told)

    async def store(
        self, draft_id: UUID, command_id: UUID, actor: Actor, *new: NewEvent, known: Sequence[Event] = ()
    ) -> Sequence[StoredEvent]:
        """Store events as they are; `known` are the domain's, if it knows them."""
        workspace = self.states[draft_id].workspace_id
        write = Write(draft_id, "draft", workspace, self.versions.get(draft_id, 0), new)
        stored = await self._append(command_id, actor, write)
        self._evolve(draft_id, known, stored)
        return stored

    async def _append(self, command_id: UUID, actor: Actor, *writes: Write) -> Sequence[StoredEvent]:
        record = Append(command_id, b"\x01" * 33, actor.issuer, actor.subject, None, "request-1", writes)
        (outcome,) = await append(self.conn, LANE, [record])
        assert isinstance(outcome, Appended)
        for event in outcome.events:
            self.versions[event.stream_id] = event.version
        self.told.extend(outcome.events)
        return outcome.events

    def _evolve(self, draft_id: UUID, known: Sequence[Event], stored: Sequence[StoredEvent]) -> None:
        segments = self.segments.setdefault(draft_id, [])
        for event in known:
            self.states[draft_id] = evolve(self.states[draft_id], event, stored[0].recorded_at)
            match event:
                case SegmentAdded(segment_id=of, segment_order=order, author_id=author, content=content):
                    segments.append(SegmentFact(of, order, author, mark(content)))
                case SegmentAmended(segment_order=order, content=content):
                    segments[order] = segments[order]._replace(mark=mark(content))
                case SegmentWithdrawn(segment_order=order):
                    segments[order] = segments[order]._replace(withdrawn=True)

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


def _new(command_id: UUID, events: Sequence[Event | InviteEvent]) -> list[NewEvent]:
    return [
        NewEvent(derived(command_id, "event", n), event.type, 1, encode_payload(event, None))
        for n, event in enumerate(events)
    ]
