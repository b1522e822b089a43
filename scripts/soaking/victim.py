"""The service that is broken: `onering serve` on a folder of its own, the processes of it, and its database."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import asyncpg
import httpx

from onering.log.connection import DATABASE_FAULTS
from onering.service.folders import DataFolder
from onering.service.listener import bind
from onering.service.postgres import EmbeddedPostgres
from onering.service.postmaster import left_behind
from scripts.soaking.proxy import Proxy, proxied

READY_SECONDS = 60.0
START_SECONDS = 10.0
STEP = 0.1
# Short ones, so that a round sees the end of what hangs; and the sign of life that idle readers are judged by.
SETTINGS = {
    "ONERING_COMMAND_SECONDS": "5",
    "ONERING_STATEMENT_SECONDS": "4",
    "ONERING_HEARTBEAT_SECONDS": "2",
    "ONERING_LOG_LEVEL": "error",
    "ONERING_RATE_LIMIT": "off",
}


class Victim:
    """A running service; with a `proxy` its database is `postgres`, behind that, else one of its own."""

    def __init__(self, parent: Path, workers: int, postgres: EmbeddedPostgres, proxy: Proxy | None = None) -> None:
        self.postgres = postgres
        self.proxy = proxy
        self._log = parent / "log"
        self._since: dict[int, float] = {}
        self._workers = workers
        with bind("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        self.service = self._started()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """The administrator's DSN to the log, past any proxy."""
        return self.postgres.dsn() if self.proxy else self.postgres.dsn_beside()

    @property
    def place(self) -> list[str]:
        """The options with which a command of `onering` finds the database."""
        return ["--database-url", self.dsn] if self.proxy else ["--data", str(self.postgres.folder.path)]

    async def ready(self) -> None:
        """Wait until it serves. Raises RuntimeError with what it said if it never does."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            deadline, last = monotonic() + READY_SECONDS, "nothing"
            while self.service.poll() is None and monotonic() < deadline:
                try:
                    answer = await client.get(f"{self.url}/readyz")
                except httpx.HTTPError as fault:
                    last = repr(fault)
                else:
                    if answer.status_code == 200:
                        return
                    last = answer.text
                await asyncio.sleep(STEP)
        raise RuntimeError(f"it did not come back; at last it answered {last}:\n{self._log.read_text()[-4000:]}")

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        found = children(self.service.pid, lambda line: "onering.service.worker" in line)
        for pid in found:
            self._since.setdefault(pid, monotonic())
        return found

    def settled(self) -> set[int]:
        """Return the workers that are surely beyond their start, in which a fault may end one."""
        return {pid for pid in self.workers() if self._since[pid] < monotonic() - START_SECONDS}

    def postmaster(self) -> list[int]:
        """Return the process id of its Postgres, if one runs."""
        if self.proxy is None:
            return children(self.service.pid, lambda line: "postgres -D" in line)
        return [self.postgres.pid] if self.postgres.alive() else []

    def sessions(self) -> list[int]:
        """Return the process ids of the service's sessions in Postgres."""
        return [pid for parent in self.postmaster() for pid in children(parent, lambda line: "onering_app" in line)]

    async def revive(self) -> None:
        """Start what was killed and does not come back by itself."""
        if self.proxy is not None and not self.postgres.alive():
            await asyncio.to_thread(self.postgres.run)
        if self.service.poll() is not None:
            self.service = self._started()

    async def ask(self, sql: str) -> object:
        """Return what the administrator is told; None if the database is away."""
        try:
            conn = await asyncpg.connect(self.dsn, timeout=5)
        except DATABASE_FAULTS:
            return None
        try:
            return await conn.fetchval(sql, timeout=5)
        except DATABASE_FAULTS:
            return None
        finally:
            conn.terminate()

    def command(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command of `onering` on the database."""
        return subprocess.Popen(
            [_ONERING, *words, *self.place],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_environment(),
        )

    def stop(self) -> int:
        """Stop it cleanly; return its exit code."""
        if self.service.poll() is None:
            self.service.send_signal(signal.SIGTERM)
        try:
            return self.service.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self.service.kill()
            return self.service.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        place = {"DATABASE_URL": self.proxy.dsn} if self.proxy else {}
        options = ["--port", str(self.port), "--workers", str(self._workers)]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [_ONERING, "serve", *options, "--data", str(self.postgres.folder.path)],
                stdout=log,
                stderr=log,
                env=_environment() | SETTINGS | place,
            )


_ONERING = str(Path(sys.executable).with_name("onering"))


def _environment() -> dict[str, str]:
    ours = ("ONERING_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def children(parent: int, which: Callable[[str], bool]) -> list[int]:
    """Return the child processes of `parent` whose command line is such a one."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], check=False, capture_output=True, text=True
    )
    lines = [line.strip().partition(" ") for line in shown.stdout.splitlines()]
    return [int(pid) for pid, _, arguments in lines if which(arguments)]


def _folder() -> Path:
    parent = Path(tempfile.mkdtemp(prefix="onering-soak-"))
    # Postgres's own user must be able to pass through.
    parent.chmod(0o755)
    return parent


@asynccontextmanager
async def victim(workers: int, *, behind_proxy: bool) -> AsyncIterator[Victim]:
    """Serve until the block ends; the data is thrown away."""
    parent = _folder()
    try:
        postgres = EmbeddedPostgres(DataFolder(parent / "data"), say=lambda _: None)
        if behind_proxy:
            await asyncio.to_thread(postgres.start)
            async with proxied(postgres.dsn()) as proxy, _ended(Victim(parent, workers, postgres, proxy)) as made:
                yield made
        else:
            async with _ended(Victim(parent, workers, postgres)) as made:
                yield made
    finally:
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(parent)


@asynccontextmanager
async def _ended(made: Victim) -> AsyncIterator[Victim]:
    try:
        yield made
    finally:
        await asyncio.to_thread(made.stop)
        # Only where it had to be killed, with nobody to stop its Postgres.
        if made.proxy is None and (left := left_behind(made.postgres.folder.cluster)) is not None:
            await asyncio.to_thread(left.stop)
