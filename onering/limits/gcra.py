"""The generic cell rate algorithm (ITU-T I.371, annex A): a burst at once, then one more at every step.

All there is to remember of a caller is one instant, from which on the whole burst is there again. How far it lies ahead
is the caller's *debt*. Times are whole microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_minute`, evenly; `name` is the bucket's.

    `step` is the time after which one more is there, rounded so that never more than `per_minute` are; `whole` is the
    time after which the burst is.
    """

    name: str
    per_minute: int
    burst: int
    step: int = field(init=False)
    whole: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", -(-MINUTE // self.per_minute))
        object.__setattr__(self, "whole", self.burst * self.step)


class Verdict(NamedTuple):
    """What somebody got who asked: how many were `granted`, how many `remaining` could be had right after, and the time
    `wait` until that is one more (0: there never are more).
    """

    granted: int
    remaining: int
    wait: int


def granted(rate: Rate, debt: int, asked: int) -> int:
    """Return how many of `asked` a caller with that debt gets. Each of them adds a step to the debt."""
    return max(min(asked, (rate.whole - debt) // rate.step), 0)


def verdict(rate: Rate, granted: int, debt: int) -> Verdict:
    """Return the verdict that left a caller with `debt`."""
    if debt <= 0:
        return Verdict(granted, rate.burst, 0)
    if debt >= rate.whole:
        return Verdict(granted, 0, debt - rate.whole + rate.step)
    # Of the step that is under way, this much has passed.
    remaining, passed = divmod(rate.whole - debt, rate.step)
    return Verdict(granted, remaining, rate.step - passed)


def verdicts(rate: Rate, granted: int, debt: int, asked: Sequence[int]) -> list[Verdict]:
    """Divide what was granted to all who asked at once, first come, first served; `debt` is what it left."""
    found = []
    given = 0
    for number in asked:
        share = min(number, granted - given)
        given += share
        found.append(verdict(rate, share, debt - (granted - given) * rate.step))
    return found
