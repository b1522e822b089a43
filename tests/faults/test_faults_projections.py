"""Faults around the read models: rivals, deaths half-way and lost databases skip, repeat and tear nothing."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from onering.domain.values import Visibility
from onering.log.append import NewEvent
from onering.log.connection import DATABASE_FAULTS, Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import Position
from onering.log.migrate import migrate
from onering.log.reader import head
from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from tests.faults.projecting import (
    END,
    SECONDS,
    STEP,
    all_reached,
    check_rebuilt,
    check_together,
    halted,
    locked,
    reached,
    writing,
)
from tests.node import node
from tests.projections.reading import process
from tests.projections.story import Story, person
from tests.service.serving import ONERING, Service, clean_environment

WRITES = "writing read model drafts_1"


@pytest.fixture
async def conn(app_dsn: str) -> AsyncIterator[Any]:
    conn = await Database(app_dsn).connect("test")
    yield conn
    conn.terminate()


@asynccontextmanager
async def services(dsn: str, home: Path, number: int, **environment: str) -> AsyncIterator[list[Service]]:
    """Run so many `onering serve` on a database, one after the other."""
    started: list[Service] = []
    try:
        for n in range(number):
            options = ("--port", "0", "--data", str(home / str(n)))
            started.append(Service(options, {"DATABASE_URL": dsn, "ONERING_ENV": "test", **environment}, home))
            await asyncio.to_thread(started[-1].ready)
        yield started
    finally:
        for service in started:
            await asyncio.to_thread(service.end)


@asynccontextmanager
async def meanwhile(look: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Look again and again until the block ends."""
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await look()

    async with asyncio.TaskGroup() as group:
        group.create_task(go_on())
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def always_together(dsn: str) -> AsyncIterator[None]:
    """Look until the block ends whether the rows of the read models are those of their checkpoints."""
    conn = await Database(dsn).connect("observer")
    try:
        async with meanwhile(lambda: check_together(conn)):
            yield
    finally:
        conn.terminate()


# Two writers


@pytest.mark.parametrize("commits", [False, True])
async def test_a_leader_that_stands_still_in_its_batch_is_replaced_and_comes_back_to_nothing(
    app_dsn: str, admin_dsn: str, conn: Any, tmp_path: Path, commits: bool
) -> None:
    """Its batch is lost with its session, or commits and nobody hears of it; each process is stopped in its turn."""
    small = {"ONERING_PROJECTOR_EVENTS": "7", "ONERING_POLL_SECONDS": "0.2"}
    async with (
        asyncio.timeout(2 * SECONDS),
        services(admin_dsn, tmp_path, 2, **small) as rivals,
        node(app_dsn) as writer,
        always_together(app_dsn),
        writing(writer),
    ):
        await wrote(rivals[0], 1)
        for leader, heir in (rivals, rivals[::-1]):
            before, led = times_it_wrote(heir), times_it_wrote(leader)
            async with locked(conn, "drafts_1.members"):
                session = await halted(conn, "projector", "drafts_1.members")
                (worker,) = leader.workers()
                os.kill(worker, signal.SIGSTOP)
                if not commits:
                    await conn.execute(END, session)
            await idle(conn, session)
            await conn.execute(END, session)
            await reached(conn, "drafts_1", await head(conn, LANE))
            await wrote(heir, before + 1)
            os.kill(worker, signal.SIGCONT)
            await ready(leader)
            await reached(conn, "drafts_1", await head(conn, LANE))
            assert (times_it_wrote(heir), times_it_wrote(leader)) == (before + 1, led)
    await check_rebuilt_at_the_head(app_dsn, conn)


def times_it_wrote(service: Service) -> int:
    """Return how often a process became the writer."""
    return sum(WRITES in line for line in service.err)


async def wrote(service: Service, times: int) -> None:
    while times_it_wrote(service) < times:
        await asyncio.sleep(STEP)


async def idle(conn: Any, session: int) -> None:
    """Wait until a session has committed what it was doing, or is no more."""
    while await conn.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'", session):
        await asyncio.sleep(STEP)


async def ready(service: Service) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(STEP)


async def check_rebuilt_at_the_head(dsn: str, conn: Any) -> None:
    """Compare what a projector leaves behind with what the log gives."""
    async with process(Database(dsn)) as last:
        await last.reached(await head(conn, LANE))
    await check_rebuilt(Database(dsn), conn)


# A rebuild that dies


BUILDS = "SELECT name || '_' || version, status FROM onering.projections WHERE name = 'drafts' ORDER BY version"
# Enough for the building of them to take a while.
SEGMENTS = 12_000


async def test_a_rebuild_killed_half_way_leaves_readers_whole_and_the_next_one_ends_it(
    app_dsn: str, admin_dsn: str, conn: Any, tmp_path: Path
) -> None:
    patient = {"ONERING_READ_WAIT": str(SECONDS)}
    async with (
        asyncio.timeout(2 * SECONDS),
        services(admin_dsn, tmp_path, 1, **patient) as (service,),
        node(app_dsn) as writer,
    ):
        long = await long_draft(Story(conn), SEGMENTS)
        async with writing(writer) as drafts, reading(service.url, app_dsn, [*drafts, long]):
            rebuilding = start_rebuild(admin_dsn, tmp_path)
            async with locked(conn, "drafts_2.members"):
                await halted(conn, "rebuild", "drafts_2.members")
                rebuilding.kill()
                rebuilding.wait()
            assert rebuilding.returncode == -signal.SIGKILL
            assert await conn.fetch(BUILDS) == [("drafts_1", "live"), ("drafts_2", "building")]
            again = start_rebuild(admin_dsn, tmp_path)
            assert await asyncio.to_thread(again.wait) == 0
            assert await conn.fetch(BUILDS) == [("drafts_1", "replaced"), ("drafts_2", "live")]
            await reached(conn, "drafts_2", await head(conn, LANE))
    await check_rebuilt_at_the_head(app_dsn, conn)


def start_rebuild(dsn: str, home: Path) -> "subprocess.Popen[bytes]":
    environment = clean_environment(home) | {"DATABASE_URL": dsn}
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*ONERING, "rebuild", "drafts"], env=environment, cwd=home, stdout=quiet, stderr=quiet)


async def long_draft(story: Story, segments: int) -> UUID:
    """Create a draft with that many segments, in few commits: each alone, they would take long themselves."""
    draft = await story.create()
    for first in range(0, segments, 1000):
        new = [NewEvent(uuid4(), "segment_added", 1, SEGMENT % (uuid4(), n)) for n in range(first, first + 1000)]
        await story.store(draft, uuid4(), person("alice"), *new)
    return draft


SEGMENT = (
    '{"idempotency_key":null,"data":{"segment_id":"%s","author_id":"alice","content":"And then","segment_order":%d}}'
)


@asynccontextmanager
async def reading(url: str, dsn: str, drafts: Sequence[UUID]) -> AsyncIterator[None]:
    """Read until the block ends, as new as the log is: what is shown is the log's, whole, as of the position told."""
    conn = await Database(dsn).connect("reader")
    client = httpx.AsyncClient(base_url=url, headers={"X-User-Id": "alice"}, timeout=2 * SECONDS)

    async def read() -> None:
        least = await head(conn, LANE)
        listed, at = await read_at(client, "/v1/collab/drafts?limit=50", least)
        shown = {draft["draft_id"]: draft["version"] for draft in listed}
        assert shown == {str(draft): (await newest(conn, draft, at))["version"] for draft in drafts}
        told, at = await read_at(client, f"/v1/timeline/drafts/{drafts[0]}?limit=1&asc=false", least)
        assert told["events"][0]["event_id"] == (await newest(conn, drafts[0], at))["event_id"]

    try:
        async with client, meanwhile(read):
            yield
    finally:
        conn.terminate()


NEWEST = """
    SELECT version, event_id::text FROM onering.events
     WHERE stream_id = $1 AND position <= $2 ORDER BY version DESC LIMIT 1"""


async def newest(conn: Any, draft: UUID, at: int) -> Any:
    return await conn.fetchrow(NEWEST, draft, at)


async def read_at(client: httpx.AsyncClient, path: str, least: int) -> tuple[Any, int]:
    """Return what is read, and the position that it is as new as."""
    answer = await client.get(path, headers={"OneRing-Min-Position": str(Position(LANE, least))})
    assert answer.status_code == 200, answer.text
    at = Position.parse(answer.headers["OneRing-Position"]).position
    assert at >= least
    return answer.json()["data"], at


# A database that dies


@pytest.fixture
def durable() -> Iterator[EmbeddedPostgres]:
    """Run a Postgres that loses nothing, and may be killed."""
    parent = Path(tempfile.mkdtemp(prefix="onering-faults-"))
    parent.chmod(0o755)
    embedded = EmbeddedPostgres(DataFolder(parent / "data"))
    try:
        embedded.start()
        yield embedded
    finally:
        embedded.stop()
        shutil.rmtree(parent)


async def test_postgres_killed_in_the_middle_of_a_batch_tears_nothing(durable: EmbeddedPostgres) -> None:
    """By the death of the projector's own session, which takes all others with it, or of the whole server."""
    database = Database(await migrate(durable.dsn()))
    story = Story(None)
    async with asyncio.timeout(2 * SECONDS), process(database, batch_events=20):
        for whole in (False, True, False, True):
            await killed_in_a_batch(durable, database, story, whole=whole)
            if whole:
                while durable.alive():
                    await asyncio.sleep(STEP)
                await asyncio.to_thread(durable.run)
            conn = await answering(database)
            await check_together(conn)
            await all_reached(conn, story.position)
            await check_together(conn)
            conn.terminate()
    conn = await database.connect("test")
    await check_rebuilt(database, conn)
    conn.terminate()


async def killed_in_a_batch(postgres: EmbeddedPostgres, database: Database, story: Story, *, whole: bool) -> None:
    holder, story.conn = await database.connect("holder"), await database.connect("teller")
    with suppress(*DATABASE_FAULTS):  # nor does the transaction of who holds the lock come to its end
        async with locked(holder, "drafts_1.members"):
            draft = await story.create(initial_segment="Once", visibility=Visibility.PUBLIC)
            await story.let_in(draft, "bob")
            await story.invite(draft, "carol")
            await story.hand(draft, "bob")
            for _ in range(30):
                await story.add(draft, who="bob")
            session = await halted(holder, "projector", "drafts_1.members")
            os.kill(postgres.pid if whole else session, signal.SIGKILL)
            while not holder.is_closed():
                await asyncio.sleep(STEP)
    assert holder.is_closed()


async def answering(database: Database) -> Any:
    """Return a connection, once the server answers again."""
    while True:
        try:
            return await database.connect("test")
        except DATABASE_FAULTS:
            await asyncio.sleep(STEP)
