"""The supervisor's side of its workers: replaced with patience, given up, ended by a deadline."""

import asyncio
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from onering.page import MISSING
from onering.service import supervisor, workers
from onering.service.faults import Misconfigured, ServiceError
from onering.service.listener import bind
from onering.service.workers import Workers
from onering.settings import Environment, Settings
from tests.service.serving import alive, wait_until

READY = "import sys, time; print('ready', flush=True); "
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY + "time.sleep(60)"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with bind("127.0.0.1", 0) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FIRST_PAUSE", 0.01)


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def at_once() -> None:
    pass


def make(listener: socket.socket, code: str, **options: Any) -> Workers:
    return Workers(options.pop("count", 1), listener, b"orders", command=program(code), before=at_once, **options)


@asynccontextmanager
async def running(made: Workers) -> AsyncIterator[Workers]:
    async with asyncio.TaskGroup() as group:
        group.create_task(made.run())
        await made.ready()
        yield made
        await made.stop(5)


def pids(made: Workers) -> list[int]:
    return [process.pid for process in made._running]


async def test_one_that_never_serves_ends_the_service(listener: socket.socket) -> None:
    """After some attempts; the message says how the last one ended."""
    made = make(listener, "raise SystemExit(3)")
    with pytest.raises(ExceptionGroup) as caught:
        await made.run()
    fault = supervisor.first_of(caught.value)
    assert isinstance(fault, ServiceError)
    assert "ended 5 times before it could serve; at last it ended with exit code 3." in str(fault)
    await made.stop(1)


async def test_one_that_served_is_replaced_for_ever(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its death is no false start; each one is logged with its exit code."""
    monkeypatch.setattr(workers, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(workers, "MOST_FALSE_STARTS", 2)
    with caplog.at_level(logging.ERROR):
        async with running(make(listener, READY + "sys.exit(7)")):
            async with asyncio.timeout(20):
                while caplog.text.count("exit code 7") < 4:
                    await asyncio.sleep(0.02)


async def test_one_that_no_longer_comes_up_does_not_end_those_that_serve(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Whatever it needs may come back, as a database does."""
    monkeypatch.setattr(workers, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(workers, "MOST_FALSE_STARTS", 3)
    place = tmp_path / "taken"
    code = f"import os, sys, time; os.mkdir({str(place)!r}); print('ready', flush=True); time.sleep(60)"
    with caplog.at_level(logging.ERROR):
        async with running(make(listener, code, count=2)) as made:
            async with asyncio.timeout(20):
                while caplog.text.count("exit code 1") < 6:
                    await asyncio.sleep(0.02)
            place.rmdir()
            async with asyncio.timeout(20):
                while not place.exists():
                    await asyncio.sleep(0.02)
            assert made._ready.is_set()


@pytest.mark.parametrize(
    ("code", "words"), [(3, "ended with exit code 3"), (-9, "was ended by SIGKILL"), (-77, "was ended by signal 77")]
)
def test_how_one_ended_is_said_in_words(code: int, words: str) -> None:
    assert workers.ended(code) == words


async def test_one_that_does_not_stop_is_ended(listener: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    async with running(make(listener, DEAF)) as made:
        (pid,) = pids(made)
        await made.stop(0.2)
        assert not alive(pid)
    assert "did not stop within 0.2 s" in caplog.text


async def test_a_start_that_is_cancelled_leaves_none_behind(listener: socket.socket) -> None:
    """As when Ctrl-C comes before the first one is ready."""
    made = make(listener, "import time; time.sleep(60)", count=2)
    run = asyncio.ensure_future(made.run())
    async with asyncio.timeout(20):
        while len(pids(made)) < 2:
            await asyncio.sleep(0.01)
    started = pids(made)
    run.cancel()
    await asyncio.wait({run})
    await made.stop(5)
    assert not any(map(alive, started))


async def test_none_starts_while_the_database_is_down(listener: socket.socket) -> None:
    up = asyncio.Event()
    made = Workers(1, listener, b"", before=up.wait, command=program(READY + "time.sleep(60)"))
    async with asyncio.TaskGroup() as group:
        group.create_task(made.run())
        await asyncio.sleep(0.05)
        assert not pids(made)
        up.set()
        await made.ready()
        await made.stop(5)


def test_a_service_whose_workers_never_serve_fails_with_the_reason(empty_dsn: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"port": 0, "data": tmp_path / "data", "database_url": empty_dsn})
    said: list[str] = []
    with pytest.raises(ServiceError, match="does not come up: worker 1 ended 5 times"):
        supervisor.serve(settings, said.append, program("raise SystemExit(3)"))
    assert said == []


def test_the_banner_is_short_in_every_profile() -> None:
    for developing in (True, False):
        lines = supervisor.banner("http://127.0.0.1:8000", "/data", "Open it.", developing=developing).splitlines()
        assert len(lines) < 10
        assert ("X-User-Id" in "".join(lines)) == developing


def test_people_are_told_where_the_page_is_or_how_to_get_it(tmp_path: Path) -> None:
    address = "http://127.0.0.1:8000"
    assert supervisor.invitation(Settings(page=tmp_path), address) == MISSING
    (tmp_path / "index.html").touch()
    local, production = Settings(page=tmp_path), Settings(page=tmp_path, env=Environment.PRODUCTION)
    assert supervisor.invitation(local, address) == f"Open {address} in a browser, in two windows as two people."
    assert supervisor.invitation(production, address) == f"Open {address} in a browser."
    known = production.model_copy(update={"public_url": "https://write.example"})
    assert supervisor.invitation(known, address) == "Open https://write.example in a browser."


def test_a_page_that_is_not_there_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="ONERING_PAGE must be the folder of a page"):
        supervisor.check(Settings(page=tmp_path))
    (tmp_path / "index.html").touch()
    supervisor.check(Settings(page=tmp_path))


def test_a_risk_that_was_accepted_is_told(caplog: pytest.LogCaptureFixture) -> None:
    supervisor.check(Settings(host="0.0.0.0", unsafe_local=True))
    assert "ONERING_UNSAFE_LOCAL is on: whoever reaches 0.0.0.0 can be anyone" in caplog.text
    caplog.clear()
    supervisor.check(Settings())
    assert not caplog.text


def test_a_second_signal_hastens(empty_dsn: str, tmp_path: Path) -> None:
    """What does not stop is waited for, unless a person asks twice; twice at once is one."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, empty_dsn, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


IMPATIENT = f"""
import sys
from onering.service import supervisor
from onering.settings import Environment, Settings
settings = Settings(port=0, shutdown_seconds=60, database_url=sys.argv[1], data=sys.argv[2])
supervisor.serve(settings, lambda line: print(line, flush=True), [sys.executable, "-c", {DEAF!r}])
"""


def test_a_signal_while_it_stops_after_a_failure_breaks_nothing_off(empty_dsn: str, tmp_path: Path) -> None:
    """One worker is still coming up and takes its time to stop, the other one never will."""
    process = subprocess.Popen(
        [sys.executable, "-c", FAILING, empty_dsn, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        wait_until((tmp_path / "stopping").exists, "the stop")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "does not come up" in process.stdout.read()
        assert (tmp_path / "stopped").exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


TARDY = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
try:
    (folder / "coming").touch(exist_ok=False)
except FileExistsError:
    sys.exit(3)
def stop(*_):
    (folder / "stopping").touch()
    time.sleep(1)
    (folder / "stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
time.sleep(60)
"""
FAILING = f"""
import sys
from onering.service import supervisor, workers
from onering.service.faults import Misconfigured, ServiceError
from onering.settings import Environment, Settings
workers.FIRST_PAUSE = 0.01
settings = Settings(port=0, workers=2, database_url=sys.argv[1], data=sys.argv[2])
try:
    supervisor.serve(settings, lambda line: None, [sys.executable, "-c", {TARDY!r}, sys.argv[2]])
except ServiceError as fault:
    print(fault)
"""
