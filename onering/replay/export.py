"""Writing an export: all of a log, or what was chosen of it, in one file that is whole or is not there.

NDJSON has every column as it is, between a first line that says what this is and a last one that says it is complete;
CSV is for spreadsheets (docs/REPLAY.md).
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from onering import spreadsheet
from onering.log.record import TABLE_ORDER, Record, encoded, spelled
from onering.replay.chosen import Filter
from onering.replay.faults import Misasked
from onering.replay.source import Source

FORMAT = "onering-export"
FORMAT_VERSION = 1

Write = Callable[[bytes], Any]


class ExportFormat(StrEnum):
    """What an export is written as."""

    NDJSON = "ndjson"
    CSV = "csv"


async def export(source: Source, chosen: Filter, format: ExportFormat, write: Write) -> int:
    """Write the chosen records of a log, as far as it goes now; return how many there were."""
    count = 0
    writing = _Ndjson(await source.about(), chosen) if format is ExportFormat.NDJSON else _Csv()
    write(writing.head())
    async for page in source.pages(chosen):
        write(writing.page(page))
        count += len(page)
    write(writing.tail(count))
    return count


class _Ndjson:
    """Lines of JSON; the last one has the SHA-256 of all before it, so that no accident to the file goes unnoticed."""

    def __init__(self, about: dict[str, Any], chosen: Filter) -> None:
        self._first = {"format": FORMAT, "format_version": FORMAT_VERSION, **about}
        if chosen.spelled():
            self._first["filter"] = {**self._first.get("filter", {}), **chosen.spelled()}
        self._digest = sha256()

    def head(self) -> bytes:
        return self._noted(_line(self._first))

    def page(self, records: Sequence[Record]) -> bytes:
        return self._noted(b"".join(map(encoded, records)))

    def tail(self, count: int) -> bytes:
        return _line({"events": count, "sha256": self._digest.hexdigest()})

    def _noted(self, written: bytes) -> bytes:
        self._digest.update(written)
        return written


def _line(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


class _Csv:
    """RFC 4180, in UTF-8; a cell that a spreadsheet would run begins with an apostrophe."""

    def head(self) -> bytes:
        return spreadsheet.rows([TABLE_ORDER])

    def page(self, records: Sequence[Record]) -> bytes:
        return spreadsheet.rows([spelled(record) for record in records])

    def tail(self, count: int) -> bytes:
        return b""


@contextmanager
def destination(path: Path | None) -> Iterator[Write]:
    """Yield what writes: to standard output, or to a file that takes its name once all of it is on the disk.

    Whatever ends the block early, nothing of that name appears or changes. `.gz` is compressed. Raises Misasked.
    """
    if path is None:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    unfinished = _unfinished(path)
    try:
        with open(unfinished, "wb") as file:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=file, mode="wb") as compressed:
                    yield compressed.write
            else:
                yield file.write
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    # Readable by its owner alone: it holds what people wrote in private.
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".unfinished")
    except OSError as fault:
        raise Misasked(f"{path} can't be written: {fault.strerror}.") from fault
    os.close(descriptor)
    return Path(name)
