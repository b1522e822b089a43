"""`onering replay export`: the whole log, as it is, in a file that is whole or is not there."""

import csv
import gzip
import io
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from onering.log.event import StoredEvent
from onering.log.record import SEALS, TABLE_ORDER
from tests.replay.conftest import Run, execute, fetch
from tests.service.serving import ONERING, clean_environment, wait_until


def test_an_export_has_every_column_of_every_event_as_it_is(log: str, exported: Path) -> None:
    first, *events, last = [json.loads(line) for line in exported.read_bytes().splitlines()]
    (log_id,) = fetch(log, "SELECT log_id::text FROM onering.log")[0]
    about = {"format": "onering-export", "format_version": 2, "log_id": log_id, "restored": 0, "lane": 0, "head": 17}
    assert first == {**about, "checkpoint": None, "tiles": []}
    columns = ", ".join(_spelled(name) for name in TABLE_ORDER)
    stored = fetch(log, f"SELECT {columns} FROM onering.events ORDER BY position")
    assert [tuple(event.values()) for event in events] == stored
    assert last["events"] == 17


def _spelled(column: str) -> str:
    if column in SEALS or column == "payload_hash":
        return f"encode({column}, 'hex')"
    if column == "recorded_at":
        return "to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"{column}::text" if column.endswith("_id") else column


def test_the_columns_are_the_tables(log: str) -> None:
    names = (
        "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'events' ORDER BY ordinal_position"
    )
    assert [name for (name,) in fetch(log, names)] == list(TABLE_ORDER)
    assert {*StoredEvent._fields, *SEALS} == set(TABLE_ORDER)


def test_an_export_of_an_export_is_the_same(run: Run, exported: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.ndjson.gz"
    assert run("export", "--file", exported, "--out", again)[0] == 0
    assert gzip.decompress(again.read_bytes()) == exported.read_bytes()


def test_a_part_says_that_it_is_one(run: Run, exported: Path, tmp_path: Path) -> None:
    part, smaller = tmp_path / "part.ndjson", tmp_path / "smaller.ndjson"
    assert run("export", "--file", exported, "--actor", "bob", "--out", part)[2] == "5 events\n"
    assert run("export", "--file", part, "--type", "segment_added", "--out", smaller)[2] == "2 events\n"
    assert json.loads(smaller.read_bytes().splitlines()[0])["filter"] == {"actor": "bob", "type": "segment_added"}


def test_a_spreadsheet_gets_every_event_and_no_formula(run: Run, log: str, exported: Path, tmp_path: Path) -> None:
    execute(log, "ALTER TABLE onering.events DISABLE TRIGGER ALL")
    harmful = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"]
    for position, text in enumerate(harmful, 4):
        execute(log, f"UPDATE onering.events SET correlation_id = '{text}' WHERE position = {position}")
    out = tmp_path / "log.csv"
    assert run("export", "--database-url", log, "--format", "csv", "--out", out)[0] == 0
    head, *rows = csv.reader(io.StringIO(out.read_bytes().decode(), newline=""))
    assert head == list(TABLE_ORDER)
    shown = [row[head.index("correlation_id")] for row in rows]
    assert shown[3:10] == [f"'{text}" for text in harmful]
    events = [json.loads(line) for line in exported.read_bytes().splitlines()[1:-1]]
    assert [row[head.index("payload")] for row in rows] == [event["payload"] for event in events]


def test_without_a_file_it_goes_to_standard_output_and_can_be_read_from_there(log: str, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    replay = " ".join([*ONERING, "replay"])
    command = f"{replay} export --database-url '{log}' | {replay} check --file -"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "17 events\n")
    assert done.stdout == "17 events of 5 streams up to position 17, 0 findings.\n"


def test_a_killed_export_leaves_nothing_of_its_name(log: str, tmp_path: Path) -> None:
    """Nor does it touch what was there. It is killed half-way: the log behind a table that is locked."""
    out = tmp_path / "log.ndjson"
    out.write_text("of yesterday")
    holder = subprocess.Popen(
        [*ONERING[:1], "-c", _HOLD, log], env=clean_environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        command = [*ONERING, "replay", "export", "--database-url", log, "--out", str(out)]
        export = subprocess.Popen(command, env=clean_environment(tmp_path), stderr=subprocess.PIPE)
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'onering replay' AND wait_event_type = 'Lock'"
        )
        wait_until(lambda: fetch(log, waiting), "the export")
        os.kill(export.pid, signal.SIGKILL)
        export.communicate()
    finally:
        holder.communicate()
    assert out.read_text() == "of yesterday"
    assert [path for path in tmp_path.iterdir() if path.suffix == ".ndjson"] == [out]


_HOLD = """
import asyncio, asyncpg, sys
async def main():
    conn = await asyncpg.connect(sys.argv[1])
    async with conn.transaction():
        await conn.execute("LOCK TABLE onering.events IN ACCESS EXCLUSIVE MODE")
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


def test_an_export_that_fails_leaves_nothing(run: Run, exported: Path, tmp_path: Path) -> None:
    broken, out = tmp_path / "broken.ndjson", tmp_path / "out" / "log.ndjson"
    out.parent.mkdir()
    broken.write_bytes(exported.read_bytes()[:-300])
    code, _, err = run("export", "--file", broken, "--out", out)
    assert (code, "not a whole export" in err) == (1, True)
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (None, 2, "can't be read: No such file or directory"),
        (b"", 1, "This is no export"),
        (b"position,lane\n1,0\n", 1, "This is no export"),
        (b'{"format":"onering-export","format_version":3}\n', 1, "of another release"),
        (b'{"format":"onering-export","format_version":1,"lane":0,"head":"x"}\n', 1, "which part of which log"),
        (
            b'{"format":"onering-export","format_version":1,"lane":0,"head":1,"filter":[]}\n',
            1,
            "which part of which log",
        ),
    ],
)
def test_a_file_that_is_no_export_is_told(
    run: Run, tmp_path: Path, content: bytes | None, code: int, said: str
) -> None:
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    for command in (["check"], ["print"], ["export"], ["state", "0b4c7b3e-6a3f-4b52-9d4e-5b8f5b1f4f5a"]):
        ended, out, err = run(*command, "--file", path)
        assert (ended, out) == (code, "")
        assert said in err


def test_a_place_that_can_not_be_written_is_told(run: Run, exported: Path, tmp_path: Path) -> None:
    code, _, err = run("export", "--file", exported, "--out", tmp_path / "none" / "log.ndjson")
    assert (code, "can't be written" in err) == (2, True)
