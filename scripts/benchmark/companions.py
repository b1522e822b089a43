"""Programs of the benchmark in processes of their own: asked by a line of JSON, answering with one."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
END_SECONDS = 10.0


class Companion:
    """A running program of this package."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return its answer. Raises RuntimeError if it ended instead; it has said why on standard error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with exit code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def companion(module: str) -> Iterator[Companion]:
    """Run `scripts.benchmark.<module>` until the block ends; it leaves when its standard input closes."""
    command = [sys.executable, "-m", f"scripts.benchmark.{module}"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for whoever started it to act on
    )
    with process, leaving(process):
        yield Companion(process)


@contextmanager
def leaving(process: "subprocess.Popen[Any]") -> Iterator[None]:
    """Have a process leave when the block ends, by closing its standard input; end it if it does not."""
    try:
        yield
    finally:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
