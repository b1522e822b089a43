"""The options of every command that works on a database, and how such a command gets it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="DATABASE_URL",
        show_default=False,
        help="URL of a Postgres 15 to 18 of your own, instead of the embedded one. "
        "The variable keeps its password out of the list of processes.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        envvar="ONERING_DATA",
        show_default="one per person",
        file_okay=False,
        help="Folder of the embedded Postgres.",
    ),
]


class Unavailable(Exception):
    """There is no database as asked for; the message says why and what to do."""


# Given the two options above: the DSN of the database they mean, for the time of a `with` block. It is the object of
# the command line's context, so that commands need not know how a database is found.
OpenDatabase: TypeAlias = Callable[[str | None, Path | None], AbstractContextManager[str]]

# Given the data folder: the keys that the service signs with, as people pin them; none where there are none. Under this
# name in the context's `meta`.
LogKeys: TypeAlias = Callable[[Path | None], Sequence[str]]
LOG_KEYS = "onering.log_keys"
