"""What a proof costs: one statement, and a tile's blocks for each level, however long the log is."""

from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs.merkle import Range, consistency, inclusion, verify_consistency, verify_inclusion
from onering.proofs.notes import Checkpoint
from onering.proofs.tree import RANGES, roots
from onering.service.postgres import EmbeddedPostgres
from projections.models import PLANNING
from tests.proofs.by_hand import new_key, sign

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Three levels of tiles, the last of which have begun.
LONG, SHORT = 100_700, 700
# Rows as long as those of segments; appended as they are, they would take half a minute.
FILL = """
    INSERT INTO onering.events
    SELECT 0, n, stream, 'draft', n, stream, stream, 'noted', 1, repeat('It rained. ', 40), int8send(n) || int8send(n),
           sha256(int8send(n)), 'https://clerk.example.com', 'user_2f8e1b', NULL, stream, stream::text, NULL, now(),
           sha256(int8send(-n))
      FROM generate_series($1::bigint, $2) n, (SELECT '6f1c0a3e-2f0b-5d0e-9c57-0f4f3a1b7d52'::uuid AS stream) s"""

BLOCKS = """
    SELECT sum(pg_stat_get_xact_blocks_fetched(oid))::int
      FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'onering'::regnamespace"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(postgres: EmbeddedPostgres, shared_database: str) -> Any:
    conn = await Database(postgres.dsn(database=shared_database)).connect("test")
    yield conn
    conn.terminate()


class Proving:
    """A session that proves, as those of a service do."""

    def __init__(self, conn: Any) -> None:
        self.conn = conn
        self.statements = 0

    async def roots(self, ranges: list[Range]) -> tuple[list[bytes], int]:
        """Return the hashes of a proof, and how many blocks they took."""
        async with self.conn.transaction():
            before = await self.conn.fetchval(BLOCKS)
            with self.conn.query_logger(self._count):
                found = await roots(self.conn, LANE, ranges)
            return found, await self.conn.fetchval(BLOCKS) - before

    def _count(self, logged: Any) -> None:
        self.statements += logged.query == RANGES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proving(shared_dsn: str) -> Any:
    conn = await asyncpg.connect(shared_dsn, server_settings=PLANNING)
    yield Proving(conn)
    conn.terminate()


async def proved(proving: Proving, checkpoint: Checkpoint, leaf: bytes, index: int) -> int:
    """Prove that a leaf is in the tree; return how many blocks it took."""
    proof, blocks = await proving.roots(inclusion(index, checkpoint.size))
    assert verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    return blocks


async def test_a_proof_costs_a_tile_of_each_level(admin: Any, proving: Proving) -> None:
    key, leaf = new_key(), "SELECT leaf FROM onering.events WHERE position = $1 + 1"
    await admin.execute(FILL, 1, SHORT)
    short = await sign(admin, key)
    # A session keeps its plans, so one is made while the log is short.
    for index in range(0, SHORT, 70):
        assert await proved(proving, short, await admin.fetchval(leaf, index), index) < 150
    await admin.execute(FILL, SHORT + 1, LONG)
    long = await sign(admin, key)
    for index in (0, 1, 255, 256, 65_535, 65_536, 100_000, LONG - 1):
        assert await proved(proving, long, await admin.fetchval(leaf, index), index) < 150
    proof, blocks = await proving.roots(consistency(short.size, long.size))
    assert verify_consistency(short.size, short.root, long.size, long.root, proof)
    assert blocks < 150
    assert proving.statements == 10 + 8 + 1
