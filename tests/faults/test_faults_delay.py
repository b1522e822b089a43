"""One insert delayed inside its transaction while others commit: whoever reads in order never reads past it."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.http.checks import shown
from tests.projections.reading import until
from tests.service.serving import ONERING, PATIENCE, clean_environment
from tests.serving import Person, Service, serving

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
async def two(app_dsn: str) -> AsyncIterator[tuple[Service, Service]]:
    """Return two processes on one database."""
    patient = {"poll_seconds": 0.2, "command_seconds": PATIENCE, "statement_seconds": PATIENCE}
    async with serving(app_dsn, **patient) as one, serving(app_dsn, **patient) as other:
        yield one, other


class TestAnInsertThatIsDelayedInsideItsTransaction:
    @pytest.mark.attack(112)
    @pytest.mark.parametrize("ended", [False, True], ids=["it goes on", "its session ends"])
    async def test_no_read_path_skips_it(
        self, two: tuple[Service, Service], admin_dsn: str, owner: Any, ended: bool
    ) -> None:
        """Others commit meanwhile, or would: they wait, so that nobody reads past a position that is still open."""
        alice, alice_there = (Person(service.client("alice")) for service in two)
        drafts = [await alice.create() for _ in range(3)]
        database = await owner.fetchval(DATABASE)
        await owner.execute(DELAY)
        await owner.execute("SELECT pg_advisory_lock(42)")
        late = asyncio.create_task(alice.submit("add-segment", "delayed", draft_id=drafts[0], content="delayed"))
        await until(lambda: waiting(owner, database, 1))
        others = [
            asyncio.create_task(person.submit("add-segment", f"{n}", draft_id=drafts[n % 3], content="on time"))
            for n, person in enumerate([alice_there, alice] * 6)
        ]
        await until(lambda: waiting(owner, database, 2))
        assert not any(task.done() for task in (late, *others))
        assert [(await shown(alice_there, draft))["version"] for draft in drafts] == [1, 1, 1]
        if ended:
            assert await owner.fetchval(END_DELAYED, database) == 1
        await owner.execute("SELECT pg_advisory_unlock(42)")
        answers = await asyncio.gather(late, *others)
        assert {answer.status_code for answer in answers} == {200}
        await self.check(two, drafts, admin_dsn, owner)

    async def check(self, two: tuple[Service, Service], drafts: list[str], admin_dsn: str, owner: Any) -> None:
        stored = [tuple(row) for row in await owner.fetch(STORED)]
        assert [position for position, *_ in stored] == list(range(1, len(stored) + 1))
        for service in two:
            # What the other process acknowledged is asked for by its position.
            alice = Person(service.client("alice", **{"OneRing-Min-Position": f"0.{len(stored)}"}))
            for draft in drafts:
                there = [key for _, stream, key in stored if stream == draft]
                page = (await alice.events(draft)).json()["data"]
                assert [event["idempotency_key"] for event in page] == there
                assert await followed(service, draft, len(there)) == there
                told = (await alice.timeline(draft, asc=True, limit=100)).json()["data"]["events"]
                assert [entry["event_id"] for entry in told] == [event["event_id"] for event in page]
        assert await printed(admin_dsn) == await exported(admin_dsn) == [position for position, *_ in stored]
        await replayed(admin_dsn, "check")


STORED = """
    SELECT position, stream_id::text, payload::json ->> 'idempotency_key' FROM onering.events
     ORDER BY position"""


async def waiting(owner: Any, database: int, number: int) -> bool:
    return bool(await owner.fetchval(WAITING, database) >= number)


async def followed(service: Service, draft: str, head: int) -> list[str | None]:
    """Return the keys of all events as the live feed sends them."""
    url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}?after=0&mode=events"
    keys: list[str | None] = []
    async with asyncio.timeout(PATIENCE), connect(url, additional_headers={"X-User-Id": "alice"}) as socket:
        while len(keys) < head:
            keys += [event["idempotency_key"] for event in json.loads(await socket.recv()).get("events", ())]
    return keys


async def printed(admin_dsn: str) -> list[int]:
    """Return the positions that `onering replay print` shows."""
    return [int(line.split()[0]) for line in await replayed(admin_dsn, "print")]


async def exported(admin_dsn: str) -> list[int]:
    """Return the positions in what `onering replay export` writes, between its first line and its last."""
    return [json.loads(line)["position"] for line in (await replayed(admin_dsn, "export"))[1:-1]]


async def replayed(admin_dsn: str, command: str) -> list[str]:
    run = await asyncio.create_subprocess_exec(
        *(*ONERING, "replay", command, "--database-url", admin_dsn),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(Path("/tmp")),
    )
    out, _ = await run.communicate()
    assert run.returncode == 0
    return out.decode().splitlines()
