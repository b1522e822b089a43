"""What a process knows of callers by itself: enough to refuse at once, and to go on without the others."""

from typing import TypeAlias

from onering.limits.gcra import Rate, Verdict, granted, verdict

Key: TypeAlias = tuple[str, str]  # a bucket's name and a caller


class Known:
    """For at most `entries` buckets an instant that is no later than the one from which on the whole burst is there.

    Who has the whole burst is forgotten first. Instants are of this process's clock, in µs.
    """

    def __init__(self, entries: int = 50_000) -> None:
        self._entries = entries
        self._tats: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._tats)

    def refusal(self, rate: Rate, key: Key, now: int) -> Verdict | None:
        """Return the verdict on somebody who gets nothing now, whatever other processes know; None if they may ask."""
        tat = self._tats.get(key)
        if tat is None or tat - now <= rate.whole - rate.step:
            return None
        return verdict(rate, 0, tat - now)

    def alone(self, rate: Rate, key: Key, asked: int, now: int) -> Verdict:
        """Return the verdict of this process alone."""
        debt = max(self._tats.get(key, now) - now, 0)
        given = granted(rate, debt, asked)
        debt += given * rate.step
        self.learn(key, debt, now)
        return verdict(rate, given, debt)

    def learn(self, key: Key, debt: int, now: int) -> None:
        """Keep what all processes together know of a bucket that was asked about at `now`."""
        if len(self._tats) >= self._entries and key not in self._tats:
            self._make_room(now)
        self._tats[key] = now + debt

    def _make_room(self, now: int) -> None:
        kept = {key: tat for key, tat in self._tats.items() if tat > now}
        for key in list(kept)[: max(len(kept) - self._entries * 3 // 4, 0)]:
            del kept[key]
        self._tats = kept
