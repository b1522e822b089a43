"""One browser for all tests of a process, one service for those of a module, and people who meet there."""

import shutil
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from onering.settings import Environment
from tests.page.browsing import chromium
from tests.page.building import built
from tests.page.people import People, plain
from tests.serving import Service, serving

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def page_folder() -> Path:
    """Return the folder of the built page."""
    return built()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Run one browser; what people do there does not outlive a test."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(shared_dsn: str, page_folder: Path) -> AsyncIterator[Service]:
    """Serve the page and what is behind it. Presence is told of at once."""
    async with serving(shared_dsn, env=Environment.LOCAL, presence_batch_ms=50, presence_linger_seconds=0.2) as service:
        yield service


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Path:
    """Return an empty folder for what is kept of a test to look at, under its name."""
    folder = SCREENSHOTS / request.path.stem.removeprefix("test_") / plain(request.node.name.removeprefix("test_"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def people(request: pytest.FixtureRequest, browser: Browser, service: Service, kept: Path) -> AsyncIterator[Any]:
    """Return who opens windows for people."""
    made = People(browser, service.url, kept)
    yield made
    await made.leave(failed=request.node.stash.get(FAILED, False))
