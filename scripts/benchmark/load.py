"""A load generator for HTTP/1.1 that costs less than what it measures: prepared requests, one parse per answer.

Runs as a process of its own: `python -m scripts.benchmark.load` reads a JSON job from standard input and prints a JSON
result. httpx spends several times the server's own time per request on these machines, so it would measure itself.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count
from resource import RUSAGE_SELF, getrusage
from typing import cast

import uvloop


@dataclass(frozen=True, slots=True)
class Job:
    """`clients` connections each add segments to `drafts` in turn, for `seconds`, as one person."""

    host: str
    port: int
    clients: int
    seconds: float
    drafts: list[str]
    token: str
    content: str
    run: str


@dataclass(slots=True)
class Result:
    """Acknowledged commands, other answers by status, seconds taken, latencies in ms, CPU share of the generator."""

    acknowledged: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    generator_cpu: float = 0.0


class Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, requests: Iterator[bytes], result: Result, latencies: list[float], deadline: float) -> None:
        self._requests = requests
        self._result = result
        self._latencies = latencies
        self._deadline = deadline
        self._buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        marker = head.lower().find(b"content-length: ")
        length = int(head[marker + 16 :].split(b"\r", 1)[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._count(int(head[9:12]))
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _count(self, status: int) -> None:
        self._latencies.append(time.perf_counter() - self._sent)
        if status == 200:
            self._result.acknowledged += 1
        else:
            self._result.refused[status] = self._result.refused.get(status, 0) + 1

    def _send(self) -> None:
        self._sent = time.perf_counter()
        if self._sent >= self._deadline:
            self._transport.close()
            return
        self._transport.write(next(self._requests))


def requests(job: Job, client: int) -> Iterator[bytes]:
    """Yield distinct add-segment commands, drafts spread over the clients."""
    mine = job.drafts[client :: job.clients] or [job.drafts[client % len(job.drafts)]]
    for n in count():
        draft = mine[n % len(mine)]
        body = json.dumps({"type": "add-segment", "draft_id": draft, "content": job.content}).encode()
        yield (
            f"POST /v1/commands HTTP/1.1\r\nHost: {job.host}:{job.port}\r\nAuthorization: Bearer {job.token}\r\n"
            f"Idempotency-Key: {job.run}-{client}-{n}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


async def run(job: Job) -> Result:
    """Load the server and return what it answered."""
    result = Result()
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    started, usage = time.perf_counter(), getrusage(RUSAGE_SELF)
    deadline = started + job.seconds
    clients = [Client(requests(job, n), result, latencies, deadline) for n in range(job.clients)]
    for client in clients:
        await loop.create_connection(partial(_this, client), job.host, job.port)
    await asyncio.gather(*[client.done for client in clients])
    result.seconds = time.perf_counter() - started
    used = getrusage(RUSAGE_SELF)
    result.generator_cpu = (used.ru_utime + used.ru_stime - usage.ru_utime - usage.ru_stime) / result.seconds
    latencies.sort()
    result.p50_ms = latencies[len(latencies) // 2] * 1000
    result.p99_ms = latencies[int(len(latencies) * 0.99)] * 1000
    return result


def _this(client: Client) -> Client:
    return client


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(run(Job(**json.load(sys.stdin)))))))
