"""A log kept in memory: commands decided by the real rules, sealed as the database seals them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.events import Event
from onering.domain.ids import command_identity, derived
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, evolve
from onering.domain.values import GrantedRole, Visibility
from onering.log.append import NewEvent
from onering.log.codec import encode_payload
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.leaf import leaf, payload_hash
from onering.replay.findings import Finding, Judged
from onering.replay.flat import flat
from onering.replay.judge import Judge
from onering.replay.order import Order
from onering.replay.record import Record
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
    versions: dict[UUID, int] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    commands: int = 0

    def register(self, *names: str) -> None:
        for name in names:
            told = registration(person(name))
            (write,) = told.writes
            self._store(told.command_id, person(name), write.stream_id, "user", write.workspace_id, write.events)

    def create(self, who: str = "alice", visibility: Visibility = Visibility.PRIVATE, **fields: Any) -> UUID:
        key = self._key()
        command_id = command_identity(who, None, key)
        command = CreateDraft(command_id=command_id, title="A walk", visibility=visibility, **fields)
        self.states[command.draft_id] = DraftState(command.draft_id, person(who).workspace_id)
        self._tell(command, who, key)
        return command.draft_id

    def add(self, draft: UUID, who: str = "alice", content: str = "And then") -> None:
        self._do(AddSegment, draft, who, content=content)

    def hand(self, draft: UUID, to: str, who: str = "alice") -> None:
        self._do(PassRing, draft, who, to_user_id=to)

    def let_in(self, draft: UUID, name: str, who: str = "alice", role: GrantedRole = GrantedRole.CONTRIBUTOR) -> None:
        self._do(AddCollaborator, draft, who, collaborator_id=name, role=role)

    def take_out(self, draft: UUID, name: str, who: str = "alice") -> None:
        self._do(RemoveCollaborator, draft, who, collaborator_id=name)

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

    def _do(self, model: type[Command], draft: UUID, who: str, **fields: Any) -> None:
        key = self._key()
        command_id = command_identity(who, draft, key)
        # Nobody can ask for what is no command, or refused.
        with suppress(Refusal):
            self._tell(model.model_validate({"command_id": command_id, "draft_id": draft, **fields}), who, key)

    def _key(self) -> str:
        self.commands += 1
        return f"key {self.commands}"

    def _tell(self, command: Command, who: str, key: str) -> None:
        draft, actor = command.draft_id, person(who)
        events = decide(self.states[draft], command, actor, self.now)
        new = [
            NewEvent(derived(command.command_id, "event", n), event.type, 1, encode_payload(event, key))
            for n, event in enumerate(events)
        ]
        self._store(command.command_id, actor, draft, "draft", self.states[draft].workspace_id, new)
        for event in events:
            self.states[draft] = evolve(self.states[draft], event, self.now)

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
