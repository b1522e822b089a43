"""What a check finds, and what it looked at."""

from dataclasses import dataclass, field
from typing import NamedTuple

from onering.log.event import StoredEvent


class Finding(NamedTuple):
    """Something that a log must not have: where (None: nowhere in particular), which rule, and a sentence about it."""

    position: int | None
    rule: str
    text: str

    def __str__(self) -> str:
        """Return it as one line."""
        place = "" if self.position is None else f"position {self.position}: "
        return f"{place}{self.rule}: {self.text}"


@dataclass(slots=True)
class Counts:
    """What was looked at. All but `events`, `streams` and `erased` are events that could not be judged in full.

    `erased` lost their contents on request; `assumed` were legal only under an assumption about what an erased one
    said; `unknown` were written by a newer release, or hold words or fields of one; `unjudged` follow those.
    """

    events: int = 0
    streams: int = 0
    head: int = 0
    erased: int = 0
    assumed: int = 0
    unknown: int = 0
    unjudged: int = 0

    def add(self, other: "Counts") -> None:
        """Add what another part of the check looked at."""
        self.erased += other.erased
        self.assumed += other.assumed
        self.unknown += other.unknown
        self.unjudged += other.unjudged


@dataclass(slots=True)
class Judged:
    """What became of some events: what is wrong with them, and beside it what could not be understood."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def add(self, other: "Judged") -> None:
        """Add what became of further events."""
        self.findings += other.findings
        self.notes += other.notes
        self.counts.add(other.counts)

    def find(self, event: StoredEvent, rule: str, text: str) -> None:
        """Take note of what is wrong with an event."""
        self.findings.append(Finding(event.position, rule, text))

    def not_understood(self, event: StoredEvent, text: str) -> None:
        """Take note, and count, that only a newer release can tell."""
        self.notes.append(Finding(event.position, "not-understood", text))
        self.counts.unknown += 1
