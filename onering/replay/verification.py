"""`onering replay verify`, by the program that auditors have: scripts/verify.py itself, on a file or on a database."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import asyncpg
import typer

from onering.log.connection import DATABASE_FAULTS, said
from onering.options import LOG_KEYS, Data, DatabaseUrl, LogKeys, Unavailable
from onering.replay.chosen import EVERYTHING
from onering.replay.database import DatabaseLog
from onering.replay.export import ExportFormat, export
from onering.replay.faults import Misasked
from onering.replay.place import Log, Place

_NAME = "onering_verify"

ProvedFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        show_default=False,
        help="Verify an NDJSON export, perhaps compressed, or a proof file instead of a database; - is standard input.",
    ),
]


def verify_log(
    context: typer.Context,
    key: Annotated[
        list[str] | None,
        typer.Option(
            show_default="the service's own",
            help="A key to trust, <name>+<id>+<base64>, or a file of them; repeatable.",
        ),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(dir_okay=False, help="An older export or proof of this log, to compare with.")
    ] = None,
    consistency: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The answer of GET /v1/log/consistency, for a proof.")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option(show_default="one per person", help="Where verified checkpoints are remembered.")
    ] = None,
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Neither remember, nor compare with what was verified.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="All of a log is expected: a part of one is incomplete.")
    ] = False,
    database_url: DatabaseUrl = None,
    data: Data = None,
    file: ProvedFile = None,
) -> None:
    """Verify that a log, or one event, is what was signed, and grew from what was verified before."""
    log_keys: LogKeys = context.meta[LOG_KEYS]
    options = _options(key or log_keys(data), against=against, consistency=consistency, memory=memory)
    options += [name for name, asked in (("--no-memory", no_memory), ("--whole", whole)) if asked]
    if file is not None:
        raise typer.Exit(verify_file(options, file))

    async def verified(log: Log) -> int:
        assert isinstance(log, DatabaseLog)
        return await verify_database(options, log)

    with _nothing_judged():
        code = Place(context, database_url, data).read("verifying", verified)
    raise typer.Exit(code)


def _options(keys: Sequence[str], **paths: Path | None) -> list[str]:
    given = [(name, str(path)) for name, path in paths.items() if path is not None]
    return [f"--{name}={value}" for name, value in [*(("key", key) for key in keys), *given]]


@contextmanager
def _nothing_judged() -> Iterator[None]:
    """Take a database that can't be read for wrong usage: exit code 1 is for a log that is damaged."""
    try:
        yield
    except asyncpg.UndefinedTableError:
        raise Misasked("This database holds no log yet.") from None
    except Unavailable as fault:
        raise Misasked(str(fault)) from fault
    except DATABASE_FAULTS as fault:
        raise Misasked(f"The database can't be used: {said(fault)}.") from fault


@cache
def program() -> ModuleType:
    """Return verify.py: among the scripts in a clone, inside `onering` in a wheel."""
    shipped = Path(str(files("onering") / "verify.py"))
    path = shipped if shipped.is_file() else Path(__file__).parents[2] / "scripts" / "verify.py"
    spec = spec_from_file_location(_NAME, path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[_NAME] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verify_file(options: Sequence[str], file: Path) -> int:
    """Verify an export or a proof file with options of verify.py; return its exit code."""
    return int(program().main([*options, str(file)]))


async def verify_database(options: Sequence[str], log: DatabaseLog) -> int:
    """Verify a log as an export of it would be; return the exit code. Raises Misasked, DATABASE_FAULTS."""
    verify = program()
    try:
        with verify.judging(verify.parser().parse_args([*options, "-"])) as (judge, older):
            lines = _Lines(lambda first: verify.Export(first, judge, older))
            await export(log, EVERYTHING, ExportFormat.NDJSON, lines.take)
            return int(lines.export.end())
    except verify.Misused as fault:
        raise Misasked(str(fault)) from fault


class _Lines:
    """Takes an export as it is written, and has it judged line by line."""

    def __init__(self, begin: Callable[[bytes], Any]) -> None:
        self._begin = begin
        self.export: Any = None

    def take(self, written: bytes) -> None:
        for line in written.splitlines(keepends=True):
            if self.export is None:
                self.export = self._begin(line)
            else:
                self.export.line(line)
