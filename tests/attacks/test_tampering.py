"""Somebody owns the database and changes what happened: whoever verifies it is told, and told which event."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from onering.log.append import append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.leaf import leaf, payload_hash
from onering.log.record import Record
from onering.log.roles import APP, OWNER
from onering.proofs.files import proof_file
from onering.proofs.merkle import inclusion
from onering.proofs.tree import published, roots
from onering.replay import database, signed
from tests.conftest import TEMPLATE, Administrator
from tests.log.writing import command, write
from tests.proofs import by_hand
from tests.replay.conftest import Run, execute, run
from tests.replay.test_check import ARMED, RESEALED

__all__ = ["run"]

OK, DAMAGED, USAGE, INCOMPLETE, DIVERGED = range(5)
KEY = by_hand.new_key()

EVENTS = 300
OLD = 100  # one of the events, long ago

SWAPPED = f"""
    UPDATE onering.events SET position = position + 10000 WHERE position IN ({OLD}, {OLD + 1});
    UPDATE onering.events SET position = 2 * {OLD} + 10001 - position WHERE position > 10000"""
INSERTED = f"""
    UPDATE onering.events SET position = position + 10000, version = version + 10000 WHERE position >= {OLD};
    UPDATE onering.events SET position = position - 9999, version = version - 9999 WHERE position > 10000;
    INSERT INTO onering.events
    SELECT lane, {OLD}, stream_id, stream_type, version - 1, workspace_id, gen_random_uuid(), type, schema_version,
           payload, salt, payload_hash, issuer, subject, impersonator, gen_random_uuid(), correlation_id, causation_id,
           recorded_at, leaf
      FROM onering.events WHERE position = {OLD + 1}"""
RENUMBERED = f"""
    UPDATE onering.events SET version = version + 10000 WHERE position > {OLD};
    UPDATE onering.events SET version = version - 9999 WHERE version > 10000"""
SHORTENED = f"""
    DELETE FROM onering.events WHERE position > {EVENTS - 10};
    DELETE FROM onering.commands WHERE position > {EVENTS - 10};
    UPDATE onering.streams SET version = {EVENTS - 10}"""


class Databases:
    """Makes copies of databases."""

    def __init__(self, postgres: Any, administrator: Administrator) -> None:
        self._postgres = postgres
        self._administrator = administrator
        self.names: list[str] = []

    def copy(self, of: str) -> str:
        """Return the name of a new copy."""
        name = f"tampered_{uuid4().hex}"
        grant = f"GRANT CREATE ON DATABASE {name} TO {OWNER}, {APP}"
        self._administrator.do(f"CREATE DATABASE {name} TEMPLATE {of}", grant)
        self.names.append(name)
        return name

    def dsn(self, name: str) -> str:
        """Return the DSN of one, as the superuser."""
        return str(self._postgres.dsn(database=name))

    def drop(self) -> None:
        for name in self.names:
            self._administrator.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def copies(postgres: Any, administrator: Administrator) -> Iterator[Databases]:
    made = Databases(postgres, administrator)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def honest(postgres: Any, administrator: Administrator, _template: str) -> Iterator[str]:
    """Return the name of a database whose log has EVENTS events of one draft, all of them signed."""
    made = Databases(postgres, administrator)
    name = made.copy(TEMPLATE)
    asyncio.run(grow(made.dsn(name), 0, EVENTS))
    yield name
    made.drop()


@pytest.fixture
def dsn(copies: Databases, honest: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the superuser's DSN of a copy of that database."""
    # Nobody signs here while somebody waits for it.
    monkeypatch.setattr(signed, "LOOKS", 0)
    return copies.dsn(copies.copy(honest))


async def grow(dsn: str, length: int, by: int, what: str = "noted") -> None:
    """Append events to the draft of a log, and sign it."""
    conn = await Database(dsn).connect("test")
    for start in range(length, length + by, 100):
        texts = [f"{what} {number}" for number in range(start, min(start + 100, length + by))]
        await append(conn, LANE, [command(write("draft", start, *texts))])
    await by_hand.sign(conn, KEY)
    await conn.close()


async def sign(dsn: str) -> None:
    """Sign a log as it is, whatever was signed before: as whoever has the key can."""
    conn = await Database(dsn).connect("test")
    await by_hand.sign(conn, KEY)
    await conn.close()


async def proved(dsn: str, position: int) -> str:
    """Return the proof file of an event, as the service gives it out."""
    async with database.opened(dsn) as log:
        head = await published(log.conn, LANE)
        assert head is not None
        (record,) = [one async for page in log.pages() for one in page if one.event.position == position]
        hashes = await roots(log.conn, LANE, inclusion(position - 1, head.size))
        return proof_file(record, hashes, head.note)


class Auditor:
    """Verifies logs, and remembers or keeps what was seen of them."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run = run
        self._folder = folder

    def verify(self, dsn: str, *options: str) -> tuple[int, str]:
        """Return the exit code, and what is said, for whoever looks at this log for the first time."""
        code, out, err = self._run("verify", f"--key={KEY.verifier}", *(options or ["--no-memory"]), *self._of(dsn))
        assert err == ""
        return code, out

    def verify_again(self, dsn: str) -> tuple[int, str]:
        """Return the same for somebody who remembers."""
        return self.verify(dsn, f"--memory={self._folder / 'memory'}")

    def compare(self, dsn: str, older: Path) -> tuple[int, str]:
        """Return the same for somebody who kept an export or a proof."""
        return self.verify(dsn, "--no-memory", f"--against={older}")

    def export(self, dsn: str) -> Path:
        path = self._folder / "older.ndjson.gz"
        assert self._run("export", "--out", path, *self._of(dsn))[0] == 0
        return path

    def proof(self, dsn: str, position: int) -> Path:
        path = self._folder / "older.tlog-proof"
        path.write_text(asyncio.run(proved(dsn, position)))
        return path

    def _of(self, dsn: str) -> list[str]:
        return ["--database-url", dsn]


@pytest.fixture
def auditor(run: Run, tmp_path: Path) -> Auditor:
    return Auditor(run, tmp_path)


def test_an_honest_log_is_ok(auditor: Auditor, dsn: str) -> None:
    older, proof = auditor.export(dsn), auditor.proof(dsn, OLD)
    assert auditor.verify(dsn)[0] == OK
    assert auditor.compare(dsn, older)[0] == OK
    assert auditor.compare(dsn, proof)[0] == OK
    for _ in range(2):
        assert auditor.verify_again(dsn)[0] == OK


EDITS = {
    "payload = replace(payload, 'noted', 'never')": "its payload or salt was changed",
    "salt = substr(sha256(salt), 1, 16)": "its payload or salt was changed",
    "payload = NULL, salt = NULL, payload_hash = sha256('')": "a column of it was changed",
    "subject = 'mallory'": "a column of it was changed",
    "recorded_at = recorded_at + interval '1 microsecond'": "a column of it was changed",
    "type = 'unheard'": "a column of it was changed",
}


@pytest.mark.attack(103)
def test_each_old_event_that_was_edited_is_named(auditor: Auditor, dsn: str) -> None:
    edited = [(OLD + 10 * number, edit, wrong) for number, (edit, wrong) in enumerate(EDITS.items())]
    changes = [f"UPDATE onering.events SET {edit} WHERE position = {position}" for position, edit, _ in edited]
    execute(dsn, ARMED, *changes)
    code, said = auditor.verify(dsn)
    assert code == DAMAGED
    named = [line for line in said.splitlines() if line.startswith("position ") and "recorded before" not in line]
    for line, (position, _, wrong) in zip(named, edited, strict=True):
        assert line.startswith(f"position {position}, stream ")
        assert f", version {position}: {wrong}" in line


@pytest.mark.attack(103)
def test_an_old_event_that_was_edited_and_sealed_again_is_found_by_the_tree(auditor: Auditor, dsn: str) -> None:
    older = auditor.export(dsn)
    execute(dsn, ARMED, f"UPDATE onering.events SET subject = 'mallory' WHERE position = {OLD}", RESEALED)
    code, said = auditor.verify(dsn)
    assert (code, "what differs is among events 1 to 256;" in said) == (DAMAGED, True)
    code, said = auditor.compare(dsn, older)
    assert (code, f"version {OLD}: it is another event than in the older file" in said) == (DAMAGED, True)


@pytest.mark.attack(104)
def test_a_log_whose_newest_events_were_deleted_is_told_to_lack_them(auditor: Auditor, dsn: str) -> None:
    """Also when what was signed last was put back, or taken away, for whoever knows what was signed."""
    older = auditor.export(dsn)
    assert auditor.verify_again(dsn)[0] == OK
    execute(dsn, ARMED, SHORTENED)
    code, said = auditor.verify(dsn)
    missing = f"missing at the end: events {EVENTS - 9} to {EVENTS}, which the checkpoint"
    assert (code, f"{missing} in this file covers" in said) == (DIVERGED, True)
    asyncio.run(sign(dsn))
    for change in ("SELECT", "DELETE FROM onering.checkpoints"):
        execute(dsn, change)
        code, said = auditor.verify_again(dsn)
        assert (code, f"{missing} that was verified before covers" in said) == (DIVERGED, True)
        code, said = auditor.compare(dsn, older)
        assert (code, f"position {EVENTS - 9}, stream" in said) == (DIVERGED, True)


@pytest.mark.attack(105)
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (SWAPPED, f"version {OLD + 1}: a column of it was changed"),
        (INSERTED, f"position {OLD}, stream"),
        (RENUMBERED, f"position {OLD + 1}, stream"),
        (f"DELETE FROM onering.events WHERE position = {OLD}", f"missing in front of it: event {OLD}\n"),
    ],
    ids=["swapped", "inserted", "renumbered", "deleted"],
)
def test_events_that_were_moved_are_named(auditor: Auditor, dsn: str, change: str, named: str) -> None:
    execute(dsn, ARMED, change)
    code, said = auditor.verify(dsn)
    assert (code, named in said.splitlines(keepends=True)[0]) == (DAMAGED, True), said


@pytest.mark.attack(105)
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (SWAPPED, f"position {OLD}, stream"),
        (INSERTED, "what differs is among events 1 to 256"),
        (RENUMBERED, f"position {OLD + 1}, stream"),
    ],
    ids=["swapped", "inserted", "renumbered"],
)
def test_events_that_were_moved_and_sealed_again_are_found(auditor: Auditor, dsn: str, change: str, named: str) -> None:
    """By their order, or by the tree; and by name for whoever has an older export."""
    older = auditor.export(dsn)
    execute(dsn, ARMED, change, RESEALED)
    code, said = auditor.verify(dsn)
    assert (code, named in said) == (DAMAGED, True), said
    code, said = auditor.compare(dsn, older)
    assert code == DAMAGED
    first = next(line for line in said.splitlines() if "than in the older file" in line)
    assert first.startswith(f"position {OLD + (change == RENUMBERED)}, stream ")


@pytest.mark.attack(106)
def test_a_history_that_was_rewritten_and_signed_with_the_stolen_key_has_diverged(auditor: Auditor, dsn: str) -> None:
    """It is perfect for whoever sees it for the first time, and for nobody else."""
    older, proof = auditor.export(dsn), auditor.proof(dsn, OLD)
    assert auditor.verify_again(dsn)[0] == OK
    execute(dsn, ARMED, f"UPDATE onering.events SET subject = 'mallory' WHERE position = {OLD}", RESEALED)
    asyncio.run(sign(dsn))
    assert auditor.verify(dsn)[0] == OK
    code, said = auditor.verify_again(dsn)
    assert (code, f"the first {EVENTS} events are not those of the checkpoint" in said) == (DIVERGED, True)
    for kept in (older, proof):
        code, said = auditor.compare(dsn, kept)
        assert (code, f"version {OLD}: it is another event than in the older file" in said) == (DIVERGED, True)


@pytest.mark.attack(107)
def test_an_old_backup_has_diverged_also_when_it_is_continued(
    auditor: Auditor, dsn: str, copies: Databases, honest: str
) -> None:
    backup = copies.dsn(copies.copy(honest))
    asyncio.run(grow(dsn, EVENTS, 20))
    older = auditor.export(dsn)
    assert auditor.verify_again(dsn)[0] == OK
    code, said = auditor.verify_again(backup)
    assert (code, f"missing at the end: events {EVENTS + 1} to {EVENTS + 20}" in said) == (DIVERGED, True)
    asyncio.run(grow(backup, EVENTS, 30, "forked"))
    code, said = auditor.verify_again(backup)
    assert (code, f"the first {EVENTS + 20} events are not those" in said) == (DIVERGED, True)
    code, said = auditor.compare(backup, older)
    assert (code, f"version {EVENTS + 1}: it is another event than in the older" in said) == (DIVERGED, True)


@pytest.mark.attack(118)
async def test_what_an_event_says_can_not_be_guessed_from_its_leaf(shared_dsn: str) -> None:
    """Two that say the same have unrelated hashes, and the right guess is confirmed by nothing but the salt."""
    conn = await Database(shared_dsn).connect("test")
    await append(conn, LANE, [command(write("vote", 0, "yes", "yes", "no"))])
    await conn.close()
    async with database.opened(shared_dsn) as log:
        first, second, other = [record async for page in log.pages() for record in page]
    assert first.event.payload == second.event.payload != other.event.payload
    assert len({first.salt, second.salt, other.salt}) == 3
    assert len({first.payload_hash, second.payload_hash, other.payload_hash}) == 3
    assert confirms(first, first.salt)
    for salt in (b"", b"\0" * 16, second.salt, other.salt, first.leaf[:16], first.payload_hash[:16]):
        assert not confirms(first, salt)


def confirms(record: Record, salt: bytes | None) -> bool:
    """Whether somebody who knows all of an event but its salt sees the leaf that is public."""
    assert salt is not None
    assert record.event.payload is not None
    assert json.loads(record.event.payload)["data"] == {"t": "yes"}
    return leaf(record.event, payload_hash(salt, record.event.payload)) == record.leaf
