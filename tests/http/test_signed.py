"""A service that signs its log: what it acknowledged can be proved, by whoever wrote it and without the service."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from onering.proofs.notes import VerifierKey
from tests.proofs.client import TileClient
from tests.proofs.signed_log import signed_log
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERIFY = Path(__file__).parents[2] / "scripts" / "verify.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keys(shared_dsn: str, folder: Path) -> AsyncIterator[Sequence[VerifierKey]]:
    async with signed_log(shared_dsn, folder / "keys") as log:
        yield log.pinned()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str, folder: Path, keys: Sequence[VerifierKey]) -> AsyncIterator[Service]:
    async with serving(shared_dsn, keys=folder / "keys", checkpoint_seconds=0.05, auditors=("ida",)) as service:
        yield service


async def verified(folder: Path, key: VerifierKey, file: str) -> tuple[int, str]:
    """Check a file as people do who have nothing but it, the key and the program; return its exit code and words."""
    (folder / "key").write_text(f"{key}\n")
    (folder / "one.tlog-proof").write_bytes(file.encode())
    options = ("--key", str(folder / "key"), "--memory", str(folder / "memory"), str(folder / "one.tlog-proof"))
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(VERIFY), *options),
        env={"PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await program.communicate()
    assert program.returncode is not None
    return program.returncode, said.decode()


async def test_what_was_just_acknowledged_is_proved_without_the_service(
    alice: Person, folder: Path, keys: Sequence[VerifierKey]
) -> None:
    draft = await alice.create(initial_segment="We left at dawn.")
    answer = await alice.http.get(f"/v1/collab/drafts/{draft}/events/2/proof")
    assert answer.status_code == 200, answer.text
    code, said = await verified(folder, keys[0], answer.text)
    assert (code, "We left at dawn." in said, "alice" in said) == (0, True, True), said
    code, said = await verified(folder, keys[0], answer.text.replace("index ", "index 1"))
    assert code == 1, said


async def test_a_monitor_follows_the_log_as_it_grows(
    alice: Person, service: Service, keys: Sequence[VerifierKey]
) -> None:
    tiles = TileClient(service.client(), keys[0])
    draft = await alice.create()
    before = await tiles.checkpoint((await alice.add(draft)).headers["onering-position"])
    assert await tiles.root(before.size) == before.root
    after = await tiles.checkpoint((await alice.add(draft)).headers["onering-position"])
    assert await tiles.root(after.size) == after.root
    assert await tiles.consistent(before, after)
    assert not await tiles.consistent(before._replace(root=after.root), after)
    told: Any = (await alice.http.get("/v1/config")).json()["data"]["proofs"]
    assert told == {"origin": after.origin}
    assert (await alice.http.get("/v1/log/keys")).text.split() == list(map(str, keys))
