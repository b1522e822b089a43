"""The main process of Postgres, ours or one that a killed supervisor left behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

_PATIENCE = 60.0
_STEP = 0.02


class Postmaster:
    """A running `postgres` by its process id; a direct child where we started it, so that it is reaped."""

    def __init__(self, pid: int, cluster: Path, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid = pid
        self._cluster = cluster
        self._child = child

    def alive(self) -> bool:
        """Whether the process still runs, and still is that one."""
        if self._child is not None:
            return self._child.poll() is None
        return serves(self.pid, self._cluster)

    def stop(self) -> None:
        """End it: sessions are broken off and everything is written; waits for that."""
        # SIGINT is Postgres's fast shutdown. If a disk hangs, SIGQUIT ends it unwritten, to recover at the next start.
        for ending in (signal.SIGINT, signal.SIGQUIT):
            deadline = time.monotonic() + _PATIENCE
            while self.alive():
                if time.monotonic() > deadline:
                    break
                self._signal(ending)
                self._wait(deadline)
            else:
                return

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def _wait(self, deadline: float) -> None:
        while self.alive() and time.monotonic() < deadline:
            time.sleep(_STEP)


def left_behind(cluster: Path) -> Postmaster | None:
    """Return the postmaster that runs on `cluster`, if any; a stale `postmaster.pid` is put out of the way.

    For the holder of the data folder alone: nobody else may be starting one.
    """
    file = cluster / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return None
    except ValueError:
        # Postgres refuses an empty one too: the machine went down as it was written.
        pid = 0
    if pid > 0 and serves(pid, cluster):
        return Postmaster(pid, cluster)
    # Postgres would wait for a foreign process that got the number since. Backends that outlived their postmaster are
    # still found without the file: the key of the shared memory they hold comes from the data directory.
    file.unlink(missing_ok=True)
    return None


def socket_folder(cluster: Path) -> Path | None:
    """Return where the postmaster on `cluster` says its socket is (line 5 of postmaster.pid)."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def serves(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a postmaster on `cluster`: numbers are given again to others."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return _serves_by_ps(pid, cluster)
    try:
        # Its children are called `postgres: …`; all of them work in the data directory.
        program = process.joinpath("cmdline").read_text(errors="replace").split("\0")[0]
        return Path(program).name == "postgres" and process.joinpath("cwd").samefile(cluster)
    except OSError:
        return False


def _serves_by_ps(pid: int, cluster: Path) -> bool:
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    return f"/postgres -D {cluster} " in shown
