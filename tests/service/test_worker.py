"""A worker process with a tiny application: how it serves, and how it stops whatever hangs in it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from onering.service.listener import bind
from onering.service.orders import READY, Orders
from onering.settings import Settings
from tests.service.serving import alive, clean_environment, wait_until

STANDIN = Path(__file__).with_name("standin.py")
SECONDS = 2.0


class Worker:
    """A worker of ours: we are its supervisor."""

    def __init__(self, home: Path, **settings: object) -> None:
        with bind("127.0.0.1", 0) as listener:
            self.port = listener.getsockname()[1]
            self.process = subprocess.Popen(
                [sys.executable, str(STANDIN), str(listener.fileno()), "1"],
                pass_fds=[listener.fileno()],
                env=clean_environment(home) | {"PYTHONPATH": str(STANDIN.parents[2])},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings.model_validate({"shutdown_seconds": SECONDS, **settings})

    def ready(self) -> "Worker":
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(Orders(self.settings, "postgresql://nowhere/x", b"s" * 32).packed())
        self.process.stdin.flush()
        assert self.process.stdout.readline() == READY
        return self

    def ended(self) -> int:
        return self.process.wait(15)

    def said(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    started: list[Worker] = []

    def run(**settings: object) -> Worker:
        started.append(Worker(tmp_path, **settings))
        return started[-1]

    yield run
    for worker in started:
        worker.end()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def ask(worker: Worker, path: str) -> httpx.Response:
    return httpx.get(worker.url + path, timeout=15)


def begun(worker: Worker, pool: ThreadPoolExecutor, path: str) -> threading.Event:
    """Start a request and wait until it arrived; the event is set when it ended without an answer."""
    broken = threading.Event()

    def run() -> None:
        try:
            ask(worker, path)
        except httpx.HTTPError:
            broken.set()

    pool.submit(run)
    wait_until(lambda: established(worker.port), "the connection")
    time.sleep(0.1)  # the request itself is on its way in the same machine; a missed one only makes the test easier
    return broken


def established(port: int) -> bool:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "01" for line in lines)


def test_it_serves_and_stops_when_it_is_told(start: Callable[..., Worker]) -> None:
    """Stray prints end up on standard error: standard output is for the supervisor."""
    worker = start().ready()
    assert ask(worker, "/").text == str(worker.process.pid)
    worker.process.terminate()
    assert worker.ended() == 0
    assert worker.said().split() == ["draining", "closed"]


def test_the_port_opens_when_it_is_ready(start: Callable[..., Worker]) -> None:
    worker = start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", worker.port))
    worker.ready()
    socket.create_connection(("127.0.0.1", worker.port)).close()


def test_a_request_on_its_way_gets_its_answer(start: Callable[..., Worker], pool: ThreadPoolExecutor) -> None:
    """While nobody new is let in."""
    worker = start().ready()
    broken = begun(worker, pool, "/slow")
    worker.process.terminate()
    wait_until(lambda: refuses(worker.port), "the closed port")
    assert worker.ended() == 0
    pool.shutdown()
    assert not broken.is_set()


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(("path", "code"), [("/hang", 0), ("/hang-on", -signal.SIGALRM), ("/block", -signal.SIGALRM)])
def test_what_hangs_does_not_hold_the_exit(
    start: Callable[..., Worker], pool: ThreadPoolExecutor, path: str, code: int
) -> None:
    """A request that waits, one that refuses to be cancelled, and one that holds the whole loop."""
    worker = start().ready()
    broken = begun(worker, pool, path)
    told = time.monotonic()
    worker.process.terminate()
    assert worker.ended() == code
    assert time.monotonic() - told < SECONDS + 1
    pool.shutdown()
    assert broken.is_set() or code == 0  # who can be cancelled is answered, with an error


def test_a_task_that_died_ends_it(start: Callable[..., Worker]) -> None:
    worker = start().ready()
    assert ask(worker, "/fail").status_code == 200
    assert worker.ended() == 1
    assert "RuntimeError('asked for')" in worker.said()


def test_it_ends_with_its_supervisor(start: Callable[..., Worker]) -> None:
    """However that ended: the pipe between them closes."""
    worker = start().ready()
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.ended() == 0


def test_it_ends_with_its_supervisor_before_it_has_orders(start: Callable[..., Worker]) -> None:
    worker = start()
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.ended() == 1
    assert "Traceback" not in worker.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_signals_of_the_terminal_are_not_for_it(start: Callable[..., Worker], number: signal.Signals) -> None:
    worker = start().ready()
    worker.process.send_signal(number)
    assert ask(worker, "/").status_code == 200
    assert alive(worker.process.pid)


def test_a_long_head_is_refused_by_the_setting(start: Callable[..., Worker]) -> None:
    worker = start(header_limit=2000).ready()
    assert httpx.get(worker.url, headers={"a": "b" * 2000}).status_code == 431
    assert httpx.get(worker.url, headers={"a": "b" * 1000}).status_code == 200


def test_nothing_says_which_server_it_is(start: Callable[..., Worker]) -> None:
    headers = ask(start().ready(), "/").headers
    assert "server" not in headers
    assert "date" in headers
