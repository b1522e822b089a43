"""How far each person's own writes went in this process, so that their reads are never older."""

from collections import OrderedDict


class Acknowledged:
    """The newest acknowledged position per person, for the last `entries` of them.

    Whoever was forgotten is taken to have written as late as anybody forgotten: never too early.
    """

    def __init__(self, *, entries: int = 10_000) -> None:
        self._entries = entries
        self._positions: OrderedDict[str, int] = OrderedDict()
        self._forgotten = 0

    def note(self, user_id: str, position: int) -> None:
        """A command of that person was acknowledged at `position`."""
        self._positions[user_id] = max(position, self._positions.pop(user_id, self._forgotten))
        if len(self._positions) > self._entries:
            _, gone = self._positions.popitem(last=False)
            self._forgotten = max(self._forgotten, gone)

    def of(self, user_id: str) -> int:
        """Return the position that this person's reads must reflect."""
        return self._positions.get(user_id, self._forgotten)

    def forget(self) -> None:
        """The log was rewound: positions mean something else now."""
        self._positions.clear()
        self._forgotten = 0
