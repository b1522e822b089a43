"""What a part of the service costs: the same commands with it and without, in one run."""

from collections.abc import Mapping
from typing import NamedTuple

from scripts.benchmark.commands import ASKED, Round, explained, loaded
from scripts.benchmark.figures import Section, Target, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve


class Switch(NamedTuple):
    """A part with the settings that switch it on and off; `ratio` is the least rate with it, of that without."""

    title: str
    limit: str
    name: str
    on: Mapping[str, str]
    off: Mapping[str, str]
    ratio: float


def measure(switch: Switch, scale: Scale, serve: Serve) -> Section:
    """Measure both in turn, round by round; each is the first of every other round, so that neither is favoured."""
    with serve(scale.workers, switch.on) as with_it, serve(scale.workers, switch.off) as without:
        both = [(service, drafts(service, scale.drafts)) for service in (with_it, without)]
        for service, made in both:
            loaded(service, made, clients=8, seconds=min(scale.seconds, 1))  # warm
        rounds: list[list[Round]] = []
        for number in range(scale.rounds):
            turn = 1 if number % 2 == 0 else -1
            found = [loaded(service, made, clients=ASKED, seconds=scale.seconds) for service, made in both[::turn]]
            rounds.append(found[::turn])
    name = f"{switch.name}, {ASKED} clients"
    return Section(
        switch.title,
        switch.limit,
        [
            figure(
                name,
                "commands/s",
                [(on.rate, off.rate) for on, off in rounds],
                target=Target("ratio", "≥", switch.ratio),
                beside=explained([on for on, _ in rounds]),
            ),
            figure(f"{name}, p99", "ms", [(on.load.p99_ms, off.load.p99_ms) for on, off in rounds]),
            figure(f"{name}, CPU", "µs", [(on.service_us, off.service_us) for on, off in rounds]),
        ],
        "CPU: processor time of the service per command.",
    )
