"""A judge in a process of its own: while it judges a page of events, the next one is read and hashed here.

`python -m onering.replay.aside` is that process: pages come on its standard input, verdicts go to its standard output.
"""

import asyncio
import gc
import marshal
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple
from typing import Any, BinaryIO, Protocol

from onering.log.event import StoredEvent
from onering.replay.findings import Counts, Finding, Judged
from onering.replay.flat import flat
from onering.replay.judge import Judge

# Fewer events are judged sooner than a process starts.
WORTH_A_PROCESS = 30_000
_LENGTH_BYTES = 4
# Verdicts are read as they come, also while a page is sent: else both could wait for each other.
_MOST_UNREAD = 1 << 28


class Court(Protocol):
    """Takes pages of events in order and tells, a page later perhaps, what became of them."""

    async def page(self, events: Sequence[StoredEvent]) -> Judged:
        """Take the next events; return what is known meanwhile."""
        ...

    async def end(self) -> Judged:
        """Return the rest: no more events come."""
        ...


@asynccontextmanager
async def court(events: int) -> AsyncIterator[Court]:
    """Yield who judges that many events: in this process, or aside of it."""
    if events < WORTH_A_PROCESS or os.cpu_count() == 1:
        yield _Here()
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "onering.replay.aside"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_MOST_UNREAD,
        # A Ctrl-C is for the process that asks; the judge goes when its input ends, also if we are killed.
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield _Aside(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        await process.wait()


class _Here:
    def __init__(self) -> None:
        self._judge = Judge()

    async def page(self, events: Sequence[StoredEvent]) -> Judged:
        return self._judge.page([flat(event) for event in events])

    async def end(self) -> Judged:
        return self._judge.end()


class _Aside:
    """One page is under way: sent, and its verdict not asked for yet."""

    def __init__(self, pages: asyncio.StreamWriter, verdicts: asyncio.StreamReader) -> None:
        self._pages = pages
        self._verdicts = verdicts
        self._under_way = 0

    async def page(self, events: Sequence[StoredEvent]) -> Judged:
        self._pages.write(_framed([flat(event) for event in events]))
        await self._pages.drain()
        self._under_way += 1
        return await self._verdict() if self._under_way > 1 else Judged()

    async def end(self) -> Judged:
        judged = Judged()
        self._pages.write(_framed(None))
        self._under_way += 1
        while self._under_way:
            judged.add(await self._verdict())
        return judged

    async def _verdict(self) -> Judged:
        length = int.from_bytes(await self._verdicts.readexactly(_LENGTH_BYTES))
        findings, notes, counts = marshal.loads(await self._verdicts.readexactly(length))
        self._under_way -= 1
        return Judged([Finding(*f) for f in findings], [Finding(*f) for f in notes], Counts(*counts))


def main() -> None:
    """Judge what comes on standard input until it ends."""
    # Nothing that is made here refers to itself, and looking for what does takes a fifth of the time.
    gc.disable()
    judge = Judge()
    # Whoever asks may be killed at any moment: then there is half a page, or nobody who listens.
    with suppress(BrokenPipeError):
        while (page := _read(sys.stdin.buffer)) is not None:
            events = marshal.loads(page)
            judged = judge.end() if events is None else judge.page(events)
            found, notes = [tuple(f) for f in judged.findings], [tuple(f) for f in judged.notes]
            sys.stdout.buffer.write(_framed((found, notes, astuple(judged.counts))))
            sys.stdout.buffer.flush()
    # What could not be written is not tried again at the end.
    os._exit(0)


def _read(file: BinaryIO) -> bytes | None:
    length = int.from_bytes(file.read(_LENGTH_BYTES))
    page = file.read(length)
    return page if page and len(page) == length else None


def _framed(value: Any) -> bytes:
    """Return a value as marshal has it, which takes a tenth of pickle's time, behind its length."""
    encoded = marshal.dumps(value)
    return len(encoded).to_bytes(_LENGTH_BYTES) + encoded


if __name__ == "__main__":
    main()
