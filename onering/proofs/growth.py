"""A lane's Merkle tree as it grows: leaves read from the log, and the roots of the tiles that they fill."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple

import asyncpg

from onering.log.reader import head
from onering.proofs.faults import Refused
from onering.proofs.merkle import HASH_BYTES, Frontier, Range, node_hash, subtrees
from onering.proofs.tree import TILE_HEIGHT, roots

# Leaves that are read and hashed at once: some milliseconds, in which this process does nothing else.
CHUNK = 2048


class Full(NamedTuple):
    """The root of a full tile, or what is above it: the `place`-th of its level, over 256**level leaves."""

    level: int
    place: int
    hash: bytes


class Growing(Frontier):
    """A tree that grows; `full` are the tiles that became full by it and were not written down yet."""

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        super().__init__(size, roots)
        self.full: list[Full] = []

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        place, height = self.size, 0
        while place & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            place, height = place >> 1, height + 1
            if height % TILE_HEIGHT == 0:
                self.full.append(Full(height // TILE_HEIGHT, place, leaf))
        self.roots.append(leaf)
        self.size += 1

    def copy(self) -> "Growing":
        """Return another one that grows by itself."""
        made = Growing(self.size, self.roots)
        made.full = list(self.full)
        return made


# An aggregate, since a row for each leaf takes the client several times as long.
LEAVES = """
    SELECT string_agg(e.leaf, ''::bytea ORDER BY e.position)
      FROM onering.events e WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3"""


async def leaves(conn: "asyncpg.Connection[Any]", lane: int, begin: int, end: int) -> AsyncIterator[Sequence[bytes]]:
    """Yield the leaves from index `begin` up to, and without, `end`, in order and in chunks.

    Raises Refused if the log has not got them all, and DATABASE_FAULTS.
    """
    for after in range(begin, end, CHUNK):
        upto = min(after + CHUNK, end)
        found = await conn.fetchval(LEAVES, lane, after, upto) or b""
        if len(found) != (upto - after) * HASH_BYTES:
            newest = await head(conn, lane)
            raise Refused(f"not every event up to position {upto} is there: the log ends at {newest}, or has a hole")
        yield [found[at : at + HASH_BYTES] for at in range(0, len(found), HASH_BYTES)]


async def grow(conn: "asyncpg.Connection[Any]", lane: int, tree: Growing, size: int) -> None:
    """Have the tree take the log's leaves until it has `size`. Raises Refused and DATABASE_FAULTS."""
    async for chunk in leaves(conn, lane, tree.size, size):
        tree.extend(chunk)


async def grown(conn: "asyncpg.Connection[Any]", lane: int, size: int) -> Growing:
    """Return the tree of `size` leaves as it is kept. Raises NotGrown and DATABASE_FAULTS."""
    parts = [Range(n.place << n.height, (n.place + 1) << n.height) for n in subtrees(Range(0, size))]
    return Growing(size, await roots(conn, lane, parts))


WRITE = """
    INSERT INTO onering.tree AS t (lane, level, index, hash)
    SELECT $1, made.* FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS made
    ON CONFLICT (lane, level, index) DO UPDATE SET hash = excluded.hash WHERE t.hash <> excluded.hash"""


async def write(conn: "asyncpg.Connection[Any]", lane: int, full: Sequence[Full]) -> None:
    """Write down the roots of tiles, over what may be there. Raises DATABASE_FAULTS."""
    if full:
        levels, indexes, hashes = zip(*full, strict=True)
        await conn.execute(WRITE, lane, levels, indexes, hashes)
