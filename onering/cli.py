"""The command `onering`."""

import asyncio
import math
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import asyncpg
import typer
from rich.console import Console

from onering import __version__, logs
from onering import follow as following
from onering.auth.composition import principals
from onering.auth.development import mint
from onering.domain.plans import Plan
from onering.log.connection import DATABASE_FAULTS, said
from onering.options import LOG_KEYS, Data, DatabaseUrl, LogKeys, OpenDatabase
from onering.proofs.faults import KeysFault
from onering.replay.chosen import in_utc
from onering.replay.commands import commands as replay
from onering.replay.faults import Misasked, ReplayFault
from onering.service import access, supervisor, upkeep
from onering.service.database import data_folder, opened
from onering.service.environment import account, settings_of
from onering.service.faults import Misconfigured, ServiceError
from onering.service.keys import commands as keys
from onering.service.progress import progress_bar
from onering.service.signing import keyring
from projections.faults import ProjectionFault

FAILED, MISUSED = 1, 2

TIMES = [
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
]
User = Annotated[str | None, typer.Argument(metavar="USER", show_default=False, help="Whose, by their user id.")]
IssuerOf = Annotated[str | None, typer.Option(metavar="ISS", help="Instead of USER: the `iss` of their tokens, …")]
SubjectOf = Annotated[str | None, typer.Option(metavar="SUB", help="… and the `sub`.")]

app = typer.Typer(
    help="OneRing: writing together, one turn at a time. Start it with `onering serve`.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. Settings are environment variables; "
    "options override them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
epoch = typer.Typer(help="The epoch: the name of this log's unbroken history.", no_args_is_help=True)
app.add_typer(replay, name="replay")
app.add_typer(epoch, name="epoch")
app.add_typer(keys, name="keys")


def main(arguments: list[str] | None = None) -> None:
    """Run `onering` with these arguments, or the process's own; ends the process."""
    try:
        app(arguments, prog_name="onering")
    except (Misconfigured, Misasked) as fault:
        _end(str(fault), MISUSED)
    except asyncpg.exceptions.ClientConfigurationError as fault:
        _end(f"DATABASE_URL can't be used: {fault}.", MISUSED)
    except (ServiceError, ProjectionFault, ReplayFault) as fault:
        _end(str(fault), FAILED)
    except asyncpg.UndefinedTableError:
        _end("This database holds no log yet; run `onering migrate` first.", FAILED)
    except DATABASE_FAULTS as fault:
        _end(f"The database can't be used: {said(fault)}.", FAILED)


def _end(sentences: str, code: int) -> NoReturn:
    print(sentences, file=sys.stderr)
    sys.exit(code)


@contextmanager
def _database(database_url: str | None, data: Path | None, *, make: bool = False) -> Iterator[str]:
    settings = settings_of(database_url=database_url, data=data)
    logs.configure(settings)
    # A Postgres that was started for the time must be stopped, however this ends.
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with opened(settings, make=make) as dsn:
            yield dsn
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_keys(data: Path | None) -> Sequence[str]:
    settings = settings_of(data=data)
    try:
        keys = keyring(settings).keys()
    except (Misconfigured, KeysFault):
        # Whoever verifies need not be whoever signs.
        return ()
    return keys.verifiers if keys is not None else ()


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"onering {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    open_database: OpenDatabase = _database
    log_keys: LogKeys = _log_keys
    context.obj, context.meta[LOG_KEYS] = open_database, log_keys


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(envvar="ONERING_HOST", show_default="127.0.0.1", help="Address to listen on.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            envvar="ONERING_PORT", show_default="8000", min=0, max=65535, help="Port to listen on; 0 takes a free one."
        ),
    ] = None,
    data: Data = None,
    workers: Annotated[
        int | None, typer.Option(envvar="ONERING_WORKERS", show_default="1", min=1, max=64, help="Server processes.")
    ] = None,
    database_url: DatabaseUrl = None,
    trust_first: Annotated[
        bool | None,
        typer.Option(
            "--trust-first",
            envvar="ONERING_TRUST_FIRST",
            help="Sign with a key that has no memory: take the log as it is.",
        ),
    ] = None,
) -> None:
    """Start the service, and a Postgres of its own unless DATABASE_URL names another.

    Everything is kept in one folder, and the next start finds it there. Ctrl-C stops both cleanly.
    """
    settings = settings_of(
        host=host, port=port, data=data, workers=workers, database_url=database_url, trust_first=trust_first
    )
    logs.configure(settings)
    supervisor.serve(settings, _say)


def _say(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:
        # A terminal or pipe that was closed takes no more words, and that must not disturb an orderly end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def token(
    user: Annotated[str, typer.Argument(metavar="USER", help="Who the token is for, such as alice.")],
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 1.0,
    data: Data = None,
) -> None:
    """Print a token for developing: any request with it is made by USER.

    Only a service in the profiles local and test, on the same data folder, accepts it.
    """
    settings = settings_of(data=data)
    if not settings.developing:
        raise Misconfigured(f"Development tokens are for local and test; ONERING_ENV is {settings.env}.")
    if not 0 < hours * 3600 <= settings.token_max_seconds:
        raise Misconfigured(f"A token lives more than 0 and at most {settings.token_max_seconds / 3600:g} hours.")
    seconds = math.ceil(hours * 3600)
    try:
        typer.echo(mint(user, data_folder(settings).development_secret(), now=datetime.now(UTC), seconds=seconds))
    except ValueError as fault:
        raise Misconfigured(str(fault)) from fault


@app.command()
def follow(
    draft: Annotated[UUID, typer.Argument(metavar="DRAFT", help="The draft's id.")],
    user: Annotated[str | None, typer.Option("--as", help="Who follows, where the profile is local or test.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="ONERING_TOKEN", show_default=False, help="A token of who follows.")
    ] = None,
    url: Annotated[str, typer.Option(help="Where the service is.")] = "http://127.0.0.1:8000",
) -> None:
    """Show a draft and what is written to it, as it is written. Without --as and a token: a public one, as nobody."""
    headers = {"Authorization": f"Bearer {token}"} if token else {"X-User-Id": user} if user else {}
    try:
        asyncio.run(following.follow(url, draft, headers, Console(soft_wrap=True, highlight=False)))
    except following.Refused as refusal:
        _end(str(refusal), FAILED)
    except KeyboardInterrupt:
        return


@app.command()
def migrate(database_url: DatabaseUrl = None, data: Data = None) -> None:
    """Bring the database to this release; make what is missing. `onering serve` does the same when it starts."""
    with _database(database_url, data, make=True) as dsn:
        typer.echo(asyncio.run(upkeep.migrate(dsn, account())))


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The read model, such as drafts.")],
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """Build a read model anew from the log, beside the one in use, and switch to it. The service may be running."""
    with _database(database_url, data) as dsn, progress_bar() as progress:
        build = asyncio.run(upkeep.rebuild(dsn, name, progress, account()))
    typer.echo(f"{build.name} is live as version {build.version}, at position {build.position}.")


@app.command()
def plan(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose plan, by their user id, such as alice.")],
    plan: Annotated[Plan, typer.Argument(metavar="PLAN", help="free, creator or team.")],
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """Give USER another plan: an event of theirs, in the name of your account. The service may be running."""
    with _database(database_url, data) as dsn:
        typer.echo(asyncio.run(upkeep.give_plan(dsn, user, plan, account())))


@app.command()
def revoke(
    user: User = None,
    before: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", formats=TIMES, show_default="now", help="Tokens issued before it end; UTC."),
    ] = None,
    until_restored: Annotated[
        bool, typer.Option("--until-restored", help="End all tokens, also those of the future.")
    ] = False,
    issuer: IssuerOf = None,
    subject: SubjectOf = None,
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """End what USER signed in with: their tokens count no more, their sockets are closed. Signing in again works.

    It is an event in the name of your account. The service may be running; every process of it knows at once.
    """
    names = principals(settings_of())
    with _database(database_url, data) as dsn:
        ending = access.revoke(
            dsn,
            access.Whom(user, issuer, subject),
            names,
            account(),
            before=in_utc(before) if before else None,
            until_restored=until_restored,
        )
        typer.echo(asyncio.run(ending))


@app.command()
def restore(
    user: User = None,
    issuer: IssuerOf = None,
    subject: SubjectOf = None,
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """Let USER in again whose tokens were revoked: those that have not expired count again."""
    names = principals(settings_of())
    with _database(database_url, data) as dsn:
        typer.echo(asyncio.run(access.restore(dsn, access.Whom(user, issuer, subject), names, account())))


@epoch.command("show")
def show_epoch(database_url: DatabaseUrl = None, data: Data = None) -> None:
    """Print the epoch."""
    with _database(database_url, data) as dsn:
        typer.echo(asyncio.run(upkeep.epoch(dsn)))


@epoch.command("bump")
def bump_epoch(database_url: DatabaseUrl = None, data: Data = None) -> None:
    """Start a new epoch, after the database's files were restored from a backup: readers are told to begin anew.

    A running service takes it up when it connects again, so restart it.
    """
    with _database(database_url, data) as dsn:
        typer.echo(asyncio.run(upkeep.begin_epoch(dsn, account())))
