"""The keys folder: outside the database and its data, its owner's alone, and each file in it whole or absent."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from pathlib import Path

from onering.disk import sync_folder
from onering.proofs.faults import Deposed, KeysFault
from onering.proofs.keys import Keys
from onering.proofs.memory import Memory

_KEYS = "keys.json"
# How often whoever waits for somebody else looks whether they are done.
_LOOK_SECONDS = 0.05


class KeysFolder:
    """The keys, and for each origin the memory of what was signed, or why nothing is signed any more.

    All methods raise KeysFault. Only writing makes the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[bytes, Keys] | None = None

    def keys(self) -> Keys | None:
        """Return the keys; None where there are none."""
        content = self._content(_KEYS)
        if content is None:
            return None
        # Looked at before each signature: only what changed is parsed.
        if self._read is None or self._read[0] != content:
            self._read = content, Keys.decoded(content)
        return self._read[1]

    def begin(self, keys: Keys, memory: Memory) -> None:
        """Have these keys, and this memory of their origin; what another origin's signer is about to sign is not."""
        with self._locked("memory.lock"):
            known = self.memory(keys.origin)
            if known is not None and known.checkpoint.size:
                raise KeysFault(f"{known.checkpoint.size} events were signed as {keys.origin} already")
            self._write(_named("memory", keys.origin), memory.encoded())
            self._write(_KEYS, keys.encoded())

    def keep(self, keys: Keys) -> None:
        """Have these keys from now on."""
        self._write(_KEYS, keys.encoded())

    def archive(self, keys: Keys) -> None:
        """Keep keys that are about to be replaced beside the others."""
        self._write(_named("keys", keys.origin), keys.encoded())

    def archived(self, origin: str) -> Keys | None:
        """Return the keys of an origin that were put aside."""
        content = self._content(_named("keys", origin))
        return None if content is None else Keys.decoded(content)

    def memory(self, origin: str) -> Memory | None:
        """Return what was signed last under an origin."""
        content = self._content(_named("memory", origin))
        return None if content is None else Memory.decoded(content)

    def remember(self, memory: Memory) -> None:
        """Have this remembered, whatever happens from here on.

        Raises Deposed if more is remembered already, since another process wrote it, and if another origin began.
        """
        with self._locked("memory.lock"):
            kept, known = self.keys(), self.memory(memory.checkpoint.origin)
            if kept is not None and kept.private and kept.origin != memory.checkpoint.origin:
                raise Deposed(f"{kept.origin} began meanwhile")
            if known is not None and known.checkpoint.size > memory.checkpoint.size:
                raise Deposed(f"{known.checkpoint.size} events were signed meanwhile")
            self._write(_named("memory", memory.checkpoint.origin), memory.encoded())

    def refusal(self, origin: str) -> str | None:
        """Return why an origin is not signed any more."""
        content = self._content(_named("refused", origin))
        return None if content is None else content.decode(errors="replace").strip()

    def refuse(self, origin: str, why: str) -> None:
        """Have it known to all processes, now and later, that an origin is not signed any more."""
        self._write(_named("refused", origin), f"{why}\n".encode())

    def forgive(self, origin: str) -> None:
        """Let it be looked at anew whether an origin can be signed."""
        with self._usable():
            (self.path / _named("refused", origin)).unlink(missing_ok=True)

    def discard(self, origin: str) -> None:
        """Have no keys, and no memory of an origin under which nothing was signed."""
        with self._usable():
            (self.path / _KEYS).unlink(missing_ok=True)
            (self.path / _named("memory", origin)).unlink(missing_ok=True)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep operators, and services that start, from the keys; wait for who is at it."""
        with self._opened("operator.lock") as lock:
            await _take(lock)
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with self._opened(name) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        with self._usable():
            self._make()
            lock = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield lock
        finally:
            os.close(lock)

    def check(self) -> None:
        """Raise KeysFault if others than its owner, who is us, can enter the folder."""
        with self._usable():
            if not self.path.exists():
                return
            found = self.path.stat()
            if found.st_uid != os.geteuid():
                raise KeysFault(f"{self.path} belongs to somebody else than who runs this")
            if found.st_mode & 0o077:
                raise KeysFault(f"{self.path} is open to others (mode {found.st_mode & 0o777:o}); chmod 700 it")

    def _content(self, name: str) -> bytes | None:
        with self._usable():
            try:
                return (self.path / name).read_bytes()
            except FileNotFoundError:
                return None

    def _write(self, name: str, content: bytes) -> None:
        """Have a file with this content, or the one before, also if the power goes now."""
        with self._usable():
            self._make()
            handle, made = tempfile.mkstemp(dir=self.path, prefix=f".{name}-")  # made for its owner alone
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(content)
                    opened.flush()
                    os.fsync(opened.fileno())
                os.rename(made, self.path / name)
            except BaseException:
                os.unlink(made)
                raise
            sync_folder(self.path)

    def _make(self) -> None:
        if self.path.is_dir():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        sync_folder(self.path.parent)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise KeysFault(f"the keys folder {self.path} can't be used: {fault.strerror}") from fault


def _named(what: str, origin: str) -> str:
    # An origin may hold what a file's name may not.
    return f"{what}-{sha256(origin.encode()).hexdigest()[:16]}"


async def _take(lock: int) -> None:
    # Not in a thread: who is told to stop could not end it.
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            return
