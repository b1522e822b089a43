"""The signer signs what is added to the log, one process at a time, and nothing that contradicts what it signed."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from onering.log.connection import Database, session_name
from onering.log.epoch import bump_epoch
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.hints import FOLLOWER
from onering.log.tail import Tail
from onering.proofs.keyring import Keyring
from onering.proofs.merkle import EMPTY_ROOT, inclusion, root_of, verify_inclusion
from onering.proofs.signer import Signer
from onering.proofs.tree import nodes, published, roots
from tests.proofs.signed_log import SignedLog, cut, running, signed_log, until

SESSION = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1"""


# What is signed


async def test_what_is_appended_is_signed_with_every_tile_that_it_fills(log: SignedLog) -> None:
    await log.append(300)
    async with log.process():
        before = await log.signed()
        for _ in range(3):
            await log.append(70)
            await log.signed()
        after = await log.signed()
    leaves = await log.leaves()
    assert after.root == root_of(leaves)
    assert await log.grew(before, after)
    for index in (0, 255, 256, 510, after.size - 1):
        proof = await roots(log.conn, LANE, inclusion(index, after.size))
        assert verify_inclusion(leaves[index], index, after.size, proof, after.root)


async def test_an_old_log_is_signed_from_its_first_event_on(app_dsn: str, tmp_path: Path) -> None:
    """More of it than is read at once."""
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        for _ in range(5):
            await log.append(900)
        async with log.process():
            newest = await log.signed()
    assert newest.root == root_of(await log_leaves(app_dsn))


async def log_leaves(dsn: str) -> list[bytes]:
    conn = await asyncpg.connect(dsn)
    try:
        return await nodes(conn, LANE, 0, 0, 1_000_000)
    finally:
        conn.terminate()


async def test_a_log_without_events_has_a_checkpoint_of_nothing(app_dsn: str, tmp_path: Path) -> None:
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        newest = await log.newest()
        assert (newest.size, newest.root) == (0, EMPTY_ROOT)
        assert newest.origin == "example.com/log"


async def test_what_is_signed_is_remembered_first(log: SignedLog, owner: Any) -> None:
    await owner.execute("REVOKE UPDATE ON onering.checkpoints FROM onering_app")
    async with log.process() as process:
        await log.append(10)
        await until(lambda: log.remembered() == 11)
        assert (await log.newest()).size == 0
        assert process.signer.standing().state == "on"


async def test_a_signer_that_fell_before_it_published_publishes_the_same_afterwards(log: SignedLog, owner: Any) -> None:
    async with log.process():
        before = await log.signed()
    await owner.execute("REVOKE UPDATE ON onering.checkpoints FROM onering_app")
    async with log.process():
        await log.append(600)
        await until(lambda: log.remembered() == 601)
    await owner.execute("GRANT UPDATE ON onering.checkpoints TO onering_app")
    remembered = log.folder.memory("example.com/log")
    assert remembered is not None
    async with log.process():
        after = await log.signed()
    assert after.note == remembered.note
    assert await log.grew(before, after)


async def test_nothing_is_signed_twice_and_nothing_while_nothing_happens(log: SignedLog) -> None:
    async with log.process():
        before = await log.signed()
    async with log.process() as process:
        await until(lambda: process.signer.leads)
        assert await log.newest() == before


async def test_the_last_checkpoint_covers_what_came_before_the_end(log: SignedLog) -> None:
    async with log.process(seconds=3600) as process:
        await log.signed()
        await log.append(20)
        await process.signer.finish()
        assert (await log.newest()).size == await log.head()


async def test_a_process_that_does_not_sign_ends_once_another_one_has_signed(log: SignedLog) -> None:
    async with log.process() as first:
        await until(lambda: first.signer.leads)
        async with log.process() as second:
            await log.append(20)
            await second.signer.finish()
            assert (await log.newest()).size == await log.head()
            assert not second.signer.leads


# One of several


async def test_of_several_processes_one_signs_and_another_goes_on_when_it_ends(log: SignedLog) -> None:
    async with AsyncExitStack() as ending:
        first = await ending.enter_async_context(log.process())
        before = await log.signed()
        async with log.process() as second:
            await log.append(5)
            middle = await log.signed()
            assert (first.signer.leads, second.signer.leads) == (True, False)
            await ending.aclose()
            await log.append(5)
            after = await log.signed()
            assert second.signer.leads
    assert await log.grew(before, middle)
    assert await log.grew(middle, after)


async def test_a_signer_whose_session_is_ended_takes_over_again(log: SignedLog, owner: Any) -> None:
    async with log.process() as process:
        before = await log.signed()
        await owner.execute(END_SESSIONS, session_name("signer"))
        await log.append(5)
        assert await log.grew(before, await log.signed())
        assert process.why == ""


async def test_however_seldom_a_log_is_signed_who_signs_keeps_its_session(
    log: SignedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, longest = Database.connect, []

    async def connected(database: Database, role: str, *, idle_seconds: float = 0.0) -> Any:
        if role == "signer":
            longest.append(idle_seconds)
        return await connect(database, role, idle_seconds=idle_seconds)

    monkeypatch.setattr(Database, "connect", connected)
    async with log.process(seconds=3600):
        await log.signed()
    assert min(longest) > 3600


# Another log than before


async def test_what_a_fail_over_lost_before_it_was_signed_was_not_cut_off(
    log: SignedLog, owner: Any, caplog: Any
) -> None:
    """The signer is the first to come to the other server, before the tail has seen how far the log goes there."""
    async with log.process():
        before = await log.signed()
    await log.append(10)
    tail = Tail(Database(log.dsn), LANE, poll_seconds=0.02)
    await tail.start()
    await cut(owner, 5)
    await bump_epoch(owner)
    signer = Signer(Database(log.dsn), tail, Keyring(log.folder), checkpoint_seconds=0.01)
    async with running({"signer": signer.run}):
        await until(lambda: "the signer waits: its database holds another log" in caplog.text)
        async with running({"tail": tail.run}):
            after = await log.signed(before.size + 5)
    assert signer.standing().state == "on"
    assert await log.grew(before, after)


async def test_of_another_log_than_before_the_signer_asks_over_another_session(log: SignedLog, owner: Any) -> None:
    async with log.process():
        before = await log.signed()
        session = await owner.fetchval(SESSION, session_name("signer"))
        await bump_epoch(owner)
        await owner.execute(END_SESSIONS, session_name(FOLLOWER))
        await until(lambda: _other_session(owner, session))
        await log.append(5)
        assert await log.grew(before, await log.signed())


async def _other_session(owner: Any, session: int) -> bool:
    return await owner.fetchval(SESSION, session_name("signer")) not in (None, session)


# Damage that is none of the log's


async def test_a_tree_that_was_damaged_is_made_again_from_the_log(log: SignedLog, owner: Any) -> None:
    await log.append(600)
    async with log.process():
        before = await log.signed()
    await owner.execute("UPDATE onering.tree SET hash = decode(repeat('00', 32), 'hex') WHERE index = 1")
    await owner.execute("DELETE FROM onering.tree WHERE index = 0")
    async with log.process() as process:
        await until(lambda: _is_whole(log))
        await log.append(1)
        after = await log.signed()
        assert process.why == ""
    assert await log.grew(before, after)


async def _is_whole(log: SignedLog) -> bool:
    leaves = await log.leaves()
    return await nodes(log.conn, LANE, 1, 0, 2) == [root_of(leaves[:256]), root_of(leaves[256:512])]


async def test_a_checkpoint_that_is_gone_is_published_again(log: SignedLog, owner: Any) -> None:
    async with log.process():
        before = await log.signed()
    await owner.execute("DELETE FROM onering.checkpoints; DELETE FROM onering.tree")
    async with log.process():
        await until(lambda: _is_there(log))
    assert (await log.newest()).note == before.note


async def _is_there(log: SignedLog) -> bool:
    return await published(log.conn, LANE) is not None
