"""What contradicts what was signed is never signed: that is said, and stays so until an operator acts."""

import logging
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from onering.proofs.faults import KeysFault
from onering.proofs.folder import KeysFolder
from onering.proofs.reminder import Reminder
from onering.service.signing import keyring, shown
from tests.proofs.signed_log import SignedLog, cut, unprotected, until

FORGED = b"\x07" * 32
# As somebody does who has the rights of the service.
FORGE = "UPDATE onering.checkpoints SET size = $1, root = $2"


async def refused(log: SignedLog, **options: Any) -> str:
    """Return why a process that starts now signs nothing; nothing is."""
    before = await log.newest()
    async with log.process(**options) as process:
        why = await process.refuses()
        await log.append(1)
        assert await log.newest() == before
    return why


async def signed(log: SignedLog, count: int = 30) -> None:
    """Have events, and all of them signed."""
    await log.append(count)
    async with log.process():
        await log.signed()


async def test_a_log_that_was_cut_is_not_signed(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await cut(owner, 10)
    assert "the log has 21 events, and 31 were signed: it was cut" in await refused(log)


async def test_a_log_that_forked_is_not_signed(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await cut(owner, 10)
    await log.append(25)
    assert "the event at position 31 is not the one that was signed: the log forked" in await refused(log)


async def test_a_log_that_is_cut_while_it_is_signed_is_noticed_before_more_is(log: SignedLog, owner: Any) -> None:
    async with log.process() as process:
        await log.append(30)
        before = await log.signed()
        await cut(owner, 10)
        await log.append(25)
        assert "the log forked" in await process.refuses()
        assert await log.newest() == before


async def test_a_log_whose_older_events_are_others_is_not_signed(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await unprotected(owner)
    await owner.execute("UPDATE onering.events SET leaf = $1 WHERE position = 7", FORGED)
    assert "the first 31 events are not those that were signed" in await refused(log)


async def test_a_hole_in_the_log_is_noticed(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await unprotected(owner)
    await owner.execute("DELETE FROM onering.events WHERE position = 7")
    assert "or has a hole" in await refused(log)


async def test_where_somebody_else_signed_more_nothing_is_signed(log: SignedLog, tmp_path: Path) -> None:
    """The memory is an old copy, as on a machine that once served."""
    await signed(log)
    shutil.copytree(log.path, tmp_path / "copy")
    await signed(log)
    why = await refused(log, keys=tmp_path / "copy")
    assert "of 61 events, and the newest one remembered here is of 31: somebody else signed" in why


@pytest.mark.parametrize(("size", "why"), [(31, "is not the one that was signed here"), (20, "is not of this log")])
async def test_where_somebody_else_signed_another_tree_nothing_is_signed(
    log: SignedLog, owner: Any, size: int, why: str
) -> None:
    await signed(log)
    await owner.execute(FORGE, size, FORGED)
    assert f"the published checkpoint of {size} events {why}" in await refused(log)


async def test_where_somebody_else_signs_under_another_name_nothing_is_signed(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await owner.execute("UPDATE onering.checkpoints SET origin = 'elsewhere.com/log'")
    assert "the published checkpoint is of elsewhere.com/log" in await refused(log)


async def test_whoever_publishes_beside_a_signer_is_noticed_before_more_is_signed(log: SignedLog, owner: Any) -> None:
    async with log.process() as process:
        await log.signed()
        await owner.execute(FORGE, 400, FORGED)
        await log.append(1)
        assert "somebody else signed" in await process.refuses()
        assert (await log.newest()).size == 400


async def test_a_memory_that_was_damaged_is_told_and_nothing_is_signed(log: SignedLog) -> None:
    await signed(log)
    (memory,) = log.path.glob("memory-*")
    memory.write_bytes(orjson.dumps(orjson.loads(memory.read_bytes()) | {"root": FORGED.hex()}))
    assert "the memory of what was signed contradicts itself" in await refused(log)
    memory.write_text("{")
    assert "the memory of what was signed is damaged" in await refused(log)


# A key without memory


async def test_a_key_without_memory_signs_nothing(log: SignedLog) -> None:
    await signed(log)
    for memory in log.path.glob("memory-*"):
        memory.unlink()
    assert "`onering serve --trust-first` takes the log as it is now" in await refused(log)


async def test_trusting_first_goes_on_from_what_is_published(log: SignedLog) -> None:
    await signed(log)
    before = await log.newest()
    for memory in log.path.glob("memory-*"):
        memory.unlink()
    await refused(log)
    await log.start()
    async with log.process(trust_first=True):
        await log.append(5)
        after = await log.signed()
    assert await log.grew(before, after)
    async with log.process() as process:
        await until(lambda: process.signer.leads)


async def test_trusting_first_does_not_fork_what_is_published(log: SignedLog, owner: Any) -> None:
    await signed(log)
    await cut(owner, 10)
    await log.append(25)
    for memory in log.path.glob("memory-*"):
        memory.unlink()
    assert "the first 31 events are not those that were signed" in await refused(log, trust_first=True)


# What is said of it, and for how long it holds


async def test_a_refusal_holds_for_every_process_until_the_service_is_started_again(
    log: SignedLog, owner: Any, caplog: Any
) -> None:
    await signed(log)
    before = await log.newest()
    await owner.execute(FORGE, 400, FORGED)
    await refused(log)
    await owner.execute(FORGE, before.size, before.root)
    async with log.process() as process:
        assert "somebody else signed" in process.why
        await until(lambda: "the log is not signed: the published checkpoint" in caplog.text)
        assert (await log.newest()).size == before.size
        await log.start()
        assert await log.grew(before, await log.signed())
        assert process.why == ""


async def test_a_refusal_is_said_as_an_error_and_to_whoever_asks(log: SignedLog, owner: Any, caplog: Any) -> None:
    await signed(log)
    await cut(owner, 10)
    with caplog.at_level(logging.ERROR):
        await refused(log)
    (said,) = [record.getMessage() for record in caplog.records]
    assert "the log is not signed any more: the log has 21 events" in said
    assert "`onering keys new-log` begins a new origin" in said
    assert "refused the log has 21 events" in shown(keyring(log.settings))


async def test_a_refusal_that_can_not_be_kept_is_said_and_holds_all_the_same(
    log: SignedLog, owner: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed(log)
    before = await log.newest()
    await cut(owner, 10)
    tries = 0

    def full(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise KeysFault("no space left on device")

    monkeypatch.setattr(KeysFolder, "refuse", full)
    async with log.process() as process:
        await until(lambda: tries == 3)
        assert process.why == "refused: no space left on device"
    assert await log.newest() == before
    assert caplog.text.count("the log is not signed any more: the log has 21 events") == 1
    assert "an operator lets the log be looked at again" not in caplog.text


def test_it_is_said_again_after_ever_longer_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("onering.proofs.reminder.monotonic", lambda: now)
    reminder = Reminder()
    reminder.begin()
    due = []
    for now in range(20_000):
        if reminder.is_due():
            due.append(now)
    assert due == [60, 120, 240, 480, 960, 1920, 3840, 7440, 11040, 14640, 18240]
