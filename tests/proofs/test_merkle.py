"""The Merkle tree: known roots, and every proof of every small tree, right and wrong."""

from hashlib import sha256

import pytest

from onering.proofs.merkle import (
    EMPTY_ROOT,
    Frontier,
    Range,
    consistency,
    inclusion,
    joined,
    node_hash,
    root_of,
    subtrees,
    verify_consistency,
    verify_inclusion,
)

# The eight entries of Certificate Transparency's own tests, and the roots of their first n.
ENTRIES = [bytes.fromhex(e) for e in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [bytes.fromhex(root) for root in (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)]  # fmt: skip
LEAVES = [sha256(b"\x00" + entry).digest() for entry in ENTRIES]
MANY = [sha256(b"\x00" + n.to_bytes(2, "big")).digest() for n in range(70)]


def looked_up(ranges: list[Range], leaves: list[bytes]) -> list[bytes]:
    """The roots of ranges, each made of its complete subtrees as whoever holds the tree does."""
    return [
        joined([root_of(leaves[node.place << node.height : (node.place + 1) << node.height]) for node in subtrees(r)])
        for r in ranges
    ]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size]


def test_known_proofs_are_made_as_rfc_6962_does() -> None:
    """§2.1.3: the path of d6 in a tree of seven is [i, k]; from three leaves to seven: [c, d, g, l]."""
    assert inclusion(6, 7) == [Range(4, 6), Range(0, 4)]
    assert inclusion(0, 7) == [Range(1, 2), Range(2, 4), Range(4, 7)]
    assert consistency(3, 7) == [Range(2, 3), Range(3, 4), Range(0, 2), Range(4, 7)]
    assert consistency(4, 7) == [Range(4, 7)]
    assert consistency(6, 7) == [Range(4, 6), Range(6, 7), Range(0, 4)]


def test_every_leaf_of_every_tree_is_proved_and_no_other() -> None:
    for size in range(1, 34):
        root = root_of(MANY[:size])
        for index in range(size):
            proof = looked_up(inclusion(index, size), MANY)
            assert verify_inclusion(MANY[index], index, size, proof, root)
            assert not verify_inclusion(MANY[index + 1], index, size, proof, root)
            assert not any(verify_inclusion(MANY[index], n, size, proof, root) for n in range(size + 1) if n != index)
            assert not verify_inclusion(MANY[index], index, size, [*proof, root], root)
            assert not (proof and verify_inclusion(MANY[index], index, size, proof[:-1], root))


def test_every_growth_of_a_tree_is_proved_and_no_other() -> None:
    for second in range(1, 34):
        root = root_of(MANY[:second])
        for first in range(second + 1):
            before = root_of(MANY[:first])
            proof = looked_up(consistency(first, second), MANY)
            assert verify_consistency(first, before, second, root, proof)
            assert not verify_consistency(first, MANY[-1], second, root, proof)
            # Any tree grew from the empty one.
            assert verify_consistency(first, before, second, MANY[-1], proof) is (first == 0)
            assert not verify_consistency(first, before, second, root, [*proof, root])
            if proof:
                assert not verify_consistency(first, before, second, root, proof[:-1])
                assert not verify_consistency(first, before, second, root, [MANY[-1], *proof[1:]])


def test_a_tree_does_not_shrink() -> None:
    assert not verify_consistency(3, root_of(MANY[:3]), 2, root_of(MANY[:2]), [])
    with pytest.raises(ValueError, match="does not become"):
        consistency(3, 2)
    with pytest.raises(ValueError, match="none of index 3"):
        inclusion(3, 3)


def test_a_node_is_no_leaf() -> None:
    """The second preimage: two leaves' parent, given as a leaf of a tree of half the size."""
    parents = [node_hash(MANY[n], MANY[n + 1]) for n in (0, 2)]
    assert root_of(parents) == root_of(MANY[:4])
    entry = MANY[0] + MANY[1]
    assert sha256(b"\x00" + entry).digest() != parents[0]


def test_a_frontier_is_taken_up_where_it_was_left() -> None:
    before = Frontier()
    before.extend(MANY[:37])
    after = Frontier(37, before.copy().roots)
    after.extend(MANY[37:])
    assert (before.size, after.root()) == (37, root_of(MANY))
    assert Frontier().root() == EMPTY_ROOT
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(2, MANY[:2])


def test_a_hash_of_another_length_proves_nothing() -> None:
    assert not verify_inclusion(MANY[0][:31], 0, 1, [], MANY[0][:31])
    assert not verify_consistency(1, MANY[0], 2, root_of(MANY[:2]), [MANY[1][:31]])
