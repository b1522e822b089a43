"""What a soak counts: per kind of fault, what people sent, were told and saw, and what of it gave."""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple


@dataclass
class Tally:
    """Counts of one kind of fault. From `lost` on they are findings: all of them should be 0."""

    rounds: int = 0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    stored: int = 0
    observed: int = 0
    lost: int = 0
    twice: int = 0
    misplaced: int = 0
    gaps: int = 0
    repeats: int = 0
    disorder: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing gave."""
        return not any((self.lost, self.twice, self.misplaced, self.gaps, self.repeats, self.disorder))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: count + getattr(other, name) for name, count in asdict(self).items()})


class Told(NamedTuple):
    """An acknowledgement: the version, and the tally of what was being broken."""

    version: int
    tally: Tally


@dataclass
class Score:
    """All tallies by kind of fault; `now` is counted into. `told` is (draft, key) → acknowledgement.

    `checkpoints` are those that somebody verified as they came, and `verified` the logs that were, in the end. `wrong`
    is what should never be, each in a sentence.
    """

    kinds: dict[str, Tally] = field(default_factory=dict)
    told: dict[tuple[str, str], Told] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    checkpoints: int = 0
    verified: int = 0
    now: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.kinds["before any fault"] = self.now

    def begin(self, kind: str) -> None:
        """A round of that kind begins: what happens until the next one is counted into it."""
        self.now = self.kinds.setdefault(kind, Tally())
        self.now.rounds += 1

    def acknowledge(self, draft: str, key: str, version: int) -> None:
        """A command was acknowledged."""
        self.now.acknowledged += 1
        self.told[draft, key] = Told(version, self.now)

    def observe(self, version: int, last: int) -> None:
        """A reader whose newest event was `last` was given that version."""
        self.now.observed += 1
        self.now.gaps += version > last + 1
        self.now.repeats += version == last
        self.now.disorder += version < last

    @property
    def total(self) -> Tally:
        """All kinds together."""
        return sum(self.kinds.values(), Tally())

    @property
    def clean(self) -> bool:
        """Whether nothing gave."""
        return self.total.clean and not self.wrong
