"""How far the read models of a lane are, as this process knows."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg

from projections.builds import schema_name
from projections.faults import NotBuilt
from projections.projection import Projection

# While somebody waits for a position that another process writes, this often.
POLL_SECONDS = 0.02


class Checkpoint(NamedTuple):
    """The live build of a read model, and the position it has reached at least."""

    version: int
    position: int


LIVE = """
    SELECT DISTINCT ON (p.name) p.name, p.version, p.position
      FROM onering.projections p
      JOIN unnest($2::text[], $3::text[]) mine(name, definition) USING (name, definition)
     WHERE p.lane = $1 AND p.status = 'live'
     ORDER BY p.name, p.version DESC"""


class Checkpoints:
    """Remembers the live build of each read model, and lets reads wait until it has reached a position.

    The projector tells where it leads (`advanced`); for what other processes lead, one of the waiters asks the
    database for all of them. `awaited` is set while somebody waits.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]", lane: int, projections: Sequence[Projection]) -> None:
        self.lane = lane
        self._pool = pool
        self._names = [projection.name for projection in projections]
        self._definitions = [projection.definition for projection in projections]
        self._live: dict[str, Checkpoint] = {}
        self._led: set[str] = set()
        self._waiting = 0
        self.awaited = asyncio.Event()
        self._polling = False
        self._changed = asyncio.Event()

    async def live(self) -> Mapping[str, Checkpoint]:
        """Return the live build of every read model, by name. Raises NotBuilt, DATABASE_FAULTS."""
        if len(self._live) < len(self._names):
            await self.refresh()
        if missing := [name for name in self._names if name not in self._live]:
            raise NotBuilt(f"The read models {', '.join(missing)} are not built yet.")
        return self._live

    async def schemas(self) -> dict[str, str]:
        """Return the Postgres schema of every read model's live build, by name. Raises NotBuilt, DATABASE_FAULTS."""
        return {name: schema_name(name, checkpoint.version) for name, checkpoint in (await self.live()).items()}

    async def refresh(self) -> None:
        """Ask the database which builds are live and how far they are. Raises DATABASE_FAULTS."""
        for name, version, position in await self._pool.fetch(LIVE, self.lane, self._names, self._definitions):
            self._note(name, Checkpoint(version, position))

    def forget(self) -> None:
        """Ask again at the next use: a build was replaced, or the log was rewound."""
        self._live.clear()

    def advanced(self, name: str, version: int, position: int) -> None:
        """Take note of what this process just committed, as the writer of a read model."""
        self._led.add(name)
        self._note(name, Checkpoint(version, position))
        self._announce()

    def resigned(self, name: str) -> None:
        """This process no longer writes that read model: waiters must ask the database."""
        self._led.discard(name)
        self._announce()

    async def wait(self, names: Sequence[str], position: int, seconds: float) -> bool:
        """Wait until all of `names` have reached `position`, at most `seconds`; return whether they have."""
        if self._reached(names, position):
            return True
        if seconds <= 0:
            await self.refresh()
            return self._reached(names, position)
        self._waiting += 1
        self.awaited.set()
        try:
            async with asyncio.timeout(seconds):
                while not self._reached(names, position):
                    await self._news(names)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.awaited.clear()
        return True

    async def _news(self, names: Sequence[str]) -> None:
        # A build that was forgotten is asked about even here: its writer says nothing before the next event.
        led = self._led.issuperset(names) and self._live.keys() >= set(names)
        if self._polling or led:
            await self._changed.wait()
            return
        # Cancelled or failed, the one that polls lets the others go on, and the next of them polls.
        self._polling = True
        try:
            before = dict(self._live)
            await self.refresh()
            if self._live == before:
                await asyncio.sleep(POLL_SECONDS)
        finally:
            self._polling = False
            self._announce()

    def _reached(self, names: Sequence[str], position: int) -> bool:
        return all((known := self._live.get(name)) is not None and known.position >= position for name in names)

    def _note(self, name: str, checkpoint: Checkpoint) -> None:
        known = self._live.get(name)
        # Answers may overtake each other; a newer build is never behind the one it replaced.
        if known is None or checkpoint > known:
            self._live[name] = checkpoint

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
