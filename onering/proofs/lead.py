"""The signing of a lane in the hands of one process: from what was signed last to the next checkpoint."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Self, TypeVar

import asyncpg

from onering.proofs.faults import Deposed, Refused
from onering.proofs.folder import KeysFolder
from onering.proofs.growth import Growing, leaves, write
from onering.proofs.keys import Keys
from onering.proofs.memory import Memory
from onering.proofs.notes import Checkpoint
from onering.proofs.publishing import publish
from onering.proofs.resuming import check_end, resumed, same_end, trusted
from onering.proofs.tree import Published, published

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Tiles that are kept in memory before they are written down: those of a million events.
MOST_FULL = 4096


class Lead:
    """What was signed last, and what is published; they differ after a failure in between, and only then.

    All methods raise KeysFault and DATABASE_FAULTS; after any fault but Refused another one may be taken.
    """

    def __init__(
        self,
        conn: "asyncpg.Connection[Any]",
        lane: int,
        folder: KeysFolder,
        memory: Memory,
        tree: Growing,
        newest: Published | None,
    ) -> None:
        self.memory = memory
        self._conn = conn
        self._lane = lane
        self._folder = folder
        self._tree = tree
        self._published = newest

    @classmethod
    async def taken(
        cls, conn: "asyncpg.Connection[Any]", lane: int, folder: KeysFolder, origin: str, *, trust_first: bool
    ) -> Self:
        """Go on from what the folder remembers, if that is how the log goes on; `trust_first` makes up for no memory.

        Whoever calls it holds the lock of the lane. Raises Refused.
        """
        newest = await published(conn, lane)
        memory = folder.memory(origin)
        if memory is None:
            if not trust_first:
                raise Refused(
                    f"there is a key of {origin}, and no memory of what was signed with it: "
                    "`onering serve --trust-first` takes the log as it is now"
                )
            memory = await trusted(conn, lane, origin, newest)
            logger.warning("there is no memory of what was signed as %s: the log is taken as it is now", origin)
            await _whole(folder.remember, memory)
        tree = await resumed(conn, lane, memory, newest)
        logger.info("signing as %s from %d events on", origin, memory.checkpoint.size)
        return cls(conn, lane, folder, memory, tree, newest)

    @property
    def origin(self) -> str:
        """Under which it is signed."""
        return self.memory.checkpoint.origin

    @property
    def size(self) -> int:
        """Up to which position it is signed."""
        return self.memory.checkpoint.size

    @property
    def is_published(self) -> bool:
        """Whether everybody can have what was signed, and the tiles that prove it."""
        newest = self._published
        if newest is None or (newest.origin, newest.size, newest.root) != self.memory.checkpoint:
            return False
        return newest.note == (self.memory.note or newest.note) and not self._tree.full

    def is_signed_by(self, keys: Keys) -> bool:
        """Whether the newest checkpoint is signed by these keys, all of them, and no other: there may be newer ones."""
        signed = self.memory
        return not signed.note or signed.note == signed.checkpoint.signed(keys.signing)

    async def sign(self, keys: Keys, size: int) -> None:
        """Sign the log up to `size`, and remember that before anybody else can know of it. Raises Refused, Deposed."""
        tree = self._tree.copy()
        leaf = await self._grow(tree, size)
        checkpoint = Checkpoint(keys.origin, size, tree.root())
        note = checkpoint.signed(keys.signing)
        memory = Memory(checkpoint, tuple(tree.roots), leaf, note, self.memory.replaces)
        await _whole(self._folder.remember, memory)
        self.memory, self._tree = memory, tree

    async def publish(self, keys: Keys) -> None:
        """Have everybody know what was signed. Raises Deposed."""
        # What was opened and has no event yet was never signed.
        note = self.memory.note or self.memory.checkpoint.signed(keys.signing)
        self.memory = self.memory._replace(note=note)
        self._published = await publish(self._conn, self._lane, self.memory, self._tree.full, self._published)
        self._tree.full.clear()

    async def look(self) -> None:
        """Look whether the log still ends, or goes on, where it was signed. Raises Refused, Deposed."""
        await same_end(self._conn, self._lane, self.memory)
        if await published(self._conn, self._lane) != self._published:
            raise Deposed("another checkpoint is published")

    async def _grow(self, tree: Growing, size: int) -> bytes:
        """Let the tree grow to `size`, if the log goes on from its last leaf; return its new last one."""
        leaf = self.memory.leaf or b""
        # The last leaf that was signed is read once more, in one snapshot with those that follow it.
        begin = max(tree.size - 1, 0)
        async for chunk in leaves(self._conn, self._lane, begin, size):
            fresh = chunk[tree.size - begin :]
            if len(fresh) < len(chunk):
                check_end(self.memory, chunk[0])
            begin += len(chunk)
            tree.extend(fresh)
            leaf = chunk[-1]
            if len(tree.full) >= MOST_FULL:
                # Ahead of a checkpoint they are in nobody's way: nobody asks beyond what is published.
                await write(self._conn, self._lane, tree.full)
                tree.full.clear()
        return leaf


async def _whole(write: Callable[[T], None], value: T) -> None:
    """Write in a thread, since disks are slow. Told to stop, wait for it: who signs next reads what was written."""
    writing = asyncio.ensure_future(asyncio.to_thread(write, value))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait({writing})
        writing.exception()
        raise
