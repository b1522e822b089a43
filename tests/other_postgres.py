"""A Postgres of another release, run from its programs: the log must work on it as on the embedded one."""

import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from onering.service.owner import postgres_owner

_OPTIONS = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
_SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "max_connections": "200"}


class OtherPostgres:
    """What the tests ask of a Postgres. Its programs are in a folder such as /usr/lib/postgresql/15/bin."""

    def __init__(self, programs: Path, parent: Path) -> None:
        self._programs = programs
        self._owner = postgres_owner()
        self._folder = parent / "other"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make a cluster and return once it takes connections."""
        self._owner.own(self._folder)
        cluster = self._folder / "data"
        initdb = [str(self.program("initdb")), *_OPTIONS, "-D", str(cluster)]
        subprocess.run(initdb, check=True, capture_output=True, **self._owner.options())
        chosen = [argument for name, value in _SETTINGS.items() for argument in ("-c", f"{name}={value}")]
        command = [str(self.program("postgres")), "-D", str(cluster), "-k", str(self._folder), *chosen]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._child = subprocess.Popen(command, **quiet, **self._owner.options())
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; its data is for whoever made the folder to remove."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait(60)

    def dsn(self, role: str = "postgres", database: str = "postgres") -> str:
        """Return a libpq URI to a database."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._folder), safe='')}"

    def program(self, name: str) -> Path:
        """Return the path of one of its programs."""
        return self._programs / name

    def _answers(self) -> bool:
        command = [str(self.program("psql")), "-X", "-q", "-c", "SELECT 1", self.dsn()]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
