"""create-draft, add-segment, amend-segment, withdraw-segment: each rule happens, is refused, and stays quiet."""

from uuid import UUID

import pytest

from onering.domain.commands import AmendSegment, CreateDraft, WithdrawSegment
from onering.domain.events import DraftCreated, SegmentAdded, SegmentAmended, SegmentWithdrawn
from onering.domain.ids import derived
from onering.domain.refusals import Conflict, DraftLocked, Forbidden, NotFound, RingRequired
from onering.domain.state import SegmentFact, mark
from onering.domain.values import GrantedRole, Platform, Role, Status, Visibility
from tests.domain.telling import COMMAND, DRAFT, Given, add, ask, created, joined, passed

SEGMENT = UUID(int=5)


def begin(**fields: object) -> CreateDraft:
    return CreateDraft.model_validate({"command_id": COMMAND, "title": "T", **fields})


def amend(content: str) -> AmendSegment:
    return ask(AmendSegment, segment_id=SEGMENT, content=content)


def withdraw() -> WithdrawSegment:
    return ask(WithdrawSegment, segment_id=SEGMENT)


def written(author: str = "alice", text: str = "Once", *, withdrawn: bool = False) -> SegmentFact:
    return SegmentFact(SEGMENT, 3, author, mark(text), withdrawn)


class TestCreateDraft:
    def test_a_draft_begins_with_its_creator_owning_it_and_holding_the_ring(self) -> None:
        event = DraftCreated(creator_id="alice", title="T", visibility=Visibility.PRIVATE)
        Given().when(begin(), "alice").then(event)
        state = Given(event).state
        assert (state.owner_id, state.holder_id, state.members) == ("alice", "alice", {"alice": Role.OWNER})

    def test_it_has_everything_that_was_said(self) -> None:
        said = {"description": "D", "platform": Platform.BLOG, "visibility": Visibility.PUBLIC}
        Given().when(begin(**said), "alice").then(DraftCreated(creator_id="alice", title="T", **said))

    def test_an_initial_segment_is_written_in_the_same_commit(self) -> None:
        _, segment = Given().when(begin(initial_segment="Once"), "alice").events
        first = derived(COMMAND, "segment")
        assert segment == SegmentAdded(segment_id=first, author_id="alice", content="Once", segment_order=0)

    def test_a_draft_is_created_once(self) -> None:
        Given(created()).when(begin(), "alice").refused(Conflict)


class TestAddSegment:
    def test_the_holder_adds_the_next_segment(self) -> None:
        identity = derived(COMMAND, "segment")
        first, second = (
            SegmentAdded(segment_id=identity, author_id="alice", content=text, segment_order=order)
            for order, text in enumerate(("One", "Two"))
        )
        Given(created()).when(add("One"), "alice").then(first)
        Given(created(), first).when(add("Two"), "alice").then(second)

    def test_the_owner_without_the_ring_waits_as_everybody_does(self) -> None:
        given = Given(created(), joined("bob"), passed("alice", "bob"))
        given.when(add(), "alice").refused(RingRequired, "bob holds the ring")

    def test_a_member_without_the_ring_is_told_who_holds_it(self) -> None:
        Given(created(), joined("bob")).when(add(), "bob").refused(RingRequired, "alice holds the ring")

    def test_a_viewer_never_writes(self) -> None:
        Given(created(), joined("vera", GrantedRole.VIEWER)).when(add(), "vera").refused(RingRequired)

    def test_a_stranger_learns_nothing_of_a_private_draft(self) -> None:
        Given(created()).when(add(), "eve").refused(NotFound)

    def test_a_stranger_may_not_write_to_a_public_draft(self) -> None:
        Given(created(Visibility.PUBLIC)).when(add(), "eve").refused(Forbidden)

    def test_a_locked_draft_takes_no_segment(self) -> None:
        Given(created(), status=Status.LOCKED).when(add(), "alice").refused(DraftLocked)


class TestAmendSegment:
    def test_its_author_changes_the_text_while_holding_the_ring(self) -> None:
        given = Given(created(), segment=written())
        given.when(amend("Twice"), "alice").then(SegmentAmended(segment_id=SEGMENT, segment_order=3, content="Twice"))

    def test_it_stays_quiet_about_the_same_text(self) -> None:
        Given(created(), segment=written(text="Once")).when(amend("Once"), "alice").stays_quiet()

    def test_only_the_author_may_even_while_another_holds_the_ring(self) -> None:
        given = Given(created(), joined("bob"), passed("alice", "bob"), segment=written("alice"))
        given.when(amend("Mine"), "bob").refused(Forbidden, "Only its author, alice")
        given.when(amend("Mine"), "alice").refused(RingRequired)

    def test_a_withdrawn_segment_has_no_text_to_amend(self) -> None:
        Given(created(), segment=written(withdrawn=True)).when(amend("Back"), "alice").refused(Conflict, "withdrawn")

    def test_there_must_be_such_a_segment(self) -> None:
        Given(created()).when(amend("What"), "alice").refused(NotFound, "no such segment")

    def test_a_locked_draft_takes_no_other_text(self) -> None:
        given = Given(created(), segment=written(), status=Status.LOCKED)
        given.when(amend("Twice"), "alice").refused(DraftLocked)

    def test_a_stranger_learns_nothing(self) -> None:
        Given(created(), segment=written()).when(amend("Twice"), "eve").refused(NotFound, "no such draft")


class TestWithdrawSegment:
    def test_its_author_takes_it_out_while_holding_the_ring_and_orders_stay(self) -> None:
        given = Given(created(), segment=written(), segment_count=4)
        event = SegmentWithdrawn(segment_id=SEGMENT, segment_order=3)
        given.when(withdraw(), "alice").then(event)
        assert given.then(event).state.segment_count == 4

    def test_what_is_out_stays_out_quietly(self) -> None:
        Given(created(), segment=written(withdrawn=True)).when(withdraw(), "alice").stays_quiet()

    def test_only_the_author_may_while_holding_the_ring(self) -> None:
        given = Given(created(), joined("bob"), passed("alice", "bob"), segment=written("alice"))
        given.when(withdraw(), "bob").refused(Forbidden)
        given.when(withdraw(), "alice").refused(RingRequired)

    def test_there_must_be_such_a_segment(self) -> None:
        Given(created()).when(withdraw(), "alice").refused(NotFound, "no such segment")

    def test_a_locked_draft_keeps_what_it_has(self) -> None:
        Given(created(), segment=written(), status=Status.LOCKED).when(withdraw(), "alice").refused(DraftLocked)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.ARCHIVED])
def test_a_closed_draft_is_not_rewritten(status: Status) -> None:
    given = Given(created(), segment=written(), status=status)
    for command in (amend("Twice"), withdraw()):
        given.when(command, "alice").refused(Conflict, "until its owner reopens it")
    assert given.state.draft_id == DRAFT
