"""How a soak tells what it does and what it found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from scripts.soaking.score import Score, Tally

# As the fields of a Tally.
COLUMNS = (
    "rounds",
    "sent",
    "acknowledged",
    "refused",
    "unknown outcome",
    "stored",
    "observed",
    "lost",
    "stored twice",
    "misplaced",
    "gaps",
    "repeats",
    "disorder",
)
MOST_WRONG = 20


@contextmanager
def progress(console: Console, rounds: int) -> Iterator[Callable[[str], None]]:
    """Yield what is called with the name of each fault as its round ends; shows a bar on a terminal."""
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=rounds)
        yield lambda kind: bars.update(task, advance=1, description=kind)


def show(console: Console, score: Score) -> None:
    """Print every tally, the total, and what was wrong."""
    table = Table("fault", *COLUMNS)
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for kind, tally in sorted(score.kinds.items()):
        table.add_row(kind, *_cells(tally))
    table.add_section()
    table.add_row("total", *_cells(score.total))
    console.width = max(console.width, 160)
    console.print(table)
    findings = [f"{name} {count}" for name, count in zip(COLUMNS[7:], astuple(score.total)[7:], strict=True)]
    console.print(", ".join([*findings, f"anything else {len(score.wrong)}"]))
    console.print(f"{score.checkpoints} checkpoints verified as they came, and {score.verified} logs in the end")
    for line in score.wrong[:MOST_WRONG]:
        console.print(f"finding: {line}", markup=False)


def _cells(tally: Tally) -> list[str]:
    return [str(count) for count in astuple(tally)]
