"""How a draft stands, by its figures: every threshold from both of its sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from onering.domain.values import Status
from projections.figures import Contributor, Figures
from projections.insights import alerts, inactivity_risk, insights, recommendations

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def wrote(user_id: str, segments: int) -> Contributor:
    fifth = NOW - timedelta(minutes=3) if segments >= 5 else None
    return Contributor(user_id, segments, 10 * segments, 50 * segments, 0, 0, NOW, NOW, fifth, 1, 60.0, 1)


FRESH = Figures(
    now=NOW,
    status=Status.ACTIVE,
    created_at=NOW - timedelta(days=9),
    last_activity_at=NOW - timedelta(minutes=1),
    holder_id="bob",
    held_since=NOW - timedelta(hours=1),
    passes=2,
    longest_hold_seconds=60.0,
    people=(wrote("alice", 3), wrote("bob", 3)),
)
DONE = [Status.COMPLETED, Status.ARCHIVED]


def idle(span: timedelta, status: Status = Status.ACTIVE) -> Figures:
    return replace(FRESH, last_activity_at=NOW - span, status=status)


def held(span: timedelta, status: Status = Status.ACTIVE) -> Figures:
    return replace(FRESH, held_since=NOW - span, status=status)


def by(**segments: int) -> Figures:
    return replace(FRESH, people=tuple(wrote(name, count) for name, count in segments.items()))


def kinds(figures: Figures) -> list[str]:
    return [insight.type for insight in insights(figures)]


def alerted(figures: Figures) -> list[str]:
    return [alert.alert_type for alert in alerts(figures)]


def test_a_draft_of_which_nothing_is_to_be_said_is_healthy() -> None:
    (insight,) = insights(FRESH)
    assert (insight.type, insight.severity) == ("healthy", "info")
    assert insight.message == "2 people wrote 6 segments; the ring was passed 2 times."
    assert insight.metrics_snapshot == {"total_contributors": 2, "total_segments": 6, "ring_pass_count": 2}
    assert (recommendations(FRESH), alerts(FRESH)) == ((), ())


class TestStalled:
    def test_it_is_from_48_hours_without_activity_on(self) -> None:
        assert kinds(idle(timedelta(hours=48))) == ["stalled"]
        assert kinds(idle(timedelta(hours=48) - INSTANT)) == ["healthy"]

    def test_it_says_how_long_and_whose_turn_it_is(self) -> None:
        (insight,) = insights(idle(timedelta(hours=50)))
        assert (insight.severity, insight.message) == (
            "critical",
            "Nothing has happened for 50 hours; bob has the ring.",
        )
        snapshot = {"hours_since_activity": 50.0, "threshold_hours": 48.0, "current_holder_id": "bob"}
        assert insight.metrics_snapshot == snapshot

    def test_the_holder_should_be_reminded(self) -> None:
        (recommendation,) = recommendations(idle(timedelta(hours=48)))
        assert (recommendation.action, recommendation.target_user_id) == ("nudge_holder", "bob")

    @pytest.mark.parametrize("status", DONE)
    def test_a_draft_that_takes_no_more_turns_never_is(self, status: Status) -> None:
        figures = idle(timedelta(days=99), status)
        assert (kinds(figures), recommendations(figures), alerts(figures)) == (["healthy"], (), ())
        assert inactivity_risk(figures) == "low"

    def test_a_locked_draft_may_be(self) -> None:
        assert kinds(idle(timedelta(hours=48), Status.LOCKED)) == ["stalled"]


class TestDominantUser:
    def test_they_wrote_60_percent_of_the_segments_or_more(self) -> None:
        assert kinds(by(alice=3, bob=2)) == ["dominant_user"]
        assert kinds(by(alice=59, bob=41)) == ["healthy"]
        assert kinds(by(alice=60, bob=40)) == ["dominant_user"]

    def test_it_takes_somebody_to_dominate(self) -> None:
        assert "dominant_user" not in kinds(by(alice=5, bob=0))
        assert kinds(by(alice=3, bob=1, carol=1)) == ["dominant_user"]

    def test_it_says_who_and_how_much(self) -> None:
        (insight,) = insights(by(bob=1, alice=3))
        assert insight.metrics_snapshot == {
            "dominant_user_id": "alice",
            "dominant_user_segments": 3,
            "total_segments": 4,
            "dominance_ratio": 0.75,
        }

    def test_the_ring_should_go_to_who_wrote_least_and_first_by_name(self) -> None:
        (recommendation,) = recommendations(by(dan=1, alice=9, carol=1))
        assert (recommendation.action, recommendation.target_user_id) == ("pass_ring", "carol")


class TestLowEngagement:
    def test_one_person_alone_is(self) -> None:
        assert kinds(by(alice=1)) == ["low_engagement"]
        assert kinds(by(alice=1, bob=1)) == ["healthy"]

    def test_whoever_only_held_the_ring_wrote_nothing(self) -> None:
        assert kinds(by(alice=1, bob=0)) == ["low_engagement"]

    def test_nobody_at_all_is(self) -> None:
        (insight,) = insights(by())
        assert (insight.type, insight.title) == ("low_engagement", "Nobody has written yet")

    def test_somebody_should_be_invited(self) -> None:
        (recommendation,) = recommendations(by(alice=1))
        assert (recommendation.action, recommendation.target_user_id) == ("invite_user", None)


def test_all_that_applies_is_said_the_gravest_first() -> None:
    figures = replace(by(alice=9, bob=1), last_activity_at=NOW - timedelta(days=3))
    assert kinds(figures) == ["stalled", "dominant_user"]
    assert [r.action for r in recommendations(figures)] == ["nudge_holder", "pass_ring"]


class TestAlerts:
    def test_no_activity_is_from_72_hours_on(self) -> None:
        assert alerted(idle(timedelta(hours=72))) == ["no_activity"]
        assert alerted(idle(timedelta(hours=72) - INSTANT)) == []

    def test_a_long_hold_is_from_24_hours_on(self) -> None:
        assert alerted(held(timedelta(hours=24))) == ["long_ring_hold"]
        assert alerted(held(timedelta(hours=24) - INSTANT)) == []

    def test_a_long_hold_needs_no_pass(self) -> None:
        assert alerted(replace(held(timedelta(hours=25)), passes=0)) == ["long_ring_hold"]

    def test_a_single_contributor_is_from_5_segments_on(self) -> None:
        assert alerted(by(alice=5)) == ["single_contributor"]
        assert alerted(by(alice=4)) == []
        assert alerted(by(alice=5, bob=1)) == []
        assert alerted(by(alice=5, bob=0)) == ["single_contributor"]

    def test_each_says_since_when_and_how_far(self) -> None:
        (quiet,) = alerts(idle(timedelta(hours=80)))
        assert (quiet.threshold, quiet.current_value, quiet.triggered_at) == (72, 80.0, NOW - timedelta(hours=8))
        (long,) = alerts(held(timedelta(hours=30)))
        assert (long.threshold, long.current_value, long.triggered_at) == (24, 30.0, NOW - timedelta(hours=6))
        (alone,) = alerts(by(alice=7))
        assert (alone.threshold, alone.current_value, alone.triggered_at) == (5, 7, NOW - timedelta(minutes=3))

    @pytest.mark.parametrize("status", DONE)
    def test_nobody_waits_for_a_draft_that_is_done(self, status: Status) -> None:
        assert alerted(replace(held(timedelta(days=9), status), last_activity_at=NOW - timedelta(days=9))) == []


def test_the_risk_of_being_left_lying_grows_with_the_silence() -> None:
    spans = [timedelta(hours=48) - INSTANT, timedelta(hours=48), timedelta(hours=72) - INSTANT, timedelta(hours=72)]
    assert [inactivity_risk(idle(span)) for span in spans] == ["low", "medium", "medium", "high"]
