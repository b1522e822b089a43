"""Tiles of the tree by their paths, `<L>/<N>[.p/<W>]` (c2sp.org/tlog-tiles), without I/O."""

import re
from typing import NamedTuple, Self

from onering.proofs.merkle import Range
from onering.proofs.tree import TILE_HEIGHT, TILE_WIDTH

# A position is a bigint, so seven elements of the path name any tile that there can be.
_INDEX = r"(?:[0-9]{3}|x(?!000)[0-9]{3}/(?:x[0-9]{3}/){0,5}[0-9]{3})"
_WIDTH = r"1?[0-9]{1,2}|2[0-4][0-9]|25[0-5]"
INDEX = rf"{_INDEX}(?:\.p/(?!0)(?:{_WIDTH}))?"
LEVEL = r"(?:[0-9]|[1-5][0-9]|6[0-3])"
_PATH = re.compile(rf"({LEVEL})/({_INDEX})(?:\.p/(?!0)({_WIDTH}))?")


class BadPath(ValueError):
    """A path that no tile has: another level or width, or a number spelled otherwise."""


class Tile(NamedTuple):
    """`width` neighbouring hashes of a level, each the root over 256**level leaves; a full tile has 256.

    It is the `number`-th of its level.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    @classmethod
    def parse(cls, path: str) -> Self:
        """Return the tile that a path names; each has one. Raises BadPath."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise BadPath("no tile has this path")
        number = int(match[2].replace("x", "").replace("/", ""))
        return cls(int(match[1]), number, int(match[3] or TILE_WIDTH))

    @property
    def path(self) -> str:
        """The path, as a client asks for it."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *before, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        name = "".join(f"x{element}/" for element in before) + last
        return f"{self.level}/{name}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")

    @property
    def places(self) -> Range:
        """The places of its hashes in their level: of the leaves themselves at level 0."""
        first = self.number * TILE_WIDTH
        return Range(first, first + self.width)

    def within(self, size: int) -> bool:
        """Return whether a tree of so many leaves has all of its hashes."""
        return self.places.end <= size >> (TILE_HEIGHT * self.level)
