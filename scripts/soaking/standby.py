"""A primary and its standby on ports of loopback: killed, promoted, and made again from whoever serves."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from onering.service.binaries import programs
from onering.service.listener import bind
from onering.service.owner import Owner, postgres_owner

SECONDS = 60.0
STEP = 0.02
_INITDB = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "fsync": "off",
    "jit": "off",
    # What a standby lacks is sent at once, and who is gone is noticed.
    "wal_receiver_status_interval": "100ms",
    "wal_retrieve_retry_interval": "100ms",
    "wal_sender_timeout": "5s",
}


class Server:
    """One Postgres at a place of its own; all methods block."""

    def __init__(self, programs: Path, owner: Owner, folder: Path) -> None:
        self._programs = programs
        self._owner = owner
        self._data = folder
        self._child: subprocess.Popen[bytes] | None = None
        with bind("127.0.0.1", 0) as free:
            self.port: int = free.getsockname()[1]

    @property
    def dsn(self) -> str:
        """The administrator's DSN to this server alone."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        assert self._child is not None
        return self._child.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def make(self) -> None:
        """Make an empty cluster."""
        self._do("initdb", *_INITDB, "-D", str(self._data))

    def follow(self, primary: "Server") -> None:
        """Become a copy of `primary` that follows it, in place of whatever was here."""
        shutil.rmtree(self._data, ignore_errors=True)
        self._do("pg_basebackup", "-d", primary.dsn, "-D", str(self._data), "-R", "-X", "stream", "-c", "fast", "-N")
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\n")

    def run(self) -> None:
        """Start it and wait until it lets somebody in."""
        chosen = [argument for name, value in _SETTINGS.items() for argument in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port), *chosen]
        with self._data.with_suffix(".log").open("ab") as log:
            self._child = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._owner.options()
            )
        self.wait_for("SELECT true")

    def ask(self, *statements: str) -> str:
        """Return what psql prints for statements, each in a transaction of its own."""
        given = [argument for statement in statements for argument in ("-c", statement)]
        return self._do("psql", "-X", "-A", "-t", "-q", *given, self.dsn).strip()

    def wait_for(self, condition: str) -> None:
        """Wait until it answers a question with yes. Raises TimeoutError."""
        deadline = monotonic() + SECONDS
        while True:
            with suppress(subprocess.CalledProcessError):
                if self.ask(condition) == "t":
                    return
            if monotonic() > deadline:
                raise TimeoutError(f"{condition} did not come true: {self._data.with_suffix('.log').read_text()}")
            sleep(STEP)

    def require_standby(self) -> None:
        """Have it acknowledge nothing that its standby has not got."""
        self.wait_for("SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
        self.ask("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        self.wait_for("SELECT bool_and(sync_state = 'sync') FROM pg_stat_replication")

    def part(self) -> None:
        """Have a standby hear nothing more of its primary."""
        self.ask("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        self.wait_for("SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def promote(self) -> None:
        """Make a standby the primary."""
        self.ask("SELECT pg_promote()")

    def kill(self) -> None:
        """End the postmaster and all of its children with SIGKILL, as a machine that goes down."""
        if self._child is None:
            return
        children = [
            int(pid) for pid in Path(f"/proc/{self._child.pid}/task/{self._child.pid}/children").read_text().split()
        ]
        for pid in (self._child.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._child.wait()
        self._child = None

    def _do(self, program: str, *arguments: str) -> str:
        command = [str(self._programs / program), *arguments]
        return str(subprocess.run(command, check=True, capture_output=True, text=True, **self._owner.options()).stdout)


class Pair:
    """A primary and a standby that follows it; `synchronous` has the primary wait for it with each commit."""

    def __init__(self, parent: Path, *, synchronous: bool) -> None:
        owner = postgres_owner()
        owner.own(parent / "pair")
        self._synchronous = synchronous
        self.primary, self.standby = (
            Server(programs(owner, parent), owner, parent / "pair" / name) for name in ("one", "other")
        )
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in (self.primary, self.standby))
        self.url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"

    @property
    def pid(self) -> int:
        """The process id of the primary's postmaster."""
        return self.primary.pid

    def alive(self) -> bool:
        """Whether the primary runs."""
        return self.primary.alive()

    def run(self) -> None:
        """Start the primary again, after it died."""
        self.primary.run()

    def dsn(self) -> str:
        """Return the administrator's DSN to the primary, whichever that is."""
        return self.primary.dsn

    def start(self) -> None:
        """Make both and have one follow the other."""
        self.primary.make()
        self.primary.run()
        self.follow()

    def follow(self) -> None:
        """Make the standby anew, from the primary."""
        self.standby.follow(self.primary)
        self.standby.run()
        if self._synchronous:
            self.primary.require_standby()

    def fail_over(self) -> None:
        """Kill the primary and promote its standby; the other one's place stays empty until `follow`."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def stop(self) -> None:
        """End both."""
        for server in (self.primary, self.standby):
            server.kill()


@contextmanager
def replicated(parent: Path, *, synchronous: bool) -> Iterator[Pair]:
    """Run a pair in that folder until the block ends."""
    pair = Pair(parent, synchronous=synchronous)
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()
