"""Each rule three ways: it happens, it is refused with its code, it stays quiet."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, Command, CreateDraft, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.rules import MEMBERS_LIMIT
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    RingPassed,
    SegmentAdded,
)
from onering.domain.ids import derived
from onering.domain.refusals import Conflict, DraftLocked, Forbidden, NotFound, Refusal, RingRequired
from onering.domain.state import DraftState, evolve, may_read
from onering.domain.values import GrantedRole, Role, Status, Visibility

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WORKSPACE = UUID(int=7)
COMMAND = UUID(int=42)
DRAFT = UUID(int=1)


def person(name: str) -> Actor:
    return Actor("test", name, name, UUID(int=len(name)))


def created(visibility: Visibility = Visibility.PRIVATE) -> DraftCreated:
    return DraftCreated(creator_id="alice", title="A walk", visibility=visibility)


def joined(name: str, role: GrantedRole = GrantedRole.CONTRIBUTOR) -> CollaboratorAdded:
    return CollaboratorAdded(user_id=name, role=role)


def passed(giver: str, taker: str) -> RingPassed:
    return RingPassed(from_user_id=giver, to_user_id=taker)


class Story:
    """given(events).when(command, by).then(events)."""

    def __init__(self, *events: Event, **overrides: object) -> None:
        self.state = DraftState(DRAFT, WORKSPACE)
        for event in events:
            self.state = evolve(self.state, event, NOW)
        if overrides:
            self.state = self.state._replace(**overrides)

    def when(self, command: Command, by: str) -> Sequence[Event]:
        return decide(self.state, command, person(by), NOW)

    def refuses(self, command: Command, by: str, why: type[Refusal]) -> str:
        with pytest.raises(Refusal) as caught:
            self.when(command, by)
        assert type(caught.value) is why
        return caught.value.detail


def add(text: str = "And then") -> AddSegment:
    return AddSegment(command_id=COMMAND, draft_id=DRAFT, content=text)


def hand(to: str) -> PassRing:
    return PassRing(command_id=COMMAND, draft_id=DRAFT, to_user_id=to)


def let_in(name: str, role: GrantedRole = GrantedRole.CONTRIBUTOR) -> AddCollaborator:
    return AddCollaborator(command_id=COMMAND, draft_id=DRAFT, collaborator_id=name, role=role)


def take_out(name: str) -> RemoveCollaborator:
    return RemoveCollaborator(command_id=COMMAND, draft_id=DRAFT, collaborator_id=name)


class TestCreate:
    def test_a_draft_begins_with_its_creator_owning_it_and_holding_the_ring(self) -> None:
        events = Story().when(CreateDraft(command_id=COMMAND, title="T"), "alice")
        assert events == [DraftCreated(creator_id="alice", title="T", visibility=Visibility.PRIVATE)]
        state = evolve(DraftState(DRAFT, WORKSPACE), events[0], NOW)
        assert (state.owner_id, state.holder_id, state.members) == ("alice", "alice", {"alice": Role.OWNER})

    def test_an_initial_segment_is_written_in_the_same_commit(self) -> None:
        _, segment = Story().when(CreateDraft(command_id=COMMAND, title="T", initial_segment="Once"), "alice")
        assert segment == SegmentAdded(
            segment_id=derived(COMMAND, "segment"), author_id="alice", content="Once", segment_order=0
        )

    def test_a_draft_is_created_once(self) -> None:
        Story(created()).refuses(CreateDraft(command_id=COMMAND, title="T"), "alice", Conflict)


class TestAddSegment:
    def test_the_holder_adds_the_next_segment(self) -> None:
        (first,) = Story(created()).when(add("One"), "alice")
        assert isinstance(first, SegmentAdded)
        assert (first.author_id, first.content, first.segment_order) == ("alice", "One", 0)
        (second,) = Story(created(), first).when(add("Two"), "alice")
        assert isinstance(second, SegmentAdded)
        assert second.segment_order == 1

    def test_deciding_again_gives_the_same_event(self) -> None:
        assert Story(created()).when(add(), "alice") == Story(created()).when(add(), "alice")

    def test_a_member_without_the_ring_is_told_who_holds_it(self) -> None:
        assert "alice holds the ring" in Story(created(), joined("bob")).refuses(add(), "bob", RingRequired)

    def test_a_stranger_learns_nothing_of_a_private_draft(self) -> None:
        Story(created()).refuses(add(), "eve", NotFound)

    def test_a_stranger_may_not_write_to_a_public_draft(self) -> None:
        Story(created(Visibility.PUBLIC)).refuses(add(), "eve", Forbidden)

    def test_a_locked_draft_takes_no_segment(self) -> None:
        Story(created(), status=Status.LOCKED).refuses(add(), "alice", DraftLocked)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.ARCHIVED])
    def test_a_finished_draft_takes_nothing(self, status: Status) -> None:
        story = Story(created(), joined("bob"), status=status)
        for command in (add(), hand("bob"), let_in("carol"), take_out("bob")):
            story.refuses(command, "alice", Conflict)

    def test_a_draft_that_does_not_exist_is_not_found(self) -> None:
        for command in (add(), hand("bob"), let_in("bob"), take_out("bob")):
            Story().refuses(command, "alice", NotFound)


class TestPassRing:
    def test_the_holder_passes_it_to_a_contributor(self) -> None:
        story = Story(created(), joined("bob"))
        (event,) = story.when(hand("bob"), "alice")
        assert event == passed("alice", "bob")
        assert evolve(story.state, event, NOW).holder_id == "bob"

    def test_the_holder_passes_it_back_to_the_owner(self) -> None:
        assert Story(created(), joined("bob"), passed("alice", "bob")).when(hand("alice"), "bob") == [
            passed("bob", "alice")
        ]

    def test_passing_to_oneself_is_allowed(self) -> None:
        assert Story(created()).when(hand("alice"), "alice") == [passed("alice", "alice")]

    def test_only_the_holder_passes(self) -> None:
        Story(created(), joined("bob")).refuses(hand("bob"), "bob", RingRequired)
        Story(created(), joined("bob"), passed("alice", "bob")).refuses(hand("alice"), "alice", RingRequired)

    def test_a_viewer_never_receives_it(self) -> None:
        story = Story(created(), joined("vera", GrantedRole.VIEWER))
        assert "viewer" in story.refuses(hand("vera"), "alice", Conflict)

    def test_a_stranger_never_receives_it(self) -> None:
        assert "not one" in Story(created()).refuses(hand("eve"), "alice", Conflict)


class TestAddCollaborator:
    @pytest.mark.parametrize("role", list(GrantedRole))
    def test_the_owner_lets_a_person_in(self, role: GrantedRole) -> None:
        story = Story(created())
        (event,) = story.when(let_in("bob", role), "alice")
        assert event == joined("bob", role)
        assert evolve(story.state, event, NOW).role_of("bob") is Role(role)

    def test_it_stays_quiet_for_somebody_who_is_in_already(self) -> None:
        assert Story(created(), joined("bob")).when(let_in("bob"), "alice") == []

    def test_another_role_for_a_member_is_refused(self) -> None:
        Story(created(), joined("bob")).refuses(let_in("bob", GrantedRole.VIEWER), "alice", Conflict)

    def test_the_owner_is_a_member_already(self) -> None:
        Story(created()).refuses(let_in("alice"), "alice", Conflict)

    def test_only_the_owner_lets_people_in(self) -> None:
        Story(created(), joined("bob")).refuses(let_in("carol"), "bob", Forbidden)
        Story(created()).refuses(let_in("carol"), "eve", NotFound)

    def test_a_draft_has_a_bounded_number_of_members(self) -> None:
        full = {"alice": Role.OWNER} | {f"u{n}": Role.VIEWER for n in range(MEMBERS_LIMIT - 1)}
        story = Story(created(), members=full)
        story.refuses(let_in("one-more"), "alice", Conflict)
        assert story.when(let_in("u1", GrantedRole.VIEWER), "alice") == []


class TestRemoveCollaborator:
    def test_the_owner_takes_a_person_out(self) -> None:
        story = Story(created(), joined("bob"))
        (event,) = story.when(take_out("bob"), "alice")
        assert event == CollaboratorRemoved(user_id="bob")
        assert evolve(story.state, event, NOW).role_of("bob") is None

    def test_a_member_leaves(self) -> None:
        assert Story(created(), joined("bob")).when(take_out("bob"), "bob") == [CollaboratorRemoved(user_id="bob")]

    def test_a_removed_holders_ring_returns_to_the_owner_first(self) -> None:
        story = Story(created(), joined("bob"), passed("alice", "bob"))
        events = story.when(take_out("bob"), "alice")
        assert events == [
            RingPassed(from_user_id="bob", to_user_id="alice", reason="holder_removed"),
            CollaboratorRemoved(user_id="bob"),
        ]

    def test_it_stays_quiet_for_somebody_who_is_not_in(self) -> None:
        assert Story(created()).when(take_out("bob"), "alice") == []

    def test_a_contributor_takes_nobody_else_out(self) -> None:
        Story(created(), joined("bob"), joined("carol")).refuses(take_out("carol"), "bob", Forbidden)

    def test_the_owner_cannot_leave(self) -> None:
        assert "cannot leave" in Story(created()).refuses(take_out("alice"), "alice", Conflict)

    def test_a_stranger_cannot_leave_a_draft_that_he_may_only_read(self) -> None:
        Story(created(Visibility.PUBLIC)).refuses(take_out("eve"), "eve", Forbidden)


class TestReading:
    @pytest.mark.parametrize(
        ("visibility", "reader", "workspace", "allowed"),
        [
            (Visibility.PRIVATE, "alice", None, True),
            (Visibility.PRIVATE, "vera", None, True),
            (Visibility.PRIVATE, "eve", WORKSPACE, False),
            (Visibility.PRIVATE, None, None, False),
            (Visibility.WORKSPACE, "eve", WORKSPACE, True),
            (Visibility.WORKSPACE, "eve", UUID(int=8), False),
            (Visibility.WORKSPACE, None, None, False),
            (Visibility.PUBLIC, "eve", None, True),
            (Visibility.PUBLIC, None, None, True),
        ],
    )
    def test_who_may_read(
        self, visibility: Visibility, reader: str | None, workspace: UUID | None, allowed: bool
    ) -> None:
        state = Story(created(visibility), joined("vera", GrantedRole.VIEWER)).state
        assert may_read(state, reader, workspace) is allowed

    def test_nobody_reads_what_does_not_exist(self) -> None:
        assert not may_read(Story().state, "alice", WORKSPACE)
