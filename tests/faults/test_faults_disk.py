"""A full disk: clear answers, and a service that goes on by itself once there is room."""

import asyncio
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import httpx

from onering.log.connection import DATABASE_FAULTS
from onering.service.postmaster import left_behind
from tests.http.checks import check_problem
from tests.service.serving import PATIENCE, Service, create_draft, wait_until


class Disk:
    """A small file system for a service's data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, service: Service) -> None:
        """Leave no room, and have Postgres ask for some."""
        with (self._folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(1 << 16))
        asyncio.run(self._use_up_log())

    def free(self, service: Service) -> None:
        (self._folder / "filler").unlink()

    async def _use_up_log(self) -> None:
        """Begin new files of the write-ahead log until there can be none, which is the end of Postgres."""
        conn = await asyncpg.connect(f"postgresql://postgres@/onering?host={self._folder / 'data' / 'run'}")
        with suppress(*DATABASE_FAULTS):
            while True:
                await conn.execute("SELECT pg_switch_wal(); CREATE TABLE much (); DROP TABLE much")
        conn.terminate()


class Quota(Disk):
    """Where nothing may be mounted: each Postgres that starts may write files so long and no longer."""

    def fill(self, service: Service) -> None:
        self._limit(service, 1 << 20)

    def free(self, service: Service) -> None:
        self._limit(service, resource.RLIM_INFINITY)

    def _limit(self, service: Service, size: int) -> None:
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        postmaster = left_behind(self._folder / "data" / "postgres")
        assert postmaster is not None
        os.kill(postmaster.pid, signal.SIGKILL)


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    mounting = ["mount", "-t", "tmpfs", "-o", "size=112m,mode=0755", "onering-faults", str(folder)]
    mounted = subprocess.run(mounting, check=False, capture_output=True).returncode == 0
    try:
        yield Disk(folder) if mounted else Quota(folder)
    finally:
        if (left := left_behind(folder / "data" / "postgres")) is not None:
            left.stop()
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_as_503_and_once_there_is_room_it_goes_on_by_itself(folder: Path) -> None:
    """Also after Postgres itself could not go on, nor start again."""
    limits = {"ONERING_COMMAND_SECONDS": "1", "ONERING_STATEMENT_SECONDS": "1"}
    with disk(folder) as small:
        service = Service(["--port", "0", "--data", str(folder / "data")], limits, folder)
        try:
            service.ready()
            draft, workers = create_draft(service.url), service.workers()
            assert [write(service.url, draft, str(n)) for n in range(5)] == [200] * 5
            small.fill(service)
            service.wait_for(lambda: any("Postgres died" in line for line in service.err), "the end of Postgres")
            assert [write(service.url, draft, "late") for _ in range(2)] == [503, 503]
            small.free(service)
            wait_until(lambda: write(service.url, draft, "late") == 200, "an acknowledgement")
            assert keys(service.url, draft) == [*map(str, range(5)), "late"]
            assert service.workers() == workers
            assert service.stop() == 0
        finally:
            service.end()


def keys(url: str, draft: str) -> list[str]:
    answer = httpx.get(f"{url}/v1/collab/drafts/{draft}/events", headers={"X-User-Id": "alice"})
    return [event["idempotency_key"] for event in answer.json()["data"][1:]]


def write(url: str, draft: str, key: str) -> int:
    body = {"type": "add-segment", "draft_id": draft, "content": "x" * 400, "idempotency_key": key}
    answer = httpx.post(f"{url}/v1/commands", json=body, headers={"X-User-Id": "alice"}, timeout=PATIENCE)
    if answer.status_code != 200:
        check_problem(answer, 503, "unavailable")
    return answer.status_code
