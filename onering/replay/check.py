"""Checking that a log is what it promises to be: every rule, from the first event to the last."""

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from onering.replay import tables
from onering.replay.aside import court
from onering.replay.database import DatabaseLog
from onering.replay.exported import ExportedLog
from onering.replay.faults import Misasked
from onering.replay.findings import Counts, Finding, Judged
from onering.replay.order import Order

OBJECTS = 50_000

Report = Callable[[Finding], None]


@dataclass(slots=True)
class Verdict:
    """What a check came to: how much was looked at, how many findings there were, how many events not understood."""

    counts: Counts
    findings: int = 0
    notes: int = 0


async def check(source: DatabaseLog | ExportedLog, report: Report) -> Verdict:
    """Check a whole log up to its head and report what is found, nearly in order. Raises Misasked, DATABASE_FAULTS."""
    if isinstance(source, ExportedLog) and source.filter:
        raise Misasked(
            f"This export was filtered ({_spelled(source.filter)}): what is missing can't be told from what was left "
            "out. Export without filters to check."
        )
    checking = _Checking(Order(source.lane), report)
    with _rare_collections():
        await _checked(source, checking)
    return checking.verdict()


async def _checked(source: DatabaseLog | ExportedLog, checking: "_Checking") -> None:
    if isinstance(source, ExportedLog):
        await _gone_through(source, checking)
        checking.found(source.flaws)
        return
    # The tables beside the log are looked at meanwhile: that is work for the database alone.
    beside = asyncio.ensure_future(_of_tables(source))
    try:
        await _gone_through(source, checking)
        checking.found(await beside)
    finally:
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)


async def _of_tables(source: DatabaseLog) -> list[Finding]:
    async with source.again() as again:
        return [finding async for finding in tables.findings(again)]


async def _gone_through(source: DatabaseLog | ExportedLog, checking: "_Checking") -> None:
    async with court(source.head) as judges, aclosing(source.pages()) as pages:
        async for page in pages:
            checking.found(checking.order.page(page))
            checking.counts.events += len(page)
            checking.judged(await judges.page([record.event for record in page]))
            # Long computation: let what else this process does, such as a Ctrl-C, have its turn.
            await asyncio.sleep(0)
        checking.judged(await judges.end())
    checking.found(checking.order.end(source.head))


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Have Python look for cycles rarely: a page makes thousands of objects without any, and they were a seventh."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _spelled(restrictions: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in restrictions.items())


class _Checking:
    def __init__(self, order: Order, report: Report) -> None:
        self.order = order
        self.counts = Counts()
        self._report = report
        self._findings = self._notes = 0

    def found(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._findings += 1
            self._report(finding)

    def judged(self, judged: Judged) -> None:
        self.counts.add(judged.counts)
        self.found(judged.findings)
        for note in judged.notes:
            self._notes += 1
            self._report(note)

    def verdict(self) -> Verdict:
        self.counts.streams = len(self.order.streams)
        self.counts.head = self.order.position
        return Verdict(self.counts, self._findings, self._notes)
