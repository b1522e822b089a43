"""A load generator for HTTP/1.1 that costs less than what it measures: prepared requests, one parse per answer.

A program of its own. Asked with a job, it connects and answers the ports of its clients; asked again, it sends, and
answers the result. httpx spends several times the server's own time per request on these machines, so it would measure
itself.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count, islice
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple, cast

import uvloop

from scripts.benchmark.figures import percentile

# Answers that do not come end the job, not hang it.
PATIENCE_SECONDS = 60.0
# The event loop's own clock counts whole milliseconds.
CLOCK = time.perf_counter


@dataclass(frozen=True, slots=True)
class Job:
    """`clients` connections add segments to `drafts` in turn, as one person.

    Each sends its next command when the last was answered, for `seconds`, or until it has sent `count`. With `rate`
    (commands per second and client) it sends at fixed times, late only if the last answer was.
    """

    host: str
    port: int
    clients: int
    drafts: list[str]
    token: str
    content: str
    run: str
    seconds: float = 0.0
    count: int | None = None
    rate: float | None = None


@dataclass(slots=True)
class Result:
    """Acknowledged commands, other answers by status, seconds taken, latencies in ms, CPU share of the generator."""

    acknowledged: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    generator_cpu: float = 0.0


class Reply(NamedTuple):
    """One answer: its status, its body, and what came behind it."""

    status: int
    body: bytes
    rest: bytes


def reply_in(received: bytes) -> Reply | None:
    """Return the answer that `received` begins with, once it is complete. It has a Content-Length, as ours do."""
    head, separator, rest = received.partition(b"\r\n\r\n")
    if not separator:
        return None
    marker = head.lower().find(b"content-length: ")
    length = int(head[marker + 16 :].split(b"\r", 1)[0])
    return Reply(int(head[9:12]), rest[:length], rest[length:]) if len(rest) >= length else None


def requests(job: Job, client: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield distinct add-segment commands, drafts spread over the clients: what stands before and behind the instant
    of sending, which ends the key.
    """
    mine = job.drafts[client :: job.clients] or [job.drafts[client % len(job.drafts)]]
    for n in count():
        body = json.dumps({"type": "add-segment", "draft_id": mine[n % len(mine)], "content": job.content}).encode()
        before = (
            f"POST /v1/commands HTTP/1.1\r\nHost: {job.host}:{job.port}\r\nAuthorization: Bearer {job.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {job.run}-{client}-{n}-"
        )
        yield before.encode(), b"\r\n\r\n" + body


class Client(asyncio.Protocol):
    """One connection, one request at a time; it begins with `start`."""

    def __init__(self, job: Job, number: int, result: Result, latencies: list[float]) -> None:
        self._loop = asyncio.get_running_loop()
        self._requests = islice(requests(job, number), job.count)
        self._step = 1 / job.rate if job.rate else 0.0
        self._phase = self._step * number / job.clients
        self._length = job.seconds if job.count is None else float("inf")
        self._result = result
        self._latencies = latencies
        self._buffer = b""
        self.done = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def start(self, at: float) -> None:
        """Send from `at` on, a reading of the clock."""
        self._due, self._deadline = at + self._phase, at + self._length
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if (reply := reply_in(self._buffer)) is None:
            return
        self._buffer = reply.rest
        self._latencies.append(CLOCK() - self._sent)
        if reply.status == 200:
            self._result.acknowledged += 1
        else:
            self._result.refused[reply.status] = self._result.refused.get(reply.status, 0) + 1
        self._due += self._step
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        now = CLOCK()
        if not self._step:
            self._send(now)
        elif now >= self._due:
            # The last answer came late: what waited for it has been waiting since it was due.
            self._send(self._due)
        else:
            self._loop.call_later(self._due - now, lambda: self._send(CLOCK()))

    def _send(self, at: float) -> None:
        request = next(self._requests, None) if at < self._deadline else None
        if request is None:
            self._transport.close()
            return
        self._sent = at
        before, behind = request
        instant = time.time_ns() - int((CLOCK() - at) * 1e9)
        self._transport.write(b"%b%d%b" % (before, instant, behind))


async def run(job: Job) -> None:
    """Connect, say so, and load the server when told to."""
    result = Result()
    latencies: list[float] = []
    clients = [Client(job, number, result, latencies) for number in range(job.clients)]
    for client in clients:
        await asyncio.get_running_loop().create_connection(partial(_this, client), job.host, job.port)
    print(json.dumps({"ports": [client.port for client in clients]}), flush=True)
    sys.stdin.readline()
    started, used = CLOCK(), _cpu_seconds()
    for client in clients:
        client.start(started)
    async with asyncio.timeout(job.seconds + PATIENCE_SECONDS):
        await asyncio.gather(*[client.done for client in clients])
    result.seconds = CLOCK() - started
    result.generator_cpu = (_cpu_seconds() - used) / result.seconds
    result.p50_ms, result.p99_ms = (percentile(latencies, percent) * 1000 for percent in (50, 99))
    print(json.dumps(asdict(result)), flush=True)


def _this(client: Client) -> Client:
    return client


def _cpu_seconds() -> float:
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    uvloop.run(run(Job(**json.loads(sys.stdin.readline()))))
