"""The service that is broken: `onering serve` on a folder of its own, the processes of it, and its database."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Protocol

import asyncpg
import httpx

from onering.log.connection import DATABASE_FAULTS
from onering.proofs.folder import KeysFolder
from onering.service.folders import DataFolder
from onering.service.listener import bind
from onering.service.postgres import EmbeddedPostgres
from scripts.soaking.proxy import Proxy
from scripts.soaking.signing_in import PREFIX, Entrance, Issuer
from scripts.soaking.standby import Pair

READY_SECONDS = 60.0
START_SECONDS = 10.0
STEP = 0.1
# Short ones, so that a round sees the end of what hangs; and the sign of life that idle readers are judged by. Rules
# take it to be so late that each turn has lasted long enough to be ended.
SETTINGS = {
    "ONERING_COMMAND_SECONDS": "5",
    "ONERING_STATEMENT_SECONDS": "4",
    "ONERING_HEARTBEAT_SECONDS": "2",
    "ONERING_LOG_LEVEL": "error",
    "ONERING_RATE_LIMIT": "off",
    "ONERING_CLOCK_AHEAD_HOURS": "3",
    "ONERING_CHECKPOINT_SECONDS": "0.2",
    "ONERING_LOG_ORIGIN": "soak.example.com/log",
}


class Postgres(Protocol):
    """What is broken of a database, and started again."""

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        ...

    def alive(self) -> bool:
        """Whether it runs."""
        ...

    def run(self) -> None:
        """Start it again, after it died."""
        ...

    def dsn(self) -> str:
        """Return the administrator's DSN."""
        ...


class Victim:
    """A running service. Without a `url` its database is one of its own; else that leads to `postgres`: through a
    `proxy`, or to whichever of a `pair` is the primary.
    """

    def __init__(self, parent: Path, workers: int, issuer: Issuer, postgres: Postgres, url: str | None = None) -> None:
        self.postgres = postgres
        self.issuer = issuer
        self.proxy: Proxy | None = None
        self.pair: Pair | None = None
        self.folder = DataFolder(parent / "data")
        self.keys = KeysFolder(parent / "keys")
        self._given = url
        self._log = parent / "log"
        self._since: dict[int, float] = {}
        self._workers = workers
        with bind("127.0.0.1", 0) as free:
            self.port = free.getsockname()[1]
        self.service = self._started()

    @property
    def entrance(self) -> Entrance:
        """Where it serves, and how people sign in."""
        return Entrance(f"http://127.0.0.1:{self.port}", self.issuer.credentials, PREFIX)

    @property
    def dsn(self) -> str:
        """The administrator's DSN to the log, past any proxy."""
        return self.postgres.dsn() if self._given else EmbeddedPostgres(self.folder).dsn_beside()

    async def ready(self) -> None:
        """Wait until it serves. Raises RuntimeError with what it said if it never does."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            deadline, last = monotonic() + READY_SECONDS, "nothing"
            while self.service.poll() is None and monotonic() < deadline:
                try:
                    answer = await client.get(f"{self.entrance.url}/readyz")
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
        if self._given is None:
            return children(self.service.pid, lambda line: "postgres -D" in line)
        return [self.postgres.pid] if self.postgres.alive() else []

    def sessions(self) -> list[int]:
        """Return the process ids of the service's sessions in Postgres."""
        return [pid for parent in self.postmaster() for pid in children(parent, lambda line: "onering_app" in line)]

    async def revive(self) -> None:
        """Start what was killed and does not come back by itself."""
        if self._given is not None and not self.postgres.alive():
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

    def command(self, *words: str, program: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """Start a command of `onering` on the database and the keys; or another program as it stands."""
        return subprocess.Popen(
            [*(program or (_ONERING,)), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment({} if program else self._place),
        )

    @property
    def _place(self) -> dict[str, str]:
        return {"DATABASE_URL": self.dsn} if self._given else {"ONERING_DATA": str(self.folder.path)}

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        ours = ("ONERING_", "DATABASE_URL", "CLERK_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, **SETTINGS, **self.issuer.settings, "ONERING_KEYS": str(self.keys.path), **more}

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
        place = {"DATABASE_URL": self._given} if self._given else {}
        options = ["--port", str(self.port), "--workers", str(self._workers), "--data", str(self.folder.path)]
        with self._log.open("ab") as log:
            environment = self._environment(place)
            return subprocess.Popen([_ONERING, "serve", *options], stdout=log, stderr=log, env=environment)


_ONERING = str(Path(sys.executable).with_name("onering"))


def children(parent: int, which: Callable[[str], bool]) -> list[int]:
    """Return the child processes of `parent` whose command line is such a one."""
    shown = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], check=False, capture_output=True, text=True
    )
    lines = [line.strip().partition(" ") for line in shown.stdout.splitlines()]
    return [int(pid) for pid, _, arguments in lines if which(arguments)]
