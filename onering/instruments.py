"""What is counted and timed while the service works. Labels are few and known before: no name, id or path is one."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

# In seconds: from a read in memory to what waits as long as anything may.
REQUEST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
COMMIT = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
BATCH = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1000.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Distribution:
    """How many observations lie up to each bound, and their sum.

    prometheus_client's own takes a lock per bucket and sum; one thread alone counts here, on the way of each command.
    """

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many are at most each bound, as Prometheus wants it."""
        names = [floatToGoString(bound) for bound in (*self._bounds, float("inf"))]  # type: ignore[no-untyped-call]
        return [(name, float(count)) for name, count in zip(names, accumulate(self._counts), strict=True)]


class Instruments:
    """Those of one process."""

    def __init__(self) -> None:
        self._requests: defaultdict[tuple[str, str, int], Distribution] = defaultdict(lambda: Distribution(REQUEST))
        self._commands: Counter[tuple[str, str]] = Counter()
        self._batches = Distribution(BATCH)
        self._commits = Distribution(COMMIT)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template, never a path."""
        known = method if method in METHODS else "other"
        self._requests[known, route, status // 100].observe(seconds)

    def ended(self, kind: str, outcome: str) -> None:
        """Count a command; `kind` is a known type, `outcome` accepted, repeated or the code of a problem."""
        self._commands[kind, outcome] += 1

    def committed(self, commands: int, seconds: float) -> None:
        """Count a commit."""
        self._batches.observe(commands)
        self._commits.observe(seconds)

    def families(self) -> Iterator[Metric]:
        """Yield what was counted so far."""
        requests = HistogramMetricFamily(
            "onering_http_request_duration_seconds",
            "Time from a request's head to that of its answer.",
            labels=("method", "route", "status"),
        )
        for (method, route, status), timed in self._requests.items():
            requests.add_metric((method, route, f"{status}xx"), timed.buckets(), timed.sum)
        yield requests
        commands = CounterMetricFamily(
            "onering_commands",
            "Commands that came to an end: accepted, repeated, or refused by what code.",
            labels=("type", "outcome"),
        )
        for key, count in self._commands.items():
            commands.add_metric(key, count)
        yield commands
        yield HistogramMetricFamily(
            "onering_append_batch_commands",
            "Commands in one commit.",
            buckets=self._batches.buckets(),
            sum_value=self._batches.sum,
        )
        yield HistogramMetricFamily(
            "onering_append_commit_duration_seconds",
            "Time from sending a batch to knowing its outcome.",
            buckets=self._commits.buckets(),
            sum_value=self._commits.sum,
        )
