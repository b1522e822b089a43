"""Fan-out: one draft and many sockets, beside a bare loop that writes one prepared frame to as many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from onering.http.routes import FEED
from scripts.benchmark import processes
from scripts.benchmark.commands import loaded
from scripts.benchmark.companions import Companion, companion
from scripts.benchmark.figures import Figure, Section, Target, figure
from scripts.benchmark.people import drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service
from scripts.benchmark.stack import Stack, stack

RATE = Target("ratio", "≥", 0.8)
# Seconds between two looks of the readers at their sockets: a read takes what came meanwhile.
PAUSE = 0.02
# Writers of the draft: their commands wait for each other's commits, and share them.
WRITERS = 32
# Deliveries that the feed is given to make, for each second of a round.
DELIVERIES = 250_000
# Heartbeats are not measured, and readers that were never asked anything never answer. Who is there is told to each as
# they need it, so that not everybody gets the same bytes.
QUIET = {
    "ONERING_HEARTBEAT_SECONDS": "3600",
    "ONERING_SILENCE_SECONDS": "7200",
    "ONERING_PRESENCE_BATCH_MS": "3600000",
}

Seen = Mapping[str, Any]


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure each number of sockets in turn; the rounds of ours and of the bare loop follow each other."""
    return Section(
        "Fan-out of one draft to many sockets",
        "a bare loop that writes one prepared frame, as long as ours, to every socket on the same server stack",
        [shown for sockets in scale.sockets for shown in _measured(sockets, scale, serve)],
        "A delivery is one frame, or one event, at one socket. feed: committed events are handed to the tail "
        f"one by one, so a frame has one event. commands: {WRITERS} clients write through REST, and what is committed "
        "together is one frame. CPU: processor time of the writer per frame. readers: their share of one core.",
    )


def _measured(sockets: int, scale: Scale, serve: Serve) -> Sequence[Figure]:
    feed: list[Seen] = []
    commands: list[Seen] = []
    limits: list[Seen] = []
    with serve(settings=QUIET) as service, stack("hub", service.dsn()) as hub, stack("bare") as bare:
        (ours, whole) = drafts(service, 2)
        with (
            _reading(hub, ours, [None] * sockets) as of_hub,
            _reading(service, whole, [service.token(f"reader-{n}") for n in range(sockets)]) as of_service,
            _reading(bare, ours, [None] * sockets) as of_bare,
        ):
            for _ in range(scale.rounds):
                hub.ask("/fill", draft=ours, events=int(DELIVERIES * scale.seconds) // sockets)
                service.caught_up()
                feed.append(_seen(of_hub, hub))
                limits.append(_seen(of_bare, bare, seconds=scale.seconds))
                of_service.ask({"begin": True})
                load = loaded(service, [whole], clients=WRITERS, seconds=scale.seconds).load
                commands.append(of_service.ask({"events": load.acknowledged}))
    return (
        _figure(f"{sockets} sockets, feed", "frames", feed, limits, RATE),
        _figure(f"{sockets} sockets, commands", "events", commands, limits, None),
    )


@contextmanager
def _reading(server: Service | Stack, draft: str, tokens: Sequence[str | None]) -> Iterator[Companion]:
    path = FEED.replace("{draft_id}", draft)
    places = [(server.host, server.port, path, token) for token in tokens]
    with companion("readers") as readers:
        readers.ask({"places": places, "pause": PAUSE, "every": False})
        yield readers


def _seen(readers: Companion, writer: Stack, **query: float) -> Seen:
    readers.ask({"begin": True})
    before = processes.cpu_seconds(writer.pid)
    seen = readers.ask({"events": writer.ask("/flood", **query)})
    used = processes.cpu_seconds(writer.pid) - before
    return {**seen, "cpu_us": used / seen["frames"] * 1e6}


def _figure(what: str, counted: str, ours: Sequence[Seen], limits: Sequence[Seen], target: Target | None) -> Figure:
    rounds = [(_rate(seen, counted), _rate(limit, "frames")) for seen, limit in zip(ours, limits, strict=True)]
    beside = {
        "frames/s": median(_rate(seen, "frames") for seen in ours),
        "events/frame": median(seen["events"] / seen["frames"] for seen in ours),
        "readers %": max(seen["cpu"] for seen in (*ours, *limits)) * 100,
    }
    if counted == "frames":
        beside["CPU µs"] = median(seen["cpu_us"] for seen in ours)
        beside["CPU of limit µs"] = median(seen["cpu_us"] for seen in limits)
    return figure(what, f"{counted} delivered/s", rounds, target=target, beside=beside)


def _rate(seen: Seen, counted: str) -> float:
    return float(seen[counted] / seen["seconds"])
