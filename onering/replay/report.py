"""What a check or a diff came to, told to a person or a program, and as an exit code."""

from dataclasses import asdict

import orjson
import typer

from onering.replay.check import Verdict
from onering.replay.diff import Compared
from onering.replay.findings import Counts, Finding
from onering.replay.timeline import visible

CLEAN, FOUND, NOT_JUDGED = 0, 1, 3


class CheckReport:
    """Tells of findings as they come, at most `limit` of them, or of all at the end as one JSON object."""

    def __init__(self, limit: int, *, as_json: bool) -> None:
        self._limit = limit
        self._as_json = as_json
        self._shown: list[Finding] = []

    def found(self, finding: Finding) -> None:
        """Take note of a finding, or of something that was not understood."""
        if len(self._shown) < self._limit:
            self._shown.append(finding)
            if not self._as_json:
                typer.echo(visible(str(finding)))

    def end(self, verdict: Verdict) -> int:
        """Tell what it came to; return the exit code."""
        if self._as_json:
            shown = [finding._asdict() for finding in self._shown]
            counts = {"found": verdict.findings, **asdict(verdict.counts)}
            typer.echo(orjson.dumps({"findings": shown, **counts}, option=orjson.OPT_INDENT_2))
        else:
            self._tell(verdict)
        if verdict.findings:
            return FOUND
        return NOT_JUDGED if verdict.counts.unknown or verdict.counts.unjudged else CLEAN

    def _tell(self, verdict: Verdict) -> None:
        if (more := verdict.findings + verdict.notes - len(self._shown)) > 0:
            typer.echo(f"… and {more} more")
        typer.echo(_summary(verdict))


def _summary(verdict: Verdict) -> str:
    counts = verdict.counts
    parts = [
        f"{_many(counts.events, 'event')} of {_many(counts.streams, 'stream')} up to position {counts.head}",
        _many(verdict.findings, "finding"),
        *_reservations(counts),
    ]
    return ", ".join(parts) + "."


def _reservations(counts: Counts) -> list[str]:
    said = (
        (counts.erased, "erased"),
        (counts.assumed, "legal if an erased one said so"),
        (counts.unknown, "not understood by this release"),
        (counts.unjudged, "not judged, since they follow one of those"),
    )
    return [f"{number} {what}" for number, what in said if number]


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


class DiffReport:
    """Tells how each read model compares, as soon as that is known."""

    def compared(self, compared: Compared) -> None:
        """Tell of one read model."""
        for difference in compared.shown:
            typer.echo(str(difference))
        more = compared.differ - len(compared.shown)
        rest = f" ({more} not shown)" if more else ""
        verdict = f"{_many(compared.differ, 'row')} differ{'s' if compared.differ == 1 else ''}{rest}"
        typer.echo(f"{compared.name} at position {compared.position}: {verdict if compared.differ else 'the same'}.")
