"""Durable commands per second through REST, each with a verified token, beside pgbench on the same Postgres."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

import httpx

from scripts.benchmark.load import Job, Result
from scripts.benchmark.pgbench import DATABASE, Pgbench
from scripts.benchmark.service import Service

DRAFTS = 256
CONTENT = "And then the old man said that the sea had never been so still, and went below."
CAUGHT_UP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """One number of clients: medians over the rounds; rates per second, times in ms, processor time in µs."""

    clients: int
    commands: float
    inserts: float
    ratio: float
    p50_ms: float
    p99_ms: float
    service_us: float
    generator_cpu: float
    refused: int


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of load and one of pgbench gave."""

    load: Result
    inserts: float
    service_us: float

    @property
    def commands(self) -> float:
        """Acknowledged commands per second."""
        return self.load.acknowledged / self.load.seconds


def measure(service: Service, clients: Sequence[int], *, seconds: int, rounds: int) -> list[Row]:
    """Measure each number of clients in turn; a round of load and one of pgbench follow each other, so that both meet
    the same machine. The read models have caught up before the next round begins.
    """
    pgbench = Pgbench(service.programs, service.dsn(DATABASE), CONTENT)
    token = service.token("alice")
    drafts = _drafts(service, token)
    _round(service, pgbench, token, drafts, 8, 1)  # warm
    return [
        _row(number, [_round(service, pgbench, token, drafts, number, seconds) for _ in range(rounds)])
        for number in clients
    ]


def _row(clients: int, rounds: Sequence[Round]) -> Row:
    return Row(
        clients=clients,
        commands=median(r.commands for r in rounds),
        inserts=median(r.inserts for r in rounds),
        ratio=median(r.commands / r.inserts for r in rounds),
        p50_ms=median(r.load.p50_ms for r in rounds),
        p99_ms=median(r.load.p99_ms for r in rounds),
        service_us=median(r.service_us for r in rounds),
        generator_cpu=max(r.load.generator_cpu for r in rounds),
        refused=sum(sum(r.load.refused.values()) for r in rounds),
    )


def _drafts(service: Service, token: str) -> list[str]:
    headers = {"Authorization": f"Bearer {token}", "Prefer": "return=minimal"}
    with httpx.Client(base_url=service.url, headers=headers, trust_env=False) as client:
        answers = [client.post("/v1/collab/drafts", json={"title": "Bench"}).json() for _ in range(DRAFTS)]
    return [answer["data"]["draft_id"] for answer in answers]


def _round(service: Service, pgbench: Pgbench, token: str, drafts: list[str], clients: int, seconds: int) -> Round:
    run = str(time.time_ns())
    job = Job(service.host, service.port, clients, seconds, drafts, token, CONTENT, run)
    before = service.cpu_seconds()
    load = _generated(job)
    used = service.cpu_seconds() - before
    _caught_up(service)
    return Round(load, pgbench.inserts(clients, seconds), used / max(load.acknowledged, 1) * 1e6)


def _generated(job: Job) -> Result:
    command = [sys.executable, "-m", "scripts.benchmark.load"]
    done = subprocess.run(command, input=json.dumps(asdict(job)), stdout=subprocess.PIPE, text=True, check=True)
    return Result(**json.loads(done.stdout))


def _caught_up(service: Service) -> None:
    deadline = time.monotonic() + CAUGHT_UP_SECONDS
    while True:
        ready = httpx.get(f"{service.url}/readyz", trust_env=False).json()
        if all(model["lag"] == 0 for model in ready["projections"]):
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"the read models did not catch up: {ready['projections']}")
        time.sleep(0.05)
