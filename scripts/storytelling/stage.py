"""Where a story is played: on a server that runs, or on one of its own, for which hours can pass."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from scripts.storytelling.people import PATIENCE, expect

HOURS_AHEAD = 2
STEP = 0.1
SETTINGS = {"ONERING_ENV": "test", "ONERING_LOG_LEVEL": "error", "ONERING_DRAIN_SECONDS": "0.1"}


@dataclass
class Stage:
    """Where the story is played; `later` has hours pass, where they can."""

    url: str

    @property
    def hours_pass(self) -> bool:
        """Whether they can."""
        return False

    async def later(self) -> None:
        """Let hours pass. Raises Unexpected where none can."""
        expect(self.hours_pass, "hours can pass here")


@dataclass
class OwnStage(Stage):
    """A server of the story's own, in a folder of its own."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def hours_pass(self) -> bool:
        """They can: the server is started again, and takes it to be later."""
        return True

    async def later(self) -> None:
        """Start the server again, hours ahead, on the same port and data."""
        await asyncio.to_thread(_stopped, self.process)
        self.process = _started(self.folder, self.url.rpartition(":")[2], HOURS_AHEAD)
        await _ready(self.url, self.process)


@asynccontextmanager
async def own_stage() -> AsyncIterator[OwnStage]:
    """Run a server until the block ends; its data is thrown away."""
    folder = await asyncio.to_thread(_folder)
    port = str(_free_port())
    stage = OwnStage(f"http://127.0.0.1:{port}", folder, _started(folder, port, 0))
    try:
        await _ready(stage.url, stage.process)
        yield stage
    finally:
        try:
            await asyncio.to_thread(_stopped, stage.process)
        finally:
            shutil.rmtree(folder)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="onering-story-"))
    # Postgres's own user must be able to pass through.
    folder.chmod(0o755)
    return folder


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _started(folder: Path, port: str, ahead: int) -> "subprocess.Popen[bytes]":
    ours = ("ONERING_", "CLERK_", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= SETTINGS | {"ONERING_CLOCK_AHEAD_HOURS": str(ahead)}
    with (folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "onering", "serve", "--port", port, "--data", str(folder / "data")],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip


def _stopped(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    code = process.wait(PATIENCE)
    expect(code == 0, f"the server ended with {code}")


async def _ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(2 * PATIENCE):
        while True:
            expect(process.poll() is None, f"the server ended with {process.returncode} before it was ready")
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(STEP)
