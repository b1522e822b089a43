"""How far something long is, for whoever waits at a terminal: a bar on standard error, once it has taken a second."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

PATIENCE_SECONDS = 1.0

Show = Callable[[str, int, int], None]
"""(what is being done, how far, of how much)"""


@contextmanager
def bars() -> Iterator[Show]:
    """Yield what shows a bar for each thing that is told about; nothing is shown where nobody looks."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Nothing else writes to the terminal through it: what goes to standard output may be a file.
    progress = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    try:
        yield _shown(progress)
    finally:
        progress.stop()


def _unseen(what: str, done: int, total: int) -> None:
    pass


def _shown(progress: Progress) -> Show:
    tasks: dict[str, TaskID] = {}
    begun = monotonic()

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)
        if not progress.live.is_started and monotonic() - begun > PATIENCE_SECONDS:
            progress.start()

    return show
