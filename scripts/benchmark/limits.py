"""What it costs to limit how often callers may ask: the same commands with limits that nobody meets, and without."""

from scripts.benchmark.commands import ASKED, explained, loaded
from scripts.benchmark.figures import Section, Target, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve

OFF = {"ONERING_RATE_LIMIT": "off"}
# So high that all passes, of one person.
ON = {
    "ONERING_RATE_LIMIT": "on",
    "ONERING_REQUESTS_PER_MINUTE": "60000000",
    "ONERING_REQUESTS_BURST": "1000000",
    "ONERING_COMMANDS_PER_MINUTE": "60000000",
    "ONERING_COMMANDS_BURST": "1000000",
}
RATE = Target("ratio", "≥", 0.90)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure one service with limits and one without in turn, round by round."""
    with serve(scale.workers, ON) as limited, serve(scale.workers, OFF) as free:
        both = [(service, drafts(service, scale.drafts)) for service in (limited, free)]
        for service, made in both:
            loaded(service, made, clients=8, seconds=min(scale.seconds, 1))  # warm
        rounds = [
            [loaded(service, made, clients=ASKED, seconds=scale.seconds) for service, made in both]
            for _ in range(scale.rounds)
        ]
    name = f"limits on, {ASKED} clients"
    return Section(
        "Rate limits on, beside off",
        "the same clients with ONERING_RATE_LIMIT=off",
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
