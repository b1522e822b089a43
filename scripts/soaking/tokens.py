"""`scripts/soak --tokens`: so many mutated tokens, each judged by us and by PyJWT; fails where we accept more."""

import asyncio
import random
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from tests.auth.second_opinion import Verdict, judged

# Of one seed; the next ones follow it.
SHARE = 1000


def main(
    tokens: Annotated[int, typer.Argument(min=1, help="How many tokens.")] = 100_000,
    seed: Annotated[
        int | None, typer.Option(help="Repeat the tokens of an earlier run.", show_default="random")
    ] = None,
) -> None:
    """Bend tokens at random, and look for one that we accept and PyJWT, configured alike, refuses or takes for somebody
    else's. About a thousand a second; it needs no service. Exits with 1 on any finding.
    """
    chosen = random.randrange(1 << 32) if seed is None else seed
    console = Console(highlight=False)
    console.print(f"{tokens} tokens, --seed {chosen}")
    verdict = Verdict()
    for start in track(range(0, tokens, SHARE), console=console, disable=not console.is_terminal):
        asyncio.run(judged(chosen + start // SHARE, min(SHARE, tokens - start), verdict))
    show(console, verdict)
    raise typer.Exit(1 if verdict.findings else 0)


def show(console: Console, verdict: Verdict) -> None:
    """Print what was judged, and every finding."""
    reasons = ", ".join(f"{reason} {count}" for reason, count in verdict.refusals.most_common())
    console.print(f"accepted {verdict.accepted}, by PyJWT {verdict.second}; refused: {reasons}", soft_wrap=True)
    for finding in verdict.findings:
        console.print(finding, markup=False)
    console.print(f"too permissive {len(verdict.findings)}")


if __name__ == "__main__":
    typer.run(main)
