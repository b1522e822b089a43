"""What faults need: a place that Postgres's own user reaches."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder that every system user can pass through."""
    made = Path(tempfile.mkdtemp(prefix="onering-faults-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)
