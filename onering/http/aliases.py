"""The one table of older paths: what existing clients call, most of it without an envelope, is elsewhere now."""

from collections.abc import Sequence
from typing import Any

from onering.contract import analytics as shapes
from onering.contract.insights import Insights, InsightsAnswer
from onering.contract.operation import Caller, Operation, aliased, read
from onering.http.analytics import Analytics, DailyParameters, FigureParameters, RingParameters
from onering.http.commands import Endpoint
from onering.http.parameters import Parameters
from onering.http.told import bare, enveloped

_OLD = "/api/analytics/drafts/{draft_id}"


def aliases(analytics: Analytics) -> Sequence[tuple[str, str, Endpoint, Operation]]:
    """Return method, path, endpoint and contract of each."""
    figures, insights = _about(shapes.SummaryAnswer), _about(InsightsAnswer)
    return (
        ("GET", _OLD + "/summary", bare(analytics.summary), aliased(figures, shapes.Summary)),
        (
            "GET",
            _OLD + "/contributors",
            bare(analytics.contributors),
            aliased(_about(shapes.ContributorsAnswer), shapes.Contributors),
        ),
        ("GET", _OLD + "/ring", bare(analytics.ring), aliased(_about(shapes.RingAnswer, RingParameters), shapes.Ring)),
        (
            "GET",
            _OLD + "/daily",
            bare(analytics.daily),
            aliased(_about(shapes.DailyAnswer, DailyParameters), shapes.Daily),
        ),
        ("GET", "/api/insights/drafts/{draft_id}", bare(analytics.insights), aliased(insights, Insights)),
        ("GET", "/v1/collab/drafts/{draft_id}/analytics", enveloped(analytics.summary), aliased(figures)),
        ("GET", "/v1/collab/api/insights/drafts/{draft_id}", enveloped(analytics.insights), aliased(insights)),
    )


def _about(answer: Any, parameters: type[Parameters] = FigureParameters) -> Operation:
    return read(answer, parameters, caller=Caller.SIGNED_IN)
