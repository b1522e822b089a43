"""The proof of one event as a file that needs nothing else: c2sp.org/tlog-proof@v1."""

from base64 import b64encode
from collections.abc import Sequence

from onering.log.record import Record, encoded

HEADER = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


def proof_file(record: Record, proof: Sequence[bytes], note: str) -> str:
    """Return the file that proves an event by its hashes (`merkle.inclusion`) in the tree of a signed checkpoint.

    Its `extra` is the event's line of an export: what its leaf is computed from.
    """
    lines = [HEADER, f"extra {_text(encoded(record).rstrip())}", f"index {record.event.position - 1}"]
    return "\n".join([*lines, *map(_text, proof), "", note])


def _text(value: bytes) -> str:
    return b64encode(value).decode()
