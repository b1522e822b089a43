"""The database slow, cut off, silent, restarted or used up: clear answers, and nothing is lost or seen twice."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from onering.log.migrate import migrate
from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from projections import projector
from scripts.soaking.proxy import Proxy, proxied
from scripts.soaking.score import Score
from scripts.soaking.signing_in import Entrance, by_name
from scripts.soaking.sitting import under_load
from scripts.soaking.verdict import verdict
from tests.http.checks import check_problem
from tests.service.serving import Service
from tests.serving import Person, serving
from tests.serving import Service as Serving

Fault = Callable[[Proxy, Serving, Score], Awaitable[None]]

PATIENCE = 30.0
# So short that what hangs ends within a test, and so long that what works does not.
SETTINGS = {"poll_seconds": 0.1, "command_seconds": 1.5, "statement_seconds": 1.0, "heartbeat_seconds": 0.5}
WRITERS = 4


@pytest.fixture
def own_postgres(folder: Path) -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Return a function that starts a Postgres which may be broken."""
    started: list[EmbeddedPostgres] = []

    def start(**options: Any) -> EmbeddedPostgres:
        started.append(EmbeddedPostgres(DataFolder(folder / "data"), durable=False, say=lambda _: None, **options))
        started[-1].start()
        return started[-1]

    yield start
    for postgres in started:
        postgres.stop()


async def until(condition: Callable[[], Any], what: str) -> None:
    """Wait until something is so; `condition` may be a coroutine function."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = condition()
                if await found if asyncio.iscoroutine(found) else found:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not come") from None


@asynccontextmanager
async def used(dsn: str, admin_dsn: str) -> AsyncIterator[tuple[Serving, Score]]:
    """Serve the database at `dsn` to people who write and read; in the end nothing may have given."""
    score = Score()
    score.begin("a fault")
    async with serving(dsn, **SETTINGS) as service:
        async with under_load(Entrance(service.url, by_name), score, writers=WRITERS, readers=2) as load:
            await acknowledged(score, 20)
            yield service, score
            await acknowledged(score, score.now.acknowledged + 20)
            await load.written()
            found = await verdict(admin_dsn, score, load.readers, load.pages)
        assert (found.findings, score.wrong) == ([], [])
        assert score.clean
        assert score.now.stored == score.now.sent == score.now.acknowledged
        alice = Person(service.client("alice"))
        await until(lambda: is_acknowledged(alice.drafts()), "a list as new as what was written")
        assert await is_acknowledged(alice.http.get("/readyz"))


async def acknowledged(score: Score, number: int) -> None:
    await until(lambda: score.now.acknowledged >= number, f"acknowledgement {number}")


async def slow_and_cut(proxy: Proxy, service: Serving, score: Score) -> None:
    proxy.slow(0.01, 0.1)
    for cut in (proxy.reset, proxy.half_close):
        cut()
        await acknowledged(score, score.now.acknowledged + 10)
    await proxy.heal()


async def refuse(proxy: Proxy, service: Serving, score: Score) -> None:
    await proxy.refuse()
    await refused(score)
    await proxy.heal()


async def stall(proxy: Proxy, service: Serving, score: Score) -> None:
    bob = Person(service.client("bob"))
    assert await is_acknowledged(bob.drafts())
    proxy.stall()
    await check_silence(bob)
    await refused(score)
    await proxy.heal()


async def check_silence(bob: Person) -> None:
    """Nobody queues behind those who asked before, however many they are."""
    draft = str(uuid4())
    asked = [bob.add(draft), bob.drafts(), bob.timeline(draft), bob.events(draft)]
    for answer in await asyncio.gather(*asked, *[bob.draft(draft) for _ in range(40)]):
        check_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
    assert (await bob.http.get("/healthz")).status_code == 200


async def forget(proxy: Proxy, service: Serving, score: Score) -> None:
    proxy.stall()
    await refused(score)
    await proxy.heal(forgetful=True)


async def refused(score: Score) -> None:
    await until(lambda: score.now.refused >= WRITERS, "a refusal for everybody")


class TestTheWayToTheDatabase:
    @pytest.mark.parametrize("fault", [slow_and_cut, refuse, stall, forget])
    async def test_whatever_happens_on_it_everything_is_stored_once_and_seen_once(
        self,
        fault: Callable[[Proxy, Serving, Score], Any],
        app_dsn: str,
        admin_dsn: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Writers are told 200 or a clear 503, no 500, and the same process goes on, with read models as new as ever.

        Of a way that is forgotten the server learns nothing: it keeps the read models' lock until its session is idle.
        """
        monkeypatch.setattr(projector, "GHOST_SECONDS", 2.0)
        async with proxied(app_dsn) as proxy, used(proxy.dsn, admin_dsn) as (service, score):
            await fault(proxy, service, score)

    async def test_a_worker_that_starts_meanwhile_waits_for_it(self, admin_dsn: str, folder: Path) -> None:
        """However long: its supervisor would give up on one that never comes to serve."""
        async with proxied(admin_dsn) as proxy:
            environment = {"DATABASE_URL": proxy.dsn, "ONERING_LOG_LEVEL": "warning"}
            service = Service(["--port", "0", "--data", str(folder / "data")], environment, folder)
            try:
                await asyncio.to_thread(service.ready)
                await proxy.refuse()
                for worker in service.workers():
                    os.kill(worker, signal.SIGKILL)
                await until(lambda: any("waiting for the database" in line for line in service.err), "its waiting")
                (waiting,) = service.workers()
                await proxy.heal()
                await until(lambda: is_serving(service.url), "its service")
                assert service.workers() == [waiting]
                assert await asyncio.to_thread(service.stop) == 0
            finally:
                await asyncio.to_thread(service.end)


async def is_serving(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{url}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


async def is_acknowledged(request: Any) -> bool:
    answer: httpx.Response = await request
    return answer.status_code == 200


class TestPostgres:
    async def test_a_restart_under_load_loses_and_repeats_nothing(
        self, own_postgres: Callable[..., EmbeddedPostgres]
    ) -> None:
        postgres = await asyncio.to_thread(own_postgres)
        dsn = await migrate(postgres.dsn())
        async with used(dsn, postgres.dsn()) as (_, score):
            os.kill(postgres.pid, signal.SIGINT)
            await until(lambda: not postgres.alive(), "its end")
            await refused(score)
            await asyncio.to_thread(postgres.run)

    async def test_without_a_free_connection_it_says_503_until_there_is_one(
        self, own_postgres: Callable[..., EmbeddedPostgres]
    ) -> None:
        postgres = await asyncio.to_thread(own_postgres, connections=24)
        dsn = await migrate(postgres.dsn())
        async with used(dsn, postgres.dsn()) as (service, score):
            alice = Person(service.client("alice"))
            assert (await alice.drafts()).status_code == 200  # somebody known: a first sign-in needs the database
            admin = await asyncpg.connect(postgres.dsn())
            hogs: list[Any] = []
            await until(lambda: starved(admin, dsn, hogs), "the last connection")
            await refused(score)
            check_problem(await alice.drafts(), 503, "unavailable")
            check_problem(await alice.http.get("/readyz"), 503, "unavailable", beside=("database",))
            assert (await alice.http.get("/healthz")).status_code == 200
            for hog in hogs:
                hog.terminate()
            admin.terminate()


ENDED = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'onering %'"


# Those that are not kept for administrators, but for the one that asks.
SLOTS = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - current_setting('reserved_connections')::int - 1"""


async def starved(admin: Any, dsn: str, hogs: list[Any]) -> bool:
    """Take every connection there is; return whether the service has none, nor one that is being made."""
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            hogs.append(await asyncpg.connect(dsn, server_settings={"application_name": "hog"}))
    await admin.execute(ENDED)
    return len(hogs) == int(await admin.fetchval(SLOTS))
