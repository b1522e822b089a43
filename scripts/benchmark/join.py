"""Joining a draft with a snapshot: from the connection until the reader is live."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from onering.http.routes import FEED
from scripts.benchmark.commands import loaded
from scripts.benchmark.figures import Figure, Section, Target, figure, percentile
from scripts.benchmark.length import Caller
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service
from scripts.benchmark.stack import stack
from scripts.benchmark.websocket import Place, join

# More than a snapshot shows.
SEGMENTS = 250
WRITERS = 10
# Readers who join in the same moment.
TOGETHER = (1, 8)
ASKED = Target("value", "≤", 30)
PERCENTS = (50, 99)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure each number of readers in turn; the rounds of ours and of the bare stack follow each other."""
    with serve() as service, stack("bare") as bare, closing(Caller(service)) as caller:
        draft = _long_draft(service)
        places = [
            Place(service.host, service.port, FEED.replace("{draft_id}", draft), service.token(f"reader-{n}"))
            for n in range(max(TOGETHER))
        ]
        length = _joined_once(places)
        limits = [Place(bare.host, bare.port, f"/?bytes={length}")] * len(places)
        figures = [
            shown
            for together in TOGETHER
            for shown in _measured(scale, service, lambda: caller.write(draft), places[:together], limits[:together])
        ]
    return Section(
        "Joining with a snapshot",
        "the same handshake with the bare stack, which answers with a prepared frame as long as the snapshot",
        figures,
        f"From the connection to `live`, of a draft with {SEGMENTS} segments and more, of which the snapshot "
        f"({length // 1024} KiB) shows 200. Each time a segment was added before, so that the snapshot is read anew. "
        "CPU: processor time of the service per join, that segment included.",
    )


def _measured(
    scale: Scale, service: Service, write: Callable[[], object], ours: Sequence[Place], limits: Sequence[Place]
) -> Iterator[Figure]:
    times = scale.requests // len(ours)
    before = service.cpu_seconds()
    rounds = [(_round(ours, times, write), _round(limits, times, lambda: None)) for _ in range(scale.rounds)]
    used = service.cpu_seconds() - before
    beside = {"CPU ms": used / (scale.rounds * times * len(ours)) * 1000}
    name = "one after another" if len(ours) == 1 else f"{len(ours)} at a time"
    for percent in PERCENTS:
        pairs = [(percentile(taken, percent), percentile(limit, percent)) for taken, limit in rounds]
        yield figure(f"{name}, p{percent}", "ms", pairs, target=ASKED if percent == 99 else None, beside=beside)


def _round(places: Sequence[Place], times: int, before: Callable[[], object]) -> Sequence[float]:
    """Join all places at once, so many times, and return the ms of each; `before` is done before each time."""
    taken: list[float] = []
    with ThreadPoolExecutor(len(places)) as readers:
        for _ in range(times):
            before()
            taken += readers.map(_timed, places)
    return taken


def _timed(place: Place) -> float:
    started = time.perf_counter()
    with join(place):
        return (time.perf_counter() - started) * 1000


def _joined_once(places: Sequence[Place]) -> int:
    """Have everybody sign in for the first time; return how long a snapshot is, in bytes."""
    lengths = []
    for place in places:
        with join(place) as length:
            lengths.append(length)
    return max(lengths)


def _long_draft(service: Service) -> str:
    (draft,) = drafts(service, 1)
    loaded(service, [draft], clients=WRITERS, count=SEGMENTS // WRITERS)
    return draft
