"""A load generator of reads: prepared GETs, each client asks again when it was answered.

A program of its own, asked once for each job.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import cast

import uvloop

from scripts.benchmark.figures import percentile
from scripts.benchmark.load import CLOCK, PATIENCE_SECONDS, reply_in


@dataclass(frozen=True, slots=True)
class Reads:
    """`clients` connections ask for `path`, each `warming` times and then for `seconds`."""

    host: str
    port: int
    clients: int
    path: str
    token: str
    seconds: float
    warming: int


@dataclass(slots=True)
class Result:
    """Answers with 200, with anything else, and how long they took, in ms."""

    answered: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    p50_ms: float = 0.0
    p99_ms: float = 0.0


class Reader(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, job: Reads, result: Result, taken: list[float]) -> None:
        head = f"GET {job.path} HTTP/1.1\r\nHost: {job.host}:{job.port}\r\nAuthorization: Bearer {job.token}\r\n\r\n"
        self._request = head.encode()
        self._warming = job.warming
        self._seconds = job.seconds
        self._deadline: float | None = None
        self._result, self._taken = result, taken
        self._buffer = bytearray()
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if (reply := reply_in(bytes(self._buffer))) is None:
            return
        now = CLOCK()
        self._buffer = bytearray(reply.rest)
        if reply.status != 200:
            self._result.refused[reply.status] = self._result.refused.get(reply.status, 0) + 1
        elif self._deadline is not None:
            self._taken.append((now - self._sent) * 1000)
            self._result.answered += 1
        if self._deadline is None:
            self._warming -= 1
            if not self._warming:
                self._deadline = now + self._seconds
        if self._deadline is not None and now > self._deadline:
            self._transport.close()
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._sent = CLOCK()
        self._transport.write(self._request)


async def run(job: Reads) -> Result:
    """Ask, and return what came of it."""
    result, taken = Result(), list[float]()
    loop = asyncio.get_running_loop()
    readers = [Reader(job, result, taken) for _ in range(job.clients)]
    for reader in readers:
        await loop.create_connection(partial(_this, reader), job.host, job.port)
    async with asyncio.timeout(job.seconds + PATIENCE_SECONDS):
        await asyncio.gather(*[reader.done for reader in readers])
    if taken:
        result.p50_ms, result.p99_ms = percentile(taken, 50), percentile(taken, 99)
    return result


def _this(reader: Reader) -> Reader:
    return reader


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asdict(uvloop.run(run(Reads(**json.loads(line)))))), flush=True)
