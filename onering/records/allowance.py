"""How many refusals are told of each person, and of all together."""

from dataclasses import dataclass

Person = tuple[str, str]
"""(issuer, subject)"""

MINUTE = 60.0


@dataclass(slots=True)
class _Told:
    """A person's minute, from its first refusal on: how many were told in it, and how many were not since the last."""

    since: float
    told: int = 0
    dropped: int = 0


class Allowance:
    """At most `per_minute` of a person and `per_second` of all; times are seconds of a clock that never goes back.

    It remembers the `people` who were refused last.
    """

    def __init__(self, per_minute: int, per_second: int, people: int = 10_000) -> None:
        self._per_minute = per_minute
        self._per_second = per_second
        self._people = people
        self._known: dict[Person, _Told] = {}
        self._second = 0.0
        self._told = 0

    def take(self, person: Person, now: float) -> int | None:
        """Return how many refusals of a person were not told before this one; None if this one is not, either."""
        known = self._of(person, now)
        if known.told >= self._per_minute or not self._has_room(now):
            known.dropped += 1
            return None
        self._told += 1
        known.told += 1
        dropped, known.dropped = known.dropped, 0
        return dropped

    def lost(self, person: Person, refusals: int, now: float) -> None:
        """Take note of refusals that were to be told, and could not be."""
        self._of(person, now).dropped += refusals

    def _of(self, person: Person, now: float) -> _Told:
        known = self._known.pop(person, None)
        if known is None:
            known = _Told(now)
            if len(self._known) >= self._people:
                del self._known[next(iter(self._known))]
        elif now - known.since >= MINUTE:
            known.since, known.told = now, 0
        self._known[person] = known
        return known

    def _has_room(self, now: float) -> bool:
        if now - self._second >= 1:
            self._second, self._told = now, 0
        return self._told < self._per_second
