"""pass-ring, pass-ring-smart, reclaim-ring, nudge-holder: each rule happens, is refused, and stays quiet."""

from datetime import timedelta

import pytest

from onering.domain.commands import NudgeHolder, PassRingSmart, ReclaimRing
from onering.domain.events import (
    CollaboratorRemoved,
    Event,
    HolderNudged,
    RingPassed,
    SegmentAdded,
    TurnLimitChanged,
)
from onering.domain.refusals import Conflict, Forbidden, NoCandidates, NotFound, RingRequired, TooSoon
from onering.domain.values import GrantedRole, Role, Status, Strategy, Visibility
from tests.domain.telling import COMMAND, HOUR, NOW, TICK, Given, ask, created, hand, joined, passed

VIEWER = GrantedRole.VIEWER
BOB_HOLDS = (created(), joined("bob"), joined("carol"), joined("vera", VIEWER), passed("alice", "bob"))


class TestPassRing:
    def test_the_holder_passes_it_to_a_contributor(self) -> None:
        given = Given(created(), joined("bob"))
        given.when(hand("bob"), "alice").then(passed("alice", "bob"))
        assert given.then(passed("alice", "bob")).state.holder_id == "bob"

    def test_the_holder_passes_it_back_to_the_owner(self) -> None:
        Given(*BOB_HOLDS).when(hand("alice"), "bob").then(passed("bob", "alice"))

    def test_passing_to_oneself_is_allowed_and_begins_a_new_turn(self) -> None:
        Given(created()).when(hand("alice"), "alice").then(passed("alice", "alice"))
        assert Given(created()).then(passed("alice", "alice"), after=HOUR).state.passed_at == NOW + HOUR

    def test_only_the_holder_passes(self) -> None:
        Given(created(), joined("bob")).when(hand("bob"), "bob").refused(RingRequired)
        Given(*BOB_HOLDS).when(hand("alice"), "alice").refused(RingRequired)

    def test_a_viewer_never_receives_it(self) -> None:
        Given(created(), joined("vera", VIEWER)).when(hand("vera"), "alice").refused(Conflict, "vera is a viewer")

    def test_it_stays_among_the_members(self) -> None:
        Given(created()).when(hand("eve"), "alice").refused(Conflict, "eve is not one")

    def test_a_locked_draft_still_changes_hands(self) -> None:
        Given(created(), joined("bob"), status=Status.LOCKED).when(hand("bob"), "alice").then(passed("alice", "bob"))


def smart(strategy: Strategy = Strategy.MOST_INACTIVE) -> PassRingSmart:
    return ask(PassRingSmart, strategy=strategy)


def chosen(given: Given, strategy: Strategy, by: str | None = None) -> str:
    (event,) = given.when(smart(strategy), by or given.state.holder_id).events
    assert isinstance(event, RingPassed)
    assert (event.strategy, event.from_user_id, event.reason) == (strategy, given.state.holder_id, None)
    assert event.reasoning is not None
    assert event.to_user_id in event.reasoning
    return event.to_user_id


class TestPassRingSmart:
    def test_the_event_says_who_why_by_which_strategy_and_of_how_many(self) -> None:
        given = Given(created(), joined("carol"), joined("bob"), joined("vera", VIEWER))
        event = RingPassed(
            from_user_id="alice",
            to_user_id="bob",
            strategy=Strategy.MOST_INACTIVE,
            reasoning="bob has not had a turn yet.",
            candidate_count=2,
        )
        given.when(ask(PassRingSmart, allow_ai=True), "alice").then(event)

    @pytest.mark.parametrize("strategy", [Strategy.MOST_INACTIVE, Strategy.BEST_NEXT])
    def test_those_who_never_had_a_turn_come_first_by_user_id(self, strategy: Strategy) -> None:
        given = Given(*BOB_HOLDS, joined("dan"))
        assert chosen(given, strategy) == "carol"
        assert chosen(given.then(passed("bob", "carol")), strategy) == "dan"

    @pytest.mark.parametrize("strategy", [Strategy.MOST_INACTIVE, Strategy.BEST_NEXT])
    def test_then_whose_turn_is_longest_ago(self, strategy: Strategy) -> None:
        given = Given(*BOB_HOLDS, passed("bob", "carol"), passed("carol", "bob"))
        assert chosen(given, strategy) == "alice"
        assert chosen(given.then(passed("bob", "alice")), strategy) == "carol"

    def test_turns_that_ended_at_the_same_time_are_told_apart_by_their_order(self) -> None:
        order = [created(), joined("bob"), joined("carol"), passed("alice", "carol"), passed("carol", "bob")]
        assert chosen(Given(*order), Strategy.MOST_INACTIVE) == "alice"

    def test_whoever_comes_back_counts_as_new(self) -> None:
        given = Given(*BOB_HOLDS, passed("bob", "carol"), passed("carol", "alice"))
        assert chosen(given, Strategy.MOST_INACTIVE) == "bob"
        again = given.then(CollaboratorRemoved(user_id="carol"), joined("carol"))
        assert chosen(again, Strategy.MOST_INACTIVE) == "carol"

    def test_round_robin_goes_by_user_id_and_wraps_around(self) -> None:
        given = Given(created(), joined("bob"), joined("Zoe"), joined("carol"))
        for expected in ("bob", "carol", "Zoe", "alice"):  # by code point: capitals come first
            holder = given.state.holder_id
            assert chosen(given, Strategy.ROUND_ROBIN) == expected
            given = given.then(passed(holder, expected))

    def test_round_robin_leaves_viewers_out(self) -> None:
        given = Given(created(), joined("bob", VIEWER), joined("carol"))
        assert chosen(given, Strategy.ROUND_ROBIN) == "carol"

    def test_back_to_creator_goes_to_whoever_began_also_if_another_owns_it_now(self) -> None:
        given = Given(*BOB_HOLDS)
        assert chosen(given, Strategy.BACK_TO_CREATOR) == "alice"
        members = {"alice": Role.CONTRIBUTOR, "bob": Role.OWNER}
        sold = Given(*BOB_HOLDS, owner_id="bob", members=members)
        assert chosen(sold, Strategy.BACK_TO_CREATOR) == "alice"

    def test_back_to_a_creator_who_left_is_back_to_the_owner(self) -> None:
        members = {"bob": Role.CONTRIBUTOR, "carol": Role.OWNER}
        assert chosen(Given(*BOB_HOLDS, owner_id="carol", members=members), Strategy.BACK_TO_CREATOR) == "carol"

    def test_back_to_a_creator_who_holds_it_or_only_reads_is_refused(self) -> None:
        Given(created(), joined("bob")).when(smart(Strategy.BACK_TO_CREATOR), "alice").refused(NoCandidates)
        members = {"alice": Role.VIEWER, "bob": Role.CONTRIBUTOR, "carol": Role.OWNER}
        given = Given(*BOB_HOLDS, owner_id="carol", members=members)
        given.when(smart(Strategy.BACK_TO_CREATOR), "bob").refused(NoCandidates, "only read")

    @pytest.mark.parametrize("strategy", Strategy)
    def test_without_anybody_else_who_writes_there_is_nobody_to_choose(self, strategy: Strategy) -> None:
        given = Given(created(), joined("vera", VIEWER))
        given.when(smart(strategy), "alice").refused(NoCandidates)

    def test_only_the_holder_passes(self) -> None:
        Given(*BOB_HOLDS).when(smart(), "alice").refused(RingRequired)
        Given(*BOB_HOLDS).when(smart(), "eve").refused(NotFound)


def reclaimed(by: str, after: timedelta) -> RingPassed:
    return RingPassed(from_user_id="bob", to_user_id=by, reason="reclaimed", decided_at=NOW + after)


LIMIT = 24 * HOUR


class TestReclaimRing:
    @pytest.mark.parametrize(("by", "due"), [("alice", LIMIT), ("carol", 2 * LIMIT)])
    def test_the_owner_may_at_the_deadline_and_a_contributor_after_another_limit(self, by: str, due: timedelta) -> None:
        given, command = Given(*BOB_HOLDS), ask(ReclaimRing)
        given.when(command, by, after=due).then(reclaimed(by, due))
        given.when(command, by, after=due - TICK).refused(Conflict, "bob's turn is not over")

    def test_the_limit_runs_from_the_holders_last_segment(self) -> None:
        segment = SegmentAdded(segment_id=COMMAND, author_id="bob", content="Late", segment_order=0)
        given, command = Given(*BOB_HOLDS).then(segment, after=HOUR), ask(ReclaimRing)
        given.when(command, "alice", after=LIMIT + HOUR - TICK).refused(Conflict)
        given.when(command, "alice", after=LIMIT + HOUR).then(reclaimed("alice", LIMIT + HOUR))

    def test_what_was_written_in_the_turn_before_does_not_count(self) -> None:
        segment = SegmentAdded(segment_id=COMMAND, author_id="alice", content="Early", segment_order=0)
        given = Given(created(), joined("bob")).then(segment, after=HOUR).then(passed("alice", "bob"))
        given.when(ask(ReclaimRing), "alice", after=LIMIT).then(reclaimed("alice", LIMIT))

    def test_the_limit_is_the_drafts_own(self) -> None:
        given = Given(*BOB_HOLDS, TurnLimitChanged(turn_limit_hours=1))
        given.when(ask(ReclaimRing), "alice", after=HOUR).then(reclaimed("alice", HOUR))
        given.when(ask(ReclaimRing), "carol", after=HOUR).refused(Conflict)

    def test_it_ends_the_holders_turn(self) -> None:
        state = Given(*BOB_HOLDS).then(reclaimed("alice", LIMIT), after=LIMIT).state
        assert (state.holder_id, state.passed_at, state.last_turns["bob"]) == ("alice", NOW + LIMIT, 2)

    def test_it_stays_quiet_for_whoever_holds_it(self) -> None:
        Given(*BOB_HOLDS).when(ask(ReclaimRing), "bob").stays_quiet()

    def test_a_viewer_never_receives_it(self) -> None:
        Given(*BOB_HOLDS).when(ask(ReclaimRing), "vera", after=9 * LIMIT).refused(Forbidden)

    def test_a_stranger_has_no_part_in_it(self) -> None:
        Given(*BOB_HOLDS).when(ask(ReclaimRing), "eve", after=9 * LIMIT).refused(NotFound)
        public = Given(created(Visibility.PUBLIC))
        public.when(ask(ReclaimRing), "eve", after=9 * LIMIT).refused(Forbidden)


def nudged(by: str, after: timedelta = timedelta(0)) -> Event:
    return HolderNudged(user_id=by, holder_id="bob", decided_at=NOW + after)


class TestNudgeHolder:
    @pytest.mark.parametrize("by", ["alice", "carol", "vera"])
    def test_any_member_reminds_the_holder(self, by: str) -> None:
        Given(*BOB_HOLDS).when(ask(NudgeHolder), by).then(nudged(by))

    def test_once_an_hour_and_it_says_how_long_to_wait(self) -> None:
        given = Given(*BOB_HOLDS, nudged("alice"))
        refusal = given.when(ask(NudgeHolder), "alice", after=HOUR - TICK).refused(TooSoon)
        assert isinstance(refusal, TooSoon)
        assert refusal.wait == TICK
        given.when(ask(NudgeHolder), "alice", after=HOUR).then(nudged("alice", HOUR))

    def test_each_member_has_an_hour_of_their_own(self) -> None:
        Given(*BOB_HOLDS, nudged("alice")).when(ask(NudgeHolder), "vera", after=TICK).then(nudged("vera", TICK))

    def test_only_who_nudged_of_late_is_remembered(self) -> None:
        state = Given(*BOB_HOLDS, nudged("alice")).then(nudged("vera", HOUR), after=HOUR).state
        assert state.nudges == {"vera": NOW + HOUR}

    def test_whoever_leaves_is_forgotten(self) -> None:
        assert Given(*BOB_HOLDS, nudged("carol"), CollaboratorRemoved(user_id="carol")).state.nudges == {}

    def test_nobody_nudges_themselves(self) -> None:
        Given(*BOB_HOLDS).when(ask(NudgeHolder), "bob").refused(Conflict)

    def test_a_stranger_nudges_nobody(self) -> None:
        Given(*BOB_HOLDS).when(ask(NudgeHolder), "eve").refused(NotFound)
        Given(created(Visibility.PUBLIC)).when(ask(NudgeHolder), "eve").refused(Forbidden)
