"""How much is measured: for figures to quote, for a look of two minutes, for a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """`seconds` of each round and `rounds` of each figure; the other fields are sizes of the sections' worlds."""

    seconds: float = 5
    rounds: int = 3
    workers: int = 1
    clients: tuple[int, ...] = (1, 8, 32, 128)
    drafts: int = 256
    # Sockets of the one draft that is fanned out.
    sockets: tuple[int, ...] = (500, 2000)
    # (drafts, sockets of each, commands per second and draft), for the latency from commit to screen.
    screens: tuple[tuple[int, int, float], ...] = ((50, 10, 10.0), (1, 500, 20.0))
    # Events of the log that is rebuilt and checked.
    events: int = 200_000
    # Idle sockets whose memory is weighed.
    idle: int = 2000
    # Segments of the drafts that are compared, the shortest first, and requests to each.
    lengths: tuple[int, ...] = (10, 1_000, 10_000)
    requests: int = 200
    # Events of the log that reads are asked of, and segments of one draft in it.
    grown: int = 1_000_000
    long_draft: int = 10_000
    # Seconds for which each kind of read is asked.
    reading: float = 2
    # Visits to each page in a browser, and segments of the draft that is looked at there for longer.
    visits: int = 9
    page_segments: int = 2_000


FULL = Scale()
SHORT = Scale(
    seconds=1, rounds=1, events=30_000, idle=500, requests=64, grown=50_000, long_draft=2_000, reading=0.3, visits=3
)
