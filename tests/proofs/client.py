"""A client of tiled transparency logs, from their specifications alone (c2sp.org/tlog-tiles, c2sp.org/tlog-proof)."""

from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import httpx

from onering.proofs.merkle import verify_consistency
from onering.proofs.notes import Checkpoint, VerifierKey, opened

WIDTH = 256


class ProofFile(NamedTuple):
    """What a proof file says."""

    extra: bytes
    index: int
    proof: Sequence[bytes]
    note: str


def read_proof(text: str) -> ProofFile:
    """Take a proof file apart."""
    head, note = text.split("\n\n", 1)
    magic, extra, index, *hashes = head.split("\n")
    assert magic == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ")
    assert index.startswith("index ")
    decoded = [b64decode(line, validate=True) for line in hashes]
    return ProofFile(b64decode(extra[6:], validate=True), int(index[6:]), decoded, note)


class TileClient:
    """Knows a log's key, and computes everything else from tiles, whose hashes it checks against the checkpoint's."""

    def __init__(self, http: httpx.AsyncClient, key: VerifierKey) -> None:
        self._http = http
        self._key = key
        self._kept: dict[str, bytes] = {}

    async def checkpoint(self, position: str | None = None) -> Checkpoint:
        """Return the newest checkpoint; it was signed by the key that is known."""
        headers = {} if position is None else {"OneRing-Min-Position": position}
        answer = await self._http.get("/v1/log/checkpoint", headers=headers)
        assert answer.status_code == 200, answer.text
        return opened(answer.text, [self._key])

    async def root(self, size: int) -> bytes:
        """Return the root of the tree of a size."""
        return await self._range(0, size, size)

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return PATH(index, D[size]) of RFC 6962, from the leaf's sibling upwards."""
        begin, end, found = 0, size, []
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                found.append(await self._range(middle, end, size))
                end = middle
            else:
                found.append(await self._range(begin, middle, size))
                begin = middle
        return found[::-1]

    async def leaf(self, index: int, size: int) -> bytes:
        """Return the hash of a leaf."""
        return await self._node(0, index, size)

    async def consistent(self, before: Checkpoint, after: Checkpoint) -> bool:
        """Return whether the server can show that one checkpoint's log became the other's."""
        query = {"from": before.size, "to": after.size}
        told = (await self._http.get("/v1/log/consistency", params=query)).json()["data"]
        proof = [b64decode(value, validate=True) for value in told["hashes"]]
        return verify_consistency(before.size, before.root, after.size, after.root, proof)

    async def _range(self, begin: int, end: int, size: int) -> bytes:
        """Return MTH(D[begin:end])."""
        width = end - begin
        height = width.bit_length() - 1
        if width == 1 << height:
            level, rest = divmod(height, 8)
            nodes = [await self._node(level, (begin >> 8 * level) + n, size) for n in range(1 << rest)]
            return _hashed(nodes)
        middle = begin + _split(width)
        return _node(await self._range(begin, middle, size), await self._range(middle, end, size))

    async def _node(self, level: int, place: int, size: int) -> bytes:
        number, within = divmod(place, WIDTH)
        tile = await self._tile(level, number, min(WIDTH, (size >> 8 * level) - number * WIDTH))
        return tile[within * 32 : (within + 1) * 32]

    async def _tile(self, level: int, number: int, width: int) -> bytes:
        digits = f"{number:03}" if number < 1000 else f"x{number // 1000:03}/{number % 1000:03}"
        path = f"{level}/{digits}" + ("" if width == WIDTH else f".p/{width}")
        if path not in self._kept:
            answer = await self._http.get(f"/v1/log/tile/{path}")
            assert (answer.status_code, len(answer.content)) == (200, width * 32), path
            assert answer.headers["content-type"] == "application/octet-stream"
            self._kept[path] = answer.content
        return self._kept[path]


def _split(width: int) -> int:
    return 1 << ((width - 1).bit_length() - 1)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _hashed(nodes: Sequence[bytes]) -> bytes:
    while len(nodes) > 1:
        nodes = [_node(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
    return nodes[0]
