"""The board of who does most."""

from typing import Annotated, Any

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Shape, Time, shown
from projections.leaderboard import PLACES, Metric


class LeaderboardEntry(Shape):
    """A place on the board, from 1."""

    position: Annotated[int, Field(ge=1, le=PLACES)]
    user_id: str
    display_name: str
    metric_value: Annotated[int, Field(ge=1)]
    metric_label: str


_BOARD: dict[str, Any] = {
    "metric_type": "collaboration",
    "window_days": 30,
    "message": "Who passed the ring to others most often in public drafts, in the last 30 days.",
    "entries": [
        {
            "position": 1,
            "user_id": examples.ALICE,
            "display_name": examples.ALICE_DISPLAY,
            "metric_value": 1,
            "metric_label": "1 pass",
        }
    ],
    "computed_at": examples.NOON,
}


class Leaderboard(Shape):
    """Who did most in public drafts, by a metric, over the last UTC days."""

    metric_type: Metric
    window_days: Count
    message: str
    entries: Annotated[list[LeaderboardEntry], Field(max_length=PLACES)]
    computed_at: Time


class LeaderboardAnswer(Shape):
    """Who did most."""

    model_config = shown({"data": _BOARD})

    data: Leaderboard
