"""A log that is signed, for each test that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.proofs.signed_log import SignedLog, signed_log


@pytest.fixture
async def log(app_dsn: str, tmp_path: Path) -> AsyncIterator[SignedLog]:
    """Return a log with its first key, and a folder of keys of its own."""
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        yield log
