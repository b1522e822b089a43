"""The Merkle tree of a lane as the database holds it: what is published of it, and the hashes that proofs are made of.

Leaves are the events' own. Above them only the roots of full tiles are kept, of 256 hashes each: what lies between is
hashed again, from a tile at most for each level.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from onering.log.reader import Reader
from onering.proofs.merkle import Node, Range, joined, root_of, subtrees

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT


class NotGrown(LookupError):
    """The tree, as it is kept, does not have what a proof needs: it is behind, or was damaged."""


class Published(NamedTuple):
    """The newest checkpoint of a lane: its parts, and the signed note that says them."""

    origin: str
    size: int
    root: bytes
    note: str
    signed_at: datetime


PUBLISHED = "SELECT c.origin, c.size, c.root, c.note, c.signed_at FROM onering.checkpoints c WHERE c.lane = $1"


async def published(conn: Reader, lane: int) -> Published | None:
    """Return the newest checkpoint of a lane; None where nobody signs it. Raises DATABASE_FAULTS, as all here."""
    row = await conn.fetchrow(PUBLISHED, lane)
    return Published(*row) if row else None


LEAVES = """
    SELECT e.leaf FROM onering.events e WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3
     ORDER BY e.position"""
NODES = """
    SELECT t.hash FROM onering.tree t
     WHERE t.lane = $1 AND t.level = $2 AND t.index >= $3 AND t.index < $4 ORDER BY t.index"""


async def nodes(conn: Reader, lane: int, level: int, first: int, count: int) -> list[bytes]:
    """Return hashes of a level of tiles from the `first` on, fewer where there are fewer.

    At level 0 they are leaves; at level n, each is the root over 256**n leaves.
    """
    if level == 0:
        rows = await conn.fetch(LEAVES, lane, first, first + count)
    else:
        rows = await conn.fetch(NODES, lane, level, first, first + count)
    return [row[0] for row in rows]


# Each range of hashes is a range of a primary key, level by level in `$2`; one statement has them all.
RANGES = """
    SELECT w.n, h.hash
      FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY w(level, first, beyond, n)
     CROSS JOIN LATERAL (
        SELECT e.position AS place, e.leaf AS hash FROM onering.events e
         WHERE w.level = 0 AND e.lane = $1 AND e.position > w.first AND e.position <= w.beyond
        UNION ALL
        SELECT t.index, t.hash FROM onering.tree t
         WHERE w.level > 0 AND t.lane = $1 AND t.level = w.level AND t.index >= w.first AND t.index < w.beyond
        OFFSET 0) h
     ORDER BY w.n, h.place"""


async def roots(conn: Reader, lane: int, ranges: Sequence[Range]) -> list[bytes]:
    """Return the root over each range of leaves, as `merkle.inclusion` and `merkle.consistency` ask for them.

    Raises NotGrown.
    """
    wanted = [list(map(_kept, subtrees(of))) for of in ranges]
    levels, firsts, beyonds = zip(*chain(*wanted), strict=True) if any(wanted) else ((), (), ())
    found: list[list[bytes]] = [[] for _ in levels]
    for n, value in await conn.fetch(RANGES, lane, levels, firsts, beyonds):
        found[n - 1].append(value)
    hashed = map(_hashed, chain(*wanted), found)
    return [joined(list(islice(hashed, len(nodes)))) for nodes in wanted]


class _Kept(NamedTuple):
    """The hashes of a level, from the `first` up to, and without, `beyond`, that a complete subtree is hashed from."""

    level: int
    first: int
    beyond: int


def _kept(node: Node) -> _Kept:
    level, height = divmod(node.height, TILE_HEIGHT)
    return _Kept(level, node.place << height, (node.place + 1) << height)


def _hashed(kept: _Kept, hashes: Sequence[bytes]) -> bytes:
    if len(hashes) != (wanted := kept.beyond - kept.first):
        raise NotGrown(f"the tree has {len(hashes)} of {wanted} hashes at level {kept.level}")
    return root_of(hashes)
