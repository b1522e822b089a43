"""Reading an export: the same log as its database's, from a file, a compressed one or a pipe."""

import gzip
import io
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from onering.log.record import Record
from onering.replay.chosen import EVERYTHING, Filter
from onering.replay.export import FORMAT, FORMAT_VERSION
from onering.replay.faults import BrokenExport, Misasked
from onering.replay.findings import Finding
from onering.replay.lines import Misspelt, decoded, decoded_with_proof
from onering.replay.signed import Proof
from onering.replay.source import Progress, Prove, silent
from projections.people import default_name

PAGE = 2000
_GZIP = b"\x1f\x8b"
STDIN = Path("-")


@contextmanager
def opened(path: Path, progress: Progress = silent) -> Iterator["ExportedLog"]:
    """Open an export; `-` is standard input. Raises Misasked, BrokenExport."""
    try:
        raw = io.FileIO(sys.stdin.fileno() if path == STDIN else path, closefd=path != STDIN)
    except OSError as fault:
        raise Misasked(f"{path} can't be read: {fault.strerror}.") from fault
    size = 0 if path == STDIN else path.stat().st_size
    with io.BufferedReader(raw) as file:
        compressed = file.peek(2)[:2] == _GZIP
        yield ExportedLog(gzip.GzipFile(fileobj=file) if compressed else file, file, size, progress)


class ExportedLog:
    """The log in an export. `flaws` are what is wrong with the file itself, once it was read to its end."""

    def __init__(self, lines: Iterable[bytes], raw: "io.BufferedReader[Any]", size: int, progress: Progress) -> None:
        self.progress = progress
        self.flaws: list[Finding] = []
        self._lines = _whole(lines)
        self._raw = raw
        self._size = size
        self._digest = sha256()
        self.header = self._header()
        self.lane: int = self.header["lane"]
        self.head: int = self.header["head"]
        self.filter: dict[str, str] = self.header.get("filter", {})
        self._proved = bool(self.filter) and self.header["format_version"] > 1
        self._proofs: dict[int, Proof] = {}

    async def about(self) -> dict[str, Any]:
        """Return what the file's first line says of its log."""
        said = {name: value for name, value in self.header.items() if name not in ("format", "format_version")}
        return said if "checkpoint" in said else {**said, "checkpoint": None, "tiles": []}

    @asynccontextmanager
    async def proving(self) -> AsyncIterator[Prove]:
        """Yield what has the proofs that are in the file: those of a page, until the next one is read."""

        async def prove(records: Sequence[Record]) -> list[Proof]:
            return [self._proofs.get(record.event.position) for record in records]

        yield prove

    async def pages(self, chosen: Filter = EVERYTHING) -> AsyncGenerator[Sequence[Record], None]:
        """Yield the chosen records in order. It can be read once."""
        page: list[Record] = []
        for record in self._records():
            if chosen.wants(record.event):
                page.append(record)
            else:
                self._proofs.pop(record.event.position, None)
            if len(page) == PAGE:
                yield page
                page = []
                self._proofs.clear()
                self.progress(self._raw.tell(), self._size) if self._size else None
        yield page

    async def names(self, people: Collection[str]) -> Mapping[str, str]:
        """Return the names of people who chose none: what they chose is not in the log."""
        return {user_id: default_name(user_id) for user_id in people}

    def demand_whole(self) -> None:
        """Raise BrokenExport if the file was found to be damaged or not complete."""
        if self.flaws:
            raise BrokenExport(f"The file is not a whole export: {self.flaws[0].text}.")

    def _header(self) -> dict[str, Any]:
        line = next(self._lines, b"")
        self._digest.update(line)
        try:
            header = orjson.loads(line)
        except ValueError:
            header = None
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise BrokenExport("This is no export; `onering replay export` writes one, as NDJSON.")
        if header.get("format_version") not in range(1, FORMAT_VERSION + 1):
            raise BrokenExport("This export has a format of another release; read it with that one.")
        if not isinstance(header.get("filter", {}), dict) or not all(
            _is_place(header.get(n)) for n in ("lane", "head")
        ):
            raise BrokenExport("The first line of this export does not say which part of which log it is.")
        return header

    def _records(self) -> Iterator[Record]:
        """Yield what can be read; note what can't."""
        count, number, last = 0, 1, b""
        for number, line in enumerate(self._lines, 2):
            if last:
                yield from self._record(last, number - 1)
                self._digest.update(last)
                count += 1
            last = line
        self._end(last, count, number)

    def _record(self, line: bytes, number: int) -> Iterator[Record]:
        try:
            if self._proved:
                record, self._proofs[record.event.position] = decoded_with_proof(line)
                yield record
            else:
                yield decoded(line)
        except Misspelt as fault:
            self._flawed(f"line {number} can't be read, since {fault}")

    def _end(self, line: bytes, count: int, number: int) -> None:
        try:
            end = orjson.loads(line)
        except ValueError:
            end = None
        if not isinstance(end, dict) or tuple(end) != ("events", "sha256"):
            self._flawed("it has no last line, so it is not complete")
        elif end["events"] != count:
            self._flawed(f"it has {count} events, and its last line says {end['events']}")
        elif line != orjson.dumps(end, option=orjson.OPT_APPEND_NEWLINE) or end["sha256"] != self._digest.hexdigest():
            self._flawed("its bytes are not those that were written: the SHA-256 in its last line is another")

    def _flawed(self, text: str) -> None:
        self.flaws.append(Finding(None, "file", text))


def _is_place(value: object) -> bool:
    return type(value) is int and value >= 0


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file as far as it can be read: what a damaged archive lacks is noticed as a missing end."""
    try:
        yield from lines
    except (OSError, EOFError, zlib.error):
        return
