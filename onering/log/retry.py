"""How long to wait before trying a database again."""

import asyncio
import random


class Backoff:
    """Exponential waits with full jitter, from `first` up to `cap` seconds."""

    def __init__(self, first: float = 0.05, cap: float = 2.0) -> None:
        self._first = first
        self._cap = cap
        self._tries = 0

    def reset(self) -> None:
        """Start over: the last try worked."""
        self._tries = 0

    async def wait(self) -> None:
        """Wait before the next try."""
        longest = min(self._cap, self._first * 2.0 ** min(self._tries, 16))
        self._tries += 1
        await asyncio.sleep(random.uniform(self._first / 2, longest))
