"""What of a log is signed: its newest checkpoint, the tiles of the tree, and the proof of each event."""

import asyncio
from base64 import b64encode
from typing import Any, TypeAlias

import asyncpg

from onering.proofs.merkle import Node, Range, inclusion, joined, root_of, subtrees
from onering.proofs.tree import TILE_HEIGHT, TILE_WIDTH, NotGrown, Published, nodes, published

Connection: TypeAlias = "asyncpg.Connection[Any]"
Proof: TypeAlias = "list[str] | None"
"""The hashes from an event's sibling upwards, in base64; None where the checkpoint does not cover it."""

# A service that is running signs what it wrote within a second or so: two are waited for that.
LOOKS, LOOK_SECONDS = 40, 0.05

TILES_KEPT = 512


async def newest(conn: Connection, lane: int, head: int) -> Published | None:
    """Return the newest checkpoint, and wait a moment for one that covers `head`; None where nobody signs."""
    found = await published(conn, lane)
    for _ in range(LOOKS):
        if found is None or found.size >= head:
            break
        await asyncio.sleep(LOOK_SECONDS)
        found = await published(conn, lane)
    return found


async def tiles(conn: Connection, lane: int, size: int) -> list[str]:
    """Return the roots over each 256 events as they were kept when that many were signed, in base64."""
    return [spelled(root) for root in await nodes(conn, lane, 1, 0, size // TILE_WIDTH)]


class Proofs:
    """Proves events to be in the tree of a checkpoint, from its tiles; neighbours share most of them."""

    def __init__(self, conn: Connection, lane: int, size: int) -> None:
        self._conn = conn
        self._lane = lane
        self._size = size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    async def of(self, position: int) -> Proof:
        """Return the proof of an event; also None if the tree as it is kept does not have it."""
        if position > self._size:
            return None
        try:
            return [spelled(await self._root(of)) for of in inclusion(position - 1, self._size)]
        except NotGrown:
            return None

    async def _root(self, of: Range) -> bytes:
        return joined([await self._node(node) for node in subtrees(of)])

    async def _node(self, node: Node) -> bytes:
        level, height = divmod(node.height, TILE_HEIGHT)
        first, width = node.place << height, 1 << height
        tile = await self._tile(level, first // TILE_WIDTH)
        hashes = tile[first % TILE_WIDTH : first % TILE_WIDTH + width]
        if len(hashes) != width:
            raise NotGrown(f"the tree of lane {self._lane} lacks hashes at level {level}")
        return root_of(hashes)

    async def _tile(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._tiles:
            if len(self._tiles) == TILES_KEPT:
                self._tiles.clear()
            self._tiles[level, index] = await nodes(self._conn, self._lane, level, index * TILE_WIDTH, TILE_WIDTH)
        return self._tiles[level, index]


def spelled(value: bytes) -> str:
    """Return a hash in base64."""
    return b64encode(value).decode()
