"""The service under test: `onering serve` as people start it, on a data folder of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from onering.auth.development import mint
from onering.service.binaries import programs
from onering.service.folders import DataFolder
from onering.service.owner import postgres_owner
from onering.service.postgres import EmbeddedPostgres
from scripts.benchmark.pgbench import DATABASE

_URL = re.compile(r"http://([0-9.]+):([0-9]+)")


@dataclass(frozen=True, slots=True)
class Service:
    """Where it listens, the process that supervises it, and the folder of its data."""

    host: str
    port: int
    supervisor: int
    folder: DataFolder

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"http://{self.host}:{self.port}"

    def token(self, user: str) -> str:
        """Return a token of that person, good for an hour."""
        return mint(user, self.folder.development_secret(), now=datetime.now(UTC))

    @property
    def programs(self) -> Path:
        """The folder of Postgres's programs."""
        return programs(postgres_owner(), self.folder.path)

    def dsn(self, database: str) -> str:
        """Return the administrator's DSN to a database of its Postgres."""
        return EmbeddedPostgres(self.folder).dsn(database=database)

    def cpu_seconds(self) -> float:
        """Return the processor time that its processes have used so far, Postgres's not counted."""
        pids = [self.supervisor, *_children(self.supervisor)]
        return sum(_cpu_seconds(pid) for pid in pids if "postgres" not in _command(pid))


@contextmanager
def serving(workers: int = 1, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """Serve until the block ends; the data is thrown away."""
    parent = Path(tempfile.mkdtemp(prefix="onering-bench-"))
    parent.chmod(0o755)
    folder = DataFolder(parent / "data")
    command = [str(Path(sys.executable).with_name("onering")), "serve", "--port", "0", "--data", str(folder.path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONERING_")}
    environment.pop("DATABASE_URL", None)
    started = subprocess.Popen(
        [*command, "--workers", str(workers)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment | {"ONERING_LOG_LEVEL": "warning"} | dict(settings or {}),
    )
    try:
        host, port = _announced(started)
        service = Service(host, port, started.pid, folder)
        create = f"CREATE DATABASE {DATABASE}"
        subprocess.run([service.programs / "psql", "-X", "-q", "-c", create, service.dsn("postgres")], check=True)
        yield service
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(60)
        shutil.rmtree(parent)


def _announced(started: "subprocess.Popen[str]") -> tuple[str, int]:
    assert started.stdout is not None
    for line in started.stdout:
        if match := _URL.search(line):
            return match[1], int(match[2])
    raise RuntimeError("the service did not start")


def _children(pid: int) -> list[int]:
    shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], check=False, capture_output=True, text=True)
    return [int(line) for line in shown.stdout.split()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
    except OSError:
        return ""


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
