"""From the commit, and from the sending of a command, to the screens of those who follow the draft."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from onering.http.routes import FEED
from scripts.benchmark import processes
from scripts.benchmark.commands import loaded
from scripts.benchmark.companions import Companion, companion
from scripts.benchmark.fanout import QUIET
from scripts.benchmark.figures import Figure, Section, Target, figure, percentile
from scripts.benchmark.people import CONTENT, drafts
from scripts.benchmark.pgbench import Pgbench, pgbench
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service
from scripts.benchmark.stack import Stack, stack

ASKED = {50: Target("value", "≤", 5), 99: Target("value", "≤", 25)}


@dataclass(frozen=True, slots=True)
class Screens:
    """So many drafts with so many sockets each, and `rate` commands per second to each draft."""

    drafts: int
    sockets: int
    rate: float

    @property
    def name(self) -> str:
        """How a person calls it."""
        drafts = "1 draft" if self.drafts == 1 else f"{self.drafts} drafts"
        return f"{drafts} of {self.sockets} sockets, {self.rate:g}/s"


@dataclass(frozen=True, slots=True)
class Round:
    """Latencies in ms of each delivery, from the commit and from the sending; and what they cost."""

    committed: Sequence[float]
    sent: Sequence[float]
    across: Sequence[float]
    readers_cpu: float


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure each arrangement of screens in one process and across two; the limits are measured in between."""
    figures = [shown for workers in (1, 2) for shown in _measured(workers, scale, serve)]
    return Section(
        "From the commit to the screen",
        "a bare loop's write to as many sockets of the same server stack until it is read, plus a bare insert of "
        "pgbench by one client, each at the same percentile",
        figures,
        "Until the reader's process has the frame. commit: from recorded_at, which the database takes inside the "
        "transaction, before it is flushed. sent: from the first byte of the request. across: deliveries whose writer "
        "was on another process than the reader, as the kernel spread them. readers: their share of one core.",
    )


def _measured(workers: int, scale: Scale, serve: Serve) -> Iterator[Figure]:
    with serve(workers, settings=QUIET) as service, stack("bare") as bare, pgbench(service, CONTENT) as inserts:
        for screens in (Screens(*numbers) for numbers in scale.screens):
            ours: list[Round] = []
            limits: list[Mapping[int, float]] = []
            made = drafts(service, screens.drafts)
            for _ in range(scale.rounds):
                ours.append(_round(service, made, screens, scale.seconds))
                limits.append(_limit(bare, inserts, screens, scale.seconds))
            where = "1 process" if workers == 1 else f"{workers} processes"
            for percent in (50, 99):
                yield from _figures(f"{screens.name}, {where}", ours, limits, percent, asked=workers == 1)


def _figures(
    name: str, ours: Sequence[Round], limits: Sequence[Mapping[int, float]], percent: int, *, asked: bool
) -> Iterator[Figure]:
    for begin in ("commit", "sent"):
        rounds = [
            (percentile(round.committed if begin == "commit" else round.sent, percent), limit[percent])
            for round, limit in zip(ours, limits, strict=True)
        ]
        target = ASKED[percent] if asked and begin == "commit" else None
        beside = _beside(ours, percent) if begin == "commit" else {}
        yield figure(f"{name}: {begin}, p{percent}", "ms", rounds, target=target, beside=beside)


def _beside(rounds: Sequence[Round], percent: int) -> dict[str, float]:
    across = [latency for round in rounds for latency in round.across]
    shown = {
        "across %": len(across) / sum(len(round.committed) for round in rounds) * 100,
        "readers %": max(round.readers_cpu for round in rounds) * 100,
    }
    return shown | ({"across ms": percentile(across, percent)} if across else {})


def _round(service: Service, made: Sequence[str], screens: Screens, seconds: float) -> Round:
    paths = [FEED.replace("{draft_id}", draft) for draft in made for _ in range(screens.sockets)]
    places = [(service.host, service.port, path, service.token(f"reader-{n}")) for n, path in enumerate(paths)]
    writers: list[int] = []
    holders: dict[int, int] = {}

    def connected(ports: Sequence[int]) -> None:
        writers.extend(ports)
        # The kernel completes connections before a process takes them.
        service.wait_for(lambda: look() >= set(ports), "not every connection was taken")
        readers.ask({"begin": True})

    def look() -> set[int]:
        holders.update(processes.holders(service.workers, service.port))
        return set(holders)

    with _reading(places) as readers:
        load = loaded(service, made, clients=len(made), seconds=seconds, rate=screens.rate, connected=connected).load
        seen = readers.ask({"events": load.acknowledged})
    samples = seen["samples"]
    return Round(
        committed=[committed for _, _, _, committed in samples],
        sent=[sent for _, _, sent, _ in samples],
        across=[c for port, client, _, c in samples if holders[port] != holders[writers[client]]],
        readers_cpu=seen["cpu"],
    )


def _limit(bare: Stack, inserts: Pgbench, screens: Screens, seconds: float) -> Mapping[int, float]:
    """Return by percentile, in ms: a bare write until it is read, and a bare insert."""
    places = [(bare.host, bare.port, f"/{n}", None) for n in range(screens.drafts) for _ in range(screens.sockets)]
    with _reading(places) as readers:
        readers.ask({"begin": True})
        made = bare.ask("/pace", seconds=seconds, rate=screens.rate * screens.drafts)
        samples = readers.ask({"events": made})["samples"]
    taken = [sent for _, _, sent, _ in samples]
    p50, p99 = inserts.latencies(seconds)
    return {50: percentile(taken, 50) + p50, 99: percentile(taken, 99) + p99}


@contextmanager
def _reading(places: Sequence[tuple[str, int, str, str | None]]) -> Iterator[Companion]:
    with companion("readers") as readers:
        readers.ask({"places": places, "pause": 0, "every": True})
        yield readers
