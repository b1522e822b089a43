"""How a draft stands, what would help, and what needs somebody now."""

from typing import Annotated, Any, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Id, Shape, Time, shown


class Insight(Shape):
    """Something worth knowing; `reason` names its threshold, `metrics_snapshot` the figures behind it."""

    type: Literal["stalled", "dominant_user", "low_engagement", "healthy"]
    severity: Literal["critical", "warning", "info"]
    title: str
    message: str
    reason: str
    metrics_snapshot: dict[str, Any]


class Recommendation(Shape):
    """Something that would help."""

    action: Literal["nudge_holder", "pass_ring", "invite_user"]
    target_user_id: str | None
    reason: str


class Alert(Shape):
    """A threshold that was reached: hours of silence or of a hold, or segments of one person alone."""

    alert_type: Literal["no_activity", "long_ring_hold", "single_contributor"]
    threshold: Count
    current_value: Annotated[float, Field(ge=0)]
    triggered_at: Time
    reason: str


_INSIGHTS: dict[str, Any] = {
    "draft_id": examples.DRAFT_ID,
    "insights": [
        {
            "type": "low_engagement",
            "severity": "warning",
            "title": "One person writes alone",
            "message": "Somebody else could write, too: invite them, or pass the ring on.",
            "reason": "1 person wrote what stands; it takes two to write together.",
            "metrics_snapshot": {"total_contributors": 1, "total_segments": 1},
        }
    ],
    "recommendations": [{"action": "invite_user", "target_user_id": None, "reason": "It takes two to write together."}],
    "alerts": [],
    "computed_at": examples.NOON,
}


class Insights(Shape):
    """How a draft stands, the gravest first, what would help, and what needs somebody now."""

    model_config = shown(_INSIGHTS)

    draft_id: Id
    insights: list[Insight]
    recommendations: list[Recommendation]
    alerts: list[Alert]
    computed_at: Time


class InsightsAnswer(Shape):
    """How a draft stands."""

    model_config = shown({"data": _INSIGHTS})

    data: Insights
