"""Whatever people ask for, in any order: what is accepted is legal, and what must always hold does."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid4, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.events import (
    EVENT_TYPES,
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)
from onering.domain.legality import rebuilt
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, evolve
from onering.domain.values import GrantedRole, Platform, Role, Visibility
from onering.log.codec import decode, encode_payload
from onering.log.event import StoredEvent

COMMAND, DRAFT, WORKSPACE = UUID(int=42), UUID(int=1), UUID(int=7)
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PEOPLE = ("alice", "bob", "carol", "dan")

people = st.sampled_from(PEOPLE)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(str.strip)


def person(name: str) -> Actor:
    return Actor("test", name, name, uuid5(WORKSPACE, name))


class WritingTogether(RuleBasedStateMachine):
    """One draft, four people, any command by anybody at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = DraftState(DRAFT, WORKSPACE)
        self.now = START
        self.version = 0
        self.orders: list[int] = []
        self.ids: set[UUID] = set()
        self.draft = DRAFT

    @initialize(visibility=st.sampled_from(Visibility), first=st.none() | texts)
    def begin(self, visibility: Visibility, first: str | None) -> None:
        create = CreateDraft(command_id=uuid4(), title="T", visibility=visibility, initial_segment=first)
        self.draft = create.draft_id
        self.state = DraftState(self.draft, WORKSPACE)
        self.ask(create, "alice")
        assert self.version == (1 if first is None else 2)

    @rule(who=people, content=texts)
    def write(self, who: str, content: str) -> None:
        self.ask(AddSegment(command_id=uuid4(), draft_id=self.draft, content=content), who)

    @rule(content=texts)
    def write_as_the_holder(self, content: str) -> None:
        self.write(self.state.holder_id, content)
        assert self.orders

    @rule(who=people, to=people)
    def hand(self, who: str, to: str) -> None:
        self.ask(PassRing(command_id=uuid4(), draft_id=self.draft, to_user_id=to), who)

    @rule(to=people)
    def hand_as_the_holder(self, to: str) -> None:
        self.hand(self.state.holder_id, to)

    @rule(who=people, name=people, role=st.sampled_from(GrantedRole))
    def let_in(self, who: str, name: str, role: GrantedRole) -> None:
        command = AddCollaborator(command_id=uuid4(), draft_id=self.draft, collaborator_id=name, role=role)
        self.ask(command, who)

    @rule(name=people, role=st.sampled_from(GrantedRole))
    def let_in_as_the_owner(self, name: str, role: GrantedRole) -> None:
        self.let_in("alice", name, role)

    @rule(who=people, name=people)
    def take_out(self, who: str, name: str) -> None:
        self.ask(RemoveCollaborator(command_id=uuid4(), draft_id=self.draft, collaborator_id=name), who)

    @rule(who=people)
    def create_again(self, who: str) -> None:
        before = self.version
        self.ask(CreateDraft(command_id=uuid4(), title="T"), who)
        assert self.version == before

    def ask(self, command: Command, who: str) -> None:
        """Decide as the service does: a refusal changes nothing; accepted events are checked one by one."""
        self.now += timedelta(seconds=1)
        events: list[Event] = []
        with suppress(Refusal):
            events = decide(self.state, command, person(who), self.now)
            assert decide(self.state, command, person(who), self.now) == events
            assert not events or decide(self.state, self.rebuilt(events, command), person(who), self.now) == events
        for event in events:
            self.accept(event, command, who)

    def accept(self, event: Event, command: Command, who: str) -> None:
        """Legal means: the command rebuilt from the event, decided on the state before it, yields the event."""
        again = self.rebuilt([event], command)
        assert decide(self.state, again, person(who), event.decided_at or self.now)[0] == event
        self.note(event)
        self.state = evolve(self.state, event, self.now)
        self.version += 1
        self.holder_may_write()

    def rebuilt(self, events: Sequence[Event], command: Command) -> Command:
        return rebuilt(events, command.command_id, self.draft)

    def note(self, event: Event) -> None:
        if isinstance(event, SegmentAdded):
            self.orders.append(event.segment_order)
            assert event.author_id == self.state.holder_id
            assert event.segment_id not in self.ids
            self.ids.add(event.segment_id)

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

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        DraftCreated,
        decided_at=st.none(),
        creator_id=people,
        title=texts,
        description=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        platform=st.none() | st.sampled_from(Platform),
        visibility=st.sampled_from(Visibility),
        turn_limit_hours=st.integers(1, 1000),
    ),
    st.builds(
        SegmentAdded, segment_id=st.uuids(), author_id=people, content=texts, segment_order=st.integers(0, 10**6)
    ),
    st.builds(RingPassed, from_user_id=people, to_user_id=people, reason=st.none() | st.just("holder_removed")),
    st.builds(CollaboratorAdded, user_id=people, role=st.sampled_from(GrantedRole)),
    st.builds(CollaboratorRemoved, user_id=people),
)
times = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(event=events, decided_at=times, key=st.none() | texts)
def test_every_event_comes_back_from_its_payload_as_it_was(
    event: Event, decided_at: datetime | None, key: str | None
) -> None:
    event = event.model_copy(update={"decided_at": decided_at})
    newest, _ = EVENT_TYPES[event.type]
    # A space more, so that it is read as any other process reads it, not recognised as what was just written here.
    stored = StoredEvent(
        0, 1, DRAFT, "draft", 1, WORKSPACE, UUID(int=2), event.type, newest, encode_payload(event, key) + " ",
        "test", "alice", None, COMMAND, "r", None, START,
    )  # fmt: skip
    assert decode(stored) == event


def test_every_type_of_event_takes_part() -> None:
    assert {model.model_fields["type"].default for model in get_args(Event)} == set(EVENT_TYPES)
