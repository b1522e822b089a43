"""`onering serve` end to end: real processes, a real database, and signals."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import termios
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from onering.service.folders import DataFolder
from onering.service.postmaster import left_behind
from tests.service.serving import (
    ONERING,
    PATIENCE,
    Service,
    alive,
    clean_environment,
    create_draft,
    draft_exists,
    wait_until,
)

Start = Callable[..., Service]


def port_of(url: str) -> int:
    port = httpx.URL(url).port
    assert port is not None
    return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def postmaster_pid(folder: DataFolder) -> int:
    found = left_behind(folder.cluster)
    assert found is not None
    return found.pid


def test_a_first_start_says_all_there_is_to_know(start: Start, parent: Path) -> None:
    """An empty machine: ten lines at most, whose curl works as it is pasted, and a clean end on SIGTERM."""
    service = start("--port", "0", "--data", str(parent / "data")).ready()
    assert len(service.out) + len(service.err) <= 10, service.said()
    assert str(parent / "data") in service.said()
    curl = re.search(r"^ *(curl .*\\\n.*)$", service.said(), re.MULTILINE)
    assert curl is not None
    pasted = subprocess.run(["bash", "-c", curl[1]], capture_output=True, text=True, check=True)
    assert '"title":"A walk"' in pasted.stdout
    assert service.stop() == 0
    assert is_free(port_of(service.url))
    (line,) = service.err
    assert " command " in line


def test_a_second_start_has_everything(start: Start, folder: DataFolder) -> None:
    """What was acknowledged, and the secret of its tokens. The start is quick: its time is printed."""
    service = start("--port", "0", "--data", str(folder.path)).ready()
    draft = create_draft(service.url)
    assert service.stop() == 0
    began = time.monotonic()
    again = start("--port", "0", "--data", str(folder.path)).ready()
    print(f"second start: {time.monotonic() - began:.2f} s")
    assert draft_exists(again.url, draft)
    assert creator_by_token(again.url, folder.path) == "bob"
    assert again.stop() == 0


def creator_by_token(url: str, data: Path) -> str:
    """Create a draft with a token of the command line and return who made it."""
    command = [*ONERING, "token", "bob", "--data", str(data)]
    token = subprocess.run(command, env=clean_environment(data), capture_output=True, text=True, check=True).stdout
    headers = {"Authorization": f"Bearer {token.strip()}"}
    answer = httpx.post(f"{url}/v1/collab/drafts", json={"title": "Mine"}, headers=headers)
    assert answer.status_code == 200, answer.text
    creator: str = answer.json()["data"]["creator_id"]
    return creator


def test_ctrl_c_is_a_clean_stop(start: Start, folder: DataFolder) -> None:
    """As a terminal sends it: to every process of the group at once."""
    service = start("--port", "0", "--data", str(folder.path)).ready()
    os.killpg(service.process.pid, signal.SIGINT)
    assert service.ended() == 0
    assert left_behind(folder.cluster) is None
    assert not service.err, service.said()


def test_a_terminal_that_closes_is_a_clean_stop(parent: Path, folder: DataFolder) -> None:
    """Nothing can be said any more, and everything is stopped nevertheless."""
    ours, terminal = os.openpty()
    process = subprocess.Popen(
        [*ONERING, "serve", "--port", "0", "--data", str(folder.path)],
        env=clean_environment(parent),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    try:
        os.close(terminal)
        said = b""
        while b"Ctrl-C" not in said:
            said += os.read(ours, 4096)
        os.close(ours)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    assert left_behind(folder.cluster) is None


def test_a_reader_that_went_away_does_not_matter(start: Start, folder: DataFolder) -> None:
    """As in `onering serve | head -1`."""
    service = Service(["--port", "0", "--data", str(folder.path)], {}, folder.path.parent, read=False)
    try:
        service.wait_for(service.workers, "its worker")
        assert service.stop() == 0
    finally:
        service.end()


@pytest.mark.parametrize("moment", ["the first word", "the worker"])
def test_a_start_can_be_interrupted(start: Start, parent: Path, moment: str) -> None:
    """At whatever step, nothing is left behind."""
    folder = DataFolder(parent / "data")
    service = start("--port", "0", "--data", str(folder.path))
    reached = {
        "the first word": lambda: service.out,
        "the worker": service.workers,
    }
    service.wait_for(reached[moment], moment)
    assert service.stop(signal.SIGINT) == 0
    assert left_behind(folder.cluster) is None
    assert "is ready" not in service.said()
    assert not service.err
    # Postgres took its leave in order: nothing is to be recovered.
    assert not (folder.cluster / "postmaster.pid").exists()
    folder.check_free()


def test_a_killed_worker_is_replaced(start: Start, folder: DataFolder) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    draft = create_draft(service.url)
    (killed,) = service.workers()
    os.kill(killed, signal.SIGKILL)
    service.wait_for(lambda: any("ended by SIGKILL" in line for line in service.err), "the word of it")
    service.wait_for(lambda: service.workers() not in ([], [killed]), "another worker")
    assert draft_exists(service.url, draft)
    assert service.stop() == 0


def test_two_workers_serve_one_port(start: Start, folder: DataFolder) -> None:
    """Either one serves what the other wrote; with one of them stopped the other still answers."""
    service = start("--port", "0", "--data", str(folder.path), "--workers", "2").ready()
    service.wait_for(lambda: len(service.workers()) == 2, "two workers")
    drafts = []
    for quiet in service.workers():
        wait_until(partial(is_accepting, quiet, port_of(service.url)), "a worker that accepts")
    for quiet in service.workers():
        os.kill(quiet, signal.SIGSTOP)
        drafts.append(create_draft(service.url))
        os.kill(quiet, signal.SIGCONT)
    assert all(draft_exists(service.url, draft) for draft in drafts)
    assert service.stop() == 0


def is_accepting(pid: int, port: int) -> bool:
    """Whether a process waits for connections: its event loop watches the listening socket."""
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines() if " 00000000:0000 0A" in line]
    inode = next((columns[9] for columns in listening if columns[1].endswith(f":{port:04X}")), None)
    try:
        sockets = [fd.name for fd in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(fd) == f"socket:[{inode}]"]
        watched = "".join(info.read_text() for info in Path(f"/proc/{pid}/fdinfo").iterdir())
    except OSError:
        return False
    return any(re.search(rf"^tfd: +{fd} ", watched, re.MULTILINE) for fd in sockets)


def test_a_killed_supervisor_leaves_nobody_on_the_port(start: Start, folder: DataFolder) -> None:
    """Workers follow it; the next start takes the port and the Postgres over, and nothing acknowledged is lost."""
    service = start("--port", "0", "--data", str(folder.path), "--workers", "2").ready()
    service.wait_for(lambda: len(service.workers()) == 2, "two workers")
    draft, workers, database = create_draft(service.url), service.workers(), postmaster_pid(folder)
    service.stop(signal.SIGKILL)
    port = port_of(service.url)
    wait_until(lambda: is_free(port), "the free port")
    wait_until(lambda: not any(map(alive, workers)), "the end of the workers")
    again = start("--port", str(port), "--data", str(folder.path)).ready()
    assert postmaster_pid(folder) == database
    assert draft_exists(again.url, draft)
    assert again.stop() == 0
    assert not alive(database)


def test_everything_killed_at_once_recovers(start: Start, folder: DataFolder) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    draft = create_draft(service.url)
    for pid in (service.process.pid, *service.workers(), postmaster_pid(folder)):
        os.kill(pid, signal.SIGKILL)
    service.ended()
    again = start("--port", "0", "--data", str(folder.path)).ready()
    assert draft_exists(again.url, draft)
    assert again.stop() == 0


def test_a_killed_postgres_comes_back_by_itself(start: Start, folder: DataFolder) -> None:
    """Nobody gets a 500, nothing acknowledged is lost, and the worker lives through it."""
    service = start("--port", "0", "--data", str(folder.path)).ready()
    killed, workers = postmaster_pid(folder), service.workers()
    os.kill(killed, signal.SIGKILL)
    answers: list[httpx.Response] = []
    read(service.url, answers)
    write(service.url, answers)
    service.wait_for(lambda: left_behind(folder.cluster) and postmaster_pid(folder) != killed, "another Postgres")
    service.wait_for(lambda: read(service.url, answers) == write(service.url, answers) == 200, "its answers")
    assert {answer.status_code for answer in answers} <= {200, 503}, answers
    written = [answer.json()["data"] for answer in answers if answer.request.method == "POST" and answer.is_success]
    assert all(draft_exists(service.url, draft["draft_id"]) for draft in written)
    assert service.workers() == workers
    assert service.stop() == 0


def write(url: str, answers: list[httpx.Response]) -> int:
    return call(url, "POST", answers, json={"title": "T"})


def read(url: str, answers: list[httpx.Response]) -> int:
    return call(url, "GET", answers)


def call(url: str, method: str, answers: list[httpx.Response], **options: Any) -> int:
    headers = {"X-User-Id": "alice"}
    answers.append(httpx.request(method, f"{url}/v1/collab/drafts", headers=headers, timeout=20, **options))
    return answers[-1].status_code


def test_a_database_of_ones_own_is_served(start: Start, empty_dsn: str, parent: Path) -> None:
    """With DATABASE_URL nothing is started beside it, and its password is printed nowhere."""
    dsn = empty_dsn.replace("postgres@", "postgres:hidden@")
    service = start("--port", "0", "--data", str(parent / "data"), DATABASE_URL=dsn).ready()
    assert draft_exists(service.url, create_draft(service.url))
    assert not (parent / "data" / "postgres").exists()
    assert "hidden" not in service.said()
    assert all(b"hidden" not in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in service.workers())
    assert service.stop() == 0


def test_a_second_one_on_a_folder_is_refused(start: Start, folder: DataFolder) -> None:
    """Started in the same way it clashes on the port too: the folder is the reason that helps."""
    first = start("--port", "0", "--data", str(folder.path)).ready()
    for port in ("0", str(port_of(first.url))):
        second = start("--port", port, "--data", str(folder.path))
        assert second.ended() == 1
        assert "in use by another `onering serve`" in second.said()
        assert len(second.err) == 1
    assert draft_exists(first.url, create_draft(first.url))
    assert first.stop() == 0


def test_a_port_in_use_is_refused_before_anything_is_made(start: Start, parent: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        service = start("--port", str(other.getsockname()[1]), "--data", str(parent / "data"))
        assert service.ended() == 1
    assert "in use by another program" in service.said()
    assert not (parent / "data").exists()
