"""Where a command finds the log that it reads: in an exported file, or in the database that two options mean."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from onering.options import OpenDatabase
from onering.progress import bars
from onering.replay import database, exported
from onering.replay.database import DatabaseLog
from onering.replay.exported import ExportedLog
from onering.replay.faults import Misasked

T = TypeVar("T")
Log = DatabaseLog | ExportedLog

File = Annotated[
    Path | None,
    typer.Option(
        "--file",
        show_default=False,
        help="Read an NDJSON export instead of a database, perhaps compressed (gzip); - is standard input.",
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the log is: a file, or the database that two options mean."""

    context: typer.Context
    database_url: str | None
    data: Path | None
    file: Path | None = None

    def read(self, what: str, work: Callable[[Log], Awaitable[T]]) -> T:
        """Return what `work` makes of the log."""
        with bars() as show:
            if self.file is not None:
                with exported.opened(self.file, lambda done, total: show(what, done, total)) as log:
                    return asyncio.run(_of(work, log))
            with self.dsn() as dsn:
                return asyncio.run(_of_database(work, dsn, lambda done, total: show(what, done, total)))

    def dsn(self) -> AbstractContextManager[str]:
        """Open the database."""
        if self.file is not None:
            raise Misasked("A file does not change: --follow is for a database.")
        open_database: OpenDatabase = self.context.obj
        return open_database(self.database_url, self.data)


async def _of(work: Callable[[Log], Awaitable[T]], log: Log) -> T:
    return await work(log)


async def _of_database(work: Callable[[Log], Awaitable[T]], dsn: str, progress: Callable[[int, int], None]) -> T:
    async with database.opened(dsn, progress) as log:
        return await work(log)
