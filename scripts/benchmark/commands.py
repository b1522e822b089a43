"""Durable commands per second through REST, each with a verified token, beside pgbench on the same Postgres."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from scripts.benchmark.companions import companion
from scripts.benchmark.figures import Figure, Section, Target, figure
from scripts.benchmark.load import Job, Result
from scripts.benchmark.people import CONTENT, WRITER, drafts
from scripts.benchmark.pgbench import Inserts, Pgbench, pgbench
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service

# What is asked of this many clients.
ASKED = 32
RATE, LATENCY = Target("ratio", "≥", 0.30), Target("value", "≤", 50)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of load gave, and what it cost the service: µs of processor time per command."""

    load: Result
    service_us: float

    @property
    def rate(self) -> float:
        """Acknowledged commands per second."""
        return self.load.acknowledged / self.load.seconds


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure each number of clients in turn; a round of load and one of pgbench follow each other, so that both meet
    the same machine. The read models have caught up before the next round begins.
    """
    with serve(scale.workers) as service, pgbench(service, CONTENT) as bare:
        made = drafts(service, scale.drafts)
        loaded(service, made, clients=8, seconds=min(scale.seconds, 1))  # warm
        figures = [shown for clients in scale.clients for shown in _measured(service, bare, made, clients, scale)]
    return Section(
        "Durable commands through REST",
        "pgbench inserts the same row, one per transaction, with as many clients: its rate, its average latency",
        figures,
        "CPU: processor time of the service per command. generator: the load generator's share of one core; far below "
        "100 %, it is not what was measured.",
    )


def _measured(service: Service, bare: Pgbench, made: Sequence[str], clients: int, scale: Scale) -> Sequence[Figure]:
    ours: list[Round] = []
    theirs: list[Inserts] = []
    for _ in range(scale.rounds):
        ours.append(loaded(service, made, clients=clients, seconds=scale.seconds))
        theirs.append(bare.inserts(clients, scale.seconds))
    rates = [(round.rate, limit.rate) for round, limit in zip(ours, theirs, strict=True)]
    tails = [(round.load.p99_ms, limit.latency_ms) for round, limit in zip(ours, theirs, strict=True)]
    name = "1 client" if clients == 1 else f"{clients} clients"
    asked = clients == ASKED
    return (
        figure(name, "commands/s", rates, target=RATE if asked else None, beside=explained(ours)),
        figure(f"{name}, p99", "ms", tails, target=LATENCY if asked else None),
    )


def explained(rounds: Sequence[Round]) -> dict[str, float]:
    """Return what stands beside the rate of some rounds of load."""
    return {
        "p50 ms": median(round.load.p50_ms for round in rounds),
        "CPU µs": median(round.service_us for round in rounds),
        "generator %": max(round.load.generator_cpu for round in rounds) * 100,
        "refused": sum(sum(round.load.refused.values()) for round in rounds),
    }


def loaded(
    service: Service,
    made: Sequence[str],
    *,
    clients: int,
    seconds: float = 0.0,
    count: int | None = None,
    rate: float | None = None,
    connected: Callable[[Sequence[int]], None] = lambda ports: None,
) -> Round:
    """Load the service as a Job says, and wait until its read models have caught up.

    `connected` is called with the clients' ports before they send.
    """
    run = str(time.time_ns())
    job = Job(
        service.host, service.port, clients, list(made), service.token(WRITER), CONTENT, run, seconds, count, rate
    )
    with companion("load") as generator:
        connected(generator.ask(asdict(job))["ports"])
        before = service.cpu_seconds()
        result = Result(**generator.ask({"go": True}))
        used = service.cpu_seconds() - before
    service.caught_up()
    return Round(result, used / max(result.acknowledged, 1) * 1e6)
