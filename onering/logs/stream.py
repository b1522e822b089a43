"""Where lines go: what one turn of the event loop says is written at once, and trouble without delay."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

# What a pipe takes in one piece (POSIX: at least 512): lines of processes that share it do not mix.
PIECE_BYTES = 4096


class Stream:
    """Takes lines for `file`. A process that is killed loses at most those of one turn of its event loop.

    A file that takes no more is no reason to stop serving: its lines are lost.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._waiting: deque[bytes] = deque()

    def sink(self, name: str = "") -> "Sink":
        """Return what structlog gives the lines of the logger `name` to."""
        return Sink(name, self.soon, self.now)

    def soon(self, line: bytes) -> None:
        """Write a line with the others of this turn of the event loop; at once where none runs."""
        self._waiting.append(line)
        if len(self._waiting) == 1:
            try:
                asyncio.get_running_loop().call_soon(self.flush)
            except RuntimeError:
                self.flush()

    def now(self, line: bytes) -> None:
        """Write a line, after those that wait."""
        self._waiting.append(line)
        self.flush()

    def flush(self) -> None:
        """Write what waits, whole lines at a time."""
        piece = b""
        # Threads may do the same meanwhile: each line is taken by one of them.
        with suppress(IndexError):
            while True:
                line = self._waiting.popleft() + b"\n"
                if piece and len(piece) + len(line) > PIECE_BYTES:
                    self._write(piece)
                    piece = b""
                piece += line
        self._write(piece)

    def _write(self, piece: bytes) -> None:
        with suppress(OSError, ValueError):
            self._file.write(piece)
            self._file.flush()


class Sink:
    """One method per level, as structlog calls them."""

    __slots__ = ("critical", "debug", "error", "info", "name", "warning")

    def __init__(self, name: str, soon: Callable[[bytes], None], now: Callable[[bytes], None]) -> None:
        self.name = name
        self.debug = self.info = soon
        self.warning = self.error = self.critical = now
