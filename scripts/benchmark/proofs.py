"""What it costs to sign the log: the same commands on a service that signs every second, and on one that never does."""

from scripts.benchmark import switched
from scripts.benchmark.figures import Section
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve

SIGNING = switched.Switch(
    "Signing on, beside off",
    "the same clients with ONERING_SIGN=off",
    "signed",
    {"ONERING_SIGN": "on"},
    {"ONERING_SIGN": "off"},
    ratio=0.95,
)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure a service that signs beside one that does not."""
    return switched.measure(SIGNING, scale, serve)
