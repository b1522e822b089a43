"""The service under test: `onering serve` as people start it, on a data folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx

from onering.auth.development import mint
from onering.service.binaries import programs
from onering.service.folders import DataFolder
from onering.service.owner import postgres_owner
from onering.service.postgres import DATABASE, EmbeddedPostgres
from scripts.benchmark import processes

_URL = re.compile(r"http://([0-9.]+):([0-9]+)")
CAUGHT_UP_SECONDS = 60.0
STOP_SECONDS = 60.0
STEP = 0.05
# Connections opened at once to see who takes them.
PROBES = 8


class Service:
    """Serves from `folder` between `start` and `stop`; `settings` are environment variables.

    It writes the lines that it writes in production, to a file.
    """

    def __init__(self, folder: DataFolder, settings: Mapping[str, str]) -> None:
        self.host, self.port = "", 0
        self._folder = folder
        self._settings = settings
        self._lines = folder.path.with_name("lines")
        self._supervisor: subprocess.Popen[str] | None = None

    def start(self, workers: int = 1) -> None:
        """Start it, and return when all of its processes serve."""
        onering = str(Path(sys.executable).with_name("onering"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ONERING_")}
        environment.pop("DATABASE_URL", None)
        with self._lines.open("ab") as lines:
            self._supervisor = subprocess.Popen(
                [onering, "serve", "--port", "0", "--data", str(self._folder.path), "--workers", str(workers)],
                stdout=subprocess.PIPE,
                stderr=lines,
                text=True,
                env=environment | {"ONERING_LOG_FORMAT": "json", "ONERING_RATE_LIMIT": "off"} | dict(self._settings),
                start_new_session=True,  # Ctrl-C is ours to act on
            )
        self.host, self.port = self._announced()
        self.wait_for(lambda: len(self._accepting()) == workers, "not all of its processes serve")

    def stop(self) -> None:
        """Stop it cleanly, with its Postgres."""
        if self._supervisor is None:
            return
        with self._supervisor as supervisor:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.communicate(timeout=STOP_SECONDS)
        self._supervisor = None
        self._pass_on_complaints()

    def restart(self) -> None:
        """Stop it and start it again: nothing is in memory that is not read anew."""
        self.stop()
        self.start()

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"http://{self.host}:{self.port}"

    @property
    def workers(self) -> list[int]:
        """The process ids of its workers."""
        return [pid for pid in self._children() if "onering.service.worker" in processes.command(pid)]

    @property
    def programs(self) -> Path:
        """The folder of Postgres's programs."""
        return programs(postgres_owner(), self._folder.path)

    def token(self, user: str) -> str:
        """Return a token of that person, good for an hour."""
        return mint(user, self._folder.development_secret(), now=datetime.now(UTC))

    def dsn(self, database: str = DATABASE) -> str:
        """Return the administrator's DSN to a database of its Postgres."""
        return EmbeddedPostgres(self._folder).dsn(database=database)

    def database(self, name: str) -> str:
        """Have an empty database beside the service's own, and return its DSN."""
        psql = [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", self.dsn("postgres")]
        # Told that there was none to drop, nobody is wiser.
        subprocess.run(
            [
                *psql,
                "-c",
                "SET client_min_messages = warning",
                "-c",
                f"DROP DATABASE IF EXISTS {name}",
                "-c",
                f"CREATE DATABASE {name}",
            ],
            check=True,
        )
        return self.dsn(name)

    def cpu_seconds(self) -> float:
        """Return the processor time that its processes have used so far, Postgres's not counted."""
        pids = [pid for pid in self._children() if "postgres" not in processes.command(pid).split(" ", 1)[0]]
        return sum(map(processes.cpu_seconds, pids))

    def caught_up(self) -> None:
        """Wait until the read models reflect everything that is in the log."""
        self.wait_for(self._is_level, "the read models did not catch up")

    def _is_level(self) -> bool:
        ready = httpx.get(f"{self.url}/readyz", trust_env=False).json()
        return all(model["lag"] == 0 for model in ready["projections"])

    def _children(self) -> list[int]:
        return processes.children(self._supervisor.pid) if self._supervisor else []

    def _accepting(self) -> set[int]:
        """Return the workers that take some of a handful of new connections."""
        with ExitStack() as open_ones:
            for _ in range(PROBES):
                open_ones.enter_context(socket.create_connection((self.host, self.port)))
            # Accepted once answered: the kernel completes a connection before anybody takes it.
            httpx.get(f"{self.url}/healthz", trust_env=False)
            return set(processes.holders(self.workers, self.port).values())

    def _pass_on_complaints(self) -> None:
        with self._lines.open() as lines:
            sys.stderr.writelines(line for line in lines if '"level":"info"' not in line)
        self._lines.unlink()

    def _announced(self) -> tuple[str, int]:
        assert self._supervisor is not None
        assert self._supervisor.stdout is not None
        for line in self._supervisor.stdout:
            if match := _URL.search(line):
                return match[1], int(match[2])
        raise RuntimeError("the service did not start")

    def wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait until something is so. Raises RuntimeError with `otherwise` if it never is."""
        deadline = time.monotonic() + CAUGHT_UP_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(otherwise)
            time.sleep(STEP)


class Serve(Protocol):
    """How a part of the benchmark comes by its service."""

    def __call__(self, workers: int = 1, settings: Mapping[str, str] | None = None) -> AbstractContextManager[Service]:
        """Serve until the block ends."""


@contextmanager
def serving(workers: int = 1, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """Serve until the block ends; the data is thrown away."""
    parent = Path(tempfile.mkdtemp(prefix="onering-bench-"))
    parent.chmod(0o755)
    service = Service(DataFolder(parent / "data"), settings or {})
    try:
        service.start(workers)
        yield service
    finally:
        service.stop()
        shutil.rmtree(parent)
