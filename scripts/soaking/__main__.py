"""`scripts/soak`: break things for so many rounds, print what was sent, stored and seen, and fail on any finding."""

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scripts.soaking.faults import FAULTS, NAMES, Fault
from scripts.soaking.report import progress, show
from scripts.soaking.scenes import Scene
from scripts.soaking.score import Score
from scripts.soaking.sitting import Sitting


def main(
    rounds: Annotated[int, typer.Option(min=3, help="How many times something is broken.")] = 200,
    writers: Annotated[int, typer.Option(min=1, help="People who write all the time.")] = 6,
    readers: Annotated[int, typer.Option(min=1, help="Drafts, each followed live and page by page.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 3,
    seed: Annotated[
        int | None, typer.Option(help="Repeat the faults of an earlier run.", show_default="random")
    ] = None,
    scene: Annotated[
        Scene | None, typer.Option(help="Only with such a database.", show_default="all of them in turn")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Only faults whose name has this in it.", show_default="all")] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="Add what the service says to this file.", dir_okay=False, show_default="thrown away"),
    ] = None,
) -> None:
    """Break the service, its Postgres and the way between at random points under load; nothing may be lost or missed.

    Two fifths of the rounds are on a service with a Postgres of its own, as many on one whose DATABASE_URL leads
    through a proxy that breaks connections, and the rest on one that names a primary and a synchronous standby. People
    sign in with short tokens, the log is signed, and watched by a witness. It runs on loopback, in folders of its own,
    and ends by itself; a round takes one to ten seconds. Exits with 1 on any finding.
    """
    chosen = random.randrange(1 << 32) if seed is None else seed
    console = Console(highlight=False)
    console.print(f"{rounds} rounds, --seed {chosen}")
    score, chance = Score(), random.Random(chosen)
    sittings = [(where, _named(FAULTS[where], only), share) for where, share in _shares(rounds, scene)]
    if not any(faults for _, faults, _ in sittings):
        raise typer.BadParameter(f"there is no fault with {only!r} in its name; there are {', '.join(NAMES)}")
    with progress(console, rounds) as advance:
        for where, faults, share in sittings:
            if plan := _plan(faults, share, chance):
                asyncio.run(Sitting(plan, score, chance, advance, log).hold(where, workers, writers, readers))
    show(console, score)
    raise typer.Exit(0 if score.clean else 1)


def _shares(rounds: int, only: Scene | None) -> list[tuple[Scene, int]]:
    if only is not None:
        return [(only, rounds)]
    most = rounds * 2 // 5
    return [(Scene.EMBEDDED, most), (Scene.PROXIED, most), (Scene.REPLICATED, rounds - 2 * most)]


def _plan(faults: Mapping[str, Fault], rounds: int, chance: random.Random) -> list[tuple[str, Fault]]:
    """Return so many faults in random order, each as often as any other."""
    plan: list[tuple[str, Fault]] = []
    while faults and len(plan) < rounds:
        plan += chance.sample(list(faults.items()), len(faults))
    return plan[:rounds]


def _named(faults: Mapping[str, Fault], part: str | None) -> Mapping[str, Fault]:
    return {name: fault for name, fault in faults.items() if part is None or part in name}


if __name__ == "__main__":
    typer.run(main)
