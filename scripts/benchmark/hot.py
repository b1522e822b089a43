"""One hot draft that everybody writes to, beside the same load spread over many."""

from scripts.benchmark.commands import ASKED, explained, loaded
from scripts.benchmark.figures import Section, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure the hot draft and the many in turn."""
    with serve(scale.workers) as service:
        many = drafts(service, scale.drafts)
        hot = drafts(service, 1)
        loaded(service, many, clients=8, seconds=min(scale.seconds, 1))  # warm
        rounds = [
            [loaded(service, made, clients=ASKED, seconds=scale.seconds) for made in (hot, many)]
            for _ in range(scale.rounds)
        ]
    name = f"1 draft, {ASKED} clients"
    ones = [one for one, _ in rounds]
    return Section(
        "One hot draft",
        f"the same clients on {scale.drafts} drafts",
        [
            figure(name, "commands/s", [(one.rate, spread.rate) for one, spread in rounds], beside=explained(ones)),
            figure(f"{name}, p99", "ms", [(one.load.p99_ms, spread.load.p99_ms) for one, spread in rounds]),
        ],
        "All clients are the person who holds the ring, so everything is accepted.",
    )
