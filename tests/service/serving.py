"""`onering serve` in a process of its own, as a person or a script sees it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.conformance import check_read_answer

ONERING = (sys.executable, "-P", "-m", "onering")
PATIENCE = 30.0
STEP = 0.02


class Service:
    """A started service. `out` and `err` are the lines it printed so far; `end` ends whatever is left of it."""

    def __init__(
        self,
        options: Sequence[str],
        environment: Mapping[str, str],
        home: Path,
        command: Sequence[str] = ONERING,
        *,
        read: bool = True,
    ) -> None:
        self.process = subprocess.Popen(
            [*command, "serve", *options],
            env=clean_environment(home) | dict(environment),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._seen: set[int] = set()
        if not read:
            assert self.process.stdout is not None
            self.process.stdout.close()
        self._readers = [
            threading.Thread(target=lines.extend, args=(pipe,))
            for lines, pipe in ((self.out, self.process.stdout), (self.err, self.process.stderr))
            if pipe is not None and not pipe.closed
        ]
        for reader in self._readers:
            reader.start()

    def ready(self) -> "Service":
        """Wait until the banner is complete."""
        self.wait_for(lambda: any("Ctrl-C" in line for line in self.out), "the banner")
        self.workers()
        return self

    @property
    def url(self) -> str:
        return next(word for line in self.out for word in line.split() if word.startswith("http://"))

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        found = [pid for pid in children(self.process.pid) if b"onering.service.worker" in command_line(pid)]
        self._seen.update(found)
        return found

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                self._join()
                raise AssertionError(f"it ended ({self.process.returncode}) before {what}:\n{self.said()}")
            assert time.monotonic() < deadline, f"{what} did not come:\n{self.said()}"
            time.sleep(STEP)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal to the supervisor; return its exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end by itself; return the exit code."""
        code = self.process.wait(PATIENCE)
        self._join()
        return code

    def said(self) -> str:
        return "".join(self.out + self.err)

    def end(self) -> None:
        if self.process.poll() is None:
            self._seen.update(children(self.process.pid))
            self.process.kill()
            self.process.wait()
        for pid in self._seen:
            if alive(pid) and b"onering.service.worker" in command_line(pid):
                os.kill(pid, signal.SIGKILL)
        self._join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(PATIENCE)


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment with nothing of OneRing's, as on a fresh machine; strict about warnings, and without
    limits of how often somebody may ask."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    quiet = {"PYTHONWARNINGS": "error", "PYTHONFAULTHANDLER": "1", "ONERING_RATE_LIMIT": "off"}
    return kept | {"HOME": str(home)} | quiet


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.glob("*/children") for child in task.read_text().split()]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(STEP)


def create_draft(url: str, title: str = "A walk", *, client: httpx.Client | None = None) -> str:
    """Create a draft as alice and return its id."""
    send = client.post if client is not None else httpx.post
    answer = send(f"{url}/v1/collab/drafts", json={"title": title}, headers={"X-User-Id": "alice"}, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    check_read_answer(answer)
    draft: str = answer.json()["data"]["draft_id"]
    return draft


def draft_exists(url: str, draft: str) -> bool:
    answer = httpx.get(f"{url}/v1/collab/drafts/{draft}", headers={"X-User-Id": "alice"}, timeout=PATIENCE)
    check_read_answer(answer)
    return answer.status_code == 200
