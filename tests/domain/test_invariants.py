"""Whatever people ask for, in any order: what is accepted is legal, and what must always hold does."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from onering.domain.actor import Actor
from onering.domain.commands import (
    AcceptInvite,
    AddCollaborator,
    AddSegment,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    CreateDraft,
    CreateInvite,
    DeclineInvite,
    DraftCommand,
    EditDraft,
    InviteCommand,
    LockDraft,
    NudgeHolder,
    PassRing,
    PassRingSmart,
    ReclaimRing,
    RemoveCollaborator,
    ReopenDraft,
    RevokeInvite,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.domain.decide import decide
from onering.domain.events import (
    EVENT_TYPES,
    INVITE_EVENT_TYPES,
    Event,
    InviteEvent,
    SegmentAdded,
    SegmentAmended,
    SegmentWithdrawn,
)
from onering.domain.invites import Decision, InviteState, decide_on_invite, evolve_invite
from onering.domain.legality import rebuilt, rebuilt_on_invite
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, SegmentFact, evolve, mark
from onering.domain.values import GrantedRole, Platform, Role, Strategy, Visibility
from onering.log.codec import decode, decode_invite, encode_payload
from onering.log.event import StoredEvent

COMMAND, DRAFT, WORKSPACE = UUID(int=42), UUID(int=1), UUID(int=7)
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PEOPLE = ("alice", "bob", "carol", "dan")

people = st.sampled_from(PEOPLE)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(str.strip)
numbers = st.integers(0, 7)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))
edits = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "description": texts | st.just(""),
        "platform": st.none() | st.sampled_from(Platform),
        "visibility": st.sampled_from(Visibility),
        "turn_limit_hours": st.integers(1, 3),
        "target_publish_at": st.none() | moments,
    },
)
MOVES = (LockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ReopenDraft, ArchiveDraft)


def person(name: str) -> Actor:
    return Actor("test", name, name, uuid5(WORKSPACE, name))


class WritingTogether(RuleBasedStateMachine):
    """One draft, four people, any command by anybody at any time; what is not allowed often is done by who may."""

    def __init__(self) -> None:
        super().__init__()
        self.state = DraftState(DRAFT, WORKSPACE)
        self.now = START
        self.version = 0
        self.orders: list[int] = []
        self.segments: dict[UUID, SegmentFact] = {}
        self.invites: list[InviteState] = []
        self.draft = DRAFT

    @initialize(visibility=st.sampled_from(Visibility), first=st.none() | texts)
    def begin(self, visibility: Visibility, first: str | None) -> None:
        create = CreateDraft(command_id=uuid4(), title="T", visibility=visibility, initial_segment=first)
        self.draft = create.draft_id
        self.state = DraftState(self.draft, WORKSPACE)
        self.ask(create, "alice")
        assert self.version == (1 if first is None else 2)

    @rule(hours=st.integers(0, 5))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=people, content=texts)
    def write(self, who: str, content: str) -> None:
        self.do(AddSegment, who, content=content)

    @rule(content=texts)
    def write_as_the_holder(self, content: str) -> None:
        self.write(self.state.holder_id, content)

    @rule(who=st.none() | people, number=numbers, content=texts)
    def amend(self, who: str | None, number: int, content: str) -> None:
        self.do(AmendSegment, who or self.state.holder_id, segment_id=self.one_of_the_segments(number), content=content)

    @rule(who=st.none() | people, number=numbers)
    def withdraw(self, who: str | None, number: int) -> None:
        self.do(WithdrawSegment, who or self.state.holder_id, segment_id=self.one_of_the_segments(number))

    @rule(who=st.none() | people, to=people)
    def hand(self, who: str | None, to: str) -> None:
        self.do(PassRing, who or self.state.holder_id, to_user_id=to)

    @rule(who=st.none() | people, strategy=st.sampled_from(Strategy))
    def hand_smartly(self, who: str | None, strategy: Strategy) -> None:
        self.do(PassRingSmart, who or self.state.holder_id, strategy=strategy)

    @rule(who=people, hours=st.sampled_from([0, 0, 24, 48]))
    def reclaim(self, who: str, hours: int) -> None:
        self.time_passes(hours)
        self.do(ReclaimRing, who)

    @rule(who=people)
    def nudge(self, who: str) -> None:
        self.do(NudgeHolder, who)

    @rule(who=st.none() | people, name=people, role=st.sampled_from(GrantedRole))
    def let_in(self, who: str | None, name: str, role: GrantedRole) -> None:
        self.do(AddCollaborator, who or self.state.owner_id, collaborator_id=name, role=role)

    @rule(who=st.none() | people, name=people, role=st.sampled_from(GrantedRole))
    def change_role(self, who: str | None, name: str, role: GrantedRole) -> None:
        self.do(ChangeRole, who or self.state.owner_id, collaborator_id=name, role=role)

    @rule(who=people, name=people)
    def take_out(self, who: str, name: str) -> None:
        self.do(RemoveCollaborator, who, collaborator_id=name)

    @rule(who=st.none() | people, to=people)
    def transfer(self, who: str | None, to: str) -> None:
        self.do(TransferOwnership, who or self.state.owner_id, to_user_id=to)

    @rule(who=st.none() | people, said=edits)
    def edit(self, who: str | None, said: dict[str, Any]) -> None:
        self.do(EditDraft, who or self.state.owner_id, **said)

    @rule(who=st.none() | people, model=st.sampled_from(MOVES))
    def move(self, who: str | None, model: type[DraftCommand]) -> None:
        self.do(model, who or self.state.owner_id)

    @rule(who=people)
    def create_again(self, who: str) -> None:
        before = self.version
        self.ask(CreateDraft(command_id=uuid4(), title="T"), who)
        assert self.version == before

    @rule(who=st.none() | people, name=people, role=st.sampled_from(GrantedRole), hours=st.integers(1, 9))
    def invite(self, who: str | None, name: str, role: GrantedRole, hours: int) -> None:
        command = CreateInvite(
            command_id=uuid4(), draft_id=self.draft, target_user_id=name, role=role, expires_in_hours=hours
        )
        self.invites.append(self.settle(InviteState(command.invite_id), command, who or self.state.owner_id))

    @rule(who=people, number=numbers, model=st.sampled_from([AcceptInvite, AcceptInvite, RevokeInvite, DeclineInvite]))
    def answer(self, who: str, number: int, model: type[Any]) -> None:
        if self.invites:
            at = number % len(self.invites)
            of: dict[str, Any] = {"command_id": uuid4(), "invite_id": self.invites[at].invite_id}
            command = model(**of, **({"token": "t"} if model is AcceptInvite else {}))
            self.invites[at] = self.settle(self.invites[at], command, who)

    def do(self, model: type[DraftCommand], who: str, **fields: Any) -> None:
        self.ask(model.model_validate({"command_id": uuid4(), "draft_id": self.draft, **fields}), who)

    def ask(self, command: DraftCommand, who: str) -> None:
        """Decide as the service does: a refusal changes nothing; accepted events are checked one by one."""
        self.now += timedelta(seconds=1)
        state, events = self.looked_up(command), list[Event]()
        with suppress(Refusal):
            events = decide(state, command, person(who), self.now)
            assert decide(state, command, person(who), self.now) == events
            assert not events or decide(state, self.rebuilt(events, command), person(who), self.now) == events
        for event in events:
            self.accept(event, command, who)

    def accept(self, event: Event, command: DraftCommand, who: str) -> None:
        """Legal means: the command rebuilt from the event, decided on the state before it, yields the event."""
        again = self.rebuilt([event], command)
        assert decide(self.looked_up(again), again, person(who), event.decided_at or self.now)[0] == event
        self.take(event)

    def settle(self, invite: InviteState, command: InviteCommand, who: str) -> InviteState:
        """Do something about an invite; what it does to the draft is legal with it."""
        self.now += timedelta(seconds=1)
        decision, actor = Decision(), person(who)
        with suppress(Refusal):
            decision = decide_on_invite(invite, self.state, command, actor, self.now)
        for event in decision.invite:
            again = rebuilt_on_invite(event, command.command_id, invite.invite_id)
            at = event.decided_at or self.now
            assert decide_on_invite(invite, self.state, again, actor, at) == decision
        for joined in decision.draft:
            self.take(joined)
        return evolve_invite(invite, [(event, self.now) for event in decision.invite])

    def looked_up(self, command: DraftCommand) -> DraftState:
        about = getattr(command, "segment_id", None)
        return self.state if about is None else self.state._replace(segment=self.segments.get(about))

    def one_of_the_segments(self, number: int) -> UUID:
        known = list(self.segments)
        return known[number % len(known)] if known else UUID(int=number)

    def rebuilt(self, events: Sequence[Event], command: DraftCommand) -> DraftCommand:
        return rebuilt(events, command.command_id, self.draft)

    def take(self, event: Event) -> None:
        self.note(event)
        self.state = evolve(self.state, event, self.now)
        self.version += 1
        self.holder_may_write()
        self.one_owner()

    def note(self, event: Event) -> None:
        match event:
            case SegmentAdded(segment_id=segment, author_id=author, segment_order=order):
                assert author == self.state.holder_id
                assert segment not in self.segments
                self.orders.append(order)
                self.segments[segment] = SegmentFact(segment, order, author, mark(event.content))
            case SegmentAmended(segment_id=segment):
                assert self.segments[segment].author_id == self.state.holder_id
                self.segments[segment] = self.segments[segment]._replace(mark=mark(event.content))
            case SegmentWithdrawn(segment_id=segment):
                assert not self.segments[segment].withdrawn
                self.segments[segment] = self.segments[segment]._replace(withdrawn=True)

    def teardown(self) -> None:
        """A state that was kept and read again is the same."""
        kept = TypeAdapter(DraftState)
        assert kept.validate_json(kept.dump_json(self.state)) == self.state

    @invariant()
    def holder_may_write(self) -> None:
        if self.version:
            assert self.state.role_of(self.state.holder_id) in (Role.OWNER, Role.CONTRIBUTOR)

    @invariant()
    def one_owner(self) -> None:
        owners = [name for name, role in self.state.members.items() if role is Role.OWNER]
        assert owners == ([self.state.owner_id] if self.version else [])

    @invariant()
    def orders_are_dense(self) -> None:
        assert self.orders == list(range(self.state.segment_count))


TestWritingTogether = WritingTogether.TestCase
TestWritingTogether.settings = settings(max_examples=60, stateful_step_count=40, derandomize=True, deadline=None)


def _of(model: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of one type's events: pydantic's own idea of each field, but for texts that people write."""
    wanted: dict[str, st.SearchStrategy[Any]] = {"decided_at": st.none() | moments}
    for name, field in model.model_fields.items():
        if field.annotation is str and name != "type":
            wanted[name] = texts
        elif field.annotation is int:
            wanted[name] = st.integers(0, 10**6)
        elif field.annotation == datetime | None or field.annotation is datetime:
            wanted[name] = moments if field.annotation is datetime else st.none() | moments
    return st.builds(model, **wanted)


def _stored(event: Event | InviteEvent, newest: int, key: str | None) -> StoredEvent:
    # A space more, so that it is read as any other process reads it, not recognised as what was just written here.
    return StoredEvent(
        0, 1, DRAFT, "draft", 1, WORKSPACE, UUID(int=2), event.type, newest, encode_payload(event, key) + " ",
        "test", "alice", None, COMMAND, "r", None, START,
    )  # fmt: skip


@settings(max_examples=250, derandomize=True, deadline=None)
@given(event=st.one_of([_of(model) for _, model in EVENT_TYPES.values()]), key=st.none() | texts)
def test_every_event_comes_back_from_its_payload_as_it_was(event: Event, key: str | None) -> None:
    assert decode(_stored(event, EVENT_TYPES[event.type][0], key)) == event


@settings(max_examples=50, derandomize=True, deadline=None)
@given(event=st.one_of([_of(model) for _, model in INVITE_EVENT_TYPES.values()]), key=st.none() | texts)
def test_every_event_of_an_invite_does_too(event: InviteEvent, key: str | None) -> None:
    assert decode_invite(_stored(event, INVITE_EVENT_TYPES[event.type][0], key)) == event


@settings(max_examples=100, derandomize=True, deadline=None)
@given(event=st.one_of([_of(model) for _, model in EVENT_TYPES.values()]))
def test_a_state_can_be_after_any_event(event: Event) -> None:
    before = evolve(DraftState(DRAFT, WORKSPACE), _of_alice(), START)
    assert isinstance(evolve(before, event, START), DraftState)


def _of_alice() -> Event:
    _, created = EVENT_TYPES["draft_created"]
    return created.model_validate({"creator_id": "alice", "title": "T", "visibility": "private"})


def test_every_type_of_event_takes_part() -> None:
    assert {model.model_fields["type"].default for model in get_args(Event)} == set(EVENT_TYPES)
    assert {model.model_fields["type"].default for model in get_args(InviteEvent)} == set(INVITE_EVENT_TYPES)
