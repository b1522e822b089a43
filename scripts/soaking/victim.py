"""The service that is broken: `onering serve` on a folder of its own, its processes, and ways to end them."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from onering.service.folders import DataFolder
from onering.service.listener import bind
from onering.service.postgres import EmbeddedPostgres

READY_SECONDS = 60.0
STEP = 0.1


class Victim:
    """A running service; `kills` counts the processes that were ended by SIGKILL."""

    def __init__(self, parent: Path, workers: int) -> None:
        self.folder = DataFolder(parent / "data")
        self.kills = 0
        self._log = parent / "log"
        self._workers = workers
        with bind("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        self._supervisor = self._started()

    @property
    def dsn(self) -> str:
        """The administrator's DSN to the log."""
        return EmbeddedPostgres(self.folder).dsn_beside()

    async def ready(self) -> None:
        """Wait until it serves. Raises RuntimeError with what it said if it never does."""
        url = f"http://127.0.0.1:{self.port}/readyz"
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            for _ in range(int(READY_SECONDS / STEP)):
                try:
                    if (await client.get(url)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(STEP)
        raise RuntimeError(f"it did not come back:\n{self._log.read_text()[-4000:]}")

    async def hurt(self, chance: random.Random) -> str:
        """Kill something; return what. What does not come back by itself is started again."""
        blow = chance.choice((self._kill_worker, self._kill_postgres, self._kill_session, self._kill_all))
        blow(chance)
        await asyncio.sleep(chance.uniform(0, 0.3))
        if self._supervisor.poll() is not None:
            self._supervisor = self._started()
        return blow.__name__.removeprefix("_kill_")

    def stop(self) -> int:
        """Stop it cleanly; return its exit code."""
        self._supervisor.send_signal(signal.SIGTERM)
        return self._supervisor.wait(READY_SECONDS)

    def end(self) -> None:
        """End whatever is left of it."""
        if self._supervisor.poll() is None:
            self.stop()

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [str(Path(sys.executable).with_name("onering")), "serve", "--port", str(self.port)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ONERING_")}
        environment.pop("DATABASE_URL", None)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, "--data", str(self.folder.path), "--workers", str(self._workers)],
                stdout=log,
                stderr=log,
                env=environment | {"ONERING_LOG_LEVEL": "error"},
            )

    def _kill_worker(self, chance: random.Random) -> None:
        self._kill_one(chance, self._supervisor.pid, lambda line: "onering.service.worker" in line)

    def _kill_postgres(self, chance: random.Random) -> None:
        self._kill_one(chance, self._supervisor.pid, lambda line: "postgres -D" in line)

    def _kill_session(self, chance: random.Random) -> None:
        """Kill one session of Postgres, which makes it end and recover all of them."""
        for postmaster, _ in _children(self._supervisor.pid, lambda line: "postgres -D" in line):
            self._kill_one(chance, postmaster, lambda line: "onering_app" in line)

    def _kill_all(self, chance: random.Random) -> None:
        """Kill everything but Postgres's own children, which end by themselves: a machine that lost its power."""
        for pid, _ in _children(self._supervisor.pid, lambda line: True):
            self._kill(pid)
        self._kill(self._supervisor.pid)
        self._supervisor.wait()

    def _kill_one(self, chance: random.Random, parent: int, which: Callable[[str], bool]) -> None:
        if found := _children(parent, which):
            self._kill(chance.choice(found)[0])

    def _kill(self, pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
        except ProcessLookupError:
            return


@contextmanager
def victim(workers: int) -> Iterator[Victim]:
    """Serve until the block ends; the data is thrown away."""
    parent = Path(tempfile.mkdtemp(prefix="onering-soak-"))
    parent.chmod(0o755)
    made = Victim(parent, workers)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(parent)


def _children(parent: int, which: Callable[[str], bool]) -> list[tuple[int, str]]:
    shown = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], check=False, capture_output=True, text=True
    )
    lines = [line.strip().partition(" ") for line in shown.stdout.splitlines()]
    return [(int(pid), arguments) for pid, _, arguments in lines if which(arguments)]
