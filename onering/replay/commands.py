"""`onering replay`: what an auditor asks of a log, in a database or in an exported file."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.console import Console

from onering.options import Data, DatabaseUrl
from onering.progress import bars
from onering.replay import timeline
from onering.replay.check import check
from onering.replay.chosen import Filter, in_utc
from onering.replay.diff import diff
from onering.replay.export import ExportFormat, destination, export
from onering.replay.exported import ExportedLog
from onering.replay.faults import Misasked
from onering.replay.past import draft_at, moment, rendered, told
from onering.replay.place import File, Log, Place
from onering.replay.report import CheckReport, DiffReport
from onering.replay.verification import verify_log

commands = typer.Typer(
    help="Read the audit log: every event, in order, with the verified person who made it.",
    epilog="Exit codes: 0 clean, 1 a finding or a failure, 2 wrong usage, 3 nothing wrong, but not everything could be "
    "judged, 4 (verify) another history than was verified before. All of it reads a database that is in use, and "
    "disturbs nobody.",
    no_args_is_help=True,
)

DraftOption = Annotated[UUID | None, typer.Option("--draft", help="Only this draft.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Only what this person did.")]
TypeOption = Annotated[str | None, typer.Option("--type", help="Only this event type, such as segment_added.")]
Since = Annotated[datetime | None, typer.Option(help="Only events at or after this time; UTC if not said.")]
Until = Annotated[datetime | None, typer.Option(help="Only events at or before this time; UTC if not said.")]
Limit = Annotated[int, typer.Option(min=0, help="Most that is shown of what is found; all of it is counted.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@commands.command("print")
def print_log(
    context: typer.Context,
    database_url: DatabaseUrl = None,
    data: Data = None,
    file: File = None,
    draft: DraftOption = None,
    actor: ActorOption = None,
    type: TypeOption = None,
    since: Since = None,
    until: Until = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is written from now on; ends by Ctrl-C.")
    ] = False,
) -> None:
    """Print the log, oldest first: position, time in UTC, draft and version, person, event, details."""
    chosen = _chosen(draft, actor, type, since, until)
    place = Place(context, database_url, data, file)
    console = Console(soft_wrap=True, highlight=False)
    if follow:
        _follow(place, chosen, console)
        return
    shown = place.read("reading", lambda log: _print(log, chosen, console))
    typer.echo("1 event" if shown == 1 else f"{shown} events", err=True)


def _chosen(
    draft: UUID | None, actor: str | None, type: str | None, since: datetime | None, until: datetime | None
) -> Filter:
    return Filter(draft, actor, type, in_utc(since) if since else None, in_utc(until) if until else None)


async def _print(log: Log, chosen: Filter, console: Console) -> int:
    shown = 0
    async for page in log.pages(chosen):
        for record in page:
            console.print(timeline.line(record.event))
        shown += len(page)
    _demand_whole(log)
    return shown


def _demand_whole(log: Log) -> None:
    if isinstance(log, ExportedLog):
        log.demand_whole()


def _follow(place: Place, chosen: Filter, console: Console) -> None:
    if chosen.until is not None:
        raise Misasked("--follow goes on for ever; it has no --until.")
    try:
        with place.dsn() as dsn:
            asyncio.run(_print_on(dsn, chosen, console))
    except KeyboardInterrupt:
        return


async def _print_on(dsn: str, chosen: Filter, console: Console) -> None:
    async for page in timeline.followed(dsn, chosen):
        for record in page:
            console.print(timeline.line(record.event))


@commands.command("state")
def show_state(
    context: typer.Context,
    draft: Annotated[UUID, typer.Argument(metavar="DRAFT", help="The draft's id.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION|TIME", show_default="now", help="As it was then; a time is UTC if it does not say."
        ),
    ] = None,
    json: AsJson = False,
    database_url: DatabaseUrl = None,
    data: Data = None,
    file: File = None,
) -> None:
    """Show a draft as it is or was: title, members, who held the ring, every segment. --json is the API's form."""
    then = moment(at) if at is not None else None

    async def state(log: Log) -> dict[str, object]:
        return await rendered(log, await draft_at(log, draft, then))

    shown = Place(context, database_url, data, file).read("reading", state)
    if json:
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in told(shown):
        console.print(line)


@commands.command("export")
def export_log(
    context: typer.Context,
    format: Annotated[
        ExportFormat, typer.Option(help="NDJSON can be checked; CSV is for spreadsheets.")
    ] = ExportFormat.NDJSON,
    out: Annotated[
        Path | None,
        typer.Option(show_default="standard output", dir_okay=False, help="The file; it appears when it is whole."),
    ] = None,
    database_url: DatabaseUrl = None,
    data: Data = None,
    file: File = None,
    draft: DraftOption = None,
    actor: ActorOption = None,
    type: TypeOption = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write the log to a file, up to its head as it is now. What is filtered can be verified, but not checked."""
    chosen = _chosen(draft, actor, type, since, until)

    async def written(log: Log) -> int:
        with destination(out) as write:
            count = await export(log, chosen, format, write)
            _demand_whole(log)
            return count

    count = Place(context, database_url, data, file).read("exporting", written)
    typer.echo("1 event" if count == 1 else f"{count} events", err=True)


@commands.command("check")
def check_log(
    context: typer.Context,
    json: AsJson = False,
    limit: Limit = 1000,
    database_url: DatabaseUrl = None,
    data: Data = None,
    file: File = None,
) -> None:
    """Check the whole log: order, times, hashes, people, and that every event is legal. One line per finding."""
    report = CheckReport(limit, as_json=json)
    verdict = Place(context, database_url, data, file).read("checking", lambda log: check(log, report.found))
    raise typer.Exit(report.end(verdict))


commands.command("verify")(verify_log)


@commands.command("diff")
def diff_log(context: typer.Context, limit: Limit = 20, database_url: DatabaseUrl = None, data: Data = None) -> None:
    """Build the read models again in a scratch schema and compare them with the live ones, row by row."""
    report = DiffReport()
    with Place(context, database_url, data).dsn() as dsn, bars() as show:
        differ = asyncio.run(diff(dsn, show, limit, report.compared))
    raise typer.Exit(1 if differ else 0)
