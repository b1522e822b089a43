"""Debian's Chromium, as it has to be started on a closed network."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

# No services of its maker, no sandbox (which a root user has none of), nothing of a first start.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> Path:
    """Return where the browser is; without one the test fails, and says what to install."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("The page is tested in Chromium, and there is none; on Debian: apt-get install chromium")
    return Path(found)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the browser until the block ends."""
    program = executable()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield running
        finally:
            await running.close()
