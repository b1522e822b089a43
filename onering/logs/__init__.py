"""Log lines: one entry a line, for people in local and test, as JSON elsewhere; every logger's through one chain."""

import atexit
import logging
import sys

import structlog

from onering.logs.lines import Render, as_json, described, explained, for_people
from onering.logs.records import Records
from onering.logs.stream import Stream
from onering.settings import Environment, Settings


def configure(settings: Settings) -> None:
    """Send what structlog's loggers and the standard library's say to standard error, in one form."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    stream = Stream(sys.stderr.buffer)
    atexit.register(stream.flush)
    structlog.configure(
        processors=[explained, described, _rendering(settings)],
        logger_factory=stream.sink,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [Records()]
    root.setLevel(level)
    logging.captureWarnings(True)
    # The service says what it serves and how it stops; uvicorn's own words would repeat it.
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    # With a traceback, once a second: what the tail says of a lost database in a line.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    if settings.env is Environment.LOCAL:
        # A first start is to be read by somebody new; long builds have a progress bar.
        for talkative in ("projections", "onering.proofs"):
            logging.getLogger(talkative).setLevel(max(logging.WARNING, root.level))


def _rendering(settings: Settings) -> Render:
    form = settings.log_format or ("console" if settings.developing else "json")
    return as_json if form == "json" else for_people(colours=sys.stderr.isatty())
