"""What it costs to limit how often callers may ask: the same commands with limits that nobody meets, and without."""

from scripts.benchmark import switched
from scripts.benchmark.figures import Section
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve

# So high that all passes, of one person.
ON = {
    "ONERING_RATE_LIMIT": "on",
    "ONERING_REQUESTS_PER_MINUTE": "60000000",
    "ONERING_REQUESTS_BURST": "1000000",
    "ONERING_COMMANDS_PER_MINUTE": "60000000",
    "ONERING_COMMANDS_BURST": "1000000",
}
LIMITS = switched.Switch(
    "Rate limits on, beside off",
    "the same clients with ONERING_RATE_LIMIT=off",
    "limits on",
    ON,
    {"ONERING_RATE_LIMIT": "off"},
    ratio=0.90,
)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure a service with limits beside one without."""
    return switched.measure(LIMITS, scale, serve)
