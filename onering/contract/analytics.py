"""The figures of a draft: its words, turns, people and days."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Cursor, Id, Shape, Time, shown
from onering.domain.values import Status, Strategy

Seconds = Annotated[float, Field(ge=0, description="In seconds, with a fraction.")]
_HEAD = {"draft_id": examples.DRAFT_ID}
_AT = {"computed_at": examples.NOON}


_SUMMARY: dict[str, Any] = {
    **_HEAD,
    "status": "active",
    "total_segments": 1,
    "total_words": 4,
    "total_characters": 16,
    "amended_segments": 0,
    "withdrawn_segments": 0,
    "unique_contributors": 1,
    "ring_pass_count": 1,
    "ring_hold_count": 2,
    "avg_time_holding_ring_seconds": 10800.0,
    "longest_hold_seconds": 21600.0,
    "current_holder_id": examples.BOB,
    "current_hold_seconds": 0.0,
    "created_at": examples.MORNING,
    "last_activity_ts": examples.NOON,
    "inactivity_risk": "low",
    **_AT,
}


class Summary(Shape):
    """A draft in figures: segments, words and code points are those that stand; reminders are no activity."""

    model_config = shown(_SUMMARY)

    draft_id: Id
    status: Status
    total_segments: Count
    total_words: Count
    total_characters: Count
    amended_segments: Count
    withdrawn_segments: Count
    unique_contributors: Count
    ring_pass_count: Count
    ring_hold_count: Count
    avg_time_holding_ring_seconds: Seconds | None
    longest_hold_seconds: Seconds
    current_holder_id: str | None
    current_hold_seconds: Seconds
    created_at: Time
    last_activity_ts: Time
    inactivity_risk: Literal["low", "medium", "high"]
    computed_at: Time


class SummaryAnswer(Shape):
    """A draft in figures."""

    model_config = shown({"data": _SUMMARY})

    data: Summary


class Contributor(Shape):
    """What one person wrote of what stands, and how long they had the ring; passes are those of their own choice."""

    user_id: str
    segments_added_count: Count
    segment_share: Annotated[float, Field(ge=0, le=1)]
    words_added: Count
    characters_added: Count
    segments_amended_count: Count
    segments_withdrawn_count: Count
    first_contribution_ts: Time | None
    last_contribution_ts: Time | None
    ring_holds_count: Count
    total_hold_seconds: Seconds
    ring_passes_count: Count


_CONTRIBUTORS: dict[str, Any] = {
    **_HEAD,
    "contributors": [
        {
            "user_id": examples.ALICE,
            "segments_added_count": 1,
            "segment_share": 1.0,
            "words_added": 4,
            "characters_added": 16,
            "segments_amended_count": 0,
            "segments_withdrawn_count": 0,
            "first_contribution_ts": examples.MORNING,
            "last_contribution_ts": examples.MORNING,
            "ring_holds_count": 1,
            "total_hold_seconds": 21600.0,
            "ring_passes_count": 1,
        }
    ],
    "total_contributors": 1,
    **_AT,
}


class Contributors(Shape):
    """Everybody who wrote or held the ring, whoever wrote last first; `total_contributors` have segments that stand."""

    model_config = shown(_CONTRIBUTORS)

    draft_id: Id
    contributors: list[Contributor]
    total_contributors: Count
    computed_at: Time


class ContributorsAnswer(Shape):
    """What each person did."""

    model_config = shown({"data": _CONTRIBUTORS})

    data: Contributors


class RingHold(Shape):
    """One turn; that of the holder is `open`, and ends at `computed_at`."""

    user_id: str | None
    start_ts: Time
    end_ts: Time
    seconds: Seconds
    open: bool


class RingPass(Shape):
    """How the ring went on: `reason` where it was not the holder's choice, `strategy` where that was left to one."""

    from_user_id: str
    to_user_id: str | None
    ts: Time
    reason: str | None
    strategy: Strategy | None
    reasoning: str | None


_RING: dict[str, Any] = {
    **_HEAD,
    "current_holder_id": examples.BOB,
    "holds": [
        {"user_id": examples.BOB, "start_ts": examples.NOON, "end_ts": examples.NOON, "seconds": 0.0, "open": True},
        {
            "user_id": examples.ALICE,
            "start_ts": examples.MORNING,
            "end_ts": examples.NOON,
            "seconds": 21600.0,
            "open": False,
        },
    ],
    "passes": [
        {
            "from_user_id": examples.ALICE,
            "to_user_id": examples.BOB,
            "ts": examples.NOON,
            "reason": None,
            "strategy": None,
            "reasoning": None,
        }
    ],
    "next_cursor": None,
    **_AT,
}


class Ring(Shape):
    """A page of turns and the passes between them, newest first."""

    model_config = shown(_RING)

    draft_id: Id
    current_holder_id: str | None
    holds: list[RingHold]
    passes: list[RingPass]
    next_cursor: Cursor
    computed_at: Time


class RingAnswer(Shape):
    """Who held the ring from when to when."""

    model_config = shown({"data": _RING})

    data: Ring


class Day(Shape):
    """What a UTC day brought; over all days, words added less words removed are those that stand."""

    date: date
    segments_added: Count
    segments_amended: Count
    segments_withdrawn: Count
    words_added: Count
    words_removed: Count
    ring_passes: Count
    contributors: Count


_DAILY: dict[str, Any] = {
    **_HEAD,
    "days": [
        {
            "date": "2026-11-25",
            "segments_added": 1,
            "segments_amended": 0,
            "segments_withdrawn": 0,
            "words_added": 4,
            "words_removed": 0,
            "ring_passes": 1,
            "contributors": 1,
        }
    ],
    "window_days": 1,
    **_AT,
}


class Daily(Shape):
    """The last days, oldest first, the quiet ones included."""

    model_config = shown(_DAILY)

    draft_id: Id
    days: list[Day]
    window_days: Annotated[int, Field(ge=1, le=90)]
    computed_at: Time


class DailyAnswer(Shape):
    """What each day brought."""

    model_config = shown({"data": _DAILY})

    data: Daily
