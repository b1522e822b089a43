"""A figure beside its limit from the same run: what was measured, what the machine allows, what is to be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: a figure's own value, or its ratio to the limit, at least or at most `bound`."""

    of: Literal["value", "ratio"]
    sign: Literal["≥", "≤"]
    bound: float

    def met(self, value: float, ratio: float) -> bool:
        """Whether a figure of that value and ratio reaches it."""
        reached = value if self.of == "value" else ratio
        return reached >= self.bound if self.sign == "≥" else reached <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians over the rounds; `ratio` is the median of each round's value to its limit, and not that of the medians.

    `beside` holds what explains the figure, by name and unit.
    """

    what: str
    unit: str
    value: float
    limit: float
    ratio: float
    target: Target | None = None
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        return self.target.met(self.value, self.ratio) if self.target else None


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the benchmark found; `limit` says what its figures are held against, `note` how to read them."""

    title: str
    limit: str
    figures: Sequence[Figure]
    note: str = ""


def figure(
    what: str,
    unit: str,
    rounds: Sequence[tuple[float, float]],
    *,
    target: Target | None = None,
    beside: Mapping[str, float] | None = None,
) -> Figure:
    """Return the figure of some rounds, each a value and its limit."""
    return Figure(
        what,
        unit,
        value=median(value for value, _ in rounds),
        limit=median(limit for _, limit in rounds),
        ratio=median(value / limit for value, limit in rounds),
        target=target,
        beside=beside or {},
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many percent do not exceed (the nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    return sorted(values)[max(ceil(len(values) * percent / 100) - 1, 0)]
