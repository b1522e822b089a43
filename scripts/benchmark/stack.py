"""The service's server stack around another application: its worker process and protocol classes as they are, in a
process of its own that is driven over HTTP.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx

from onering.service.listener import bind
from onering.service.orders import READY, Orders
from onering.settings import Settings
from scripts.benchmark.companions import ROOT, leaving

HOST = "127.0.0.1"
ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stack:
    """It serves at a port of this machine, in the process `pid`."""

    port: int
    pid: int
    host: str = HOST

    def ask(self, path: str, **query: object) -> int:
        """Have something done; return the number that it answers."""
        url = f"http://{self.host}:{self.port}{path}"
        response = httpx.get(url, params={k: str(v) for k, v in query.items()}, timeout=ANSWER_SECONDS, trust_env=False)
        return int(response.raise_for_status().json())


@contextmanager
def stack(module: str, dsn: str = "") -> Iterator[Stack]:
    """Serve what `scripts.benchmark.<module>` runs, until the block ends.

    Like every worker, it leaves when its standard input closes.
    """
    with bind(HOST, 0) as listener:
        command = [sys.executable, "-m", f"scripts.benchmark.{module}", str(listener.fileno()), "1"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
        with process, leaving(process):
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(Orders(Settings(), dsn, None).packed())
            process.stdin.flush()
            if process.stdout.readline() != READY:
                raise RuntimeError(f"{module} did not start")
            yield Stack(listener.getsockname()[1], process.pid)


class Process:
    """What a worker of the service runs: an application, here one whose parts can't die."""

    def __init__(self, asgi: Any) -> None:
        self.asgi = asgi

    async def failed(self) -> BaseException:
        """Never return."""
        await asyncio.Event().wait()
        raise AssertionError

    async def drain(self) -> None:
        """There is nothing on its way."""


def asked(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the query of a request."""
    return dict(parse_qsl(scope["query_string"].decode()))


async def answer(send: Any, number: int) -> None:
    """Answer a request with a number."""
    body = json.dumps(number).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
