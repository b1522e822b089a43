"""Whether a log is still the one that was signed: asked before anything more of it is signed."""

import logging
from typing import Any

import asyncpg

from onering.log.reader import head
from onering.proofs.faults import Refused
from onering.proofs.growth import Growing, grow, grown
from onering.proofs.memory import Memory
from onering.proofs.notes import Checkpoint
from onering.proofs.tree import NotGrown, Published, nodes

logger = logging.getLogger(__name__)


def compare(memory: Memory, newest: Published | None) -> None:
    """Raise Refused where what is published is not what this signer can have published."""
    signed = memory.checkpoint
    if newest is None or newest.origin == memory.replaces:
        return
    if newest.origin != signed.origin:
        raise Refused(
            f"the published checkpoint is of {newest.origin}, and not of {signed.origin}: somebody else signs"
        )
    if newest.size > signed.size:
        raise Refused(
            f"the published checkpoint is of {newest.size} events, and the newest one remembered here is of "
            f"{signed.size}: somebody else signed, or this memory is an old copy"
        )
    if newest.size == signed.size and newest.root != signed.root:
        raise Refused(f"the published checkpoint of {signed.size} events is not the one that was signed here")


async def same_end(conn: "asyncpg.Connection[Any]", lane: int, memory: Memory) -> None:
    """Raise Refused where the last event that was signed is gone, or another one."""
    size = memory.checkpoint.size
    if not size:
        return
    found = await nodes(conn, lane, 0, size - 1, 1)
    if not found:
        raise Refused(f"the log has {await head(conn, lane)} events, and {size} were signed: it was cut")
    check_end(memory, found[0])


def check_end(memory: Memory, leaf: bytes) -> None:
    """Raise Refused if that is not the leaf of the last event that was signed."""
    if leaf != memory.leaf:
        raise Refused(f"the event at position {memory.checkpoint.size} is not the one that was signed: the log forked")


async def resumed(conn: "asyncpg.Connection[Any]", lane: int, memory: Memory, newest: Published | None) -> Growing:
    """Return the tree as it was signed, with the tiles that are still to be written down.

    Raises Refused if the log, or what is published, contradicts the memory, and DATABASE_FAULTS.
    """
    compare(memory, newest)
    await same_end(conn, lane, memory)
    signed = memory.checkpoint
    if newest is not None and newest.origin == signed.origin:
        if (tree := await _kept(conn, lane, newest, signed)) is not None:
            return tree
        logger.warning("the tree as it is kept is not that of the log: it is made again from the log alone")
        return await _hashed(conn, lane, signed, newest)
    return await _hashed(conn, lane, signed)


async def trusted(conn: "asyncpg.Connection[Any]", lane: int, origin: str, newest: Published | None) -> Memory:
    """Return a memory of the log as it is now, where there is none: of what is published under this origin, or empty.

    Raises Refused where that is of another log, and DATABASE_FAULTS.
    """
    if newest is None or newest.origin != origin:
        return Memory.opening(origin, replaces=newest and newest.origin)
    published = Checkpoint(origin, newest.size, newest.root)
    tree = await _hashed(conn, lane, published)
    last = await nodes(conn, lane, 0, newest.size - 1, 1) if newest.size else [None]
    return Memory(published, tuple(tree.roots), last[0], newest.note)


async def _kept(conn: "asyncpg.Connection[Any]", lane: int, newest: Published, signed: Checkpoint) -> Growing | None:
    """Return the signed tree by what is kept of the published one; None if that can't be."""
    try:
        tree = await grown(conn, lane, newest.size)
    except NotGrown:
        return None
    if tree.root() != newest.root:
        return None
    await grow(conn, lane, tree, signed.size)
    return tree if tree.root() == signed.root else None


async def _hashed(
    conn: "asyncpg.Connection[Any]", lane: int, signed: Checkpoint, newest: Published | None = None
) -> Growing:
    """Return the signed tree, all of it hashed again, if what is published is a part of it."""
    tree = Growing()
    await grow(conn, lane, tree, newest.size if newest is not None else 0)
    root = tree.root()
    await grow(conn, lane, tree, signed.size)
    if tree.root() != signed.root:
        raise Refused(f"the first {signed.size} events are not those that were signed")
    if newest is not None and root != newest.root:
        raise Refused(f"the published checkpoint of {newest.size} events is not of this log: somebody else signed")
    return tree
