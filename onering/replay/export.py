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
from onering.replay.lines import encoded_with_proof
from onering.replay.source import Prove, Source

FORMAT = "onering-export"
FORMAT_VERSION = 2

Write = Callable[[bytes], Any]


class ExportFormat(StrEnum):
    """What an export is written as."""

    NDJSON = "ndjson"
    CSV = "csv"


async def export(source: Source, chosen: Filter, format: ExportFormat, write: Write) -> int:
    """Write the chosen records of a log, as far as it goes now; return how many there were."""
    about = await source.about()
    if format is ExportFormat.CSV:
        return await _written(source, chosen, _Csv(), write)
    if not chosen.spelled() and "filter" not in about:
        return await _written(source, chosen, _Ndjson(about), write)
    async with source.proving() as prove:
        return await _written(source, chosen, _Ndjson(_of_a_part(about, chosen), prove), write)


async def _written(source: Source, chosen: Filter, writing: "_Ndjson | _Csv", write: Write) -> int:
    count = 0
    write(writing.head())
    async for page in source.pages(chosen):
        write(await writing.page(page))
        count += len(page)
    write(writing.tail(count))
    return count


def _of_a_part(about: dict[str, Any], chosen: Filter) -> dict[str, Any]:
    """Return what the first line says of what was chosen from a log: whose tiles are of no use then."""
    whole = {name: value for name, value in about.items() if name != "tiles"}
    return {**whole, "filter": {**about.get("filter", {}), **chosen.spelled()}}


class _Ndjson:
    """Lines of JSON; the last one has the SHA-256 of all before it, so that no accident to the file goes unnoticed."""

    def __init__(self, about: dict[str, Any], prove: Prove | None = None) -> None:
        self._first = {"format": FORMAT, "format_version": FORMAT_VERSION, **about}
        self._prove = prove
        self._digest = sha256()

    def head(self) -> bytes:
        return self._noted(_line(self._first))

    async def page(self, records: Sequence[Record]) -> bytes:
        if self._prove is None:
            return self._noted(b"".join(map(encoded, records)))
        proofs = await self._prove(records)
        return self._noted(b"".join(map(encoded_with_proof, records, proofs)))

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

    async def page(self, records: Sequence[Record]) -> bytes:
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
