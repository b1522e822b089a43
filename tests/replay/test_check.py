"""`onering replay check`: whatever was altered, in the database or in a file, is found and named."""

import asyncio
import gzip
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onering.log.record import TABLE_ORDER
from onering.replay import aside, database, tables
from onering.replay.check import check
from onering.replay.order import Order
from tests.node import Node, node
from tests.replay.conftest import Run, execute
from tests.service.serving import ONERING, clean_environment

ARMED = "ALTER TABLE onering.events DISABLE TRIGGER ALL"
# What an owner of the database who knows the format can do: the hashes are right again.
RESEALED = """
    UPDATE onering.events SET payload_hash = onering.payload_hash_v1(salt, payload) WHERE payload IS NOT NULL;
    UPDATE onering.events SET leaf = onering.leaf_v1(
        lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version,
        payload_hash, issuer, subject, impersonator, command_id, correlation_id, causation_id, recorded_at)"""
# Nor does the table refuse what no service writes.
LOOSE = [
    f"ALTER TABLE onering.events DROP CONSTRAINT events_{name}check"
    for name in ("salt_", "", "issuer_", "subject_", "stream_type_")
]


def found(out: str) -> set[str]:
    """Return the findings as `<position> <rule>`; `-` is nowhere."""
    return {_short(line) for line in out.splitlines()[:-1]}


def _short(line: str) -> str:
    if line.startswith("position "):
        place, rule, _ = line.removeprefix("position ").split(": ", 2)
        return f"{place} {rule}"
    return f"- {line.partition(': ')[0]}"


def test_an_honest_log_is_clean(run: Run, log: str, exported: Path) -> None:
    for place in (("--database-url", log), ("--file", exported)):
        code, out, _ = run("check", *place)
        assert (code, out) == (0, "17 events of 5 streams up to position 17, 0 findings.\n")


def test_an_empty_log_is_clean(run: Run, admin_dsn: str) -> None:
    assert run("check", "--database-url", admin_dsn)[:2] == (0, "0 events of 0 streams up to position 0, 0 findings.\n")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("DELETE FROM onering.events WHERE position = 8", {"9 position", "9 version"}),
        ("DELETE FROM onering.events WHERE position = 17", {"13 stream-row", "17 command-row"}),
        ("UPDATE onering.events SET version = 40 WHERE position = 8", {"8 version", "8 leaf"}),
        ("UPDATE onering.events SET subject = 'mallory' WHERE position = 8", {"8 leaf", "8 actor"}),
        ("UPDATE onering.events SET recorded_at = '2001-01-01Z' WHERE position = 8", {"8 time", "8 leaf"}),
        ("UPDATE onering.events SET payload = replace(payload, 'And', 'end') WHERE position = 8", {"8 payload-hash"}),
        ("UPDATE onering.events SET salt = sha256(salt)::bytea WHERE position = 8", {"8 salt", "8 payload-hash"}),
        ("UPDATE onering.events SET payload = NULL WHERE position = 8", {"8 payload-hash"}),
        ("UPDATE onering.events SET payload_hash = sha256('') WHERE position = 8", {"8 payload-hash", "8 leaf"}),
        ("UPDATE onering.events SET leaf = sha256('') WHERE position = 8", {"8 leaf"}),
        ("UPDATE onering.events SET issuer = '' WHERE position = 8", {"8 actor", "8 leaf"}),
        ("UPDATE onering.events SET subject = '' WHERE position = 8", {"8 actor", "8 leaf"}),
        ("UPDATE onering.events SET stream_type = 'cat' WHERE position = 14", {"14 stream", "14 leaf"}),
        ("UPDATE onering.events SET workspace_id = stream_id WHERE position = 8", {"8 stream", "8 leaf"}),
    ],
)
def test_what_was_altered_in_the_log_is_found(run: Run, log: str, change: str, expected: set[str]) -> None:
    execute(log, ARMED, *LOOSE, change)
    code, out, _ = run("check", "--database-url", log)
    assert code == 1
    assert expected <= found(out)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE onering.events SET subject = 'bob' WHERE position = 8", {"8 legal", "8 identity"}),
        (
            "UPDATE onering.events SET payload = replace(payload, '\"alice\"', '\"bob\"') WHERE position = 8",
            {"8 legal"},
        ),
        ("UPDATE onering.events SET payload = replace(payload, 'k2', 'k3') WHERE position = 8", {"8 identity"}),
        ("UPDATE onering.events SET event_id = stream_id WHERE position = 8", {"8 identity"}),
        ("UPDATE onering.events SET command_id = stream_id WHERE position = 8", {"8 identity"}),
    ],
)
def test_what_was_altered_and_sealed_again_is_found(run: Run, log: str, change: str, expected: set[str]) -> None:
    execute(log, ARMED, change, RESEALED)
    code, out, _ = run("check", "--database-url", log)
    assert code == 1
    assert expected <= found(out)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE onering.streams SET version = version + 1 WHERE version = 11", {"17 stream-row"}),
        ("UPDATE onering.streams SET stream_type = 'invite' WHERE version = 3", {"16 stream-row"}),
        ("DELETE FROM onering.streams WHERE version = 3", {"14 stream-row"}),
        ("UPDATE onering.commands SET position = 9 WHERE position = 8", {"8 command-row", "9 command-row"}),
        ("UPDATE onering.commands SET version = 9 WHERE position = 8", {"8 command-row"}),
        ("UPDATE onering.commands SET events = 2 WHERE position = 8", {"8 command-row"}),
        ("UPDATE onering.commands SET recorded_at = '2001-01-01Z' WHERE position = 8", {"8 command-row"}),
        ("DELETE FROM onering.commands WHERE position = 8", set()),
    ],
)
def test_the_tables_beside_the_log_must_say_the_same(run: Run, log: str, change: str, expected: set[str]) -> None:
    """All but records of commands that are not there: they are forgotten after a while."""
    execute(log, change)
    code, out, _ = run("check", "--database-url", log)
    assert code == (1 if expected else 0)
    assert expected <= found(out)


def test_an_erased_event_is_counted_and_its_leaf_is_checked(run: Run, log: str) -> None:
    execute(log, ARMED, "UPDATE onering.events SET payload = NULL, salt = NULL WHERE position IN (8, 9)")
    code, out, _ = run("check", "--database-url", log)
    assert (code, "0 findings, 2 erased" in out) == (0, True)
    execute(log, "UPDATE onering.events SET correlation_id = 'x' WHERE position = 8")
    assert found(run("check", "--database-url", log)[1]) == {"8 leaf"}


def test_an_event_of_a_newer_release_is_never_silently_fine(run: Run, log: str) -> None:
    execute(log, ARMED, "UPDATE onering.events SET schema_version = 2 WHERE position = 8", RESEALED)
    code, out, _ = run("check", "--database-url", log)
    assert code == 3
    assert found(out) == {"8 not-understood"}
    assert "0 findings, 1 not understood by this release, 6 not judged" in out


def test_findings_are_for_programs_too(run: Run, log: str) -> None:
    execute(log, ARMED, "UPDATE onering.events SET correlation_id = 'x' WHERE position IN (8, 9)")
    code, out, _ = run("check", "--database-url", log, "--json", "--limit", 1)
    told = json.loads(out)
    assert code == 1
    assert (told["findings"][0]["position"], told["findings"][0]["rule"]) == (8, "leaf")
    assert (len(told["findings"]), told["found"], told["events"], told["head"]) == (1, 2, 17, 17)
    assert "… and 1 more" in run("check", "--database-url", log, "--limit", 1)[1]


def test_a_judge_aside_finds_the_same(run: Run, log: str, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a long log: in a process of its own."""
    execute(log, ARMED, "UPDATE onering.events SET payload = NULL, salt = NULL WHERE position = 9")
    execute(log, "UPDATE onering.events SET payload = replace(payload, '\"alice\"', '\"bob\"') WHERE position = 8")
    expected = run("check", "--database-url", log)
    monkeypatch.setattr(aside, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert run("check", "--database-url", log) == expected
    assert run("check", "--file", exported)[0] == 0


# ------------------------------------------------------------------------------------------------------- files


def changed(value: Any) -> Any:
    """Return another value of the same form."""
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "0b4c7b3e-6a3f-4b52-9d4e-5b8f5b1f4f5a"
    digit = next(i for i, c in enumerate(value) if c.isalnum() and c != "0")
    return value[:digit] + ("0" if value[digit].isdigit() else "a" if value[digit] != "a" else "b") + value[digit + 1 :]


def resealed(lines: list[bytes]) -> bytes:
    """Return the file with the SHA-256 in its last line right again."""
    body = b"".join(lines[:-1])
    return (
        body
        + json.dumps({"events": len(lines) - 2, "sha256": sha256(body).hexdigest()}, separators=(",", ":")).encode()
        + b"\n"
    )


@pytest.mark.parametrize("column", TABLE_ORDER)
def test_every_column_of_a_file_is_checked(run: Run, exported: Path, column: str) -> None:
    """Also when whoever changed it made the file whole again."""
    lines = exported.read_bytes().splitlines(keepends=True)
    event = json.loads(lines[8])
    event[column] = changed(event[column])
    lines[8] = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    exported.write_bytes(resealed(lines))
    code, out, _ = run("check", "--file", exported)
    assert code == 1
    assert {"leaf", "payload-hash"} & {finding.split()[1] for finding in found(out)}


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bit_that_flips_in_a_file_is_found(run: Run, exported: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(exported.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    flipped = tmp_path / "flipped.ndjson"
    flipped.write_bytes(content)
    assert run("check", "--file", flipped)[0] == 1


def test_a_line_that_is_missing_twice_or_moved_is_found(run: Run, exported: Path) -> None:
    whole = exported.read_bytes().splitlines(keepends=True)
    for lines in (
        whole[:8] + whole[9:],
        [*whole[:8], whole[7], *whole[8:]],
        [*whole[:8], whole[9], whole[8], *whole[10:]],
    ):
        exported.write_bytes(resealed(lines))
        code, out, _ = run("check", "--file", exported)
        assert code == 1
        assert {"position", "version"} <= {finding.split()[1] for finding in found(out)}


def test_a_file_that_lost_its_newest_events_is_found(run: Run, exported: Path) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    exported.write_bytes(resealed([*lines[:-3], lines[-1]]))
    assert found(run("check", "--file", exported)[1]) == {"17 position"}


@pytest.mark.parametrize(
    ("line", "old", "new", "finding"),
    [
        (0, b'"head":17', b'"head":16', "17 position"),
        (0, b'"lane":0', b'"lane":1', "8 position"),
        (8, b'"version":5', b'"version":18446744073709551615', "- file"),
        (8, b'"version":5', b'"version":true', "- file"),
        (8, b'"impersonator":null', b'"impersonator":null,"x":1', "- file"),
        (8, b'"stream_type":"draft"', b'"stream_type":"\\ud800"', "- file"),
    ],
)
def test_a_line_that_no_export_has_is_found(
    run: Run, exported: Path, line: int, old: bytes, new: bytes, finding: str
) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    exported.write_bytes(resealed(lines))
    code, out, _ = run("check", "--file", exported)
    assert (code, finding in found(out)) == (1, True)


def test_an_auditors_role_is_enough(run: Run, log: str, tmp_path: Path) -> None:
    place = ("--database-url", f"{log}&role=onering_auditor")
    assert run("check", *place)[0] == 0
    assert run("print", *place)[0] == 0
    assert run("export", *place, "--out", tmp_path / "log.ndjson")[0] == 0
    code, _, err = run("diff", *place)
    assert (code, "permission denied" in err) == (1, True)


def test_a_file_that_breaks_off_is_found(run: Run, exported: Path) -> None:
    content = exported.read_bytes()
    exported.write_bytes(content[: len(content) // 2])
    code, out, _ = run("check", "--file", exported)
    assert code == 1
    assert "it has no last line, so it is not complete" in out


def test_a_compressed_file_is_checked_too(run: Run, exported: Path) -> None:
    whole = gzip.compress(exported.read_bytes())
    exported.write_bytes(whole)
    assert run("check", "--file", exported)[0] == 0
    exported.write_bytes(whole[:-500])
    assert run("check", "--file", exported)[0] == 1


def test_a_filtered_export_is_not_checked(run: Run, log: str, tmp_path: Path) -> None:
    part = tmp_path / "part.ndjson"
    assert run("export", "--database-url", log, "--actor", "bob", "--out", part)[0] == 0
    code, out, err = run("check", "--file", part)
    assert (code, out) == (2, "")
    assert "This export was filtered (actor bob)" in err


async def test_a_log_that_is_being_written_is_clean_and_goes_on_being_written(log: str, tmp_path: Path) -> None:
    async with node(log) as one, asyncio.timeout(60):
        draft = (await one.create()).draft_id
        writing = asyncio.create_task(_write(one, draft))
        command = [*ONERING, "replay", "check", "--database-url", log]
        done = await asyncio.to_thread(
            subprocess.run, command, env=clean_environment(tmp_path), capture_output=True, text=True
        )
        written = one.tail.position
        await one.tail.reached(written + 10)
        writing.cancel()
    assert (done.returncode, ", 0 findings." in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("place", [(tables, "findings"), (Order, "page")], ids=["beside the log", "in the log"])
async def test_a_check_that_breaks_off_leaves_nothing_behind(
    log: str, monkeypatch: pytest.MonkeyPatch, place: tuple[object, str]
) -> None:
    def broken(*_: object) -> NoReturn:
        raise ConnectionResetError("gone")

    monkeypatch.setattr(*place, broken)
    async with database.opened(log) as source:
        with pytest.raises(ConnectionResetError, match="gone"):
            await check(source, lambda finding: None)
        assert len(asyncio.all_tasks()) == 1
        assert await source.look() > 0


async def _write(one: Node, draft: UUID) -> None:
    while True:
        await one.add(draft)


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\1\0half a page"])
def test_a_judge_whose_asker_was_killed_ends_without_a_word(sent: bytes, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "onering.replay.aside"]
    done = subprocess.run(command, input=sent, env=clean_environment(tmp_path), capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
