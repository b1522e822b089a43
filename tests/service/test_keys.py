"""`onering keys` and what `onering serve` makes of keys: real processes, and a log that is signed to its last event."""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from onering.cli import main
from onering.proofs.notes import VerifierKey, opened
from onering.service.database import opened as opened_database
from onering.service.folders import DataFolder
from onering.settings import Settings
from tests.service.serving import Service, create_draft

Start = Callable[..., Service]
Keys = Callable[..., tuple[int, list[str]]]

STAGING = {"ONERING_ENV": "staging", "ONERING_INVITE_SECRET": "i" * 32, "ONERING_HS256_SECRET": "h" * 32}
OFTEN = {"ONERING_CHECKPOINT_SECONDS": "0.05"}


@pytest.fixture
def keys(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Return a function that runs a command of `onering keys`: exit code, and the lines of what it printed."""
    monkeypatch.setattr("onering.logs.configure", lambda settings: None)
    for name in [name for name in os.environ if name.startswith(("ONERING_", "DATABASE_"))]:
        monkeypatch.delenv(name)

    def run(*arguments: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["keys", *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), (printed.out + printed.err).splitlines()

    return run


def signing(service: Service) -> Any:
    return httpx.get(f"{service.url}/readyz").json()["signing"]


def pinned(lines: list[str]) -> list[VerifierKey]:
    return [VerifierKey.parse(line.removeprefix("key ")) for line in lines if line.startswith("key ")]


def kept(folder: DataFolder) -> tuple[int, str]:
    """Return the head of the log of a service that was stopped, and its newest checkpoint."""

    async def read(dsn: str) -> Any:
        conn = await asyncpg.connect(dsn)
        row = await conn.fetchrow("SELECT (SELECT max(position) FROM onering.events), note FROM onering.checkpoints")
        await conn.close()
        return row

    with opened_database(Settings(data=folder.path)) as dsn:
        head, note = asyncio.run(read(dsn))
    return head, note


def test_a_first_start_opens_a_log_and_several_workers_sign_it_to_its_end(
    folder: DataFolder, start: Start, keys: Keys
) -> None:
    data = ("--data", str(folder.path))
    service = start(*data, "--port", "0", "--workers", "2", **OFTEN).ready()
    create_draft(service.url)
    service.wait_for(lambda: signing(service)["lag"] == 0, "a checkpoint of everything")
    code, lines = keys("rotate", *data)
    assert code == 0, lines
    both = pinned(lines)
    assert len(both) == 2
    service.wait_for(lambda: signing(service)["lag"] == 0, "a checkpoint of the rotation")
    create_draft(service.url)
    assert service.stop() == 0
    head, note = kept(folder)
    checkpoint = opened(note, both[:1])
    assert opened(note, both[1:]) == checkpoint
    assert checkpoint.size == head
    assert checkpoint.origin.startswith("onering.local/")
    shown = [f"origin {checkpoint.origin}", *(f"key {key}" for key in both), f"signed {head} events"]
    assert keys("show", *data) == (0, shown)
    assert stat.S_IMODE(folder.path.with_name("data-keys").stat().st_mode) == 0o700


def test_elsewhere_an_operator_opens_the_log_while_it_is_served(folder: DataFolder, start: Start, keys: Keys) -> None:
    data = ("--data", str(folder.path))
    service = start(*data, "--port", "0", **OFTEN, **STAGING).ready()
    assert signing(service)["state"] == "unsigned"
    assert any("Nothing is signed: there is no key" in line for line in service.err)
    code, lines = keys("new", "--origin", "a.example/log", *data)
    assert (code, lines[0]) == (0, "origin a.example/log"), lines
    service.wait_for(lambda: signing(service)["size"] > 0, "the first checkpoint")
    assert signing(service)["origin"] == "a.example/log"
    assert service.stop() == 0


def test_what_operators_get_wrong_is_told_and_no_key_is_repeated(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert keys("show", *data) == (1, [f"There are no keys in {tmp_path}/data-keys; `onering keys new` makes one."])
    assert keys("new", "--print")[0] == 2
    code, (private,) = keys("new", "--print", "--origin", "a.example/log")
    assert (code, private[:26]) == (0, "PRIVATE+KEY+a.example/log+")
    monkeypatch.setenv("ONERING_LOG_KEY", private[:-4])
    code, (said,) = keys("show", *data)
    assert code == 2
    assert said.startswith("Nothing can be signed: a private key is written PRIVATE+KEY+<origin>")
    assert private[40:60] not in said
