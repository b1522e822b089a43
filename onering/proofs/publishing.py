"""Publishing a checkpoint: with the tiles that it filled, and only in the place of the one that was there."""

from typing import Any

import asyncpg

from onering.proofs.faults import Deposed
from onering.proofs.growth import Full, write
from onering.proofs.memory import Memory
from onering.proofs.tree import Published, published

FIRST = """
    INSERT INTO onering.checkpoints (lane, origin, size, root, note) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (lane) DO NOTHING RETURNING true"""
# Whoever comes late, with a session that was taken for dead, finds another row than it saw.
NEXT = """
    UPDATE onering.checkpoints c
       SET origin = $2, size = $3, root = $4, note = $5, signed_at = clock_timestamp()
     WHERE c.lane = $1 AND (c.origin, c.size, c.root) = ($6, $7, $8)
    RETURNING true"""


async def publish(
    conn: "asyncpg.Connection[Any]", lane: int, memory: Memory, full: list[Full], before: Published | None
) -> Published:
    """Put what was signed in the place of what was published `before`; return it as it is published now.

    Raises Deposed if something else is published meanwhile, and DATABASE_FAULTS.
    """
    new = (lane, *memory.checkpoint, memory.note)
    async with conn.transaction():
        await write(conn, lane, full)
        if before is None:
            done = await conn.fetchval(FIRST, *new)
        else:
            done = await conn.fetchval(NEXT, *new, before.origin, before.size, before.root)
        newest = await published(conn, lane)
        if not done or newest is None:
            raise Deposed("another checkpoint was published meanwhile")
    return newest
