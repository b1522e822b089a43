"""What it costs to sign the log: the same commands on a service that signs every second, and on one that never does."""

from scripts.benchmark.commands import ASKED, Round, explained, loaded
from scripts.benchmark.figures import Section, Target, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve

ON, OFF = {"ONERING_SIGN": "on"}, {"ONERING_SIGN": "off"}
RATE = Target("ratio", "≥", 0.95)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure both in turn, round by round; each is the first of every other round, so that neither is favoured."""
    with serve(scale.workers, ON) as signed, serve(scale.workers, OFF) as bare:
        both = [(service, drafts(service, scale.drafts)) for service in (signed, bare)]
        for service, made in both:
            loaded(service, made, clients=8, seconds=min(scale.seconds, 1))  # warm
        rounds: list[list[Round]] = []
        for number in range(scale.rounds):
            turn = 1 if number % 2 == 0 else -1
            found = [loaded(service, made, clients=ASKED, seconds=scale.seconds) for service, made in both[::turn]]
            rounds.append(found[::turn])
    name = f"signed, {ASKED} clients"
    return Section(
        "Signing on, beside off",
        "the same clients with ONERING_SIGN=off",
        [
            figure(
                name,
                "commands/s",
                [(on.rate, off.rate) for on, off in rounds],
                target=RATE,
                beside=explained([on for on, _ in rounds]),
            ),
            figure(f"{name}, p99", "ms", [(on.load.p99_ms, off.load.p99_ms) for on, off in rounds]),
            figure(f"{name}, CPU", "µs", [(on.service_us, off.service_us) for on, off in rounds]),
        ],
        "CPU: processor time of the service per command.",
    )
