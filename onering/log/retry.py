"""How long to wait before trying a database again, and how often to say so."""

import asyncio
import logging
import random
from time import monotonic

# A database that stays away is worth a line now and then: others would hide what else happens.
SAID_SECONDS = 30.0


class Backoff:
    """Exponential waits with full jitter, from `first` up to `cap` seconds."""

    def __init__(self, first: float = 0.05, cap: float = 2.0) -> None:
        self._first = first
        self._cap = cap
        self._tries = 0
        self._said_at = 0.0

    @property
    def failing(self) -> bool:
        """Whether a try failed since the last one that worked."""
        return self._tries > 0

    def reset(self) -> None:
        """Start over: the last try worked."""
        self._tries = 0

    def level(self) -> int:
        """Return the level to log this failure at: in a row the first is a warning, then one now and then."""
        now = monotonic()
        if self.failing and now - self._said_at < SAID_SECONDS:
            return logging.DEBUG
        self._said_at = now
        return logging.WARNING

    async def wait(self) -> None:
        """Wait before the next try."""
        longest = min(self._cap, self._first * 2.0 ** min(self._tries, 16))
        self._tries += 1
        await asyncio.sleep(random.uniform(self._first / 2, longest))
