"""The newest checkpoint of a lane, for whoever has to wait until the signer came so far."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any

import asyncpg

from onering.log.connection import DATABASE_FAULTS
from onering.proofs.tree import Published, published

# While somebody waits, this often.
POLL_SECONDS = 0.05
# An origin is for years; anybody may ask for it, as often as they like.
ORIGIN_SECONDS = 1.0


class NotSigned(LookupError):
    """Nobody signs this log: it has no checkpoint, and so no proofs."""


class NotSignedYet(Exception):
    """The signer did not come so far in time; another try may do."""


class Newest:
    """Reads the newest checkpoint, and lets readers wait for one that covers a position, at most `seconds`.

    However many wait, one of them asks the database for all.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", lane: int, seconds: float) -> None:
        self._pool = pool
        self._lane = lane
        self._seconds = seconds
        self._polling = False
        self._seen: Published | None = None
        self._changed = asyncio.Event()
        self._origin: str | None = None
        self._ask_again = 0.0
        self._asking = asyncio.Lock()

    async def covering(self, position: int = 0) -> Published:
        """Return the newest checkpoint; it covers at least the events up to `position`.

        Raises NotSigned, NotSignedYet, DATABASE_FAULTS.
        """
        newest = await self.now()
        if newest is None:
            raise NotSigned
        return newest if newest.size >= position else await self._wait(position)

    async def now(self) -> Published | None:
        """Return the newest checkpoint, None where nobody signs. Raises DATABASE_FAULTS."""
        return await published(self._pool, self._lane)

    async def origin(self) -> str | None:
        """Return whose log it is, as it was a second ago or later, None where nobody signs.

        While the database is away, it is what was known last.
        """
        async with self._asking:
            if monotonic() >= self._ask_again:
                with suppress(*DATABASE_FAULTS):
                    newest = await self.now()
                    self._origin = newest.origin if newest else None
                # From here on: of those who wait meanwhile, nobody asks once more what took so long.
                self._ask_again = monotonic() + ORIGIN_SECONDS
            return self._origin

    async def _wait(self, position: int) -> Published:
        try:
            async with asyncio.timeout(self._seconds):
                while (seen := await self._next()) is None or seen.size < position:
                    pass
                return seen
        except TimeoutError:
            raise NotSignedYet from None

    async def _next(self) -> Published | None:
        """Return what the database said last, once it was asked again."""
        if self._polling:
            await self._changed.wait()
            return self._seen
        # Cancelled or failed, the one that polls lets the others go on, and the next of them polls.
        self._polling = True
        try:
            await asyncio.sleep(POLL_SECONDS)
            self._seen = await self.now()
        finally:
            self._polling = False
            self._changed.set()
            self._changed = asyncio.Event()
        return self._seen
