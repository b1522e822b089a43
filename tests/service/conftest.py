"""Data folders of the tests, and what runs on them: ended by its number, however a test ends."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from onering.service.postmaster import left_behind
from tests.service.serving import Service


@pytest.fixture
def parent() -> Iterator[Path]:
    """Return an empty folder that every system user can pass through, as Postgres's own user must under root."""
    made = Path(tempfile.mkdtemp(prefix="onering-service-"))
    made.chmod(0o755)
    yield made
    for cluster in made.glob("*/postgres"):
        _end_postgres(cluster)
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def finished_folder() -> Iterator[Path]:
    """Return a data folder that was made once and stopped cleanly: a copy of it saves the making."""
    made = Path(tempfile.mkdtemp(prefix="onering-service-"))
    made.chmod(0o755)
    embedded = EmbeddedPostgres(DataFolder(made / "data"), durable=False)
    try:
        embedded.start()
    finally:
        embedded.stop()
    yield made / "data"
    shutil.rmtree(made)


@pytest.fixture
def folder(parent: Path, finished_folder: Path) -> DataFolder:
    """Return a data folder with a cluster in it; nothing runs."""
    subprocess.run(["cp", "-a", str(finished_folder), str(parent / "data")], check=True)
    return DataFolder(parent / "data")


@pytest.fixture
def start(parent: Path) -> Iterator[Callable[..., Service]]:
    """Return a function that starts `onering serve` with these options and environment."""
    started: list[Service] = []

    def run(*options: str, **environment: str) -> Service:
        service = Service(options, environment, home=parent)
        started.append(service)
        return service

    yield run
    for service in started:
        service.end()


def _end_postgres(cluster: Path) -> None:
    postmaster = left_behind(cluster)
    if postmaster is not None:
        with suppress(ProcessLookupError):
            os.kill(postmaster.pid, signal.SIGQUIT)
        postmaster.stop()
