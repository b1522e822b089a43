"""The log as a person reads it: who did what, when, to which draft."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

import orjson
from rich.text import Text

from onering.log.connection import DATABASE_FAULTS, said
from onering.log.event import StoredEvent
from onering.log.record import Record
from onering.log.retry import Backoff
from onering.replay import database
from onering.replay.chosen import Filter
from onering.replay.faults import NotThere

logger = logging.getLogger(__name__)

# How often to look for new events, in seconds: one look at the end of an index.
POLL_SECONDS = 0.5

# Fields that repeat what stands in the line already.
_ELSEWHERE = frozenset({"segment_id", "author_id", "creator_id", "from_user_id", "inviter_id", "decided_at"})


async def followed(dsn: str, chosen: Filter) -> AsyncIterator[Sequence[Record]]:
    """Yield the chosen records, then those that are committed from now on, until cancelled; each of them once.

    Positions are dense and in commit order, so what comes next is after the last one looked at, also when the
    connection was lost meanwhile. Raises NotThere if the log was rewound, and DATABASE_FAULTS if there is none.
    """
    after, backoff, first = 0, Backoff(), True
    while True:
        try:
            async with database.opened(dsn) as log:
                if log.head < after:
                    raise NotThere(f"The log was rewound, from position {after} to {log.head}; start again.")
                first = False
                while True:
                    async for page in log.pages(chosen, after):
                        # Before it is shown: a connection lost between two pages must not show the first one twice.
                        after = page[-1].event.position if page else after
                        yield page
                    after = log.head
                    backoff.reset()
                    await asyncio.sleep(POLL_SECONDS)
                    await log.look()
        except DATABASE_FAULTS as fault:
            if first:
                raise
            logger.log(backoff.level(), "the database is away, trying again: %s", said(fault))
        await backoff.wait()


def line(event: StoredEvent) -> Text:
    """Return an event as one line: position, time, draft and version, who, what."""
    who = event.subject if event.impersonator is None else f"{event.subject} (by {event.impersonator})"
    return Text.assemble(
        (f"{event.position:>8}  ", "dim"),
        f"{event.recorded_at:%Y-%m-%d %H:%M:%S}  ",
        (f"{str(event.stream_id)[:8]} v{event.version:<5}  ", "cyan"),
        (f"{visible(who):<16}  ", "bold"),
        (f"{visible(event.type):<20}  ", "green"),
        _details(event),
    )


def _details(event: StoredEvent) -> str:
    if event.payload is None:
        return "[erased]"
    try:
        data = orjson.loads(event.payload)["data"]
        shown = {name: value for name, value in data.items() if name not in _ELSEWHERE and value not in (None, "")}
        if event.type == "sign_ins_refused":
            shown["addresses"] = [f"{counted['address']} ({counted['refused']})" for counted in data["addresses"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"[unreadable] {event.payload!r}"
    # One line per event whatever people wrote: control characters are shown, never sent to the terminal.
    return "  ".join(f"{visible(name)}={value!r}" for name, value in shown.items())


def visible(text: str) -> str:
    """Return a text with its control characters spelled out."""
    return text if text.isprintable() else repr(text)[1:-1]
