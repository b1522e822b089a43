"""The database slow, cut off, silent, restarted, used up or full: clear answers, and nothing is lost or skipped."""

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect

from onering.log.connection import DATABASE_FAULTS
from onering.log.migrate import migrate
from onering.service.folders import DataFolder
from onering.service.postgres import EmbeddedPostgres
from onering.service.postmaster import left_behind
from projections import projector
from scripts.soaking.proxy import Proxy, proxied
from scripts.soaking.score import Score
from scripts.soaking.sitting import under_load
from scripts.soaking.verdict import verdict
from tests.http.checks import check_problem, shared_draft, shown
from tests.service.serving import ONERING, Service, clean_environment, create_draft, wait_until
from tests.serving import Person, serving
from tests.serving import Service as Serving

PATIENCE = 30.0
# So short that what hangs ends within a test, and so long that what works does not.
SETTINGS = {"poll_seconds": 0.1, "command_seconds": 1.5, "statement_seconds": 1.0, "heartbeat_seconds": 0.5}
WRITERS = 4


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder that Postgres's own user can pass through."""
    made = Path(tempfile.mkdtemp(prefix="onering-faults-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


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
        async with under_load(service.port, score, writers=WRITERS, readers=2) as load:
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


async def slow(proxy: Proxy, score: Score) -> None:
    proxy.slow(0.01, 0.1)
    await acknowledged(score, score.now.acknowledged + 40)
    await proxy.heal()


async def cut(proxy: Proxy, score: Score) -> None:
    for cut in (proxy.reset, proxy.half_close, proxy.reset, proxy.half_close):
        cut()
        await acknowledged(score, score.now.acknowledged + 20)


async def refuse(proxy: Proxy, score: Score) -> None:
    proxy.refuse()
    await refused(score)
    await proxy.heal()


async def stall(proxy: Proxy, score: Score) -> None:
    proxy.stall()
    await refused(score)
    await proxy.heal()


async def forget(proxy: Proxy, score: Score) -> None:
    proxy.stall()
    await refused(score)
    await proxy.heal(forgetful=True)


async def refused(score: Score) -> None:
    await until(lambda: score.now.refused >= WRITERS, "a refusal for everybody")


class TestTheWayToTheDatabase:
    @pytest.mark.parametrize("fault", [slow, cut, refuse, stall, forget])
    async def test_whatever_happens_on_it_everything_is_stored_once_and_seen_once(
        self, fault: Callable[[Proxy, Score], Any], app_dsn: str, admin_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Writers are told 200 or a clear 503, no 500, and the same process goes on, with read models as new as ever.

        Of a way that is forgotten the server learns nothing: it keeps the read models' lock until its session is idle.
        """
        monkeypatch.setattr(projector, "GHOST_SECONDS", 0.5)
        async with proxied(app_dsn) as proxy, used(proxy.dsn, admin_dsn) as (_, score):
            await fault(proxy, score)

    async def test_silence_is_answered_with_503_however_many_ask(self, app_dsn: str) -> None:
        """Nobody queues behind those who asked before."""
        async with proxied(app_dsn) as proxy, serving(proxy.dsn, **SETTINGS) as service:
            alice = Person(service.client("alice"))
            draft = await shared_draft(alice, "bob", initial_segment="Once")
            proxy.stall()
            asked = [alice.add(draft), alice.drafts(), alice.timeline(draft), alice.events(draft)]
            for answer in await asyncio.gather(*asked, *[alice.draft(draft) for _ in range(40)]):
                check_problem(answer, 503, "unavailable")
                assert answer.headers["retry-after"] == "1"
            assert (await alice.http.get("/healthz")).status_code == 200

    async def test_a_worker_that_starts_meanwhile_waits_for_it(self, admin_dsn: str, folder: Path) -> None:
        """However long: its supervisor would give up on one that never comes to serve."""
        async with proxied(admin_dsn) as proxy:
            environment = {"DATABASE_URL": proxy.dsn, "ONERING_LOG_LEVEL": "warning"}
            service = Service(["--port", "0", "--data", str(folder / "data")], environment, folder)
            try:
                await asyncio.to_thread(service.ready)
                proxy.refuse()
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
            admin = await asyncpg.connect(postgres.dsn())
            hogs: list[Any] = []
            await until(lambda: starved(admin, dsn, hogs), "the last connection")
            await refused(score)
            alice = Person(service.client("alice"))
            check_problem(await alice.drafts(), 503, "unavailable")
            check_problem(await alice.http.get("/readyz"), 503, "unavailable", beside=("database",))
            assert (await alice.http.get("/healthz")).status_code == 200
            for hog in hogs:
                hog.terminate()
            admin.terminate()


ENDED = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'onering %'"


async def starved(admin: Any, dsn: str, hogs: list[Any]) -> bool:
    """Take every connection there is; return whether the service has none."""
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            hogs.append(await asyncpg.connect(dsn, server_settings={"application_name": "hog"}))
    return not await admin.fetchval(ENDED)


class Disk:
    """A small file system for a service's data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, service: Service) -> None:
        """Leave no room, and have Postgres ask for some."""
        with (self._folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(1 << 16))
        asyncio.run(self._use_up_log())

    def free(self, service: Service) -> None:
        (self._folder / "filler").unlink()

    async def _use_up_log(self) -> None:
        """Begin new files of the write-ahead log until there can be none, which is the end of Postgres."""
        conn = await asyncpg.connect(f"postgresql://postgres@/onering?host={self._folder / 'data' / 'run'}")
        with suppress(*DATABASE_FAULTS):
            while True:
                await conn.execute("SELECT pg_switch_wal(); CREATE TABLE much (); DROP TABLE much")
        conn.terminate()


class Quota(Disk):
    """Where nothing may be mounted: each Postgres that starts may write files so long and no longer."""

    def fill(self, service: Service) -> None:
        self._limit(service, 1 << 20)

    def free(self, service: Service) -> None:
        self._limit(service, resource.RLIM_INFINITY)

    def _limit(self, service: Service, size: int) -> None:
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        postmaster = left_behind(self._folder / "data" / "postgres")
        assert postmaster is not None
        os.kill(postmaster.pid, signal.SIGKILL)


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    mounting = ["mount", "-t", "tmpfs", "-o", "size=112m,mode=0755", "onering-faults", str(folder)]
    mounted = subprocess.run(mounting, check=False, capture_output=True).returncode == 0
    try:
        yield Disk(folder) if mounted else Quota(folder)
    finally:
        if (left := left_behind(folder / "data" / "postgres")) is not None:
            left.stop()
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_as_503_and_once_there_is_room_it_goes_on_by_itself(folder: Path) -> None:
    """Also after Postgres itself could not go on, nor start again."""
    limits = {"ONERING_COMMAND_SECONDS": "1", "ONERING_STATEMENT_SECONDS": "1"}
    with disk(folder) as small:
        service = Service(["--port", "0", "--data", str(folder / "data")], limits, folder)
        try:
            service.ready()
            draft, workers = create_draft(service.url), service.workers()
            assert [write(service.url, draft, str(n)) for n in range(5)] == [200] * 5
            small.fill(service)
            service.wait_for(lambda: any("Postgres died" in line for line in service.err), "the end of Postgres")
            assert [write(service.url, draft, "late") for _ in range(2)] == [503, 503]
            small.free(service)
            wait_until(lambda: write(service.url, draft, "late") == 200, "an acknowledgement")
            assert keys(service.url, draft) == [*map(str, range(5)), "late"]
            assert service.workers() == workers
            assert service.stop() == 0
        finally:
            service.end()


def keys(url: str, draft: str) -> list[str]:
    answer = httpx.get(f"{url}/v1/collab/drafts/{draft}/events", headers={"X-User-Id": "alice"})
    return [event["idempotency_key"] for event in answer.json()["data"][1:]]


def write(url: str, draft: str, key: str) -> int:
    body = {"type": "add-segment", "draft_id": draft, "content": "x" * 400, "idempotency_key": key}
    answer = httpx.post(f"{url}/v1/commands", json=body, headers={"X-User-Id": "alice"}, timeout=PATIENCE)
    if answer.status_code != 200:
        check_problem(answer, 503, "unavailable")
    return answer.status_code


# Whoever inserts an event with that key waits, its positions assigned and its transaction open, for the test's lock.
DELAY = """
    CREATE FUNCTION public.delayed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END $$;
    CREATE TRIGGER delayed BEFORE INSERT ON onering.events
    FOR EACH ROW WHEN (NEW.payload LIKE '%"delayed"%') EXECUTE FUNCTION public.delayed();"""
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = $1"
DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"
END_DELAYED = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND objid = 42 AND database = $1"""


@pytest.fixture
async def two(app_dsn: str) -> AsyncIterator[tuple[Serving, Serving]]:
    """Return two processes on one database."""
    patient = {"poll_seconds": 0.2, "command_seconds": PATIENCE, "statement_seconds": PATIENCE}
    async with serving(app_dsn, **patient) as one, serving(app_dsn, **patient) as other:
        yield one, other


class TestAnInsertThatIsDelayedInsideItsTransaction:
    @pytest.mark.parametrize("ended", [False, True], ids=["it goes on", "its session ends"])
    async def test_no_read_path_skips_it(
        self, two: tuple[Serving, Serving], admin_dsn: str, owner: Any, ended: bool
    ) -> None:
        """Others commit meanwhile, or would: they wait, so that nobody reads past a position that is still open."""
        alice, alice_there = (Person(service.client("alice")) for service in two)
        drafts = [await alice.create() for _ in range(3)]
        database = await owner.fetchval(DATABASE)
        await owner.execute(DELAY)
        await owner.execute("SELECT pg_advisory_lock(42)")
        score = Score()
        score.begin("a delay")
        late = asyncio.create_task(alice.submit("add-segment", "delayed", draft_id=drafts[0], content="delayed"))
        await until(lambda: is_true(owner, WAITING, database, 1), "the delay")
        others = [
            asyncio.create_task(person.submit("add-segment", f"{n}", draft_id=drafts[n % 3], content="on time"))
            for n, person in enumerate([alice_there, alice] * 6)
        ]
        await until(lambda: is_true(owner, WAITING, database, 2), "the others")
        assert not any(task.done() for task in (late, *others))
        assert [(await shown(alice_there, draft))["version"] for draft in drafts] == [1, 1, 1]
        if ended:
            assert await owner.fetchval(END_DELAYED, database) == 1
        await owner.execute("SELECT pg_advisory_unlock(42)")
        answers = await asyncio.gather(late, *others)
        assert {answer.status_code for answer in answers} == {200}
        await self.check(two, drafts, admin_dsn, owner)

    async def check(self, two: tuple[Serving, Serving], drafts: list[str], admin_dsn: str, owner: Any) -> None:
        stored = [tuple(row) for row in await owner.fetch(STORED)]
        assert [position for position, *_ in stored] == list(range(1, len(stored) + 1))
        for service in two:
            alice = Person(service.client("alice"))
            for draft in drafts:
                there = [key for _, stream, key in stored if stream == draft]
                page = (await alice.events(draft)).json()["data"]
                assert [event["idempotency_key"] for event in page] == there
                assert await followed(service, draft, len(there)) == there
                told = (await alice.timeline(draft, asc=True, limit=100)).json()["data"]["events"]
                assert [entry["event_id"] for entry in told] == [event["event_id"] for event in page]
        assert await printed(admin_dsn) == [position for position, *_ in stored]


STORED = """
    SELECT position, stream_id::text, payload::json ->> 'idempotency_key' FROM onering.events
     ORDER BY position"""


async def is_true(owner: Any, sql: str, database: int, number: int) -> bool:
    return bool(await owner.fetchval(sql, database) >= number)


async def followed(service: Serving, draft: str, head: int) -> list[str | None]:
    """Return the keys of all events as the live feed sends them."""
    url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}?after=0&mode=events"
    keys: list[str | None] = []
    async with asyncio.timeout(PATIENCE), connect(url, additional_headers={"X-User-Id": "alice"}) as socket:
        while len(keys) < head:
            keys += [event["idempotency_key"] for event in json.loads(await socket.recv()).get("events", ())]
    return keys


async def printed(admin_dsn: str) -> list[int]:
    """Return the positions that `onering replay print` shows."""
    command = [*ONERING, "replay", "print", "--database-url", admin_dsn]
    run = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=clean_environment(Path("/tmp"))
    )
    out, _ = await run.communicate()
    return [int(line.split()[0]) for line in out.decode().splitlines()]
