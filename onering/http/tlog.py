"""The log as any client of tiled transparency logs reads it (c2sp.org/tlog-tiles); consistency proofs beside that."""

from base64 import b64encode
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from onering.domain.refusals import NotFound
from onering.http.answers import Answer, Header, at_position, data
from onering.http.auditors import Auditors
from onering.http.call import Call
from onering.http.faults import BadRequest
from onering.http.parameters import Number, Parameters, min_position, parameters
from onering.http.proofs import TEXT
from onering.http.reading import Reading
from onering.log.leaf import entry
from onering.proofs import records
from onering.proofs.merkle import consistency
from onering.proofs.newest import Newest
from onering.proofs.notes import VerifierKey, signers
from onering.proofs.tiles import BadPath, Tile
from onering.proofs.tree import NotGrown, Published, nodes, roots
from onering.system import keys_told

PREFIX = "/v1/log"
TILE, ENTRIES = f"{PREFIX}/tile", f"{PREFIX}/tile/entries"
BYTES = "application/octet-stream"

# A checkpoint is signed at most once a second.
_BRIEFLY: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=1"),
    (b"vary", b"OneRing-Min-Position"),
)
# A hash never changes, whatever is appended.
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_NO_TILE = "The log has no such tile."


class ConsistencyParameters(Parameters):
    """GET /v1/log/consistency; sizes are in events, `to` by default that of the newest checkpoint."""

    since: Annotated[Number, Field(alias="from")]
    to: Number | None = None


class Tlog:
    """Endpoints of the tree, as far as the newest checkpoint goes: nothing beyond it is told.

    Hashes are for everybody; entries name people and drafts, so they are for auditors of everything.
    """

    def __init__(self, reading: Reading, newest: Newest, auditors: Auditors) -> None:
        self._reading = reading
        self._lane = reading.models.pool, reading.tail.lane
        self._newest = newest
        self._auditors = auditors
        self._signed: frozenset[tuple[str, bytes]] = frozenset()
        self._keys: list[VerifierKey] = []

    async def checkpoint(self, call: Call) -> Answer:
        """GET /v1/log/checkpoint: the newest signed checkpoint, a note (c2sp.org/tlog-checkpoint)."""
        newest = await self._covering(call)
        note = newest.note.encode()
        etag = (b"etag", b'"%b"' % sha256(note).hexdigest()[:16].encode())
        return Answer(note, headers=(self._reflected(newest), etag, *_BRIEFLY), media_type=TEXT.encode())

    async def keys(self, call: Call) -> Answer:
        """GET /v1/log/keys: the public keys that sign the log, as it tells of them itself, a line each."""
        newest = await self._covering(call)
        signed = signers(newest.note)
        if signed != self._signed:  # The log tells of a key before it signs.
            told = map(VerifierKey.parse, await keys_told(self._lane[0]))
            self._keys = [key for key in told if (key.name, key.key_id) in signed]
            self._signed = signed
        if not self._keys:
            raise NotFound("The log does not tell of the keys that sign it.")
        lines = "".join(f"{key}\n" for key in self._keys)
        return Answer(lines.encode(), headers=(self._reflected(newest), *_BRIEFLY), media_type=TEXT.encode())

    async def tile(self, call: Call) -> Answer:
        """GET /v1/log/tile/{level}/{index}: a tile of the tree, 256 hashes or with `.p/{width}` the first of them."""
        tile = await self._tile(call, f"{TILE}/", "")
        found = await nodes(*self._lane, tile.level, tile.places.begin, tile.width)
        if len(found) != tile.width:
            raise NotGrown(f"tile {tile.path} has {len(found)} hashes")
        return Answer(b"".join(found), headers=(_FOR_EVER,), media_type=BYTES.encode())

    async def entries(self, call: Call) -> Answer:
        """GET /v1/log/tile/entries/{index}: the entries that a tile of level 0 has the hashes of, for auditors."""
        self._auditors.check_everything(call)
        tile = await self._tile(call, f"{ENTRIES}/", "0/")
        found = await records.span(*self._lane, *tile.places)
        if len(found) != tile.width:
            raise NotGrown(f"bundle {tile.path} has {len(found)} entries")
        bundle = b"".join(_prefixed(entry(record.event, record.payload_hash)) for record in found)
        return Answer(bundle, media_type=BYTES.encode())

    async def consistency(self, call: Call) -> Answer:
        """GET /v1/log/consistency: hashes that prove that the log of one size became that of another."""
        asked = parameters(call, ConsistencyParameters)
        newest = await self._covering(call)
        first, second = asked.since, newest.size if asked.to is None else asked.to
        if asked.to is not None and first > second:
            raise BadRequest("from is larger than to.")
        if max(first, second) > newest.size:
            raise NotFound("The newest checkpoint does not go so far.")
        proof = await roots(*self._lane, consistency(first, second))
        told = {
            "origin": newest.origin,
            "from": first,
            "to": second,
            "hashes": [b64encode(value).decode() for value in proof],
            "checkpoint": newest.note,
        }
        return data(told, self._reflected(newest))

    async def _covering(self, call: Call) -> Published:
        """Return the newest checkpoint, as new as the caller asks. Raises BadRequest, NotSigned, NotSignedYet."""
        tail = self._reading.tail
        return await self._newest.covering(min_position(call, tail.lane, tail.epoch))

    async def _tile(self, call: Call, beginning: str, level: str) -> Tile:
        """Return the tile that the path names, as it was sent: a resource that caches keep has one spelling."""
        try:
            tile = Tile.parse(level + call.raw_path.removeprefix(beginning))
        except BadPath:
            raise NotFound(_NO_TILE) from None
        newest = await self._newest.covering()
        if not tile.within(newest.size):
            raise NotFound(_NO_TILE)
        return tile

    def _reflected(self, newest: Published) -> Header:
        return at_position(self._reading.place(newest.size))


def _prefixed(value: bytes) -> bytes:
    """Return an entry with its length before it, in 16 bits.

    They are enough: beside a few hundred bytes of known length, an entry has who did it, which is from a token of at
    most 8 KiB, and a request's id of at most 64. Raises OverflowError for what came in by another way.
    """
    return len(value).to_bytes(2, "big") + value
