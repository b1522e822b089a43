"""`scripts/bench`: measure, print a table for each section, write the figures as JSON."""

import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from onering import __version__
from scripts.benchmark import commands, fanout, grown, hot, join, latency, length, limits, memory, page, proofs, replay
from scripts.benchmark.figures import Section
from scripts.benchmark.scale import FULL, SHORT, Scale
from scripts.benchmark.service import Serve, serving
from scripts.benchmark.tables import shown

# Of what is printed to a file.
WIDTH = 150


class Part(StrEnum):
    """The parts that can be measured, in the order in which they are."""

    COMMANDS = "commands"
    FANOUT = "fanout"
    REPLAY = "replay"
    MEMORY = "memory"
    LENGTH = "length"
    HOT = "hot"
    LIMITS = "limits"
    PROOFS = "proofs"
    LATENCY = "latency"
    GROWN = "scale"
    JOIN = "join"
    PAGE = "page"


MEASURES: Mapping[Part, Callable[[Scale, Serve], Section]] = {
    Part.COMMANDS: commands.measure,
    Part.FANOUT: fanout.measure,
    Part.REPLAY: replay.measure,
    Part.MEMORY: memory.measure,
    Part.LENGTH: length.measure,
    Part.HOT: hot.measure,
    Part.LIMITS: limits.measure,
    Part.PROOFS: proofs.measure,
    Part.LATENCY: latency.measure,
    Part.GROWN: grown.measure,
    Part.JOIN: join.measure,
    Part.PAGE: page.measure,
}


def main(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure.", show_default="everything")] = None,
    short: Annotated[bool, typer.Option("--short", help="Less of everything, within four minutes.")] = False,
    clients: Annotated[list[int] | None, typer.Option(help="Clients that send commands; may be repeated.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Length of a round.", show_default="5")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds; medians are shown.", show_default="3")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Server processes that take commands.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where the JSON goes.", show_default="bench-<time>.json")] = None,
) -> None:
    """Measure the service beside the physical limit, on this machine, in one run."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # What was started for the time has to be stopped, however this ends.
        signal.signal(number, _leave)
    scale = SHORT if short else FULL
    scale = replace(
        scale,
        clients=tuple(clients or scale.clients),
        seconds=seconds or scale.seconds,
        rounds=rounds or scale.rounds,
        workers=workers,
    )
    measured(parts or list(Part), scale, out, Console() if sys.stdout.isatty() else Console(width=WIDTH))


def measured(parts: Sequence[Part], scale: Scale, out: Path | None, console: Console, serve: Serve = serving) -> Path:
    """Measure some parts, show each as it is done, and return the file that holds the figures."""
    started = datetime.now(UTC)
    sections: dict[str, Section] = {}
    for part in Part:
        if part in parts:
            print(f"measuring {part} …", file=sys.stderr, flush=True)
            sections[part] = MEASURES[part](scale, serve)
            console.print(shown(sections[part]))
    file = out or Path(f"bench-{started:%Y%m%d-%H%M%S}.json")
    file.write_text(json.dumps(_document(started, scale, sections), indent=2, ensure_ascii=False) + "\n")
    console.print(f"written to {file}")
    return file


def _document(started: datetime, scale: Scale, sections: Mapping[str, Section]) -> Mapping[str, Any]:
    return {
        "version": __version__,
        "started": started.isoformat(),
        "seconds": round((datetime.now(UTC) - started).total_seconds()),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "scale": asdict(scale),
        "sections": {part: asdict(section) for part, section in sections.items()},
    }


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    typer.run(main)
