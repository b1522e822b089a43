"""The Merkle tree over a lane (RFC 6962 §2.1, RFC 9162 §2.1): roots, inclusion and consistency, without I/O.

Leaves are numbered from 0: an event's index is its position - 1. A hash is 32 bytes; MTH(D[a:b]) is the root over the
leaves from a up to, and without, b. A proof is a list of such ranges, for whoever holds the tree to look up and hash.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


class Range(NamedTuple):
    """The leaves from `begin` up to, and without, `end`."""

    begin: int
    end: int


class Node(NamedTuple):
    """The root over 2**height leaves, the `place`-th of its height."""

    height: int
    place: int


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node; its prefix keeps it from being taken for a leaf (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its right edge, known by the roots of its complete subtrees, greatest first.

    There is one of them for each bit of `size` that is set.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self.roots = list(roots)
        if len(self.roots) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        full = self.size
        while full & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            full >>= 1
        self.roots.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take leaves in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Return MTH of all leaves."""
        return joined(self.roots)

    def copy(self) -> "Frontier":
        """Return another one that grows by itself."""
        return Frontier(self.size, self.roots)


def joined(roots: Sequence[bytes]) -> bytes:
    """Return the root over neighbouring complete subtrees, greatest first, given by their roots."""
    if not roots:
        return EMPTY_ROOT
    *before, root = roots
    for left in reversed(before):
        root = node_hash(left, root)
    return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return MTH(D) of leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def subtrees(of: Range) -> Iterator[Node]:
    """Yield the complete subtrees that make up a range, from left to right.

    A range of a proof begins where a subtree does that is as large as itself, so their roots are to be `joined`.
    """
    begin, end = of
    while begin < end:
        largest = (end - begin).bit_length() - 1
        height = largest if begin == 0 else min(largest, (begin & -begin).bit_length() - 1)
        yield Node(height, begin >> height)
        begin += 1 << height


def inclusion(index: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove a leaf of a tree, from its sibling upwards: PATH(m, D) of RFC 6962 §2.1.1.

    Raises ValueError for a leaf that is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none of index {index}")
    siblings, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            siblings.append(Range(middle, end))
            end = middle
        else:
            siblings.append(Range(begin, middle))
            begin = middle
    return siblings[::-1]


def consistency(first: int, second: int) -> list[Range]:
    """Return the ranges whose roots prove that a tree grew from `first` to `second` leaves: PROOF(m, D) of RFC 6962
    §2.1.2. It is empty for equal sizes, and from the empty tree.

    Raises ValueError unless 0 ≤ first ≤ second.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} leaves does not become one of {second}")
    if first == 0:
        return []
    ranges, begin, end = [], 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            ranges.append(Range(middle, end))
            end = middle
        else:
            ranges.append(Range(begin, middle))
            begin = middle
    # Whoever asks knows the root of the first tree, so it is left out where it is a subtree of the second.
    if begin != 0:
        ranges.append(Range(begin, end))
    return ranges[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether a proof connects a leaf with a root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not all(map(_is_hash, (leaf, root, *proof))):
        return False
    place, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            leaf = node_hash(sibling, leaf)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and leaf == root


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a proof connects the root of a tree with that of the tree it became (RFC 9162 §2.1.4.2)."""
    if not 0 <= first <= second or not all(map(_is_hash, (first_root, second_root, *proof))):
        return False
    if first == second or first == 0:
        return not proof and (first_root == (second_root if first else EMPTY_ROOT))
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)


def _split(size: int) -> int:
    """Return the greatest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _is_hash(value: bytes) -> bool:
    return len(value) == HASH_BYTES
