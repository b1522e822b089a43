"""The README's first session, as a newcomer types it: alice and bob follow a draft, across a restart of the server."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from onering.service.folders import DataFolder
from tests.service.serving import ONERING, Service, clean_environment, create_draft, wait_until

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SESSION = README.partition("## A first session")[2].partition("## Commands and events")[0]
BLOCKS = re.findall(r"```sh\n(.*?)```", SESSION, re.DOTALL)
DEFAULT_URL = "http://127.0.0.1:8000"


def typed(block: str, url: str, data: Path, home: Path, draft: str = "") -> str:
    """Run a block of the README in bash, against this service; return what it printed."""
    command = block.replace(DEFAULT_URL, url).replace(".venv/bin/onering", " ".join(ONERING))
    environment = clean_environment(home) | {"ONERING_DATA": str(data), "draft": draft}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def following(draft: str, url: str, home: Path, *who: str) -> Iterator[Callable[[], str]]:
    """Follow a draft in a terminal of its own; gives what it shows so far."""
    shown = home / f"{'-'.join(who) or 'nobody'}.txt"
    with shown.open("w") as out:
        command = [*ONERING, "follow", draft, "--url", url, *who]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=clean_environment(home))
        try:
            yield shown.read_text
        finally:
            process.terminate()
            process.wait()


def both(shown: Sequence[Callable[[], str]], text: str) -> None:
    wait_until(lambda: all(text in read() for read in shown), f"{text!r} on every screen")


def test_the_readmes_session_works_as_it_is_typed(
    start: Callable[..., Service], folder: DataFolder, parent: Path
) -> None:
    service = start("--port", "0", "--data", str(folder.path), ONERING_RATE_LIMIT="on").ready()
    first, as_alice, as_bob, write, read, audit = BLOCKS
    draft = typed(first + "echo; echo $draft", service.url, folder.path, parent).splitlines()[-1]
    assert ("--as alice" in as_alice, "--as bob" in as_bob) == (True, True)
    with (
        following(draft, service.url, parent, "--as", "alice") as alice,
        following(draft, service.url, parent, "--as", "bob") as bob,
    ):
        both((alice, bob), "alice: We left at dawn.")
        typed(write, service.url, folder.path, parent, draft)
        both((alice, bob), "alice: It rained.\n— alice passed the ring to bob.")
    assert "We left at dawn." in typed(read, service.url, folder.path, parent, draft)
    assert "ring_passed" in typed(audit, service.url, folder.path, parent, draft)


def test_two_terminals_follow_a_draft_across_a_restart_of_the_server(
    start: Callable[..., Service], folder: DataFolder, parent: Path
) -> None:
    service = start("--port", "0", "--data", str(folder.path), ONERING_RATE_LIMIT="on").ready()
    draft, url = create_draft(service.url), service.url
    with following(draft, url, parent, "--as", "alice") as alice, following(draft, url, parent) as nobody:
        both((alice, nobody), "holds the ring")
        assert service.stop() == 0
        start("--port", url.rpartition(":")[2], "--data", str(folder.path), ONERING_RATE_LIMIT="on").ready()
        content = {"content": "It stopped raining."}
        httpx.post(f"{url}/v1/collab/drafts/{draft}/segments", json=content, headers={"X-User-Id": "alice"})
        both((alice, nobody), "alice: It stopped raining.")
        for shown in (alice(), nobody()):
            assert shown.count("It stopped raining.") == 1


def test_the_readmes_program_prints_the_draft(start: Callable[..., Service], folder: DataFolder, parent: Path) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    draft = create_draft(service.url, "A walk in a program")
    (program,) = re.findall(r"```python\n(.*?)```", SESSION, re.DOTALL)
    program = program.replace(DEFAULT_URL.removeprefix("http"), service.url.removeprefix("http"))
    process = subprocess.Popen([sys.executable, "-u", "-c", program, draft], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        frames = [process.stdout.readline() for _ in range(3)]
        assert "A walk in a program" in frames[1]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("draft", "who", "sentence"),
    [("00000000-0000-0000-0000-000000000000", "alice", "There is no such draft"), ("private", "bob", "no such draft")],
)
def test_whoever_may_not_follow_is_told_and_it_ends(
    start: Callable[..., Service], folder: DataFolder, parent: Path, draft: str, who: str, sentence: str
) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    if draft == "private":
        body = {"title": "Mine", "visibility": "private"}
        answer = httpx.post(f"{service.url}/v1/collab/drafts", json=body, headers={"X-User-Id": "alice"})
        draft = answer.json()["data"]["draft_id"]
    command = [*ONERING, "follow", draft, "--url", service.url, "--as", who]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(parent), timeout=60)
    assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr
