"""Readers of live feeds that cost less than the server: they read bytes, and look into them when all have arrived.

A program of its own. It is asked, in JSON:

  {"places": [[host, port, path, token] …], "pause": …, "every": …}   once and first; answers when all are live
  {"begin": true}                forget what was read so far
  {"events": n}                  wait for n events, counted once per path, and for as many bytes on all of its sockets

With `pause` (seconds between two looks at all sockets) what came on a socket meanwhile is one read. With `every`, what
came on each socket is kept with the time of its arrival; else that of one socket of each path, and of the others the
number of bytes, which is the same because everybody gets the same bytes.
"""

import json
import re
import select
import socket
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from resource import RUSAGE_SELF, getrusage
from typing import Any

from scripts.benchmark.websocket import Place, frames_in, joined

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
CHUNK = 1 << 18

EVENTS = b'{"type":"events"'
# The key of an event ends with the client that sent the command, its number there, and the instant in ns.
EVENT = re.compile(rb'"at":"([^"]+)"[^{]*{[^}]*}[^{]*"idempotency_key":"[0-9]+-([0-9]+)-[0-9]+-([0-9]+)"')


class Reader:
    """One socket; `total` counts its bytes since it is live. With `kept`, the rest is what came since `begin`."""

    def __init__(self, connection: socket.socket, path: str, behind: bytes, *, kept: bool) -> None:
        self.connection = connection
        self.path = path
        self.port: int = connection.getsockname()[1]
        self.total = len(behind)
        self.kept = kept
        self.frames = self.events = 0
        self._data = bytearray()
        self._arrivals: list[tuple[int, float]] = []
        self._seen = 0
        connection.setblocking(False)

    def read(self) -> None:
        """Take what has come."""
        chunk = self.connection.recv(CHUNK)
        if not chunk:
            raise ConnectionError(f"the server closed a socket: {bytes(self._data[-200:])!r}")
        self.total += len(chunk)
        if self.kept:
            self._data += chunk
            self._arrivals.append((len(self._data), time.time()))

    def begin(self) -> None:
        """Forget what came so far; it ended with a frame."""
        self.frames = self.events = self._seen = 0
        self._data.clear()
        self._arrivals.clear()

    def count(self) -> None:
        """Count the frames of events, and the events, that came since this was last done."""
        for begin, end in frames_in(self._data, self._seen):
            self._seen = end
            if self._data.startswith(EVENTS, begin):
                self.frames += 1
                self.events += self._data.count(b'"command_id":', begin, end)

    def samples(self) -> Iterator[tuple[int, int, float, float]]:
        """Yield for each event this reader's port, the client that sent it, and the ms from sending and commit."""
        for begin, end in frames_in(self._data):
            arrived = self._arrivals[bisect_left(self._arrivals, (end, 0.0))][1]
            for at, client, sent in EVENT.findall(self._data, begin, end):
                committed = datetime.fromisoformat(at.decode()).timestamp()
                yield self.port, int(client), (arrived - int(sent) / 1e9) * 1000, (arrived - committed) * 1000


class Readers:
    """All sockets of this process."""

    def __init__(self, places: Sequence[Place], *, pause: float, every: bool) -> None:
        self._pause = pause
        self._every = every
        self._firsts: dict[str, Reader] = {}
        self._all: dict[int, Reader] = {}
        self._poll = select.epoll()
        for place, (connection, behind) in zip(places, joined(places), strict=True):
            reader = Reader(connection, place.path, behind, kept=every or place.path not in self._firsts)
            self._firsts.setdefault(place.path, reader)
            self._all[connection.fileno()] = reader
            self._poll.register(connection, select.EPOLLIN)
        self._poll.register(sys.stdin, select.EPOLLIN)
        self.begin()

    def begin(self) -> None:
        """Forget what was read so far."""
        for reader in self._all.values():
            reader.begin()
        self._began, self._used = time.perf_counter(), _cpu_seconds()
        self._first: float | None = None
        self._last = 0.0

    def read(self) -> bool:
        """Read what comes until something is asked (True), or for a moment (False)."""
        until = time.perf_counter() + LOOK_SECONDS
        while time.perf_counter() < until:
            asked = False
            for descriptor, _ in self._poll.poll(LOOK_SECONDS):
                if descriptor == sys.stdin.fileno():
                    asked = True
                else:
                    self._all[descriptor].read()
                    self._last = time.perf_counter()
                    self._first = self._first or self._last
            if asked:
                return True
            if self._pause:
                time.sleep(self._pause)
        return False

    def arrived(self, events: int) -> bool:
        """Whether so many events came, everywhere."""
        for reader in self._firsts.values():
            reader.count()
        return sum(reader.events for reader in self._firsts.values()) == events and all(
            reader.total == self._firsts[reader.path].total for reader in self._all.values()
        )

    def report(self) -> Mapping[str, Any]:
        """Tell what came since `begin`: frames and events delivered to all sockets, within how many seconds."""
        cpu = (_cpu_seconds() - self._used) / (time.perf_counter() - self._began)
        everyone = self._all.values()
        return {
            "frames": sum(self._firsts[reader.path].frames for reader in everyone),
            "events": sum(self._firsts[reader.path].events for reader in everyone),
            "seconds": self._last - (self._first or self._last),
            "cpu": cpu,
            "samples": [sample for reader in everyone for sample in reader.samples()] if self._every else [],
        }


def _cpu_seconds() -> float:
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _waited_for(readers: Readers, events: int) -> Mapping[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not readers.arrived(events):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not all of {events} events arrived: {readers.report()}")
        readers.read()
    return readers.report()


def main() -> None:
    """Read until standard input closes."""
    said = json.loads(sys.stdin.readline())
    places = [Place(*place) for place in said["places"]]
    readers = Readers(places, pause=said["pause"], every=said["every"])
    answer: Mapping[str, Any] = {"live": len(places)}
    while True:
        print(json.dumps(answer), flush=True)
        while not readers.read():
            continue
        if not (line := sys.stdin.readline()):
            return
        said = json.loads(line)
        if "begin" in said:
            readers.begin()
            answer = {"begun": True}
        else:
            answer = _waited_for(readers, said["events"])


if __name__ == "__main__":
    main()
