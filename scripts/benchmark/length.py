"""How a write and a read of one page change with the length of the draft, warm and just after a restart."""

import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import count
from statistics import median

from onering.http.routes import DRAFT
from scripts.benchmark.commands import loaded
from scripts.benchmark.figures import Figure, Section, Target, figure
from scripts.benchmark.load import reply_in
from scripts.benchmark.people import CONTENT, WRITER, drafts
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service

# Segments of the page that is read, the same number from each draft.
PAGE = 10
ANSWER_SECONDS = 30.0
# Clients that write the drafts.
WRITERS = 10
WARMING = 10


class Caller:
    """One connection and one request at a time, each timed."""

    def __init__(self, service: Service) -> None:
        self._host = service.host
        self._token = service.token(WRITER)
        self._connection = socket.create_connection((service.host, service.port), ANSWER_SECONDS)
        self._keys = count()
        self._run = time.time_ns()

    def write(self, draft: str) -> float:
        """Add a segment, asking for no more than what became of it; return the ms that took."""
        key = f"Idempotency-Key: {self._run}-{next(self._keys)}\r\nPrefer: return=minimal\r\n"
        path = f"{DRAFT.replace('{draft_id}', draft)}/segments"
        return self._timed("POST", path, key, json.dumps({"content": CONTENT}).encode())

    def read(self, draft: str) -> float:
        """Read the first page of segments; return the ms that took."""
        return self._timed("GET", f"{DRAFT.replace('{draft_id}', draft)}?limit={PAGE}")

    def close(self) -> None:
        """Leave."""
        self._connection.close()

    def _timed(self, method: str, path: str, headers: str = "", body: bytes = b"") -> float:
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._token}\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        sent, received = time.perf_counter(), b""
        self._connection.sendall(request)
        while (reply := reply_in(received)) is None:
            received += self._connection.recv(1 << 16)
        taken = time.perf_counter() - sent
        if reply.status != 200:
            raise RuntimeError(f"{method} {path} was answered {reply.status}: {reply.body!r}")
        return taken * 1000


# What is measured of each draft, by (kind, whether it was the first after a restart).
Round = Mapping[tuple[str, bool], Sequence[float]]

# A write makes a draft longer: only as many of them as leave a short one short.
WRITES = 8
FLAT = Target("ratio", "≤", 1.25)


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure all lengths in turn, request by request, so that they meet the same machine; each round restarts it."""
    with serve() as service:
        spare, *made = drafts(service, 1 + len(scale.lengths))
        for draft, length in zip((spare, *made), (scale.lengths[0], *scale.lengths), strict=True):
            loaded(service, [draft], clients=WRITERS, count=length // WRITERS)
        rounds = [_round(service, spare, made, scale.requests) for _ in range(scale.rounds)]
    return Section(
        "Long drafts",
        f"the same of the draft with {scale.lengths[0]:,} segments",
        [
            _figure(kind, first, length, [(round[kind, first][n], round[kind, first][0]) for round in rounds])
            for kind in ("write", "read")
            for first in (False, True)
            for n, length in enumerate(scale.lengths)
        ],
        "Requests one after the other. write: add-segment with Prefer: return=minimal. "
        f"read: a page of {PAGE} segments. first: the first such after a restart of the service and its Postgres. "
        f"By {scale.requests // WRITES} writes a round the drafts become longer.",
    )


def _figure(kind: str, first: bool, length: int, rounds: Sequence[tuple[float, float]]) -> Figure:
    target = FLAT if kind == "write" and not first else None
    return figure(f"{kind}, {length:,} segments, {'first' if first else 'warm'}", "ms", rounds, target=target)


def _round(service: Service, spare: str, made: Sequence[str], requests: int) -> Round:
    service.restart()
    with closing(Caller(service)) as caller:
        # What the first requests to a new process take is no matter of lengths.
        for _ in range(WARMING):
            caller.read(spare)
            caller.write(spare)
        taken: dict[tuple[str, bool], Sequence[float]] = {}
        for kind, call, times in (("read", caller.read, requests), ("write", caller.write, requests // WRITES)):
            taken[kind, True] = [call(draft) for draft in made]
            taken[kind, False] = _warm(call, made, times)
    service.caught_up()
    return taken


def _warm(call: Callable[[str], float], made: Sequence[str], times: int) -> Sequence[float]:
    """Return the median of each draft."""
    rounds = [[call(draft) for draft in made] for _ in range(times)]
    return [median(each) for each in zip(*rounds, strict=True)]
