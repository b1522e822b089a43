"""What the signer remembers: the newest checkpoint it signed, and what it takes to go on from there."""

from typing import NamedTuple

import orjson

from onering.proofs.faults import KeysFault
from onering.proofs.merkle import EMPTY_ROOT, Frontier
from onering.proofs.notes import Checkpoint


class Memory(NamedTuple):
    """`roots` are those of the tree's complete subtrees, greatest first; `leaf` is its last, None of an empty tree.

    `note` is the checkpoint as signed, empty for an origin that was opened and has none yet; `replaces` is the origin
    whose published checkpoint it may put itself in the place of.
    """

    checkpoint: Checkpoint
    roots: tuple[bytes, ...]
    leaf: bytes | None
    note: str
    replaces: str | None = None

    @classmethod
    def opening(cls, origin: str, replaces: str | None = None) -> "Memory":
        """Return that of an origin under which nothing was signed yet."""
        return cls(Checkpoint(origin, 0, EMPTY_ROOT), (), None, "", replaces)

    def encoded(self) -> bytes:
        """Return it as the keys folder holds it."""
        fields = {
            "origin": self.checkpoint.origin,
            "size": self.checkpoint.size,
            "root": self.checkpoint.root.hex(),
            "subtrees": [root.hex() for root in self.roots],
            "leaf": None if self.leaf is None else self.leaf.hex(),
            "note": self.note,
            "replaces": self.replaces,
        }
        return orjson.dumps(fields, option=orjson.OPT_INDENT_2)

    @classmethod
    def decoded(cls, content: bytes) -> "Memory":
        """Read what `encoded` wrote. Raises KeysFault for what contradicts itself, too."""
        try:
            fields = orjson.loads(content)
            checkpoint = Checkpoint(str(fields["origin"]), int(fields["size"]), bytes.fromhex(fields["root"]))
            roots = tuple(map(bytes.fromhex, fields["subtrees"]))
            leaf = None if fields["leaf"] is None else bytes.fromhex(fields["leaf"])
            whole = Frontier(checkpoint.size, roots).root() == checkpoint.root and (leaf is None) == (not roots)
            memory = cls(checkpoint, roots, leaf, str(fields["note"]), fields["replaces"])
        except (KeyError, TypeError, ValueError) as fault:
            raise KeysFault("the memory of what was signed is damaged") from fault
        if not whole:
            raise KeysFault("the memory of what was signed contradicts itself")
        return memory
