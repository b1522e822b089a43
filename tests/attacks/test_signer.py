"""Attacks on the history of the log: no service signs one that contradicts what it signed before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from onering.proofs.merkle import root_of
from tests.proofs.signed_log import SignedLog, cut, signed_log, until
from tests.serving import Person, Service, serving

END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture
async def log(app_dsn: str, tmp_path: Path) -> AsyncIterator[SignedLog]:
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        yield log


@asynccontextmanager
async def service_of(log: SignedLog) -> AsyncIterator[Service]:
    """Serve and sign the log."""
    async with serving(log.dsn, keys=log.path, checkpoint_seconds=0.02) as service:
        yield service


async def write(service: Service, count: int) -> None:
    alice = Person(service.client("alice"))
    draft = await alice.create()
    for _ in range(count):
        assert (await alice.add(draft)).status_code == 200


async def standing(service: Service) -> tuple[str, str]:
    told = (await service.client().get("/readyz")).json()["signing"]
    return told["state"], told["detail"] or ""


async def refused(service: Service) -> str:
    """Wait until the service says that it does not sign any more, and return why."""

    async def told() -> bool:
        return (await standing(service))[0] == "refused"

    await until(told)
    return (await standing(service))[1]


@pytest.mark.attack(104)
async def test_a_superuser_who_deletes_the_last_events_ends_the_signing(log: SignedLog, owner: Any) -> None:
    async with service_of(log) as service:
        await write(service, 15)
        before = await log.signed()
    await cut(owner, 10)
    async with service_of(log) as service:
        why = await refused(service)
        assert f"the log has {before.size - 10} events, and {before.size} were signed" in why
        await write(service, 15)
        assert await log.newest() == before


@pytest.mark.attack(104)
async def test_a_superuser_who_deletes_the_last_events_of_a_running_service_ends_the_signing(
    log: SignedLog, owner: Any
) -> None:
    async with service_of(log) as service:
        await write(service, 15)
        before = await log.signed()
        await cut(owner, 10)
        await log.append(15)
        assert "the log forked" in await refused(service)
        assert await log.newest() == before


@pytest.mark.attack(107)
async def test_an_old_backup_that_is_restored_and_gone_on_with_is_not_signed(
    log: SignedLog, owner: Any, administrator: Any
) -> None:
    """The database as a whole is an older one, its tree and its checkpoint with it; the keys folder is of today."""
    name = await owner.fetchval("SELECT current_database()")
    backup = f"{name}_backup"
    async with service_of(log) as service:
        await write(service, 5)
        old = await log.signed()
    async with _released(log, owner):
        await asyncio.to_thread(administrator.do, f"CREATE DATABASE {backup} TEMPLATE {name}")
    try:
        async with service_of(log) as service:
            await write(service, 20)
            lost = await log.signed()
        async with _restored(log, name, backup):
            assert await log.newest() == old
            async with service_of(log) as service:
                assert f"of {old.size} events" not in (why := await refused(service))
                assert f"and {lost.size} were signed: it was cut" in why
                await write(service, 40)
                assert await log.newest() == old
            # Also once the log has more events than were signed of the other one.
            await log.start()
            async with service_of(log) as service:
                assert "the log forked" in await refused(service)
                assert await log.newest() == old
    finally:
        await asyncio.to_thread(administrator.do, f"DROP DATABASE IF EXISTS {backup} WITH (FORCE)")


@asynccontextmanager
async def _released(log: SignedLog, owner: Any) -> AsyncIterator[None]:
    """Leave the database to whoever copies it: nobody may be connected."""
    log.conn.terminate()
    await owner.execute(END_OTHERS)
    await owner.close()
    yield
    log.conn = await asyncpg.connect(log.dsn)


@asynccontextmanager
async def _restored(log: SignedLog, name: str, backup: str) -> AsyncIterator[None]:
    """Have the log's database be the backup."""
    dsn, conn = log.dsn, log.conn
    log.dsn = dsn.replace(name, backup)
    log.conn = await asyncpg.connect(log.dsn)
    try:
        yield
    finally:
        log.conn.terminate()
        log.dsn, log.conn = dsn, conn


@pytest.mark.attack(113)
async def test_of_two_signers_one_leads_and_the_other_goes_on_without_a_fork(log: SignedLog) -> None:
    async with AsyncExitStack() as ending:
        first = await ending.enter_async_context(service_of(log))
        await write(first, 5)
        before = await log.signed()
        async with service_of(log) as second:
            await asyncio.gather(write(first, 10), write(second, 10))
            middle = await log.signed()
            await ending.aclose()
            await write(second, 5)
            after = await log.signed()
            assert (await standing(second))[0] == "on"
    assert await log.grew(before, middle)
    assert await log.grew(middle, after)
    assert after.root == root_of(await log.leaves())


@pytest.mark.attack(113)
async def test_a_signer_killed_between_root_and_checkpoint_comes_to_the_same_root(log: SignedLog, owner: Any) -> None:
    async with service_of(log) as service:
        await write(service, 5)
        before = await log.signed()
        # Whatever it signs from here on is remembered, and published by nobody.
        await owner.execute("REVOKE UPDATE ON onering.checkpoints FROM onering_app")
        await log.append(300)
        await until(lambda: log.remembered() > before.size)
    remembered = log.folder.memory(before.origin)
    assert remembered is not None
    assert (await log.newest()).size == before.size < remembered.checkpoint.size
    await owner.execute("GRANT UPDATE ON onering.checkpoints TO onering_app")
    async with service_of(log):
        after = await log.signed()
    leaves = await log.leaves()
    assert remembered.checkpoint.root == root_of(leaves[: remembered.checkpoint.size])
    assert after.root == root_of(leaves[: after.size])
    assert await log.grew(before, after)
