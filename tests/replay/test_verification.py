"""`onering replay verify` on a database, and what exports of a database carry for whoever verifies them."""

import asyncio
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs.folder import KeysFolder
from onering.proofs.keys import Keys
from onering.proofs.tree import published
from onering.replay import signed
from tests.conftest import Administrator
from tests.log.writing import command, write
from tests.proofs import by_hand
from tests.replay.conftest import Run, execute, fetch

OK, DAMAGED, USAGE, INCOMPLETE, DIVERGED = range(5)
KEY = by_hand.new_key()
PINNED = f"--key={KEY.verifier}"


async def grown(dsn: str, *texts: str, signing: bool = True) -> None:
    """Append events to a draft, each a command, and sign what is there."""
    conn = await Database(dsn).connect("test")
    expected = await conn.fetchval("SELECT count(*) FROM onering.events WHERE type = 'noted'")
    for start in range(0, len(texts), 100):
        commands = [command(write("draft", expected + n, texts[n])) for n in range(start, min(start + 100, len(texts)))]
        await append(conn, LANE, commands)
    if signing:
        await by_hand.sign(conn, KEY)
    await conn.close()


@pytest.fixture(scope="module")
def _long(postgres: Any, administrator: Administrator, _told: str) -> Iterator[str]:
    name = f"long_{uuid4().hex}"
    administrator.do(f"CREATE DATABASE {name} TEMPLATE {_told}")
    asyncio.run(grown(postgres.dsn(database=name), *map(str, range(600)), signing=False))
    yield postgres.dsn(database=name)
    administrator.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def long(_long: str) -> str:
    """Return a log of 617 events, 17 of them a story, which tests share; its tree and checkpoint are right."""
    asyncio.run(grown(_long))
    return _long


def verify(run: Run, *options: object) -> tuple[int, str]:
    code, out, err = run("verify", "--no-memory", *options)
    assert err == ""
    return code, out


def test_a_database_is_verified_as_its_export_is(run: Run, long: str, tmp_path: Path) -> None:
    exported = tmp_path / "log.ndjson.gz"
    assert run("export", "--database-url", long, "--out", exported)[0] == 0
    head = json.loads(gzip.decompress(exported.read_bytes()).splitlines()[0])
    assert head["checkpoint"].startswith(f"{by_hand.ORIGIN}\n617\n")
    assert len(head["tiles"]) == 2
    code, said = verify(run, PINNED, "--database-url", long)
    assert (code, "ok: 617 events of 6 streams up to position 617" in said) == (OK, True)
    assert verify(run, PINNED, "--file", exported) == (code, said)


def test_what_a_filter_chose_is_proved(run: Run, long: str, tmp_path: Path) -> None:
    part, smaller = tmp_path / "part.ndjson", tmp_path / "smaller.ndjson"
    for options, chosen in ((["--actor", "bob"], 5), (["--type", "noted"], 600), (["--until", "2000-01-01"], 0)):
        assert run("export", "--database-url", long, "--out", part, *options)[2].startswith(f"{chosen} ")
        code, said = verify(run, PINNED, "--file", part)
        assert (code, f"ok: {chosen} events of" in said) == (OK, True)
    assert run("export", "--database-url", long, "--out", part, "--actor", "bob")[0] == 0
    assert run("export", "--file", part, "--out", smaller, "--type", "segment_added")[2] == "2 events\n"
    assert [line in part.read_bytes() for line in smaller.read_bytes().splitlines()[1:-1]] == [True, True]
    assert verify(run, PINNED, "--file", smaller)[0] == OK
    assert verify(run, PINNED, "--whole", "--file", smaller)[0] == INCOMPLETE
    assert verify(run, PINNED, "--whole", "--database-url", long)[0] == OK
    for command_ in (["check"], ["print"]):
        assert run(*command_, "--file", part)[0] == (2 if command_ == ["check"] else 0)


def test_proofs_are_right_whatever_tiles_are_kept_in_memory(
    run: Run, long: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed, "TILES_KEPT", 1)
    part = tmp_path / "part.ndjson"
    assert run("export", "--database-url", long, "--out", part, "--actor", "bob")[0] == 0
    assert verify(run, PINNED, "--file", part)[0] == OK


def test_a_proof_that_can_not_be_made_is_left_out(run: Run, long: str, tmp_path: Path) -> None:
    """Of a part of a file there are no other leaves, and of a tree that lost a row no hash to go by."""
    exported, part = tmp_path / "log.ndjson", tmp_path / "part.ndjson"
    assert run("export", "--database-url", long, "--out", exported)[0] == 0
    assert run("export", "--file", exported, "--out", part, "--actor", "bob")[0] == 0
    code, said = verify(run, PINNED, "--file", part)
    assert (code, "5 events without a proof" in said) == (INCOMPLETE, True)
    execute(long, "DELETE FROM onering.tree WHERE index = 1")
    assert run("export", "--database-url", long, "--out", part, "--actor", "bob")[0] == 0
    code, said = verify(run, PINNED, "--file", part)
    assert (code, "5 events without a proof" in said) == (INCOMPLETE, True)


def test_events_that_are_not_signed_are_told(
    run: Run, log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed, "LOOKS", 0)
    asyncio.run(grown(log))
    asyncio.run(grown(log, "a", "b", signing=False))
    code, said = verify(run, PINNED, "--database-url", log)
    assert (code, "not signed yet: events 18 to 19\n" in said) == (INCOMPLETE, True)
    part = tmp_path / "part.ndjson"
    assert run("export", "--database-url", log, "--out", part, "--type", "noted")[0] == 0
    code, said = verify(run, PINNED, "--file", part)
    assert (code, "2 events without a proof" in said) == (INCOMPLETE, True)


def test_an_export_waits_for_its_last_events_to_be_signed(run: Run, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes as far as was signed meanwhile, if more was."""
    asyncio.run(grown(log))
    asyncio.run(grown(log, "a", signing=False))
    looked = 0

    async def late(conn: Any, lane: int) -> Any:
        nonlocal looked
        looked += 1
        if looked == 3:
            await grown(log, "b")
        return await published(conn, lane)

    monkeypatch.setattr(signed, "published", late)
    code, said = verify(run, PINNED, "--database-url", log)
    assert (code, "ok: 19 events of" in said) == (OK, True)
    assert looked == 3


def test_where_nobody_signs_nothing_is_waited_for(run: Run, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "sleep", None)
    code, said = verify(run, PINNED, "--database-url", log)
    assert (code, "nobody signed this log" in said) == (INCOMPLETE, True)


def test_the_services_own_keys_are_gone_by_if_none_is_pinned(
    run: Run, log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(grown(log))
    folder = tmp_path / "keys"
    monkeypatch.setenv("ONERING_KEYS", str(folder))
    code, said = verify(run, "--database-url", log)
    assert (code, "no key: give --key" in said) == (INCOMPLETE, True)
    KeysFolder(folder).keep(Keys(by_hand.ORIGIN, (KEY,), (str(KEY.verifier),)))
    assert verify(run, "--database-url", log)[0] == OK
    stranger = by_hand.new_key()
    assert verify(run, f"--key={stranger.verifier}", "--database-url", log)[0] == DAMAGED
    os.chmod(folder, 0o755)
    assert verify(run, "--database-url", log)[0] == INCOMPLETE


def unusable(empty: str, log: str, tmp_path: Path) -> Sequence[tuple[Sequence[object], str]]:
    url = "--database-url"
    return (
        ([url, empty], "holds no log yet"),
        ([url, "postgresql://postgres@127.0.0.1:1/none"], "The database can't be used"),
        (["--data", tmp_path / "none"], "There is no database in"),
        ([url, log, "--key=none"], "No such file"),
        ([url, log, "--against=none"], "No such file"),
        (["--file", tmp_path / "none"], "No such file"),
    )


def test_what_can_not_be_read_is_not_taken_for_damaged(run: Run, empty_dsn: str, long: str, tmp_path: Path) -> None:
    for options, told in unusable(empty_dsn, long, tmp_path):
        code, out, err = run("verify", "--no-memory", *options)
        assert (code, out, told in err) == (USAGE, "", True), err


def test_an_auditors_role_is_enough_to_verify(run: Run, long: str, tmp_path: Path) -> None:
    place = ("--database-url", f"{long}&role=onering_auditor")
    assert verify(run, PINNED, *place)[0] == OK
    assert run("export", *place, "--actor", "bob", "--out", tmp_path / "part.ndjson")[0] == 0


def test_the_tree_and_the_checkpoint_are_of_the_database(run: Run, long: str) -> None:
    assert fetch(long, "SELECT count(*) FROM onering.tree") == [(2,)]
    execute(long, "UPDATE onering.tree SET hash = sha256(hash) WHERE index = 1")
    code, said = verify(run, PINNED, "--database-url", long)
    assert (code, "is not that of the log: events 257 to 512" in said) == (DAMAGED, True)
