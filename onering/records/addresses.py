"""Which addresses were refused most, in as much memory for ten thousand of them as for a few."""

from collections import Counter
from typing import NamedTuple

from onering.domain.system import Address


class Counted(NamedTuple):
    """How often anybody was refused; the `top` addresses, most first, and the rest of it together."""

    refused: int
    top: tuple[Address, ...]
    others: int


class Addresses:
    """Counts at most `most` addresses at a time (Misra and Gries, Finding repeated elements, 1982).

    While there are no more, each count is exact. Beyond, one that was refused more than `refused / most` times is among
    them still, with that much less at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._refused = 0
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._counts)

    def count(self, address: str) -> None:
        """Take note that an address was refused."""
        self._refused += 1
        if address in self._counts or len(self._counts) < self._most:
            self._counts[address] += 1
        else:
            self._counts = Counter({known: number - 1 for known, number in self._counts.items() if number > 1})

    def taken(self, shown: int) -> Counted | None:
        """Return what was counted, with at most `shown` addresses, and begin anew; None if there was nothing."""
        refused, self._refused = self._refused, 0
        counts, self._counts = self._counts, Counter()
        if not refused:
            return None
        top = tuple(Address(address=address, refused=number) for address, number in counts.most_common(shown))
        return Counted(refused, top, refused - sum(address.refused for address in top))
