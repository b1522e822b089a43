"""A log kept in memory: commands decided by the real rules, sealed as the database seals them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

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
from onering.domain.ids import command_identity, derived
from onering.domain.invites import InviteState, decide_on_invite, evolve_invite
from onering.domain.plans import Plan
from onering.domain.profile import PersonEvent, PlanChanged, ProfileChanged
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, SegmentFact, evolve, mark
from onering.domain.system import SystemEvent
from onering.domain.values import GrantedRole, Visibility
from onering.log.append import NewEvent
from onering.log.codec import encode_payload
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.leaf import leaf, payload_hash
from onering.log.record import Record
from onering.people import person_payload, person_stream
from onering.replay.findings import Finding, Judged
from onering.replay.flat import flat
from onering.replay.judge import Judge
from onering.replay.order import Order
from onering.system import OPERATOR, SYSTEM_STREAM, system_append
from onering.users import registration

ISSUER = "test"


def person(name: str) -> Actor:
    return Actor(ISSUER, name, name, personal_workspace(ISSUER, name))


def sealed(event: StoredEvent, salt: bytes | None) -> Record:
    """Return the record of an event as whoever holds the database could write it."""
    hashed = payload_hash(salt, event.payload) if salt is not None and event.payload is not None else b"\x07" * 32
    return Record(event, salt, hashed, leaf(event, hashed))


def erased(record: Record) -> Record:
    """Return the record after its person was erased: the hashes stay."""
    return record._replace(event=record.event._replace(payload=None), salt=None)


@dataclass
class Scribe:
    """What people do, one command at a time; `records` is the log."""

    records: list[Record] = field(default_factory=list)
    states: dict[UUID, DraftState] = field(default_factory=dict)
    segments: dict[UUID, dict[UUID, SegmentFact]] = field(default_factory=dict)
    invites: dict[UUID, InviteState] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    commands: int = 0

    def register(self, *names: str) -> None:
        for name in names:
            told = registration(person(name))
            (write,) = told.writes
            self._store(told.command_id, person(name), write.stream_id, "user", write.workspace_id, write.events)

    def rename(self, who: str, *, by: str | None = None, **names: str) -> None:
        stream_id, key = person_stream(ISSUER, who), self._key()
        event = ProfileChanged(user_id=who, **names)
        self._tell_of(who, person(by or who), command_identity(who, stream_id, key), event, key)

    def give_plan(self, who: str, plan: Plan, *, issuer: str = OPERATOR) -> None:
        stream_id = person_stream(ISSUER, who)
        command_id = derived(stream_id, "plan", self.versions.get(stream_id, 0))
        operator = Actor(issuer, "root", "root", stream_id)
        self._tell_of(who, operator, command_id, PlanChanged(user_id=who, plan=plan), None)

    def serve(self, event: SystemEvent, by: tuple[str, str], command_id: UUID | None = None, **columns: Any) -> None:
        """Have the service tell something of itself."""
        told = system_append(event, by, self.versions.get(SYSTEM_STREAM, 0), command_id=command_id)
        (write,) = told.writes
        actor = Actor(*by, by[1], write.workspace_id)
        self._store(told.command_id, actor, SYSTEM_STREAM, "system", write.workspace_id, write.events, **columns)

    def create(self, who: str = "alice", visibility: Visibility = Visibility.PRIVATE, **fields: Any) -> UUID:
        key = self._key()
        command_id = command_identity(who, None, key)
        command = CreateDraft(command_id=command_id, title="A walk", visibility=visibility, **fields)
        self.states[command.draft_id] = DraftState(command.draft_id, person(who).workspace_id)
        self._tell(command, who, key)
        return command.draft_id

    def add(self, draft: UUID, who: str = "alice", content: str = "And then") -> None:
        self.do(AddSegment, draft, who, content=content)

    def hand(self, draft: UUID, to: str, who: str = "alice") -> None:
        self.do(PassRing, draft, who, to_user_id=to)

    def let_in(self, draft: UUID, name: str, who: str = "alice", role: GrantedRole = GrantedRole.CONTRIBUTOR) -> None:
        self.do(AddCollaborator, draft, who, collaborator_id=name, role=role)

    def take_out(self, draft: UUID, name: str, who: str = "alice") -> None:
        self.do(RemoveCollaborator, draft, who, collaborator_id=name)

    def amend(self, draft: UUID, order: int, who: str = "alice", content: str = "Or so") -> None:
        self.do(AmendSegment, draft, who, segment_id=self.segment(draft, order), content=content)

    def withdraw(self, draft: UUID, order: int, who: str = "alice") -> None:
        self.do(WithdrawSegment, draft, who, segment_id=self.segment(draft, order))

    def segment(self, draft: UUID, order: int) -> UUID:
        """Return the identity of a draft's segment, or of none."""
        known = list(self.segments.get(draft, {}))
        return known[order] if order < len(known) else UUID(int=order)

    def invite(self, draft: UUID, name: str, who: str = "alice", **fields: Any) -> UUID:
        """Invite somebody; return the invite, be there one or not."""
        key = self._key()
        command_id = command_identity(who, draft, key)
        command = CreateInvite(command_id=command_id, draft_id=draft, target_user_id=name, **fields)
        with suppress(Refusal):
            self._tell_of_invite(InviteState(command.invite_id), draft, command, who, key)
        return command.invite_id

    def accept(self, invite: UUID, who: str) -> None:
        self._answer(AcceptInvite, invite, who, token="t")

    def revoke(self, invite: UUID, who: str = "alice") -> None:
        self._answer(RevokeInvite, invite, who)

    def decline(self, invite: UUID, who: str) -> None:
        self._answer(DeclineInvite, invite, who)

    def _answer(self, model: type[Any], invite: UUID, who: str, **fields: Any) -> None:
        key, state = self._key(), self.invites.get(invite)
        if state is None or state.created is None:
            return
        command = model(command_id=command_identity(who, invite, key), invite_id=invite, **fields)
        with suppress(Refusal):
            self._tell_of_invite(state, state.created.draft_id, command, who, key)

    def forge(self, draft: UUID, event: Event, who: str = "alice", **columns: Any) -> None:
        """Write an event that nobody decided on, perfectly sealed."""
        key = self._key()
        command_id = columns.pop("command_id", None) or command_identity(who, draft, key)
        new = NewEvent(derived(command_id, "event"), event.type, 1, encode_payload(event, key))
        workspace = self.states[draft].workspace_id
        self._store(command_id, person(who), draft, "draft", workspace, [new], **columns)

    def change(self, position: int, **columns: Any) -> None:
        """Change an event, and seal it again."""
        record = self.records[position - 1]
        self.records[position - 1] = sealed(record.event._replace(**columns), record.salt)

    def erase(self, *positions: int) -> None:
        for position in positions:
            self.records[position - 1] = erased(self.records[position - 1])

    def forge_on_invite(self, invite: UUID, draft: UUID, event: InviteEvent, who: str, *joined: Event) -> None:
        """Write what nobody decided on, about an invite and perhaps its draft, perfectly sealed."""
        key, begins = self._key(), event.type == "invite_created"
        command_id = command_identity(who, draft if begins else invite, key)
        self._store_both(invite, draft, (event,), joined, command_id, who, key)

    def do(self, model: type[DraftCommand], draft: UUID, who: str = "alice", **fields: Any) -> None:
        """Ask for anything; nobody can have asked for what is refused."""
        key = self._key()
        command_id = command_identity(who, draft, key)
        with suppress(Refusal):
            self._tell(model.model_validate({"command_id": command_id, "draft_id": draft, **fields}), who, key)

    def _key(self) -> str:
        self.commands += 1
        return f"key {self.commands}"

    def _tell(self, command: DraftCommand, who: str, key: str) -> None:
        draft, actor = command.draft_id, person(who)
        state = self.states[draft]
        if isinstance(command, AmendSegment | WithdrawSegment):
            state = state._replace(segment=self.segments.get(draft, {}).get(command.segment_id))
        events = decide(state, command, actor, self.now)
        self._store(
            command.command_id, actor, draft, "draft", state.workspace_id, _new(command.command_id, events, key)
        )
        self._evolve(draft, events)

    def _tell_of(self, who: str, actor: Actor, command_id: UUID, event: PersonEvent, key: str | None) -> None:
        new = NewEvent(derived(command_id, "event"), event.type, 1, person_payload(event, key))
        workspace = personal_workspace(ISSUER, who)
        self._store(command_id, actor, person_stream(ISSUER, who), "user", workspace, [new])

    def _evolve(self, draft: UUID, events: Sequence[Event]) -> None:
        for event in events:
            self.states[draft] = evolve(self.states[draft], event, self.now)
            of_draft = self.segments.setdefault(draft, {})
            match event:
                case SegmentAdded(segment_id=of, segment_order=order, author_id=author, content=content):
                    of_draft[of] = SegmentFact(of, order, author, mark(content))
                case SegmentAmended(segment_id=of, content=content):
                    of_draft[of] = of_draft[of]._replace(mark=mark(content))
                case SegmentWithdrawn(segment_id=of):
                    of_draft[of] = of_draft[of]._replace(withdrawn=True)

    def _tell_of_invite(self, invite: InviteState, draft: UUID, command: InviteCommand, who: str, key: str) -> None:
        decision = decide_on_invite(invite, self.states[draft], command, person(who), self.now)
        self._store_both(invite.invite_id, draft, decision.invite, decision.draft, command.command_id, who, key)
        told = [(event, self.now) for event in decision.invite]
        self.invites[invite.invite_id] = evolve_invite(invite, told)
        self._evolve(draft, decision.draft)

    def _store_both(
        self,
        invite: UUID,
        draft: UUID,
        on_invite: Sequence[InviteEvent],
        on_draft: Sequence[Event],
        command_id: UUID,
        who: str,
        key: str,
    ) -> None:
        new, workspace = _new(command_id, [*on_draft, *on_invite], key), self.states[draft].workspace_id
        split, at = len(on_draft), self.now
        self._store(command_id, person(who), draft, "draft", workspace, new[:split])
        self.now = at
        self._store(command_id, person(who), invite, "invite", workspace, new[split:])

    def _store(
        self,
        command_id: UUID,
        actor: Actor,
        stream_id: UUID,
        stream_type: str,
        workspace_id: UUID,
        new: Sequence[NewEvent],
        **columns: Any,
    ) -> None:
        self.now += timedelta(seconds=1)
        for event in new:
            version = self.versions[stream_id] = self.versions.get(stream_id, 0) + 1
            position = len(self.records) + 1
            stored = StoredEvent(
                LANE, position, stream_id, stream_type, version, workspace_id, event.event_id, event.type,
                event.schema_version, event.payload, actor.issuer, actor.subject, None, command_id, "request-1", None,
                self.now,
            )  # fmt: skip
            self.records.append(sealed(stored._replace(**columns), position.to_bytes(16)))


def _new(command_id: UUID, events: Sequence[Event | InviteEvent], key: str) -> list[NewEvent]:
    return [
        NewEvent(derived(command_id, "event", n), event.type, 1, encode_payload(event, key))
        for n, event in enumerate(events)
    ]


def looked_at(records: Sequence[Record], page: int = 3) -> Judged:
    """Return what a check says of records, in pages as small as that."""
    order, judge, judged = Order(LANE), Judge(), Judged()
    for start in range(0, len(records), page):
        part = records[start : start + page]
        judged.findings += order.page(part)
        judged.add(judge.page([flat(record.event) for record in part]))
    judged.add(judge.end())
    judged.findings += order.end(len(records))
    return judged


def rules(findings: Sequence[Finding]) -> list[tuple[int | None, str]]:
    return [(finding.position, finding.rule) for finding in findings]
