"""`onering keys`: the keys that sign the log, as an operator makes, shows and changes them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from onering.log.connection import Database
from onering.options import Data, DatabaseUrl, OpenDatabase
from onering.proofs.faults import KeysFault
from onering.proofs.keyring import Keyring
from onering.proofs.keys import Keys
from onering.service.database import brought_up
from onering.service.environment import account, settings_of
from onering.service.faults import Misconfigured, ServiceError
from onering.service.log_keys import Operator
from onering.service.signing import keyring, printed, public, shown
from onering.settings import Settings

commands = typer.Typer(
    help='The keys that sign the log\'s checkpoints (docs/OPERATIONS.md, "Keys and checkpoints").', no_args_is_help=True
)

KeysPath = Annotated[
    Path | None,
    typer.Option(
        "--keys", envvar="ONERING_KEYS", show_default="beside the data folder", file_okay=False, help="The keys folder."
    ),
]


@commands.command("new")
def new(
    context: typer.Context,
    origin: Annotated[
        str | None,
        typer.Option(
            envvar="ONERING_LOG_ORIGIN", show_default="made of the log's id", help="What the log is called for ever."
        ),
    ] = None,
    to_print: Annotated[
        bool, typer.Option("--print", help="Print a private key for ONERING_LOG_KEY, and keep nothing; takes --origin.")
    ] = False,
    keys: KeysPath = None,
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """Make the first key, and open the log: from then on it is signed. The service may be running."""
    if to_print:
        if origin is None:
            raise Misconfigured("A key that is kept elsewhere needs the log's name: --origin example.com/log.")
        typer.echo(printed(origin))
        return
    _act(context, _settings(keys, database_url, data, log_origin=origin), lambda operator: operator.new(origin))


@commands.command("show")
def show(
    only_public: Annotated[
        bool,
        typer.Option("--public", help="Print the public keys and nothing else: a file for scripts/verify.py --key."),
    ] = False,
    keys: KeysPath = None,
    data: Data = None,
) -> None:
    """Print the origin, the public keys as people pin them, and how much was signed. It needs no database."""
    ring = keyring(_settings(keys, None, data))
    with_faults(lambda: typer.echo(public(ring) if only_public else shown(ring)))


@commands.command("rotate")
def rotate(
    context: typer.Context,
    retire: Annotated[bool, typer.Option("--retire", help="Drop the older key instead.")] = False,
    keys: KeysPath = None,
    database_url: DatabaseUrl = None,
    data: Data = None,
) -> None:
    """Add a second key; checkpoints are signed with both until the older one is retired. The service may be running."""
    settings = _settings(keys, database_url, data)
    _act(context, settings, lambda operator: operator.retire() if retire else operator.rotate())


@commands.command("new-log")
def new_log(context: typer.Context, keys: KeysPath = None, database_url: DatabaseUrl = None, data: Data = None) -> None:
    """Begin a new origin after the signer refused, with a new key, and take the log as it is. The break stays visible.

    The service may be running.
    """
    _act(context, _settings(keys, database_url, data), lambda operator: operator.new_log())


def _settings(keys: Path | None, database_url: str | None, data: Path | None, **more: str | None) -> Settings:
    return settings_of(keys=keys, database_url=database_url, data=data, **more)


def _act(context: typer.Context, settings: Settings, act: Callable[[Operator], Awaitable[Keys]]) -> None:
    ring = keyring(settings)
    open_database: OpenDatabase = context.obj
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with open_database(url, settings.data) as dsn:
        with_faults(lambda: asyncio.run(_acted(dsn, ring, settings, act)))
    typer.echo(shown(ring))


async def _acted(dsn: str, ring: Keyring, settings: Settings, act: Callable[[Operator], Awaitable[Keys]]) -> None:
    conn = await Database(await brought_up(dsn)).connect("keys")
    try:
        # Two operators at once would each keep what the other one did not.
        async with ring.folder.alone():
            await act(Operator(conn, ring, settings, account()))
    finally:
        await conn.close()


def with_faults(act: Callable[[], None]) -> None:
    """Tell an operator what is wrong with the keys. Raises ServiceError."""
    try:
        act()
    except KeysFault as fault:
        raise ServiceError(f"{fault}.") from fault
