"""When to say again what was said before: after a minute, and then after ever longer pauses."""

from time import monotonic

FIRST_SECONDS, LONGEST_SECONDS = 60.0, 3600.0


class Reminder:
    """Due at once until `begin` was called."""

    def __init__(self) -> None:
        self._at = 0.0
        self._pause = FIRST_SECONDS

    def begin(self) -> None:
        """It was just said for the first time."""
        self._pause = FIRST_SECONDS
        self._at = monotonic() + self._pause

    def is_due(self) -> bool:
        """Whether it is time to say it; then it counts as said."""
        if monotonic() < self._at:
            return False
        self._at = monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_SECONDS)
        return True
