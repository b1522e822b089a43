"""The tree as the database holds it: every proof of it is that of its leaves alone."""

from typing import Any

import asyncpg
import pytest

from onering.log.append import append
from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs.merkle import Range, consistency, inclusion, root_of, verify_consistency, verify_inclusion
from onering.proofs.tree import NotGrown, nodes, published, roots
from tests.log.writing import command, write

SIZE = 700  # two full tiles of 256, and a part of one
KEPT = "INSERT INTO onering.tree (lane, level, index, hash) VALUES ($1, 1, $2, $3)"


@pytest.fixture
async def conn(app_dsn: str) -> Any:
    conn = await asyncpg.connect(app_dsn)
    yield conn
    conn.terminate()


@pytest.fixture
async def leaves(conn: Any) -> list[bytes]:
    await append(conn, LANE, [command(write("a", 0, *map(str, range(SIZE))))])
    found = await nodes(conn, LANE, 0, 0, 1000)
    for n in range(SIZE // 256):
        await conn.execute(KEPT, LANE, n, root_of(found[n * 256 : (n + 1) * 256]))
    return found


async def test_every_proof_is_made_of_what_is_kept(conn: Any, leaves: list[bytes]) -> None:
    assert len(leaves) == SIZE
    root = root_of(leaves)
    for index in (0, 1, 255, 256, 300, 511, 512, 698, 699):
        proof = await roots(conn, LANE, inclusion(index, SIZE))
        assert verify_inclusion(leaves[index], index, SIZE, proof, root)
    for first in (1, 2, 255, 256, 257, 512, 513, 699, 700):
        proof = await roots(conn, LANE, consistency(first, SIZE))
        assert verify_consistency(first, root_of(leaves[:first]), SIZE, root, proof)


async def test_what_is_not_kept_yet_is_told(conn: Any, leaves: list[bytes]) -> None:
    with pytest.raises(NotGrown, match="0 of 1 hashes at level 1"):
        await roots(conn, LANE, [Range(512, 768)])
    with pytest.raises(NotGrown, match="level 0"):
        await roots(conn, LANE, [Range(696, 704)])
    assert await nodes(conn, LANE, 0, SIZE, 10) == []


async def test_where_nobody_signs_nothing_is_published(conn: Any) -> None:
    assert await published(conn, LANE) is None
