"""How far a build of a read model is, for whoever waits for it: a bar in a terminal, now and then a line elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from projections import rebuild

logger = logging.getLogger(__name__)

LINE_SECONDS = 5.0


@contextmanager
def progress_bar() -> Iterator[Callable[[rebuild.Progress], None]]:
    """Yield what `projections.rebuild` calls with its progress; shows it on standard error."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _bars(bars)


def _bars(bars: Progress) -> Callable[[rebuild.Progress], None]:
    tasks: dict[tuple[str, int], TaskID] = {}

    def show(now: rebuild.Progress) -> None:
        key = now.name, now.version
        if key not in tasks:
            tasks[key] = bars.add_task(f"building {now.name}", total=now.head)
        bars.update(tasks[key], completed=now.position, total=now.head)

    return show


def _lines() -> Callable[[rebuild.Progress], None]:
    last = monotonic()

    def show(now: rebuild.Progress) -> None:
        nonlocal last
        if monotonic() - last > LINE_SECONDS:
            last = monotonic()
            logger.info("building read model %s: %d of %d events", now.name, now.position, now.head)

    return show
