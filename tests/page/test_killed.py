"""The server is killed while people write: nothing is lost, nothing is doubled, and the page goes on by itself."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Error, expect

from onering.service.folders import DataFolder
from onering.service.postmaster import left_behind
from tests.page.desk import Desk
from tests.page.home import Home
from tests.page.people import PATIENCE, People, Person
from tests.page.watching import CUT_OFF
from tests.service.serving import Service

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


class Server:
    """`onering serve` on a data folder and a port that stay the same, however often it is started."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = DataFolder(home / "data")
        self._port = "0"
        self._started: list[Service] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        service = Service(("--port", self._port, "--data", str(self._folder.path)), {}, self._home)
        self._started.append(service)
        self._port = service.ready().url.rpartition(":")[2]

    def kill_worker(self) -> None:
        """Kill what answers; who supervises it starts another one."""
        for pid in self._started[-1].workers():
            os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill everything at once, Postgres too."""
        postmaster = left_behind(self._folder.cluster)
        assert postmaster is not None
        for pid in (self._started[-1].process.pid, postmaster.pid):
            os.kill(pid, signal.SIGKILL)
        self.kill_worker()
        self._started[-1].end()

    def end(self) -> None:
        for service in self._started:
            service.end()
        if (postmaster := left_behind(self._folder.cluster)) is not None:
            os.kill(postmaster.pid, signal.SIGQUIT)
            postmaster.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(page_folder: Path) -> AsyncIterator[Server]:
    """Serve as people start it, on a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="onering-page-") as home:
        # Postgres's own user passes through.
        os.chmod(home, 0o755)
        server = Server(Path(home))
        try:
            await asyncio.to_thread(server.start)
            yield server
        finally:
            await asyncio.to_thread(server.end)


async def test_what_was_written_while_it_was_killed_is_there_once_on_every_screen(
    people: People, service: Server
) -> None:
    alice, desk, other = await _two(people)
    await desk.adds("Before.")
    await other.shows("Before.")

    service.kill_worker()
    await desk.adds("While a worker was killed.")
    await other.shows("Before.", "While a worker was killed.")

    await asyncio.to_thread(service.kill_all)
    await desk.adds("While nothing was there.")
    await desk.adds("And still nothing.")
    await alice.shot("killed")
    await asyncio.to_thread(service.start)
    everything = ("Before.", "While a worker was killed.", "While nothing was there.", "And still nothing.")
    for each in (desk, other):
        await each.shows(*everything)
        await each.is_live()
    await alice.page.reload()
    await desk.shows(*everything)


async def test_each_text_that_is_sent_quickly_is_stored_once_or_offered_again_across_kills_and_reloads(
    people: People, service: Server
) -> None:
    alice, desk, other = await _two(people)
    texts = [f"{number}." for number in range(1, 21)]
    back = None
    for number, text in enumerate(texts):
        # Whoever finds something in the composer goes on behind it.
        behind = await desk.composer.input_value()
        await desk.composer.press("Control+End")
        await desk.composer.press_sequentially(f"\n\n{text}" if behind else text)
        await desk.composer.press("Control+Enter")
        if number == 7:
            service.kill_worker()
        if number == 13:
            await asyncio.to_thread(service.kill_all)
            back = asyncio.create_task(asyncio.to_thread(service.start))
        if number % 5 == 4:
            if back is not None:
                await back
            await _reloads(alice)
    await desk.is_live()
    await expect(alice.page.get_by_text("On its way")).to_have_count(0)
    await _has_once(desk, texts)
    await expect(other.text).to_have_text(await desk.text.all_inner_texts())


async def _reloads(person: Person) -> None:
    """Load the page again, as often as it takes while the service is away."""
    while True:
        try:
            await person.page.reload()
        except Error as error:
            if "net::ERR_" not in error.message:
                raise
        else:
            break
    await expect(Desk(person.page).composer).to_be_visible()


async def _has_once(desk: Desk, texts: list[str]) -> None:
    """Wait until each of these is in the text or in the composer, and nothing is there twice."""
    deadline = asyncio.get_running_loop().time() + PATIENCE / 1000
    while True:
        written = " ".join([*await desk.text.all_inner_texts(), await desk.composer.input_value()]).split()
        if sorted(written) == sorted(texts):
            return
        assert asyncio.get_running_loop().time() < deadline, written
        await asyncio.sleep(0.1)


async def _two(people: People) -> tuple[Person, Desk, Desk]:
    """Have Alice begin a draft, and Bob read along."""
    alice = await people.person("alice")
    await Home(alice.page).starts("A walk")
    desk = Desk(alice.page)
    await desk.is_live()
    bob = await people.person("bob", urlsplit(alice.page.url).path)
    other = Desk(bob.page)
    await other.is_live()
    for person in (alice, bob):
        person.watch.provoked(CUT_OFF)
    return alice, desk, other
