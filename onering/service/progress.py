"""How far a build of a read model is, for whoever waits for it: a bar in a terminal, now and then a line elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from onering.progress import bars
from projections import rebuild

logger = logging.getLogger(__name__)

LINE_SECONDS = 5.0


@contextmanager
def progress_bar() -> Iterator[Callable[[rebuild.Progress], None]]:
    """Yield what `projections.rebuild` calls with its progress; shows it on standard error."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    with bars() as show:
        yield lambda now: show(f"building {now.name}", now.position, now.head)


def _lines() -> Callable[[rebuild.Progress], None]:
    last = monotonic()

    def show(now: rebuild.Progress) -> None:
        nonlocal last
        if monotonic() - last > LINE_SECONDS:
            last = monotonic()
            logger.info("building read model %s: %d of %d events", now.name, now.position, now.head)

    return show
