"""Where a replayed log comes from: what every command needs of it, be it a database or a file."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from onering.log.record import Record
from onering.replay.chosen import EVERYTHING, Filter
from onering.replay.signed import Proof

Progress = Callable[[int, int], None]
"""(done, of how many): positions of the log, or bytes of a file."""

Prove = Callable[[Sequence[Record]], Awaitable[list[Proof]]]
"""A page of records → the proof of each."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""


class Source(Protocol):
    """A log that can be read from its beginning, in order, as far as it went when it was opened."""

    lane: int
    progress: Progress

    def pages(self, chosen: Filter = EVERYTHING) -> AsyncGenerator[Sequence[Record], None]:
        """Yield the chosen records in order, at most a few thousand at a time."""
        ...

    async def about(self) -> dict[str, Any]:
        """Return which log this is and how far it goes, as an export's first line says it."""
        ...

    def proving(self) -> AbstractAsyncContextManager[Prove]:
        """Yield what proves records to be in the log that the checkpoint in `about` signs."""
        ...

    async def names(self, people: Collection[str]) -> Mapping[str, str]:
        """Return a display name for each of these user ids."""
        ...
