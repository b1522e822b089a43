"""The embedded Postgres: started, found again, watched and stopped by whoever serves."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from onering.service import cluster
from onering.service.binaries import programs
from onering.service.faults import ServiceError
from onering.service.folders import DataFolder, private
from onering.service.owner import Owner, postgres_owner
from onering.service.postmaster import Postmaster, left_behind, socket_folder

DATABASE = "onering"
SUPERUSER = "postgres"
CONNECTIONS = 200

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "cluster_name": "onering",
    "shared_buffers": "128MB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
    "log_checkpoints": "off",
    # Statements hold what people wrote.
    "log_min_error_statement": "panic",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_FAST = dict.fromkeys(_DURABLE, "off")

_LOG_BYTES = 4 * 1024 * 1024
_STEP = 0.02
_LONG = 2.0
# A postmaster that is stopped takes connections and says nothing.
ASK_SECONDS = 5.0
# A killed postmaster's backends end by themselves at once; until then Postgres refuses to start beside them.
_ORPHANS = "shared memory block"
_ORPHANS_PATIENCE = 30.0
_TOO_EARLY = "the database system is "


class EmbeddedPostgres:
    """One cluster in a data folder. All methods block; call `start` and `stop` in a thread from asynchronous code.

    `durable=False` gives up safety for speed, for tests. `say` takes sentences for a person. `connections` is how many
    sessions it allows.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        durable: bool = True,
        say: Callable[[str], None] = print,
        connections: int = CONNECTIONS,
    ) -> None:
        self.folder = folder
        self._connections = connections
        self._durable = durable
        self._say = say
        self._sockets = folder.sockets
        self._owner: Owner | None = None
        self._programs: Path | None = None
        self._postmaster: Postmaster | None = None
        self._abandoned = threading.Event()

    def start(self) -> None:
        """Claim the folder and return once Postgres takes connections, however long that is. Raises ServiceError."""
        self.folder.claim()
        try:
            self._owner = postgres_owner()
            self._programs = programs(self._owner, self.folder.path)
            cluster.prepare(self.folder, self._owner, self._programs, durable=self._durable)
            self.run()
        except BaseException:
            self.stop()
            raise

    def run(self) -> None:
        """Have it running: find the one left behind, else start one; also after it died. Raises ServiceError."""
        patience = time.monotonic() + _ORPHANS_PATIENCE
        while not (self._adopt() or self._launch()):
            if _ORPHANS not in self._last_words() or time.monotonic() > patience:
                raise ServiceError(f"Postgres did not start: {self._last_words()} (its log: {self.folder.log})")
            time.sleep(10 * _STEP)
        self._make_database()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._postmaster is not None and self._postmaster.alive()

    def abandon(self) -> None:
        """Make a `start` that waits in another thread give up."""
        self._abandoned.set()

    def stop(self) -> None:
        """Stop Postgres, once everything is written, and let the folder go."""
        if self._postmaster is not None:
            self._postmaster.stop()
            self._postmaster = None
        self.folder.release()

    def dsn(self, role: str = SUPERUSER, database: str = DATABASE) -> str:
        """Return a libpq URI; the socket is reachable for its owner and root only."""
        socket = quote(str(self._sockets), safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={socket}"

    def dsn_beside(self) -> str:
        """Return the DSN of the one that another process runs on this folder, as far as it can be known now."""
        self._sockets = socket_folder(self.folder.cluster) or self._sockets
        return self.dsn()

    def program(self, name: str) -> Path:
        """Return the path of a Postgres program, such as `pg_dump` or `pgbench`."""
        if self._programs is None:
            raise RuntimeError("not started")
        return self._programs / name

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        if self._postmaster is None:
            raise RuntimeError("not started")
        return self._postmaster.pid

    def trim_log(self) -> None:
        """Keep the log bounded: the newest part, and the one before it."""
        log = self.folder.log
        if log.stat().st_size > _LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            # Postgres appends, so it goes on at the new end.
            os.truncate(log, 0)

    def _adopt(self) -> bool:
        """Take over a postmaster that runs already; it counts only once it answered, for this very cluster."""
        self._postmaster = left_behind(self.folder.cluster)
        return self._postmaster is not None and self._ready()

    def _launch(self) -> bool:
        assert self._owner is not None
        self._sockets = self.folder.sockets
        self._owner.own(self._sockets)
        # Nobody runs on this cluster, and the folder is its alone; but Postgres would believe a lock file whose number
        # belongs to somebody else by now, or to a killed one that nobody reaps.
        for stale in self._sockets.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)
        settings = _SETTINGS | {"max_connections": str(self._connections)} | (_DURABLE if self._durable else _FAST)
        chosen = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        command = [str(self.program("postgres")), "-D", str(self.folder.cluster), "-k", str(self._sockets), *chosen]
        with open(self.folder.log, "ab", opener=private) as log:
            child: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                # A session of its own: the terminal's Ctrl-C is ours to act on.
                start_new_session=True,
                **self._owner.options(),
            )
        self._postmaster = Postmaster(child.pid, self.folder.cluster, child)
        return self._ready()

    def _ready(self) -> bool:
        """Wait until it answers (True) or ends (False); recovery takes what it takes."""
        long = time.monotonic() + _LONG
        while self.alive():
            if self._abandoned.is_set():
                raise ServiceError("Stopped while Postgres was starting.")
            self._sockets = socket_folder(self.folder.cluster) or self._sockets
            if self._answers():
                return True
            if time.monotonic() > long:
                self._say("Postgres is recovering what was not written at its last stop …")
                long = float("inf")
            time.sleep(_STEP)
        return False

    def _answers(self) -> bool:
        found = self._ask("SHOW data_directory", database="postgres")
        return found is not None and os.path.realpath(found) == str(self.folder.cluster)

    def _make_database(self) -> None:
        if not self._ask(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'", database="postgres"):
            self._ask(f"CREATE DATABASE {DATABASE}", database="postgres")

    def _ask(self, sql: str, *, database: str) -> str | None:
        """Return what psql prints for a statement; None if there was no connection, or no answer in ASK_SECONDS."""
        command = [str(self.program("psql")), "-X", "-A", "-t", "-q", "-c", sql, self.dsn(SUPERUSER, database)]
        environment = {"PATH": os.defpath}
        try:
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                text=True,
                env=environment,
                start_new_session=True,
                timeout=ASK_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    def _last_words(self) -> str:
        """Return the last fatal line of the log that is no answer to whoever asked too early."""
        lines = self.folder.log.read_text(errors="replace").splitlines()
        fatal = [line for line in lines[-20:] if ("FATAL" in line or "PANIC" in line) and _TOO_EARLY not in line]
        return (fatal or lines or ["nothing was logged"])[-1]
