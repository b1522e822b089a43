"""The board of who does most of late, the same for everybody who is signed in."""

from collections.abc import Mapping
from typing import Any

from onering.http.analytics import FigureParameters
from onering.http.answers import at_position
from onering.http.call import Call
from onering.http.parameters import parameters
from onering.http.reading import Reading
from onering.http.told import Told
from onering.log.wire import timestamp
from projections.leaderboard import Metric, Standing, read_leaderboard
from projections.people import display_names


class LeaderboardParameters(FigureParameters):
    """GET /v1/analytics/leaderboard; the last of the days that count is that of `now`, in UTC."""

    metric: Metric = Metric.COLLABORATION


# What is counted, in a sentence, and how one and many of it are called.
_SAID: Mapping[Metric, tuple[str, str, str]] = {
    Metric.COLLABORATION: ("Who passed the ring to others most often", "pass", "passes"),
    Metric.MOMENTUM: ("Who wrote most segments", "segment", "segments"),
    Metric.CONSISTENCY: ("Who wrote or passed the ring on most days", "day", "days"),
}


class Leaderboard:
    """The endpoint of the board."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def leaderboard(self, call: Call) -> Told:
        """GET /v1/analytics/leaderboard: the ten people who did most in drafts that anyone may read, by a metric.

        `collaboration` counts passes of the ring to others, `consistency` days with a segment or such a pass, both in
        the last 30 days; `momentum` counts segments of the last 7. Whoever has as much is in order of their user id.
        """
        asked, reading = parameters(call, LeaderboardParameters), self._reading
        call.signed_in()
        now = asked.now or reading.clock()
        position, standings = await read_leaderboard(reading.models, reading.read_at(call), asked.metric, now)
        names = await display_names(reading.models.pool, [standing.user_id for standing in standings])
        what, _, _ = _SAID[asked.metric]
        told = {
            "metric_type": asked.metric,
            "window_days": asked.metric.days,
            "message": f"{what} in public drafts, in the last {asked.metric.days} days.",
            "entries": [_entry(place, standing, asked.metric, names) for place, standing in enumerate(standings, 1)],
            "computed_at": timestamp(now),
        }
        return Told(told, (at_position(reading.place(position)),))


def _entry(place: int, standing: Standing, metric: Metric, names: Mapping[str, str]) -> dict[str, Any]:
    _, one, many = _SAID[metric]
    return {
        "position": place,
        "user_id": standing.user_id,
        "display_name": names[standing.user_id],
        "metric_value": standing.value,
        "metric_label": f"{standing.value} {one if standing.value == 1 else many}",
    }
