"""Paths of tiles: one for each tile, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onering.proofs.tiles import BadPath, Tile


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("0/000", Tile(0, 0)),
        ("0/067.p/1", Tile(0, 67, 1)),
        ("63/999.p/255", Tile(63, 999, 255)),
        ("1/x001/000", Tile(1, 1000)),
        ("2/x001/x234/067", Tile(2, 1234067)),  # the specification's own
        ("0/x036/x028/x797/x018/x963/967", Tile(0, 36_028_797_018_963_967)),
    ],
)
def test_a_path_names_a_tile(path: str, tile: Tile) -> None:
    assert Tile.parse(path) == tile
    assert tile.path == path


@given(st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_every_tile_has_a_path_of_its_own(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


BAD = [
    *("", "/", "0", "0/", "0/0", "0/00", "0/0000", "0/1000", "0/x000/001", "0/x001", "0/001/002", "0/x1/002"),
    *("00/001", "64/000", "100/000", "-1/000", "+1/000", "1.0/000", "entries/000", "0/X001/002", "0/x001//002"),
    *("0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/", "0/000.p", "0/000.P/1", "0/000.p/-1", "0/000.p/1000"),
    *("0/x001.p/5", "0/000/", "0/000.p/5/", "0/000\n", "0/٠٠٠", "0/00a", "0/000%2ep/5", "0/000.p%2F5", "../0/000"),
    "0/" + "x001/" * 7 + "000",
    "0/" + "x001/" * 5000 + "000",
]


@pytest.mark.parametrize("path", BAD)
def test_anything_else_is_no_path_of_a_tile(path: str) -> None:
    with pytest.raises(BadPath):
        Tile.parse(path)


def test_a_tree_of_70000_leaves_has_the_tiles_that_the_specification_lists() -> None:
    size, found = 70_000, []
    for level in range(4):
        complete, rest = divmod(size >> 8 * level, 256)
        full, partial = Tile(level, complete - 1), Tile(level, complete, rest or 1)
        assert not complete or full.within(size)
        assert not Tile(level, complete).within(size)
        assert partial.within(size) == bool(rest)
        assert not partial._replace(width=partial.width + 1).within(size)
        found.append((complete, rest))
    assert found == [(273, 112), (1, 17), (0, 1), (0, 0)]


def test_a_part_of_a_full_tile_is_there_beside_it() -> None:
    assert Tile(0, 0, 1).within(256)
    assert Tile(0, 0, 255).within(256)
    assert Tile(1, 0, 1).within(256)
    assert not Tile(1, 0, 1).within(255)
