"""`scripts/soak`: break things for so many rounds, print what was sent, stored and seen, and fail on any finding."""

import asyncio
import random
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

from scripts.soaking.faults import EMBEDDED, PROXIED, Fault
from scripts.soaking.report import progress, show
from scripts.soaking.score import Score
from scripts.soaking.sitting import Sitting


def main(
    rounds: Annotated[int, typer.Option(min=2, help="How many times something is broken.")] = 200,
    writers: Annotated[int, typer.Option(min=1, help="People who write all the time.")] = 6,
    readers: Annotated[int, typer.Option(min=1, help="Drafts, each followed live and page by page.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 2,
    seed: Annotated[
        int | None, typer.Option(help="Repeat the faults of an earlier run.", show_default="random")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Only faults whose name has this in it.", show_default="all")] = None,
) -> None:
    """Break the service, its Postgres and the way between at random points under load; nothing may be lost or missed.

    One half of the rounds is on a service with a Postgres of its own, the other on one whose DATABASE_URL leads
    through a proxy that breaks connections. It runs on loopback, in folders of its own, and ends by itself; a round
    takes one to ten seconds. Exits with 1 on any finding.
    """
    chosen = random.randrange(1 << 32) if seed is None else seed
    console = Console(highlight=False)
    console.print(f"{rounds} rounds, --seed {chosen}")
    score, chance = Score(), random.Random(chosen)
    halves = [(False, _named(EMBEDDED, only), rounds // 2), (True, _named(PROXIED, only), rounds - rounds // 2)]
    if not any(faults for _, faults, _ in halves):
        raise typer.BadParameter(f"there is no fault with {only!r} in its name; there are {', '.join(PROXIED)}")
    with progress(console, rounds) as advance:
        for behind_proxy, faults, share in halves:
            if plan := _plan(faults, share, chance):
                held = Sitting(plan, score, chance, advance).hold(workers, writers, readers, behind_proxy=behind_proxy)
                asyncio.run(held)
    show(console, score)
    raise typer.Exit(0 if score.clean else 1)


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
