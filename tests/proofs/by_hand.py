"""Signs a log by hand, as a signer would: the rows of its tree and its checkpoint, made from the leaves alone."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs.merkle import root_of
from onering.proofs.notes import Checkpoint, SigningKey

ORIGIN = "onering.example.com/log"

LEAVES = "SELECT e.leaf FROM onering.events e WHERE e.lane = $1 AND e.position <= $2 ORDER BY e.position"
KEEP = """
    INSERT INTO onering.tree (lane, level, index, hash) VALUES ($1, $2, $3, $4)
        ON CONFLICT (lane, level, index) DO UPDATE SET hash = excluded.hash"""
PUBLISH = """
    INSERT INTO onering.checkpoints (lane, origin, size, root, note) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (lane) DO UPDATE SET (origin, size, root, note)
                = (excluded.origin, excluded.size, excluded.root, excluded.note)"""


def new_key() -> SigningKey:
    return SigningKey(ORIGIN, Ed25519PrivateKey.generate())


async def sign(conn: Any, key: SigningKey, size: int = 2**62) -> Checkpoint:
    """Publish a checkpoint of the log up to `size` events, and all of the tree that it needs."""
    leaves = [row[0] for row in await conn.fetch(LEAVES, LANE, size)]
    async with conn.transaction():
        await keep(conn, leaves)
        checkpoint = Checkpoint(ORIGIN, len(leaves), root_of(leaves))
        await conn.execute(PUBLISH, LANE, *checkpoint, checkpoint.signed([key]))
    return checkpoint


async def keep(conn: Any, leaves: list[bytes]) -> None:
    """Keep the roots of all full tiles over these leaves."""
    hashes, level = leaves, 0
    while len(hashes) >= 256:
        full = range(0, len(hashes) - len(hashes) % 256, 256)
        hashes, level = [root_of(hashes[at : at + 256]) for at in full], level + 1
        await conn.executemany(KEEP, [(LANE, level, n, value) for n, value in enumerate(hashes)])
