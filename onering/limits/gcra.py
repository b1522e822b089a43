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

    `step` is the time after which one more is there, rounded so that never more than `per_minute` are.
    """

    name: str
    per_minute: int
    burst: int
    step: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", -(-MINUTE // self.per_minute))


class Verdict(NamedTuple):
    """What somebody got who asked: how many were `granted`, how many `remaining` could be had right after, and the time
    `wait` until that is one more (0: there never are more).
    """

    granted: int
    remaining: int
    wait: int


def granted(rate: Rate, debt: int, asked: int) -> int:
    """Return how many of `asked` a caller with that debt gets. Each of them adds a step to the debt."""
    return max(min(asked, (rate.burst * rate.step - debt) // rate.step), 0)


def verdict(rate: Rate, granted: int, debt: int) -> Verdict:
    """Return the verdict that left a caller with `debt`."""
    step = rate.step
    remaining = max((rate.burst * step - debt) // step, 0)
    # One more is there as soon as the debt is no more than this.
    return Verdict(granted, remaining, max(debt - (rate.burst - remaining - 1) * step, 0) if debt else 0)


def verdicts(rate: Rate, granted: int, debt: int, asked: Sequence[int]) -> list[Verdict]:
    """Divide what was granted to all who asked at once, first come, first served; `debt` is what it left."""
    found = []
    given = 0
    for number in asked:
        share = min(number, granted - given)
        given += share
        found.append(verdict(rate, share, debt - (granted - given) * rate.step))
    return found
