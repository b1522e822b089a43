"""What operators do with keys: each is an event, signs from then on, and a running service takes it up."""

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from onering.domain.system import LogKeyAdded, LogKeyRetired, LogOpened
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.reader import read_stream
from onering.proofs import lead
from onering.proofs.faults import Deposed, KeysFault
from onering.proofs.folder import KeysFolder
from onering.proofs.keys import continues, next_origin, private_key, private_text
from onering.proofs.memory import Memory
from onering.proofs.notes import VerifierKey, opened
from onering.service.faults import Misconfigured, ServiceError
from onering.service.signing import begun, keyring, printed, shown
from onering.settings import Environment
from onering.system import SYSTEM_STREAM, system_event
from tests.proofs.signed_log import SignedLog, cut, until

ORIGIN = "example.com/log"
# Where not even root makes a folder.
NOWHERE = Path("/proc/onering-keys")


async def told(log: SignedLog) -> list[Any]:
    """Return what the log tells of its keys."""
    return [system_event(event) for event in await read_stream(log.conn, LANE, SYSTEM_STREAM, 0, 100)]


def keys_of(log: SignedLog) -> list[str]:
    return list(map(str, log.pinned()))


# The first key


async def test_while_developing_a_log_is_opened_by_itself(log: SignedLog) -> None:
    assert await told(log) == [LogOpened(origin=ORIGIN, key=keys_of(log)[0])]
    before = keys_of(log)
    await log.start()
    assert keys_of(log) == before
    assert len(await told(log)) == 1


@pytest.fixture
def other_dsn(another_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with another_database() as dsn:
        yield dsn


async def test_while_developing_databases_come_and_go_beside_one_folder(
    app_dsn: str, other_dsn: str, owner: Any, tmp_path: Path
) -> None:
    """One is thrown away and made anew, or another one is tried: each has keys of its own, and finds them again."""
    # Databases of tests are copies of one, down to its name.
    await owner.execute("UPDATE onering.log SET log_id = gen_random_uuid()")
    order = (app_dsn, other_dsn, app_dsn, other_dsn, other_dsn)
    keys = [await _signed_with(dsn, tmp_path / "keys") for dsn in order]
    assert keys[0] == keys[2] != keys[1] == keys[3] == keys[4]


async def _signed_with(dsn: str, path: Path) -> list[VerifierKey]:
    """Start on a database, have something more of it signed, and return the keys that did."""
    conn = await asyncpg.connect(dsn)
    log = SignedLog(dsn, path, conn)
    log.settings = log.settings.model_copy(update={"log_origin": None})
    await log.start()
    async with log.process() as process:
        await log.append()
        await log.signed()
        assert not process.why
    await conn.close()
    return log.pinned()


@pytest.mark.parametrize("profile", [Environment.STAGING, Environment.PRODUCTION])
async def test_elsewhere_nothing_is_signed_until_somebody_makes_a_key(
    log: SignedLog, tmp_path: Path, caplog: Any, profile: Environment, owner: Any
) -> None:
    await owner.execute("DELETE FROM onering.checkpoints")
    await log.start(env=profile, keys=tmp_path / "empty")
    assert "Nothing is signed: there is no key. `onering keys new` makes one." in caplog.messages
    assert not (tmp_path / "empty").exists()


async def test_a_log_that_was_opened_elsewhere_is_not_opened_again(log: SignedLog, tmp_path: Path, caplog: Any) -> None:
    await log.start(keys=tmp_path / "another")
    assert "Nothing is signed: there is no key. `onering keys new` makes one." in caplog.messages
    assert (await log.newest()).origin == ORIGIN
    log.settings = log.settings.model_copy(update={"keys": tmp_path / "another"})
    with pytest.raises(ServiceError, match=f"This log has checkpoints of {ORIGIN}"):
        await log.operator.new(None)


async def test_services_that_start_at_once_with_one_folder_open_the_log_once(
    log: SignedLog, tmp_path: Path, owner: Any
) -> None:
    await owner.execute("DELETE FROM onering.checkpoints")
    log.path = tmp_path / "shared"
    log.folder = KeysFolder(log.path)
    await asyncio.gather(*(log.start(keys=log.path) for _ in range(3)))
    assert (await told(log))[1:] == [LogOpened(origin=ORIGIN, key=keys_of(log)[0])]
    async with log.process():
        await log.signed()


async def test_where_signing_is_off_nothing_is_made(log: SignedLog, tmp_path: Path) -> None:
    await log.start(keys=tmp_path / "none", sign="off")
    assert not (tmp_path / "none").exists()


async def test_an_operator_opens_a_log_once(log: SignedLog, owner: Any, tmp_path: Path) -> None:
    await owner.execute("DELETE FROM onering.checkpoints")
    log.path = tmp_path / "made"
    log.folder = KeysFolder(log.path)
    update = {
        "env": Environment.PRODUCTION,
        "keys": log.path,
        "log_origin": None,
        "public_url": "https://a.example:8443",
    }
    log.settings = log.settings.model_copy(update=update)
    await log.operator.new(None)
    async with log.process():
        newest = await log.signed()
    assert newest.origin == f"a.example/{await log.conn.fetchval('SELECT log_id::text FROM onering.log')}"
    with pytest.raises(ServiceError, match="`onering keys rotate` adds one"):
        await log.operator.new(None)


# Rotation


async def test_a_second_key_signs_beside_the_first_until_that_is_retired(log: SignedLog) -> None:
    async with log.process():
        await log.signed()
        (first,) = log.pinned()
        await log.operator.rotate()
        await until(lambda: _lines(log, 2))
        both = await log.signed()
        old, new = log.pinned()
        assert old == first
        assert opened(both.note, [old]) == opened(both.note, [new])
        await log.operator.retire()
        await until(lambda: _lines(log, 1))
        last = await log.signed()
    assert log.pinned() == [new]
    assert await log.grew(both, last)
    added, retired = (await told(log))[1:]
    assert (added, retired) == (LogKeyAdded(origin=ORIGIN, key=str(new)), LogKeyRetired(origin=ORIGIN, key=str(old)))


async def test_a_key_that_comes_when_all_is_signed_signs_it_too(log: SignedLog) -> None:
    """The log tells of a key a moment before it may sign, and nothing may follow for long."""
    async with log.process():
        await log.signed()
    await log.operator.rotate()
    head = await log.head()
    keys = log.folder.keys()
    assert keys is not None
    log.folder.keep(keys._replace(announced=keys.announced[:1]))
    async with log.process():
        before = await log.signed(head)
        assert await _lines(log, 1)
        log.folder.keep(keys)
        await until(lambda: _lines(log, 2))
        after = await log.signed(head)
    assert (before.size, before.root) == (after.size, after.root)


async def _lines(log: SignedLog, count: int) -> bool:
    return (await log.newest()).note.count("\u2014 ") == count


async def test_a_key_that_is_retired_while_a_process_takes_over_signs_nothing_after(
    log: SignedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large log that takes minutes, and what it signs then may stay the newest for long."""
    reached, go_on, resumed = asyncio.Event(), asyncio.Event(), lead.resumed

    async def held(*args: Any) -> Any:
        reached.set()
        await go_on.wait()
        return await resumed(*args)

    monkeypatch.setattr(lead, "resumed", held)
    async with log.process():
        await reached.wait()
        await log.operator.rotate()
        await log.operator.retire()
        go_on.set()
        # By the one that is pinned now.
        assert (await log.signed()).size == await log.head()


async def test_there_are_two_keys_at_most_and_one_at_least(log: SignedLog) -> None:
    with pytest.raises(ServiceError, match="There is one key only"):
        await log.operator.retire()
    await log.operator.rotate()
    with pytest.raises(ServiceError, match="There are two keys already"):
        await log.operator.rotate()


async def test_a_key_that_the_log_does_not_tell_of_yet_does_not_sign(log: SignedLog) -> None:
    """As after an operator's machine went down between the two; the next start makes up for it."""
    keys = log.folder.keys()
    assert keys is not None
    log.folder.keep(keys._replace(private=(*keys.private, private_key(printed(ORIGIN)))))
    async with log.process():
        await log.append()
        assert (await log.signed()).note.count("\u2014 ") == 1
        await log.start()
        await until(lambda: _lines(log, 2))
    assert [event.type for event in await told(log)] == ["log_opened", "log_key_added"]


async def test_where_the_log_tells_of_no_key_that_is_there_that_is_said(log: SignedLog) -> None:
    keys = log.folder.keys()
    assert keys is not None
    log.folder.keep(keys._replace(announced=()))
    async with log.process() as process:
        state, why = process.signer.standing()
        assert (state, why) == ("unsigned", "The log does not tell of the key yet; the next start makes up for that.")
        await log.start()
        assert process.signer.standing().state == "on"


# A new origin


async def test_after_a_refusal_a_new_origin_begins_and_the_old_memory_is_kept(log: SignedLog, owner: Any) -> None:
    async with log.process() as process:
        await log.append(30)
        before = await log.signed()
        await cut(owner, 10)
        await log.append(400)
        await process.refuses()
        await log.operator.new_log()
        after = await log.signed()
        assert process.why == ""
    assert after.origin == f"{ORIGIN}/2"
    assert (await told(log))[-1] == LogOpened(
        origin=after.origin, key=keys_of(log)[0], broken_off=ORIGIN, broken_off_at=before.size
    )
    kept = log.folder.memory(ORIGIN)
    assert kept is not None
    assert kept.note == before.note
    with pytest.raises(ValueError, match="no known key signed it"):
        opened(before.note, log.pinned())


async def test_what_was_about_to_be_signed_when_a_new_origin_begins_is_signed_under_that_one(
    log: SignedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the event of the break would tell of less than was signed."""
    reached, go_on, write = asyncio.Event(), asyncio.Event(), lead._whole

    async def held(*args: Any) -> None:
        reached.set()
        await go_on.wait()
        await write(*args)

    async with log.process():
        before = await log.signed()
        monkeypatch.setattr(lead, "_whole", held)
        await log.append(5)
        await reached.wait()
        await log.operator.new_log()
        go_on.set()
        after = await log.signed()
    kept = log.folder.memory(ORIGIN)
    assert kept is not None
    assert (await told(log))[-1].broken_off_at == before.size == kept.checkpoint.size
    assert after.origin == f"{ORIGIN}/2"


async def test_an_origin_that_was_signed_is_not_opened_again(log: SignedLog, owner: Any) -> None:
    async with log.process():
        await log.signed()
    (log.path / "keys.json").unlink()
    await owner.execute("DELETE FROM onering.checkpoints")
    with pytest.raises(KeysFault, match=f"1 events were signed as {ORIGIN} already"):
        await log.operator.new(None)


async def test_each_break_has_an_origin_of_its_own(log: SignedLog) -> None:
    await log.operator.new_log()
    await log.operator.new_log()
    async with log.process():
        assert (await log.signed()).origin == f"{ORIGIN}/3"
    await log.start()


async def test_keys_that_are_lost_are_made_up_for_by_a_new_origin(log: SignedLog, tmp_path: Path) -> None:
    async with log.process():
        await log.signed()
    log.path = tmp_path / "another"
    log.folder = KeysFolder(log.path)
    log.settings = log.settings.model_copy(update={"keys": log.path})
    await log.operator.new_log()
    async with log.process():
        assert (await log.signed()).origin == f"{ORIGIN}/2"
    assert (await told(log))[-1].broken_off == ORIGIN


@pytest.mark.parametrize(
    ("origin", "following"), [("a/b", "a/b/2"), ("a/b/2", "a/b/3"), ("a/1", "a/1/2"), ("a/b/99", "a/b/100")]
)
def test_origins_are_numbered(origin: str, following: str) -> None:
    assert next_origin(origin) == following
    assert continues(origin, origin)
    assert not continues(origin, "elsewhere")


# Keys from the environment


async def test_keys_of_the_environment_sign_and_are_told_of_as_they_come_and_go(
    log: SignedLog, owner: Any, tmp_path: Path
) -> None:
    await owner.execute("DELETE FROM onering.checkpoints")
    first, second = printed(ORIGIN), printed(ORIGIN)
    for given in (first, f"{first} {second}", second):
        await log.start(keys=tmp_path / "memory", log_key=SecretStr(given))
    kinds = [event.type for event in await told(log)]
    assert kinds == ["log_opened", "log_opened", "log_key_added", "log_key_retired"]
    assert not any(private in (tmp_path / "memory" / "keys.json").read_text() for private in (first, second))
    folder = log.folder = KeysFolder(tmp_path / "memory")
    async with log.process(given=(private_key(second),), keys=tmp_path / "memory", trust_first=True):
        await until(lambda: (memory := folder.memory(ORIGIN)) is not None and memory.checkpoint.size == 4)
    log.settings = log.settings.model_copy(update={"keys": tmp_path / "memory", "log_key": SecretStr(second)})
    with pytest.raises(Misconfigured, match="The key comes from ONERING_LOG_KEY"):
        await log.operator.rotate()


async def test_a_new_origin_of_the_environment_makes_the_break_visible_too(log: SignedLog, tmp_path: Path) -> None:
    async with log.process():
        before = await log.signed()
    second, keys = private_key(printed(f"{ORIGIN}/2")), tmp_path / "memory"
    await log.start(keys=keys, log_key=SecretStr(private_text(second)))
    opened_again = LogOpened(
        origin=f"{ORIGIN}/2", key=str(second.verifier), broken_off=ORIGIN, broken_off_at=before.size
    )
    assert (await told(log))[-1] == opened_again
    async with log.process(given=(second,), keys=keys, trust_first=True):
        await until(lambda: _is_of(log, f"{ORIGIN}/2"))


async def _is_of(log: SignedLog, origin: str) -> bool:
    return (await log.newest()).origin == origin


async def test_keys_are_in_one_place(log: SignedLog) -> None:
    with pytest.raises(Misconfigured, match=r"ONERING_LOG_KEY is set, and .* holds keys too"):
        await log.start(log_key=SecretStr(printed(ORIGIN)))


async def test_the_origin_of_the_keys_counts_and_another_one_is_an_error(log: SignedLog) -> None:
    with pytest.raises(Misconfigured, match=r"ONERING_LOG_ORIGIN is other\.com, and the keys are of example\.com/log"):
        await log.start(log_origin="other.com")


@pytest.mark.parametrize(
    "text", ["", "PRIVATE+KEY+a+00000000+AAAA", "PRIVATE+KEY+a b+00000000+AAAA", "x", "PRIVATE+KEY+a+00000000+A=A"]
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(KeysFault, match=r"PRIVATE\+KEY\+<origin>"):
        private_key(text)


def test_a_key_is_read_as_it_was_written() -> None:
    text = printed("a.example/log")
    assert private_text(private_key(text)) == text
    with pytest.raises(KeysFault, match="another key's id"):
        private_key(text.replace("a.example", "b.example"))
    with pytest.raises(Misconfigured, match="no spaces"):
        printed("a b")


# The folder


async def test_the_folder_is_its_owners_alone(log: SignedLog) -> None:
    async with log.process():
        await log.signed()
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in log.path.iterdir()} == {0o600}
    assert not [file for file in log.path.iterdir() if file.name.startswith(".")]
    log.path.chmod(0o750)
    with pytest.raises(Misconfigured, match=r"is open to others \(mode 750\); chmod 700 it"):
        await log.start()


async def test_no_key_is_in_the_database(log: SignedLog, owner: Any) -> None:
    keys = log.folder.keys()
    assert keys is not None
    seed = private_text(keys.private[0]).rpartition("+")[2]
    async with log.process():
        await log.signed()
    for table in ("events", "checkpoints", "tree", "commands", "log_entries"):
        assert not await owner.fetchval(f"SELECT bool_or(t::text LIKE '%' || $1 || '%') FROM onering.{table} t", seed)


async def test_what_is_remembered_never_goes_back(log: SignedLog) -> None:
    async with log.process():
        await log.signed()
    with pytest.raises(Deposed):
        log.folder.remember(Memory.opening(ORIGIN))


async def test_a_damaged_file_of_keys_is_told(log: SignedLog) -> None:
    (log.path / "keys.json").write_text("{}")
    with pytest.raises(Misconfigured, match="the file of keys is damaged"):
        await log.start()


async def test_a_folder_that_can_not_be_made_keeps_nobody_from_developing(
    log: SignedLog, owner: Any, caplog: Any
) -> None:
    await owner.execute("DELETE FROM onering.checkpoints")
    await log.start(keys=NOWHERE)
    assert f"Nothing is signed: the keys folder {NOWHERE} can't be used" in caplog.text


async def test_what_people_pin_is_shown_without_a_database(log: SignedLog) -> None:
    async with log.process():
        await log.signed()
    assert shown(keyring(log.settings)).split("\n") == [f"origin {ORIGIN}", f"key {keys_of(log)[0]}", "signed 1 events"]
    assert os.access(log.path, os.R_OK)
    with pytest.raises(ServiceError, match="`onering keys new` makes one"):
        shown(keyring(log.settings.model_copy(update={"keys": log.path / "none"})))


async def test_beside_the_data_folder_is_where_keys_are(log: SignedLog, tmp_path: Path) -> None:
    settings = log.settings.model_copy(update={"keys": None, "data": tmp_path / "data", "log_origin": "b.example"})
    assert keyring(settings).folder.path == tmp_path / "data-keys"
    assert (await begun(settings.model_copy(update={"sign": "off"}), log.dsn, "root")).keys is None
