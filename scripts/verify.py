#!/usr/bin/env python3
"""Check that a OneRing log, or one event of it, is what was signed: offline, without any of OneRing's own code.

Usage: verify.py [--key KEY]... FILE, for a FILE that is either of these, perhaps compressed (gzip), or - for stdin:

- An export (`onering replay export`, NDJSON, docs/REPLAY.md). Every line is spelled in its one way; each payload hash
  is that of salt and payload, and each leaf that of its line's fields (docs/LOG.md); positions and each stream's
  versions go 1, 2, 3 …, and times never fall; the Merkle tree over the leaves (RFC 6962) has the root that the
  checkpoint in the file signs. Of a filtered export, each event has a proof that it is in that tree.
- A proof file of one event (c2sp.org/tlog-proof@v1). Its `extra` line is the event as an export has it.

What it is checked against: a checkpoint (c2sp.org/tlog-checkpoint, signed-note, Ed25519), signed by a key that you pin
with --key, and the newest checkpoint of that log which this program verified before, which it remembers. So a log that
was rewritten or lost its end is found although its signature is right. The first checkpoint of a log is trusted.

Exit codes; of several, the first of 1, 4, 3 counts:
  0  ok: all of it is what was signed
  1  damaged: an event or the file is not what was signed; a line says which event, and what is wrong with it
  2  usage, or nothing there that can be judged: a sentence says why
  3  incomplete: nothing is wrong, but not all could be judged (no key, no signature, not signed yet, cut off)
  4  diverged: another history, or a shorter one, than a checkpoint that is known

Needs Python 3.9 or newer and the package `cryptography`. Memory grows by some 200 bytes per stream of an export.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import hashlib
import io
import json
import os
import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OK, DAMAGED, USAGE, INCOMPLETE, DIVERGED = range(5)
WORDS = {OK: "ok", DAMAGED: "damaged", INCOMPLETE: "incomplete", DIVERGED: "diverged"}
PRECEDENCE = (DAMAGED, DIVERGED, INCOMPLETE)

PROOF = "c2sp.org/tlog-proof@v1"
MOST_SHOWN = 100
MOST_PROOF_BYTES = 16 << 20
MOST_LINE_BYTES = 256 << 20  # The first line of an export of a billion events has 190 MB.

UNREADABLE = (OSError, EOFError, zlib.error)


class Wrong(ValueError):
    """Something is not what it should be; the message says what."""


class Misused(Exception):
    """What was asked for can't be done; the message says why."""


# ---------------------------------------------------------------------------------------------------------- the tree


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A Merkle tree that grows leaf by leaf, as the roots of its complete subtrees, from left to right."""

    TILE = 256

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> bytes | None:
        """Take a leaf; return the root of the tile that it completes, if it does."""
        self.size += 1
        root, width, tile = leaf, 1, None
        while self.size % (2 * width) == 0:
            root, width = node(self._roots.pop(), root), 2 * width
            if width == self.TILE:
                tile = root
        self._roots.append(root)
        return tile

    def root(self) -> bytes:
        """Return the root over all leaves."""
        if not self._roots:
            return hashlib.sha256().digest()
        *left, root = self._roots
        for one in reversed(left):
            root = node(one, root)
        return root


def root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root to which a path leads from a leaf (RFC 9162 §2.1.3.2). Raises Wrong."""
    if index >= size:
        raise Wrong(f"it is event {index + 1}, and the checkpoint covers {size}")
    place, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Wrong("the path is too long for its place in the tree")
        if place % 2 == 1 or place == last:
            root = node(sibling, root)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            root = node(root, sibling)
        place, last = place // 2, last // 2
    if last != 0:
        raise Wrong("the path is too short for its place in the tree")
    return root


def is_consistent(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> bool:
    """Return whether a path shows that the tree of one checkpoint grew to that of the other (RFC 9162 §2.1.4.2)."""
    if not 0 < old.size < new.size:
        return False
    if old.size & (old.size - 1) == 0:
        path = [old.root, *path]
    if not path:
        return False
    place, last = old.size - 1, new.size - 1
    while place % 2 == 1:
        place, last = place // 2, last // 2
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            before, after = node(sibling, before), node(sibling, after)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            after = node(after, sibling)
        place, last = place // 2, last // 2
    return last == 0 and before == old.root and after == new.root


# ------------------------------------------------------------------------------------------- notes, keys, checkpoints


def unbase64(text: Any) -> bytes:
    """Decode base64 in its one spelling (RFC 4648 §4). Raises Wrong."""
    try:
        value = base64.b64decode(text, validate=True)
        if base64.b64encode(value).decode() == text:
            return value
    except (TypeError, ValueError, binascii.Error):
        pass
    raise Wrong("something in it is not base64")


def a_hash(text: Any) -> bytes:
    """Decode a SHA-256 hash from base64. Raises Wrong."""
    value = unbase64(text)
    if len(value) != 32:
        raise Wrong("something in it is not a hash of 32 bytes")
    return value


SPELLED_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", re.ASCII)


class Key(NamedTuple):
    """A public key that is pinned: the name under which it signs, its 4 bytes of identity, and its 32 bytes."""

    name: str
    key_id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        """Return the key that `<name>+<id>+<base64>` spells (c2sp.org/signed-note). Raises Wrong."""
        match = SPELLED_KEY.fullmatch(text)
        if match is None:
            raise Wrong("it has not the form <name>+<id>+<base64>")
        material = unbase64(match[3])
        if len(material) != 33 or material[0] != 1:
            raise Wrong("it is not an Ed25519 key")
        key_id = hashlib.sha256(match[1].encode() + b"\n" + material).digest()[:4]
        if key_id.hex() != match[2]:
            raise Wrong("its id is that of another key; was all of it copied?")
        return cls(match[1], key_id, material[1:])


def keys_of(given: Iterable[str]) -> list[Key]:
    """Return the keys that are given as text, or as files with one on each line. Raises Misused."""
    keys = []
    for text in given:
        try:
            lines = [text] if SPELLED_KEY.fullmatch(text) else Path(text).read_text(encoding="utf-8").splitlines()
            keys += [Key.parse(line.strip()) for line in lines if line.strip()]
        except (OSError, ValueError) as fault:
            raise Misused(f"--key {text}: {getattr(fault, 'strerror', None) or fault}.") from None
    return keys


class Checkpoint(NamedTuple):
    """What is signed of a log: its origin, how many events it has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes


DASH = "\u2014 "


def read_note(note: Any, keys: list[Key]) -> Checkpoint:
    """Return the checkpoint of a signed note; without any keys, its signatures are not judged. Raises Wrong."""
    if not isinstance(note, str) or re.search(r"[\x00-\x09\x0b-\x1f]", note) or note[-1:] != "\n":
        raise Wrong("the checkpoint is not a signed note")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures[:-1].split("\n")
    if len(lines) > 16:
        raise Wrong(f"the checkpoint has {len(lines)} signatures, more than 16")
    checkpoint = read_checkpoint(text)
    signed = [signed_by(line, text, keys) for line in lines]
    if keys and checkpoint.origin not in signed:
        raise Wrong(f"the checkpoint of {checkpoint.origin!r} is not signed by a key of that name that is known")
    return checkpoint


def read_checkpoint(text: str) -> Checkpoint:
    """Return what the text of a note says (c2sp.org/tlog-checkpoint). Raises Wrong."""
    lines = text[:-1].split("\n")
    if len(lines) < 3 or "" in lines or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise Wrong("the checkpoint does not have an origin, a size and a root, each on a line")
    checkpoint = Checkpoint(lines[0], int(lines[1]), a_hash(lines[2]))
    if checkpoint.size == 0 and checkpoint.root != Tree().root():
        raise Wrong("the checkpoint is of no events, and its root is not that of none")
    return checkpoint


def signed_by(line: str, text: str, keys: list[Key]) -> str | None:
    """Return the name of the known key whose signature a line is; None for a key that is not known. Raises Wrong."""
    name, _, encoded = line[len(DASH) :].partition(" ")
    if not line.startswith(DASH) or not name or "+" in name or re.search(r"\s", name):
        raise Wrong("a line after the checkpoint is not a signature")
    signature = unbase64(encoded)
    if len(signature) < 5:
        raise Wrong("a line after the checkpoint is not a signature")
    for key in keys:
        if (key.name, key.key_id) == (name, signature[:4]):
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
            except InvalidSignature:
                raise Wrong(f"the signature of {name} on the checkpoint is wrong") from None
            return name
    return None


# ---------------------------------------------------------------------------------------------------------- an event


def unquoted(text: str) -> str:
    """Return the text that stands between the quotes of a JSON string."""
    return str(json.loads(f'"{text}"')) if "\\" in text else text


# An export spells every value in one way, so a line is its columns, in their order, and nothing else.
NUMBER = "(0|[1-9][0-9]{0,17})"
PLAIN = r'[^"\\\x00-\x1f]*'
TEXT = rf'"({PLAIN}(?:\\(?:["\\bfnrt]|u00(?:0[0-7be-f]|1[0-9a-f])){PLAIN})*)"'
UUID = '"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"'
HASH = '"([0-9a-f]{64})"'
SALT = '"([0-9a-f]{32})"'
TIME = r'"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6})Z"'
COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "lane": (NUMBER, int),
    "position": (NUMBER, int),
    "stream_id": (UUID, str),
    "stream_type": (TEXT, unquoted),
    "version": (NUMBER, int),
    "workspace_id": (UUID, str),
    "event_id": (UUID, str),
    "type": (TEXT, unquoted),
    "schema_version": (NUMBER, int),
    "payload": (f"(?:null|{TEXT})", unquoted),
    "salt": (f"(?:null|{SALT})", str),
    "payload_hash": (HASH, str),
    "issuer": (TEXT, unquoted),
    "subject": (TEXT, unquoted),
    "impersonator": (f"(?:null|{TEXT})", unquoted),
    "command_id": (UUID, str),
    "correlation_id": (TEXT, unquoted),
    "causation_id": (f"(?:null|{UUID})", str),
    "recorded_at": (TIME, str),
    "leaf": (HASH, str),
}
READERS = [read for _, read in COLUMNS.values()]
LINE = ",".join(f'"{name}":{value}' for name, (value, _) in COLUMNS.items())
ALONE = re.compile(f"{{{LINE}}}\n").fullmatch
WITH_PROOF = re.compile(rf"{{{LINE},\"proof\":(null|\[[A-Za-z0-9+/=\",]*\])}}\n").fullmatch


class Event(NamedTuple):
    """A line of an export: the columns of the log's table, in their order; UUIDs, hashes and the time as spelled."""

    lane: int
    position: int
    stream_id: str
    stream_type: str
    version: int
    workspace_id: str
    event_id: str
    type: str
    schema_version: int
    payload: str | None
    salt: str | None
    payload_hash: str
    issuer: str
    subject: str
    impersonator: str | None
    command_id: str
    correlation_id: str
    causation_id: str | None
    recorded_at: str
    leaf: str

    def __str__(self) -> str:
        """Return how findings name it."""
        return f"position {self.position}, stream {self.stream_id}, version {self.version}"


def read_event(line: bytes, *, with_proof: bool = False) -> tuple[Event, list[bytes] | None]:
    """Return the event of a line, and the hashes of its proof if the line has one. Raises Wrong."""
    try:
        match = (WITH_PROOF if with_proof else ALONE)(line.decode())
    except UnicodeDecodeError:
        match = None
    if match is None:
        raise Wrong("it is not spelled as an export spells an event")
    groups = match.groups()
    event = Event._make([None if text is None else read(text) for read, text in zip(READERS, groups)])
    return event, read_proof(groups[-1]) if with_proof else None


def read_proof(text: str) -> list[bytes] | None:
    """Return the hashes of a proof. Raises Wrong."""
    try:
        hashes = json.loads(text)
    except ValueError:
        raise Wrong("its proof is not a list of hashes") from None
    return None if hashes is None else [a_hash(one) for one in hashes]


EPOCH = datetime(2000, 1, 1)
INTEGER = struct.Struct(">q").pack
LENGTH = struct.Struct(">i").pack
NULL = LENGTH(-1)


def leaf_of(e: Event) -> bytes:
    """Return the leaf of an event: SHA-256 of 0x00 and every field behind its length (docs/LOG.md). Raises Wrong."""
    fields = (
        INTEGER(e.lane),
        INTEGER(e.position),
        uuid(e.stream_id),
        e.stream_type.encode(),
        INTEGER(e.version),
        uuid(e.workspace_id),
        uuid(e.event_id),
        e.type.encode(),
        INTEGER(e.schema_version),
        bytes.fromhex(e.payload_hash),
        e.issuer.encode(),
        e.subject.encode(),
        None if e.impersonator is None else e.impersonator.encode(),
        uuid(e.command_id),
        e.correlation_id.encode(),
        None if e.causation_id is None else uuid(e.causation_id),
        INTEGER(microseconds(e.recorded_at)),
    )
    behind = [NULL if field is None else LENGTH(len(field)) + field for field in fields]
    return hashlib.sha256(b"\x00onering/event/v1\n" + b"".join(behind)).digest()


def uuid(text: str) -> bytes:
    """Return the 16 bytes of a UUID."""
    return bytes.fromhex(text.replace("-", ""))


def microseconds(text: str) -> int:
    """Return a time in microseconds since 2000-01-01 UTC. Raises Wrong."""
    try:
        since = datetime.fromisoformat(text) - EPOCH
    except ValueError:
        raise Wrong("there is no such time as its recorded_at") from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def faults_of(e: Event) -> Iterator[str]:
    """Yield what is wrong with the hashes of an event."""
    if (e.payload is None) != (e.salt is None):
        yield "payload and salt are erased together or not at all"
    elif e.payload is not None and e.salt is not None:
        salted = b"onering/payload/v1\n" + bytes.fromhex(e.salt) + e.payload.encode()
        if hashlib.sha256(salted).hexdigest() != e.payload_hash:
            yield "its payload or salt was changed: its payload_hash is not theirs"
    try:
        if leaf_of(e).hex() != e.leaf:
            yield "a column of it was changed: its leaf is that of another row"
    except Wrong as fault:
        yield str(fault)


# -------------------------------------------------------------------------------------------- what was verified before


class Memory:
    """The newest checkpoint that was verified of each log, in a file; without a file, of none."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._logs = self._read()

    def known(self, origin: str) -> Checkpoint | None:
        """Return the newest checkpoint of a log."""
        if origin not in self._logs:
            return None
        return Checkpoint(origin, self._logs[origin]["size"], a_hash(self._logs[origin]["root"]))

    def remember(self, new: Checkpoint) -> None:
        """Keep a checkpoint, all of it or nothing, unless a newer one is known. Raises Misused."""
        before, self._logs = self.known(new.origin), self._read()
        known = self.known(new.origin)
        if known not in (before, new):
            raise Misused(f"Another run remembered another checkpoint in {self.path} meanwhile; verify again.")
        if self.path is None or (known is not None and known.size >= new.size):
            return
        self._logs[new.origin] = {"size": new.size, "root": base64.b64encode(new.root).decode()}
        try:
            self._write(self.path)
        except OSError as fault:
            raise Misused(f"What was verified can't be remembered in {self.path}: {fault.strerror}.") from None

    def _write(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump({"format": "onering-verified", "logs": self._logs}, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            text = self.path.read_text(encoding="utf-8") if self.path is not None else '{"logs": {}}'
            logs: dict[str, Any] = json.loads(text)["logs"]
            for entry in logs.values():
                a_hash(entry["root"])
                if type(entry["size"]) is not int or entry["size"] < 0:
                    raise Wrong("an entry has no size")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise Misused(f"The memory {self.path} can't be read ({fault!r}); give another, or --no-memory.") from None
        return logs


def default_memory() -> Path:
    """Return where checkpoints are remembered if nothing else is said. Raises Misused."""
    try:
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    except RuntimeError:
        raise Misused("There is no home folder to remember in; say --memory or --no-memory.") from None
    return Path(state) / "onering" / "verified.json"


# ------------------------------------------------------------------------------------------------------ what is found


class Findings:
    """Prints what is found as it is found, at most so much of it, and knows what it comes to."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(PRECEDENCE, 0)

    def add(self, code: int, text: str) -> None:
        """Take note of something."""
        self.counts[code] += 1
        if sum(self.counts.values()) <= MOST_SHOWN:
            print(printable(text))

    def code(self) -> int:
        """Return the exit code."""
        return next((code for code in PRECEDENCE if self.counts[code]), OK)

    def end(self, summary: str) -> int:
        """Print what it came to; return the exit code."""
        if (more := sum(self.counts.values()) - MOST_SHOWN) > 0:
            print(f"… and {more} more")
        print(printable(f"{WORDS[self.code()]}: {summary}"))
        return self.code()


def printable(text: str) -> str:
    """Return a text with what could move a terminal's cursor spelled out."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class Known(NamedTuple):
    """A checkpoint that a log has to agree with, and whose it is, in words."""

    checkpoint: Checkpoint
    whose: str


class Judge:
    """What every kind of file is judged by: the pinned keys, the memory, and a consistency proof where there is one."""

    def __init__(
        self, keys: list[Key], memory: Memory, consistency: Path | None = None, *, whole: bool = False
    ) -> None:
        """Take a part of a log for incomplete if it is to be `whole`."""
        self.keys = keys
        self.memory = memory
        self.whole = whole
        self.findings = Findings()
        self._consistency = consistency

    def open(self, note: Any) -> Checkpoint | None:
        """Return the checkpoint that a file has; None, and a finding, if it has none that can be gone by."""
        if note is None:
            self.findings.add(INCOMPLETE, "no checkpoint: nobody signed this log, or not yet")
            return None
        if not self.keys:
            self.findings.add(INCOMPLETE, "no key: give --key, else signatures can't be judged")
        try:
            return read_note(note, self.keys)
        except Wrong as fault:
            self.findings.add(DAMAGED, str(fault))
            return None

    def remembered(self, checkpoint: Checkpoint | None) -> list[Known]:
        """Return what is known of the log whose checkpoint it is; without one, of the log whose key is pinned."""
        origins = [checkpoint.origin] if checkpoint is not None else [key.name for key in self.keys]
        known = (self.memory.known(origin) for origin in dict.fromkeys(origins))
        return [Known(one, "that was verified before") for one in known if one is not None]

    def connect(self, checkpoint: Checkpoint, known: list[Known]) -> bool:
        """Return whether a checkpoint that has only its signature is of the history of those that are known."""
        before = sum(self.findings.counts.values())
        for one in known:
            self._connect(checkpoint, one)
        return sum(self.findings.counts.values()) == before

    def _connect(self, checkpoint: Checkpoint, known: Known) -> None:
        old, new = sorted((known.checkpoint, checkpoint), key=lambda one: one.size)
        if old.size == new.size:
            if old.root != new.root:
                self.findings.add(DIVERGED, f"the checkpoint {known.whose} is of another log of {new.size} events")
        elif old.size == 0:
            return
        elif (path := self._path(old, new)) is None:
            route = f"/v1/log/consistency?from={old.size}&to={new.size}"
            text = f"the checkpoint {known.whose} has {known.checkpoint.size} events, this one {checkpoint.size}"
            text += f": fetch {route} from the server and give it by --consistency, or --no-memory"
            self.findings.add(INCOMPLETE, text)
        elif not is_consistent(old, new, path):
            text = f"the log of {new.size} events did not grow from that of {old.size}"
            self.findings.add(DIVERGED, f"{text}: the consistency proof does not connect them")

    def _path(self, old: Checkpoint, new: Checkpoint) -> list[bytes] | None:
        if self._consistency is None:
            return None
        try:
            data = json.loads(self._consistency.read_text(encoding="utf-8"))["data"]
            if (data["from"], data["to"], data["origin"]) != (old.size, new.size, new.origin):
                return None
            return [a_hash(text) for text in data["hashes"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
            raise Misused(f"--consistency {self._consistency} can't be read: {fault!r}.") from None

    def end(self, checkpoint: Checkpoint | None, summary: str, *, whole: bool = True) -> int:
        """Remember a checkpoint if nothing speaks against it; return the exit code."""
        sound = whole and self.keys and not self.findings.counts[DAMAGED] and not self.findings.counts[DIVERGED]
        if checkpoint is not None and sound and self.memory.path is not None:
            if not self.remembered(checkpoint):
                print(printable(f"first checkpoint of {checkpoint.origin} seen here: trusted from now on"))
            self.memory.remember(checkpoint)
        if checkpoint is not None:
            root = base64.b64encode(checkpoint.root).decode()
            summary += f"; {checkpoint.origin}, size {checkpoint.size}, root {root}"
        return self.findings.end(summary)


# --------------------------------------------------------------------------------------------------------- an export


LAST = b'{"events":'
OWN = "in this file"


class Older:
    """The leaves of an older export or proof, by position, and the checkpoint that came with them."""

    def __init__(self, lines: Iterable[bytes], keys: list[Key]) -> None:
        """Raises Misused."""
        lines = iter(lines)
        try:
            first = next(lines, b"")
            if first == PROOF.encode() + b"\n":
                proof = Proof(bounded(lines))
                self.checkpoint: Checkpoint | None = read_note(proof.note, keys) if keys else None
                if self.checkpoint is not None:
                    proved(proof.event, proof.index, proof.path, self.checkpoint)
                self._events = iter([proof.event])
            else:
                header = read_header(first)
                note = header.get("checkpoint")
                self.checkpoint = read_note(note, keys) if note and keys else None
                self._events = events_of(lines, with_proof=has_proofs(header))
            self._next = next(self._events, None)
        except (ValueError, *UNREADABLE) as fault:
            raise Misused(f"What to compare with can't be read: {fault}.") from None

    def differs(self, event: Event) -> bool:
        """Return whether it has another event in this place; to be asked in the order of positions."""
        while self._next is not None and self._next.position < event.position:
            self._next = next(self._events, None)
        return self._next is not None and self._next.position == event.position and self._next.leaf != event.leaf

    def beyond(self, position: int) -> Event | None:
        """Return its first event after a position."""
        while self._next is not None and self._next.position <= position:
            self._next = next(self._events, None)
        return self._next


def events_of(lines: Iterable[bytes], *, with_proof: bool) -> Iterator[Event]:
    """Yield the events of an export, to compare with. Raises Misused."""
    try:
        for line in lines:
            if not line.startswith(LAST):
                yield read_event(line, with_proof=with_proof)[0]
    except (Wrong, *UNREADABLE) as fault:
        raise Misused(f"What to compare with can't be read on: {fault}.") from None


def read_header(line: bytes) -> dict[str, Any]:
    """Return the first line of an export. Raises Wrong."""
    try:
        header = json.loads(line)
        spelled = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != "onering-export":
        raise Wrong("this is neither an export nor a proof file of OneRing")
    if header.get("format_version") not in (1, 2):
        raise Wrong("this export has a format of another release; use the verify.py of that one")
    numbers = [header.get(name) for name in ("format_version", "lane", "head")]
    parts = isinstance(header.get("tiles", []), list) and isinstance(header.get("filter", {}), dict)
    if any(type(number) is not int or number < 0 for number in numbers) or not parts:
        raise Wrong("the first line of this export does not say which part of which log it is")
    if line != spelled:  # Others may read something else in it: of a member that is there twice, the first.
        raise Wrong("the first line of this export is not spelled as an export spells it")
    return header


def has_proofs(header: dict[str, Any]) -> bool:
    """Return whether each line of an export has a proof of its own."""
    return "filter" in header and header["format_version"] > 1


def proved(event: Event, index: int, path: list[bytes], checkpoint: Checkpoint) -> None:
    """Look whether an event is in the tree of a checkpoint. Raises Wrong."""
    if root_from(leaf_of(event), index, checkpoint.size, path) != checkpoint.root:
        raise Wrong("it is not the event that was signed: its proof leads to another root")


def positions(first: int, last: int) -> str:
    """Return a range of events as words."""
    return f"event {first}" if first == last else f"events {first} to {last}"


def many(number: int, what: str) -> str:
    """Return a count as words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


class Whole:
    """All events of a log: the tree over them has the root of each checkpoint that is known, at its size."""

    def __init__(self, checkpoint: Checkpoint | None, known: list[Known], tiles: list[Any], findings: Findings) -> None:
        """Take the roots of tiles as they were kept when they were signed: they tell where a log was changed."""
        self._checkpoint = checkpoint
        own = [] if checkpoint is None else [Known(checkpoint, OWN)]
        self._stops = sorted([*known, *own], key=lambda stop: stop.checkpoint.size)
        self._tiles = tiles
        self._add = findings.add
        self._other_tiles: list[int] = []
        self._rewritten = False
        self._tree: Tree | None = Tree()
        self._stop()

    def take(self, event: Event, path: list[bytes] | None) -> None:
        """Take the next event; a whole log has no paths."""
        if self._tree is None:
            return
        number = self._tree.size // Tree.TILE
        tile = self._tree.append(bytes.fromhex(event.leaf))
        if tile is not None and number < len(self._tiles) and base64.b64encode(tile).decode() != self._tiles[number]:
            self._other_tiles.append(number)
        self._stop()

    def give_up(self) -> None:
        """Compare no more: an event is not there or not in its place, so every root from here on is another."""
        self._tree = None

    def _stop(self) -> None:
        """Compare the root with those that are known of a tree of this size."""
        while self._tree is not None and self._stops and self._stops[0].checkpoint.size == self._tree.size:
            (_, size, root), whose = self._stops.pop(0)
            if self._tree.root() != root:
                self._rewritten = True
                code, what = (DAMAGED, "that were signed") if whose == OWN else (DIVERGED, f"of the checkpoint {whose}")
                self._add(code, f"the first {size} events are not those {what}: {self._where(size)}")

    def _where(self, size: int) -> str:
        agreed = min(len(self._tiles), size // Tree.TILE) * Tree.TILE
        if self._other_tiles:
            where = f"what differs is among {self._other()}"
        elif agreed < size:
            where = f"what differs is among {positions(agreed + 1, size)}, or the tree was changed, too"
        else:
            where = "the tree was changed, too"
        return f"{where}; --against an older export names the event"

    def _other(self) -> str:
        """Return which tiles are not as the tree had them when it was signed."""
        first = self._other_tiles[:MOST_SHOWN]
        return " or ".join(positions(n * Tree.TILE + 1, (n + 1) * Tree.TILE) for n in first)

    def end(self, position: int, *, ended: bool) -> bool:
        """Judge what can only be told at the end; return whether a checkpoint in it may be remembered."""
        if self._other_tiles and not self._rewritten and self._tree is not None:
            self._add(DAMAGED, f"the tree that proofs are made of is not that of the log: {self._other()}")
        if self._stops and self._tree is not None and ended:
            (_, size, _), whose = self._stops[-1]
            missing = f"missing at the end: {positions(position + 1, size)}"
            self._add(DIVERGED, f"{missing}, which the checkpoint {whose} covers")
        if self._checkpoint is not None and position > self._checkpoint.size:
            self._add(INCOMPLETE, f"not signed yet: {positions(self._checkpoint.size + 1, position)}")
        return ended


class Part:
    """Events that somebody chose from a log: each has a proof that it is in the tree of the checkpoint."""

    def __init__(self, checkpoint: Checkpoint | None, known: list[Known], judge: Judge) -> None:
        self._checkpoint = checkpoint
        self._known = known
        self._judge = judge
        self._unproved = 0

    def take(self, event: Event, path: list[bytes] | None) -> None:
        """Take the next event and its proof."""
        if self._checkpoint is None or path is None:
            self._unproved += 1
            return
        try:
            proved(event, event.position - 1, path, self._checkpoint)
        except Wrong as fault:
            self._judge.findings.add(DAMAGED, f"{event}: {fault}")

    def give_up(self) -> None:
        """Go on: each event is proved by itself."""

    def end(self, position: int, *, ended: bool) -> bool:
        """Judge what can only be told at the end; return whether a checkpoint in it may be remembered."""
        if self._judge.whole:
            what = "the file has only what somebody chose from the log, and not all of it"
            self._judge.findings.add(INCOMPLETE, what)
        if self._checkpoint is None:
            return False
        if self._unproved:
            unproved = f"{many(self._unproved, 'event')} without a proof"
            self._judge.findings.add(INCOMPLETE, f"{unproved}: not signed yet, or the export was made of a file")
        return self._judge.connect(self._checkpoint, self._known) and ended


class Export:
    """An export that is judged line by line, from its first to its last."""

    def __init__(self, first: bytes, judge: Judge, older: Older | None = None) -> None:
        """Raises Misused if it is no export."""
        try:
            self._header = read_header(first)
        except Wrong as fault:
            raise Misused(f"{str(fault)[0].upper()}{str(fault)[1:]}.") from None
        self._judge = judge
        self._add = judge.findings.add
        self._older = older
        self._filtered = "filter" in self._header
        self._proved = has_proofs(self._header)
        self._digest = hashlib.sha256(first)
        self._versions: dict[bytes, int] = {}
        self._position = self._count = self._erased = 0
        self._time = ""
        self._ended = False
        self.checkpoint = judge.open(self._header.get("checkpoint"))
        self._events = self._whole_or_part()

    def _whole_or_part(self) -> Whole | Part:
        known = self._judge.remembered(self.checkpoint)
        if self._older is not None and self._older.checkpoint is not None:
            known.append(Known(self._older.checkpoint, "of the older file"))
        if self._filtered:
            return Part(self.checkpoint, known, self._judge)
        return Whole(self.checkpoint, known, self._header.get("tiles", []), self._judge.findings)

    def line(self, line: bytes) -> None:
        """Take the next line."""
        if self._ended:
            self._add(DAMAGED, "the file goes on behind its last line")
        elif not line.endswith(b"\n"):
            return
        elif line.startswith(LAST):
            self._last(line)
        else:
            self._digest.update(line)
            self._count += 1
            self._event(line)

    def _event(self, line: bytes) -> None:
        try:
            event, path = read_event(line, with_proof=self._proved)
        except Wrong as fault:
            self._add(DAMAGED, f"line {self._count + 1}, after position {self._position}: {fault}")
            self._events.give_up()
            return
        for fault_of in faults_of(event):
            self._add(DAMAGED, f"{event}: {fault_of}")
        self._erased += event.payload is None
        self._in_order(event)
        self._in_stream(event)
        self._events.take(event, path)
        if self._older is not None and self._older.differs(event):
            self._add(DIVERGED, f"{event}: it is another event than in the older file, and the first one that is")
            self._older = None

    def _in_order(self, event: Event) -> None:
        expected = self._position + 1
        if event.lane != self._header["lane"]:
            self._add(DAMAGED, f"{event}: it is of lane {event.lane}, in a log of lane {self._header['lane']}")
        if event.position < expected:
            self._misplaced(event, f"it comes after position {self._position}")
        elif event.position > expected and not self._filtered:
            self._misplaced(event, f"missing in front of it: {positions(expected, event.position - 1)}")
        if event.recorded_at < self._time:
            self._add(DAMAGED, f"{event}: it was recorded before the one in front of it, at {event.recorded_at}")
        self._position, self._time = event.position, event.recorded_at

    def _misplaced(self, event: Event, text: str) -> None:
        self._add(DAMAGED, f"{event}: {text}")
        self._events.give_up()

    def _in_stream(self, event: Event) -> None:
        stream = uuid(event.stream_id)
        expected = self._versions.get(stream, 0) + 1
        if event.version < expected or (event.version > expected and not self._filtered):
            self._add(DAMAGED, f"{event}: version {expected} of its stream comes next")
        self._versions[stream] = event.version

    def _last(self, line: bytes) -> None:
        self._ended = True
        expected = {"events": self._count, "sha256": self._digest.hexdigest()}
        if line != json.dumps(expected, separators=(",", ":")).encode() + b"\n":
            self._add(DAMAGED, "the bytes of the file are not those that were written: its last line is another's")

    def end(self) -> int:
        """Judge what can only be told at the end; return the exit code."""
        head = self._header["head"]
        if not self._ended:
            self._add(INCOMPLETE, f"the file is cut off after position {self._position}; it should go up to {head}")
        elif not self._filtered:
            self._at_the_end(head)
        sound = self._events.end(self._position, ended=self._ended)
        return self._judge.end(self.checkpoint, self._summary(), whole=sound)

    def _at_the_end(self, head: int) -> None:
        if self._position != head:
            self._add(DAMAGED, f"the file should go up to position {head}; it ends at {self._position}")
        if self._older is not None and (event := self._older.beyond(self._position)) is not None:
            self._add(DIVERGED, f"{event}: the older file has it, and this log ends at position {self._position}")

    def _summary(self) -> str:
        text = f"{many(self._count, 'event')} of {many(len(self._versions), 'stream')} up to position {self._position}"
        text += f", {self._erased} of them erased" if self._erased else ""
        return f"{text}, chosen from a log; what was left out can't be told" if self._filtered else text


# ------------------------------------------------------------------------------------------------------ a proof file


class Proof:
    """The parts of a file of c2sp.org/tlog-proof@v1 that has an event of OneRing in its `extra` line."""

    def __init__(self, content: bytes) -> None:
        """Take what follows the first line. Raises Wrong."""
        if len(content) > MOST_PROOF_BYTES:
            raise Wrong("it is longer than a proof can be")
        try:
            head, _, self.note = content.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise Wrong("it is not written in UTF-8") from None
        lines = head.split("\n")
        if not lines[0].startswith("extra "):
            raise Wrong("the proof does not say which event it is of: it has no `extra` line")
        self.event, _ = read_event(unbase64(lines[0][len("extra ") :]) + b"\n")
        if len(lines) < 2 or not re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[1], re.ASCII):
            raise Wrong("the proof has no line that says `index` and a number")
        self.index = int(lines[1][len("index ") :])
        self.path = [a_hash(line) for line in lines[2:]]


def bounded(lines: Iterable[bytes]) -> bytes:
    """Return what follows the first line of a proof file, or as much as shows that it is too long for one."""
    content = bytearray()
    for line in lines:
        content += line
        if len(content) > MOST_PROOF_BYTES:
            break
    return bytes(content)


def verify_proof(text: bytes, judge: Judge) -> int:
    """Judge what follows the first line of a proof file; return the exit code."""
    connected = False
    try:
        proof = Proof(text)
    except Wrong as fault:
        judge.findings.add(DAMAGED, str(fault))
        return judge.end(None, "this is not a proof of an event")
    event = proof.event
    for fault_of in faults_of(event):
        judge.findings.add(DAMAGED, f"{event}: {fault_of}")
    if (checkpoint := judge.open(proof.note)) is not None:
        try:
            if proof.index != event.position - 1:
                raise Wrong(f"the proof is of event {proof.index + 1}")
            proved(event, proof.index, proof.path, checkpoint)
            connected = judge.connect(checkpoint, judge.remembered(checkpoint))
        except Wrong as fault:
            judge.findings.add(DAMAGED, f"{event}: {fault}")
    if judge.findings.code() != DAMAGED:
        for line in told(event):
            print(line)
    return judge.end(checkpoint, str(event), whole=connected)


def told(event: Event) -> Iterator[str]:
    """Yield an event as a person reads it."""
    who = event.subject if event.impersonator is None else f"{event.subject} (by {event.impersonator})"
    yield f"position  {event.position}"
    yield f"time      {event.recorded_at}Z"
    yield printable(f"who       {who}, as {event.issuer} says")
    yield printable(f"{event.stream_type:<9} {event.stream_id}, version {event.version}")
    yield printable(f"what      {event.type}")
    if event.payload is None:
        yield "          [erased]"
        return
    written, rest = parted(event.payload)
    for line in written.split("\n") if written is not None else ():
        yield f"          {printable(line)}"
    yield printable(f"with      {rest}")


def parted(payload: str) -> tuple[str | None, str]:
    """Return what a person wrote in an event, if they did, and whatever else it says."""
    try:
        data = json.loads(payload)["data"]
        written = data.pop("content", None)
        if written is None or isinstance(written, str):
            return written, json.dumps(data, ensure_ascii=False)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return None, payload


# ------------------------------------------------------------------------------------------------------ command line


@contextmanager
def lines_of(path: str) -> Iterator[Iterator[bytes]]:
    """Open a file, a compressed one or standard input, and yield its lines. Raises Misused."""
    with ExitStack() as files:
        try:
            raw = files.enter_context(io.FileIO(0 if path == "-" else path, closefd=path != "-"))
            file = files.enter_context(io.BufferedReader(raw))
            compressed = file.peek(2)[:2] == b"\x1f\x8b"
        except OSError as fault:
            raise Misused(f"{path} can't be read: {fault.strerror}.") from None
        plain = gzip.GzipFile(fileobj=file) if compressed else file
        yield iter(lambda: plain.readline(MOST_LINE_BYTES), b"")


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(
        prog="verify.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("file", metavar="FILE", help="an export or a proof file; - is standard input")
    made.add_argument(
        "--key", action="append", default=[], help="a key to trust: <name>+<id>+<base64>, or a file of them; repeatable"
    )
    made.add_argument("--against", metavar="OLDER", help="an older export or proof of the same log, to compare with")
    made.add_argument("--whole", action="store_true", help="all of a log is expected: a part of one is incomplete")
    made.add_argument("--consistency", type=Path, metavar="FILE", help="the answer of GET /v1/log/consistency")
    memory = made.add_mutually_exclusive_group()
    memory.add_argument("--memory", type=Path, metavar="FILE", help="where verified checkpoints are remembered")
    memory.add_argument("--no-memory", action="store_true", help="neither remember, nor compare with what was verified")
    return made


@contextmanager
def judging(asked: argparse.Namespace) -> Iterator[tuple[Judge, Older | None]]:
    """Yield who judges as the command line asks for it, and what is compared with. Raises Misused."""
    memory = Memory(None if asked.no_memory else asked.memory or default_memory())
    judge = Judge(keys_of(asked.key), memory, asked.consistency, whole=asked.whole)
    if asked.against is None:
        yield judge, None
        return
    with lines_of(asked.against) as lines:
        yield judge, Older(lines, judge.keys)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    asked = parser().parse_args(arguments)
    try:
        with judging(asked) as (judge, older), lines_of(asked.file) as lines:
            return verify(lines, judge, older)
    except Misused as fault:
        print(printable(f"verify.py: {fault}"), file=sys.stderr)
        return USAGE


def verify(lines: Iterator[bytes], judge: Judge, older: Older | None = None) -> int:
    """Judge a file of either kind; return the exit code. Raises Misused."""
    lines = readable(lines, judge)
    first = next(lines, b"")
    if first == PROOF.encode() + b"\n":
        if older is not None or judge.whole:
            raise Misused("--against and --whole are for exports: a proof is of one event.")
        return verify_proof(bounded(lines), judge)
    export = Export(first, judge, older)
    for line in lines:
        export.line(line)
    return export.end()


def readable(lines: Iterator[bytes], judge: Judge) -> Iterator[bytes]:
    """Yield the lines of a file as far as it can be read; a compressed one that just ends lacks its last line."""
    try:
        for line in lines:
            if len(line) == MOST_LINE_BYTES:
                raise OSError("a line of it is longer than any that is judged")
            yield line
    except EOFError:
        return
    except UNREADABLE as fault:
        judge.findings.add(DAMAGED, f"the file can't be read on: {fault}")


def run() -> int:
    """Run as a program; whatever can't be told to anybody is no damage to the log."""
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return main()
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main()
        sys.stdout.flush()
    except OSError as fault:
        print(f"verify.py: What was found can't be written: {fault.strerror}.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USAGE
    return code


if __name__ == "__main__":
    sys.exit(run())
