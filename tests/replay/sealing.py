"""Exports and proof files of a log kept in memory, signed as a service signs them, for a verifier to judge."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

from onering.log.record import Record, encoded
from onering.proofs.files import proof_file
from onering.proofs.merkle import Range, consistency, inclusion, root_of
from onering.proofs.notes import Checkpoint, SigningKey
from onering.replay.lines import encoded_with_proof
from tests.proofs.by_hand import ORIGIN, new_key
from tests.replay.scribe import Scribe

KEY = new_key()


def told(segments: int = 4) -> list[Record]:
    """Return a log of two people, a draft with as many segments and one without: 5 events, and the segments."""
    scribe = Scribe()
    scribe.register("alice", "bob")
    draft = scribe.create()
    scribe.let_in(draft, "bob")
    for number in range(segments):
        scribe.add(draft, content=f"Text {number}")
    scribe.create("bob", description="Ü 🌍 'quoted'\n\\")
    return scribe.records


def leaves(records: Sequence[Record]) -> list[bytes]:
    return [record.leaf for record in records]


def checkpoint(records: Sequence[Record], size: int | None = None) -> Checkpoint:
    """Return the checkpoint of the first `size` of them, or of all."""
    first = leaves(records)[:size]
    return Checkpoint(ORIGIN, len(first), root_of(first))


def note(records: Sequence[Record], size: int | None = None, keys: Sequence[SigningKey] = (KEY,)) -> str:
    return checkpoint(records, size).signed(keys)


def lines(records: Sequence[Record], **changed: Any) -> list[bytes]:
    """Return the export of a log without its last line; `changed` are members of the first one."""
    tiles = [root_of(leaves(records)[at : at + 256]) for at in range(0, len(records) - 255, 256)]
    head = {
        "format": "onering-export",
        "format_version": 2,
        "log_id": "00000000-0000-0000-0000-000000000000",
        "restored": 0,
        "lane": 0,
        "head": len(records),
        "checkpoint": note(records),
        "tiles": [text(tile) for tile in tiles],
        **changed,
    }
    return [orjson.dumps(head) + b"\n", *map(encoded, records)]


def part(records: Sequence[Record], *positions: int, **changed: Any) -> list[bytes]:
    """Return the export of some events of a log, each with its proof, without its last line."""
    first = lines(records, filter={"actor": "alice"}, **changed)[0]
    chosen = (encoded_with_proof(records[at - 1], path(records, at)) for at in positions)
    return [first, *chosen]


def path(records: Sequence[Record], position: int) -> list[str]:
    return [text(root) for root in roots(records, inclusion(position - 1, len(records)))]


def closed(some: Sequence[bytes]) -> bytes:
    """Return an export with the last line that its bytes ask for."""
    body = b"".join(some)
    last = {"events": len(some) - 1, "sha256": sha256(body).hexdigest()}
    return body + orjson.dumps(last) + b"\n"


def proof(records: Sequence[Record], position: int) -> str:
    """Return the proof file of an event in the log as long as it is."""
    hashes = roots(records, inclusion(position - 1, len(records)))
    return proof_file(records[position - 1], hashes, note(records))


def grown(records: Sequence[Record], first: int, second: int) -> dict[str, Any]:
    """Return what a service answers about how the log grew."""
    hashes = [text(root) for root in roots(records, consistency(first, second))]
    return {"data": {"origin": ORIGIN, "from": first, "to": second, "hashes": hashes, "checkpoint": note(records)}}


def roots(records: Sequence[Record], ranges: Sequence[Range]) -> list[bytes]:
    return [root_of(leaves(records)[begin:end]) for begin, end in ranges]


def text(value: bytes) -> str:
    return b64encode(value).decode()
