"""How a draft stands, judged from its figures: what is worth knowing, what would help, and what needs somebody now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from onering.domain.values import Status
from projections.figures import Contributor, Figures

# A threshold is reached, not passed: at exactly 48 hours a draft is stalled.
STALLED = timedelta(hours=48)
NO_ACTIVITY = timedelta(hours=72)
LONG_RING_HOLD = timedelta(hours=24)
DOMINANT_PERCENT = 60
LONELY_SEGMENTS = 5


@dataclass(frozen=True, slots=True)
class Insight:
    """Something worth knowing about a draft; `reason` names its threshold, `metrics_snapshot` the figures."""

    type: Literal["stalled", "dominant_user", "low_engagement", "healthy"]
    severity: Literal["critical", "warning", "info"]
    title: str
    message: str
    reason: str
    metrics_snapshot: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something that would help: whom to give the ring to or to remind, if anybody, and why."""

    action: Literal["nudge_holder", "pass_ring", "invite_user"]
    target_user_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A threshold that was reached at `triggered_at`; hours for `no_activity` and `long_ring_hold`, else segments."""

    alert_type: Literal["no_activity", "long_ring_hold", "single_contributor"]
    threshold: int
    current_value: float
    triggered_at: datetime
    reason: str


def insights(figures: Figures) -> tuple[Insight, ...]:
    """Return all that applies, the gravest first; a draft of which nothing else is to be said is healthy."""
    found = (_stalled(figures), _dominated(figures), _lonely(figures))
    return tuple(insight for insight in found if insight) or (_healthy(figures),)


def recommendations(figures: Figures) -> tuple[Recommendation, ...]:
    """Return what would help; nothing for a healthy draft, or one that takes no more turns."""
    if not _goes_on(figures):
        return ()
    found = []
    if figures.idle >= STALLED:
        reason = f"Nothing has happened for {_hours(figures.idle):.0f} hours, and it is their turn."
        found.append(Recommendation("nudge_holder", figures.holder_id, reason))
    if (most := _dominant(figures)) is not None:
        least = min(figures.authors, key=lambda person: (person.segments, person.user_id))
        reason = f"{least.user_id} has written least, {most.user_id} most: a turn would even it out."
        found.append(Recommendation("pass_ring", least.user_id, reason))
    if len(figures.authors) < 2:
        found.append(Recommendation("invite_user", None, "It takes two to write together."))
    return tuple(found)


def alerts(figures: Figures) -> tuple[Alert, ...]:
    """Return the thresholds that are reached; a draft that takes no more turns waits for nobody."""
    found = [_single_contributor(figures)]
    if _goes_on(figures):
        found = [_no_activity(figures), _long_hold(figures), *found]
    return tuple(alert for alert in found if alert)


def inactivity_risk(figures: Figures) -> Literal["low", "medium", "high"]:
    """Return how likely a draft is to be left lying: medium once it is stalled, high once that is an alert."""
    if not _goes_on(figures) or figures.idle < STALLED:
        return "low"
    return "medium" if figures.idle < NO_ACTIVITY else "high"


def _goes_on(figures: Figures) -> bool:
    return figures.status not in (Status.COMPLETED, Status.ARCHIVED)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def _dominant(figures: Figures) -> Contributor | None:
    """Return who wrote DOMINANT_PERCENT of the segments or more, in a draft that others wrote in, too."""
    if len(figures.authors) < 2:
        return None
    most = min(figures.authors, key=lambda person: (-person.segments, person.user_id))
    return most if 100 * most.segments >= DOMINANT_PERCENT * figures.count("segments") else None


def _stalled(figures: Figures) -> Insight | None:
    if not _goes_on(figures) or figures.idle < STALLED:
        return None
    hours = _hours(figures.idle)
    return Insight(
        "stalled",
        "critical",
        "Nothing is happening",
        f"Nothing has happened for {hours:.0f} hours; {figures.holder_id} has the ring.",
        f"The last activity was {hours:.1f} hours ago; from {_hours(STALLED):.0f} on a draft is stalled.",
        {"hours_since_activity": hours, "threshold_hours": _hours(STALLED), "current_holder_id": figures.holder_id},
    )


def _dominated(figures: Figures) -> Insight | None:
    if (most := _dominant(figures)) is None:
        return None
    total = figures.count("segments")
    share = most.segments / total
    return Insight(
        "dominant_user",
        "warning",
        "One person writes most of it",
        f"{most.user_id} wrote {share:.0%} of the segments.",
        f"{most.segments} of {total} segments are of one person; from {DOMINANT_PERCENT}% on they dominate.",
        {
            "dominant_user_id": most.user_id,
            "dominant_user_segments": most.segments,
            "total_segments": total,
            "dominance_ratio": share,
        },
    )


def _lonely(figures: Figures) -> Insight | None:
    people, segments = len(figures.authors), figures.count("segments")
    if people > 1:
        return None
    return Insight(
        "low_engagement",
        "warning",
        "One person writes alone" if people else "Nobody has written yet",
        "Somebody else could write, too: invite them, or pass the ring on.",
        f"{_count(people, 'person', 'people')} wrote what stands; it takes two to write together.",
        {"total_contributors": people, "total_segments": segments},
    )


def _healthy(figures: Figures) -> Insight:
    people, segments, passes = len(figures.authors), figures.count("segments"), figures.passes
    return Insight(
        "healthy",
        "info",
        "All is well",
        f"{people} people wrote {_count(segments, 'segment')}; the ring was passed {_count(passes, 'time')}.",
        "It is not stalled, and nobody writes it alone.",
        {"total_contributors": people, "total_segments": segments, "ring_pass_count": passes},
    )


def _no_activity(figures: Figures) -> Alert | None:
    if figures.idle < NO_ACTIVITY:
        return None
    since, hours = figures.last_activity_at + NO_ACTIVITY, _hours(figures.idle)
    return Alert("no_activity", 72, hours, since, f"Nothing has happened for {hours:.1f} hours.")


def _long_hold(figures: Figures) -> Alert | None:
    if figures.held < LONG_RING_HOLD:
        return None
    since, hours = figures.held_since + LONG_RING_HOLD, _hours(figures.held)
    return Alert("long_ring_hold", 24, hours, since, f"{figures.holder_id} has had the ring for {hours:.1f} hours.")


def _single_contributor(figures: Figures) -> Alert | None:
    if len(figures.authors) != 1 or (only := figures.authors[0]).fifth_at is None:
        return None
    reason = f"All {only.segments} segments are of {only.user_id}."
    return Alert("single_contributor", LONELY_SEGMENTS, only.segments, only.fifth_at, reason)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
