"""The log as a person reads it: who did what, when, to which draft."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
import typer
from rich.console import Console
from rich.text import Text

from onering.log.connection import Database
from onering.log.event import COLUMNS, DEFAULT_LANE, StoredEvent
from onering.options import Data, DatabaseUrl, OpenDatabase

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events to show; None is no restriction. Times are inclusive, `actor` is a subject."""

    draft: UUID | None = None
    actor: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None


SELECTED = f"""
    SELECT {COLUMNS} FROM onering.events
     WHERE lane = $1 AND position > $2
       AND ($3::uuid IS NULL OR stream_id = $3)
       AND ($4::text IS NULL OR subject = $4)
       AND ($5::text IS NULL OR type = $5)
       AND ($6::timestamptz IS NULL OR recorded_at >= $6)
       AND ($7::timestamptz IS NULL OR recorded_at <= $7)
     ORDER BY position LIMIT $8"""


async def selected(conn: "asyncpg.Connection[Any]", chosen: Filter) -> AsyncIterator[StoredEvent]:
    """Yield the chosen events in order, a page at a time, so that any log fits in memory."""
    after = 0
    while True:
        rows = await conn.fetch(
            SELECTED, DEFAULT_LANE, after, chosen.draft, chosen.actor, chosen.type, chosen.since, chosen.until, PAGE
        )
        for row in rows:
            yield StoredEvent(*row)
        if len(rows) < PAGE:
            return
        after = rows[-1]["position"]


def line(event: StoredEvent) -> Text:
    """Return an event as one line: position, time, draft and version, who, what."""
    who = event.subject if event.impersonator is None else f"{event.subject} (by {event.impersonator})"
    return Text.assemble(
        (f"{event.position:>8}  ", "dim"),
        f"{event.recorded_at:%Y-%m-%d %H:%M:%S}  ",
        (f"{str(event.stream_id)[:8]} v{event.version:<5}  ", "cyan"),
        (f"{who:<16}  ", "bold"),
        (f"{event.type:<20}  ", "green"),
        _details(event),
    )


def _details(event: StoredEvent) -> str:
    if event.payload is None:
        return "[erased]"
    data = orjson.loads(event.payload)["data"]
    shown = {name: value for name, value in data.items() if name not in _ELSEWHERE and value not in (None, "")}
    # One line per event whatever people wrote: control characters are shown, never sent to the terminal.
    return "  ".join(f"{name}={value!r}" for name, value in shown.items())


# Fields that repeat what stands in the line already.
_ELSEWHERE = frozenset({"segment_id", "author_id", "creator_id", "from_user_id"})

commands = typer.Typer(
    help="Read the audit log: every event, in order, with the verified person who made it.",
    no_args_is_help=True,
)


@commands.callback()
def _group() -> None:
    """Keep `print` a subcommand while it is the only one."""


@commands.command("print")
def print_log(
    context: typer.Context,
    database_url: DatabaseUrl = None,
    data: Data = None,
    draft: Annotated[UUID | None, typer.Option(help="Only this draft.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    type: Annotated[str | None, typer.Option(help="Only this event type, such as segment_added.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only events at or after this time; UTC if not said.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only events at or before this time; UTC if not said.")] = None,
) -> None:
    """Print the log, oldest first: position, time in UTC, draft and version, person, event, details."""
    console = Console(soft_wrap=True, highlight=False)
    chosen = Filter(draft, actor, type, _zoned(since), _zoned(until))
    open_database: OpenDatabase = context.obj
    with open_database(database_url, data) as dsn:
        shown = asyncio.run(_print(dsn, chosen, console))
    typer.echo("1 event" if shown == 1 else f"{shown} events", err=True)


def _zoned(at: datetime | None) -> datetime | None:
    """Take a time without an offset as what is printed is: in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


async def _print(dsn: str, chosen: Filter, console: Console) -> int:
    conn = await Database(dsn, statement_seconds=600).connect("replay")
    shown = 0
    try:
        async for event in selected(conn, chosen):
            console.print(line(event))
            shown += 1
    finally:
        conn.terminate()
    return shown
