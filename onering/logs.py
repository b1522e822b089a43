"""Log lines: one entry a line, for people in local and test, as JSON elsewhere."""

import logging
import sys
from typing import Any

import structlog

from onering.settings import Environment, Settings


def configure(settings: Settings) -> None:
    """Send what the standard library's loggers and structlog say to standard error, in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(settings)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    # The service says what it serves and how it stops; uvicorn's own words would repeat it.
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    # With a traceback, once a second: what the tail says of a lost database in a line.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    if settings.env is Environment.LOCAL:
        # A first start is to be read by somebody new; long builds have a progress bar.
        logging.getLogger("projections").setLevel(max(logging.WARNING, root.level))


def _rendering(settings: Settings) -> list[Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if settings.developing:
        # Not structlog's own tracebacks: they print variables, and so tokens and what people wrote.
        plain = structlog.dev.plain_traceback
        return [drop, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [drop, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
