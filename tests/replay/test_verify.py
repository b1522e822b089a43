"""scripts/verify.py on exports: whatever is not what was signed is found, named, and told from what can't be judged."""

import ast
import errno
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import cryptography
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onering.log.record import TABLE_ORDER, Record, encoded
from onering.proofs.merkle import root_of
from onering.proofs.notes import Checkpoint, SigningKey
from onering.replay.verification import program
from tests.proofs.by_hand import ORIGIN, new_key
from tests.replay import sealing
from tests.replay.scribe import erased, sealed
from tests.replay.sealing import KEY, closed, lines, note, part, told

OK, DAMAGED, USAGE, INCOMPLETE, DIVERGED = range(5)
VERIFY = Path(__file__).parents[2] / "scripts" / "verify.py"
RECORDS = told()
MANY = told(600)
OTHER_TREE = Checkpoint(ORIGIN, 9, root_of([b"\0" * 32]))


@dataclass
class Verifier:
    """Runs verify.py in this process, with the key and a memory of its own unless the options say otherwise."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    key: str = str(KEY.verifier)

    @property
    def memory(self) -> Path:
        return self.folder / "memory" / "verified.json"

    def __call__(self, content: bytes, *options: str) -> tuple[int, str]:
        """Return the exit code, and what was said."""
        file = self.file(content, "judged")
        self.capsys.readouterr()
        keys = [f"--key={self.key}"] if self.key else []
        memory = [] if "--no-memory" in options else [f"--memory={self.memory}"]
        try:
            code = program().main([*keys, *memory, *options, file])
        except SystemExit as ended:
            code = ended.code
        return code, "".join(self.capsys.readouterr())

    def file(self, content: bytes | str, name: str) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verifier:
    return Verifier(tmp_path, capsys)


def altered(position: int, **columns: Any) -> list[Record]:
    """Return the log with columns of an event changed, and nothing computed again."""
    records = list(RECORDS)
    record = records[position - 1]
    seals = {name: columns.pop(name) for name in ("salt", "payload_hash", "leaf") if name in columns}
    records[position - 1] = record._replace(event=record.event._replace(**columns), **seals)
    return records


def resealed(records: list[Record], position: int, **columns: Any) -> list[Record]:
    """Return the log with columns of an event changed, and its hashes right again."""
    record = records[position - 1]
    changed = sealed(record.event._replace(**columns), record.salt)
    return [*records[: position - 1], changed, *records[position:]]


def signed_before(records: list[Record]) -> list[bytes]:
    """Return the export of a log that was changed since it was signed: the note is that of the log it was."""
    return lines(records, checkpoint=note(RECORDS))


def named(position: int) -> str:
    event = RECORDS[position - 1].event
    return f"position {position}, stream {event.stream_id}, version {event.version}: "


# ------------------------------------------------------------------------------------------------------ what is right


def test_a_log_that_is_what_was_signed_is_ok(verify: Verifier) -> None:
    code, said = verify(closed(lines(RECORDS)))
    assert code == OK
    root = sealing.text(sealing.checkpoint(RECORDS).root)
    first = f"first checkpoint of {ORIGIN} seen here: trusted from now on\n"
    assert said == f"{first}ok: 9 events of 4 streams up to position 9; {ORIGIN}, size 9, root {root}\n"


@pytest.mark.parametrize("records", [[], RECORDS[:1], told(250), told(251), MANY], ids=len)
def test_a_log_of_any_length_has_the_root_that_is_signed(verify: Verifier, records: list[Record]) -> None:
    assert verify(closed(lines(records)))[0] == OK


def test_a_compressed_file_and_a_pipe_are_read_too(verify: Verifier, tmp_path: Path) -> None:
    whole = gzip.compress(closed(lines(RECORDS)))
    assert verify(whole)[0] == OK
    command = [sys.executable, str(VERIFY), "--no-memory", "--key", str(KEY.verifier), "-"]
    done = subprocess.run(command, input=whole, capture_output=True)
    assert (done.returncode, done.stderr) == (OK, b"")


def test_whatever_a_terminal_can_show_the_exit_code_is_the_same(verify: Verifier) -> None:
    command = [sys.executable, str(VERIFY), "--no-memory", "--key", str(KEY.verifier), "-"]
    proof, environment = sealing.proof(RECORDS, 9).encode(), {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, input=proof, env=environment, capture_output=True)
    assert (done.returncode, done.stderr, b"\\U0001f30d" in done.stdout) == (OK, b"", True)


def test_an_erased_event_is_still_what_was_signed(verify: Verifier) -> None:
    """And that it was erased is said: whoever can change rows could hide what they say, and no hash would tell."""
    records = [*RECORDS[:4], erased(RECORDS[4]), *RECORDS[5:]]
    code, said = verify(closed(signed_before(records)))
    assert (code, "9 events of 4 streams up to position 9, 1 of them erased; " in said) == (OK, True)
    code, said = verify(closed(part(records, 5, 6)))
    assert (code, "up to position 6, 1 of them erased, chosen from a log" in said) == (OK, True)


def test_a_part_of_a_log_is_proved_line_by_line(verify: Verifier) -> None:
    for records, chosen in ((MANY, [1, 300, 605]), (MANY, [605]), (RECORDS, range(1, 10))):
        code, said = verify(closed(part(records, *chosen)), "--no-memory")
        assert (code, "chosen from a log; what was left out can't be told" in said) == (OK, True)


def test_a_key_may_be_in_a_file_and_there_may_be_several(verify: Verifier) -> None:
    verify.key = verify.file(f"{new_key().verifier}\n\n{KEY.verifier}\n", "keys")
    assert verify(closed(lines(RECORDS)))[0] == OK


def test_a_finding_that_nobody_can_read_is_no_damage() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, str(VERIFY), "--no-memory", "--key", str(KEY.verifier), "-"]
    with open(writes, "wb") as nobody:
        done = subprocess.run(command, input=closed(lines(RECORDS)), stdout=nobody, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (USAGE, b"verify.py: What was found can't be written: Broken pipe.\n")


def test_a_file_of_keys_has_nothing_else_in_it(verify: Verifier) -> None:
    verify.key = verify.file(f"{KEY.verifier}\nonering.pub\n", "keys")
    code, said = verify(closed(lines(RECORDS)))
    assert (code, "it has not the form <name>+<id>+<base64>" in said) == (USAGE, True)


def test_a_log_that_two_keys_sign_is_ok_for_whoever_knows_one(verify: Verifier) -> None:
    newer = new_key()
    content = closed(lines(RECORDS, checkpoint=note(RECORDS, keys=[KEY, newer])))
    for key in (KEY, newer):
        verify.key = str(key.verifier)
        assert verify(content)[0] == OK


# ------------------------------------------------------------------------------------------------------------- alone

ALONE = """
import runpy, sys
packages, *sys.argv = sys.argv[1:]
sys.path.append(packages)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_the_script_works_alone_with_cryptography(tmp_path: Path) -> None:
    """Nothing of ours can be imported, nor anything else that is not Python's own."""
    packages, empty = tmp_path / "packages", tmp_path / "empty"
    packages.mkdir()
    empty.mkdir()
    installed = Path(cryptography.__file__).parents[1]
    for path in (*installed.glob("cryptography*"), *installed.glob("*cffi*")):
        (packages / path.name).symlink_to(path)
    (empty / "verify.py").write_bytes(VERIFY.read_bytes())
    (empty / "imports.py").write_text("import onering")
    (empty / "log.ndjson").write_bytes(closed(lines(RECORDS)))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "-c", ALONE, str(packages), *arguments]
        environment = {"XDG_STATE_HOME": str(tmp_path / "state")}
        return subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True)

    assert "No module named 'onering'" in run("imports.py").stderr
    done = run("verify.py", "--key", str(KEY.verifier), "log.ndjson")
    assert (done.returncode, done.stderr) == (OK, "")
    assert "ok: 9 events" in done.stdout
    assert (tmp_path / "state" / "onering" / "verified.json").exists()
    help = run("verify.py", "--help").stdout
    assert re.findall(r"^  ([0-4])  (\w+)", help, re.MULTILINE) == [
        (str(code), word) for code, word in enumerate(["ok", "damaged", "usage", "incomplete", "diverged"])
    ]


def test_the_script_is_written_for_older_pythons() -> None:
    ast.parse(VERIFY.read_text(encoding="utf-8"), feature_version=(3, 9))


# ----------------------------------------------------------------------------------------------------- what is damaged


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"payload": '{"idempotency_key":null,"data":{}}'}, "its payload or salt was changed"),
        ({"salt": b"\7" * 16}, "its payload or salt was changed"),
        ({"payload": None}, "payload and salt are erased together or not at all"),
        ({"salt": None}, "payload and salt are erased together or not at all"),
        ({"payload_hash": b"\7" * 32}, "a column of it was changed"),
        ({"leaf": b"\7" * 32}, "a column of it was changed"),
        ({"subject": "mallory"}, "a column of it was changed"),
        ({"impersonator": "mallory"}, "a column of it was changed"),
        ({"type": "segment_withdrawn"}, "a column of it was changed"),
        ({"recorded_at": RECORDS[8].event.recorded_at.replace(microsecond=1)}, "a column of it was changed"),
    ],
)
def test_an_event_that_was_changed_is_named(verify: Verifier, change: dict[str, Any], wrong: str) -> None:
    code, said = verify(closed(signed_before(altered(9, **change))))
    assert code == DAMAGED
    assert f"{named(9)}{wrong}" in said


@pytest.mark.parametrize("column", [name for name in TABLE_ORDER if name not in ("payload", "salt")])
def test_the_leaf_commits_to_every_column(verify: Verifier, column: str) -> None:
    some = signed_before(RECORDS)
    event = json.loads(some[6])
    value = event[column]
    event[column] = value + 1 if isinstance(value, int) else OTHER[column] if value is None else _other(value)
    some[6] = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    code, said = verify(closed(some))
    assert (code, "a column of it was changed" in said) == (DAMAGED, True)


OTHER = {"impersonator": "mallory", "causation_id": "00000000-0000-0000-0000-000000000001"}


def _other(value: str) -> str:
    return value[:-2] + ("1" if value[-2] != "1" else "2") + value[-1]


def test_a_change_that_was_sealed_again_is_found_by_the_root(verify: Verifier) -> None:
    """The kept tree names the tile; an older export, or a proof of the event, the event."""
    records = resealed(MANY, 300, subject="mallory")
    some = lines(records, checkpoint=note(MANY), tiles=json.loads(lines(MANY)[0])["tiles"])
    code, said = verify(closed(some))
    assert code == DAMAGED
    assert (
        "the first 605 events are not those that were signed: what differs is among events 257 to 512; --against"
        in said
    )
    for older in (closed(lines(MANY)), closed(part(MANY, 7, 300)), sealing.proof(MANY, 300).encode()):
        code, said = verify(closed(some), f"--against={verify.file(older, 'older')}")
        event = MANY[299].event
        where = (
            f"position 300, stream {event.stream_id}, version {event.version}: it is another event than in the older"
        )
        assert (code, where in said) == (DAMAGED, True)


def test_a_change_behind_the_last_tile_or_in_the_tree_too_is_found(verify: Verifier) -> None:
    for records in (resealed(MANY, 600, subject="mallory"), resealed(MANY, 300, subject="mallory")):
        code, said = verify(closed(lines(records, checkpoint=note(MANY))))
        assert code == DAMAGED
        assert "what differs is among events 513 to 605, or the tree was changed, too; --against" in said
    records = resealed(MANY[:512], 300, subject="mallory")
    assert "signed: the tree was changed, too; --agai" in verify(closed(lines(records, checkpoint=note(MANY[:512]))))[1]


def test_a_tree_that_is_not_that_of_the_log_is_found(verify: Verifier) -> None:
    tiles = json.loads(lines(MANY)[0])["tiles"][::-1]
    code, said = verify(closed(lines(MANY, tiles=tiles)))
    assert code == DAMAGED
    assert "the tree that proofs are made of is not that of the log: events 1 to 256 or events 257 to 512" in said


@pytest.mark.parametrize(
    ("some", "found"),
    [
        ([*lines(RECORDS)[:5], *lines(RECORDS)[6:]], f"{named(6)}missing in front of it: event 5"),
        ([*lines(RECORDS)[:5], *lines(RECORDS)[8:]], f"{named(8)}missing in front of it: events 5 to 7"),
        ([*lines(RECORDS)[:6], *lines(RECORDS)[5:]], f"{named(5)}it comes after position 5"),
        (lines(RECORDS, lane=1), f"{named(1)}it is of lane 0, in a log of lane 1"),
        (lines(RECORDS[:8], head=9), "the file should go up to position 9; it ends at 8"),
        (lines(RECORDS, head=8), "the file should go up to position 8; it ends at 9"),
        (
            signed_before(resealed(RECORDS, 6, version=9)),
            f"position 6, stream {RECORDS[5].event.stream_id}, version 9: version 4 of its stream comes next",
        ),
        (
            signed_before(resealed(RECORDS, 6, recorded_at=RECORDS[0].event.recorded_at)),
            f"{named(6)}it was recorded before the one in front of it",
        ),
    ],
)
def test_an_event_in_a_wrong_place_is_named(verify: Verifier, some: list[bytes], found: str) -> None:
    code, said = verify(closed(some))
    assert (code, found in said) == (DAMAGED, True), said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"lane"', b'{ "lane"'),
        (b'"lane":0', b'"lane":00'),
        (b'"lane":0', b'"lane":-1'),
        (b'"lane":0', b'"lane":false'),
        (b'"lane":0', b'"lane":0.0'),
        (b'"lane":0', b'"lane":0,"lane":0'),
        (b'"position":6', b'"position":1000000000000000006'),
        (b'"position":6,"stream_id"', b'"stream_id"'),
        (b'"Text 1', b'"Te\\u0078t 1'),
        (b"Text 1", b"Text\xff1"),
        (b"Text 1", b"Text\t1"),
        (b'"request-1"', b'"\\u000a"'),
        (b'"request-1"', b'"\\ud800"'),
        (b'"request-1"', b'"request/\\/"'),
        (b'"impersonator":null', b'"impersonator":"","x":null'),
        (b'"salt":"', b'"salt":"00'),
        (b'"recorded_at":"2026-01-', b'"recorded_at":"2026-13-'),
        (b'"recorded_at":"2026-01-', b'"recorded_at":" 2026-01-'),
        (b'Z","leaf"', b'+00:00","leaf"'),
        (b"T03:", b"T24:"),
        (b'"}\n', b'","proof":null}\n'),
    ],
)
def test_a_line_that_no_export_has_is_found(verify: Verifier, old: bytes, new: bytes) -> None:
    some = lines(RECORDS)
    assert old in some[6]
    some[6] = some[6].replace(old, new)
    code, said = verify(closed(some))
    assert code == DAMAGED
    assert "line 7, after position 5: it is not spelled" in said or "there is no such time" in said


def test_upper_case_is_another_spelling(verify: Verifier) -> None:
    some = lines(RECORDS)
    for column in ("stream_id", "payload_hash"):
        value = json.loads(some[6])[column].encode()
        assert value != value.upper()
        changed = [*some[:6], some[6].replace(value, value.upper()), *some[7:]]
        assert verify(closed(changed))[0] == DAMAGED


@pytest.mark.parametrize(
    ("last", "found"),
    [
        (lambda end: end.replace(b'"events":9', b'"events":8'), "its last line is another's"),
        (lambda end: end[:-4] + bytes([end[-4] ^ 1]) + end[-3:], "its last line is another's"),
        (lambda end: end + end, "the file goes on behind its last line"),
        (lambda end: end + lines(RECORDS)[1], "the file goes on behind its last line"),
    ],
)
def test_a_last_line_that_is_another_is_found(verify: Verifier, last: Callable[[bytes], bytes], found: str) -> None:
    *some, end = closed(lines(RECORDS)).splitlines(keepends=True)
    code, said = verify(b"".join([*some, last(end)]))
    assert (code, found in said) == (DAMAGED, True)


def test_a_damaged_archive_is_found_and_one_that_just_ends_is_not_complete(verify: Verifier) -> None:
    whole = gzip.compress(closed(lines(MANY)))
    assert verify(whole[:-500])[0] == INCOMPLETE
    broken = bytearray(whole)
    broken[-6] ^= 1
    code, said = verify(bytes(broken))
    assert (code, "the file can't be read on: CRC" in said) == (DAMAGED, True)
    broken = bytearray(whole)
    broken[len(whole) // 2 : len(whole) // 2 + 8] = b"\xff" * 8
    assert verify(bytes(broken))[0] == DAMAGED


FLIPPED = [closed(lines(RECORDS)), closed(part(RECORDS, 5, 6)), sealing.proof(RECORDS, 6).encode()]


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bit_that_flips_in_a_file_is_found(verify: Verifier, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(FLIPPED)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert verify(bytes(content), "--no-memory")[0] != OK


def test_a_line_that_never_ends_is_not_read_to_its_end(verify: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few compressed bytes would fill the memory of whoever reads them."""
    some = lines(RECORDS)
    monkeypatch.setattr(program(), "MOST_LINE_BYTES", max(map(len, some)) + 1)
    assert verify(closed(some))[0] == OK
    for endless in ([*some[:6], b"x" * 10_000], [*some[:6], b"x" * 10_000 + b"\n", *some[6:]]):
        code, said = verify(gzip.compress(closed(endless)))
        assert (code, "a line of it is longer than any that is judged" in said) == (DAMAGED, True)
    older = verify.file(b"".join([*some[:6], b"x" * 10_000]), "older")
    assert verify(closed(some), f"--against={older}")[0] == USAGE


def test_so_many_findings_are_shown_and_all_are_counted(verify: Verifier) -> None:
    records = [record._replace(leaf=b"\7" * 32) for record in MANY]
    code, said = verify(closed(lines(records)))
    shown = said.splitlines()
    assert (code, len(shown), shown[-2]) == (DAMAGED, 102, "… and 505 more")


def test_nothing_in_a_file_reaches_the_terminal_as_it_is(verify: Verifier) -> None:
    origin = "\x9b31mevil"
    signed = Checkpoint(origin, 9, sealing.checkpoint(RECORDS).root).signed([SigningKey(origin, KEY.private)])
    _, said = verify(closed(lines(RECORDS, checkpoint=signed)))
    assert "\x9b" not in said


# ------------------------------------------------------------------------------------------------ parts with proofs


@pytest.mark.parametrize(
    ("some", "found"),
    [
        (lambda: [part(MANY, 5)[0], part(MANY, 6)[1].replace(b'"position":6', b'"position":7')], "a column of it"),
        (
            lambda: [*part(MANY, 5), part(MANY, 6)[1].replace(b'"proof":["', b'"proof":["AAAA')],
            "not a hash of 32 bytes",
        ),
        (lambda: [*part(MANY, 5), part(MANY, 6)[1].replace(b'"proof":[', b'"proof":[[],')], "not spelled"),
        (lambda: [*part(MANY, 5), part(MANY, 6)[1].replace(b'"proof":["', b'"proof":["",,"')], "not a list of hashes"),
        (lambda: [*part(MANY, 5), _with_proof_of(6, 7)], "its proof leads to another root"),
        (lambda: part(MANY, 6, 5), "it comes after position 6"),
        (lambda: part(resealed(MANY, 6, subject="x"), 6, checkpoint=note(MANY)), "its proof leads to another root"),
        (lambda: part(MANY, 6, checkpoint=note(MANY, 5)), "it is event 6, and the checkpoint covers 5"),
    ],
)
def test_a_proof_that_does_not_fit_is_found(verify: Verifier, some: Callable[[], list[bytes]], found: str) -> None:
    code, said = verify(closed(some()))
    assert (code, found in said) == (DAMAGED, True), said


def _with_proof_of(position: int, other: int) -> bytes:
    line = part(MANY, position)[1]
    return line[: line.index(b',"proof":')] + part(MANY, other)[1][part(MANY, other)[1].index(b',"proof":') :]


def test_a_part_of_a_log_is_not_all_of_it(verify: Verifier) -> None:
    """Whoever writes an export can leave out what they like, and say that it was filtered."""
    assert verify(closed(lines(RECORDS)), "--whole")[0] == OK
    for chosen in ((), (5,), range(1, 10)):
        code, said = verify(closed(part(RECORDS, *chosen)), "--whole")
        assert (code, "only what somebody chose from the log" in said) == (INCOMPLETE, True)


def test_an_older_version_of_a_stream_behind_a_newer_one_is_found(verify: Verifier) -> None:
    records = resealed(MANY, 300, version=2)
    code, said = verify(closed(part(records, 299, 300)))
    assert (code, "of its stream comes next" in said) == (DAMAGED, True)


# ---------------------------------------------------------------------------------------- what can't be judged wholly


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (closed(lines(RECORDS, checkpoint=None, tiles=[])), "no checkpoint: nobody signed this log, or not yet"),
        (closed(lines(RECORDS, checkpoint=note(RECORDS, 7))), "not signed yet: events 8 to 9"),
        (b"".join(lines(RECORDS)), "the file is cut off after position 9; it should go up to 9"),
        (closed(lines(RECORDS))[:-9], "the file is cut off after position 9; it should go up to 9"),
        (b"".join(lines(RECORDS))[:-9], "the file is cut off after position 8; it should go up to 9"),
        (closed(lines(RECORDS[:1]))[:-700], "the file is cut off after position 0; it should go up to 1"),
        (closed([part(RECORDS, 5)[0], encoded(RECORDS[4])[:-2] + b',"proof":null}\n']), "1 event without a proof"),
    ],
)
def test_what_is_not_signed_or_not_there_is_incomplete(verify: Verifier, content: bytes, found: str) -> None:
    code, said = verify(content)
    assert (code, found in said) == (INCOMPLETE, True), said


def test_without_a_key_nothing_is_ok(verify: Verifier) -> None:
    verify.key = ""
    code, said = verify(closed(lines(RECORDS)))
    assert (code, "no key: give --key" in said) == (INCOMPLETE, True)
    assert not verify.memory.exists()
    assert verify(closed(signed_before(resealed(RECORDS, 6, subject="x"))))[0] == DAMAGED


def test_exports_of_the_release_before_are_read_and_are_not_signed(verify: Verifier) -> None:
    whole = lines(RECORDS, format_version=1)
    head = json.loads(whole[0])
    del head["checkpoint"], head["tiles"]
    first = orjson.dumps(head) + b"\n"
    assert verify(closed([first, *whole[1:]]))[0] == INCOMPLETE
    first = orjson.dumps({**head, "filter": {"actor": "alice"}}) + b"\n"
    assert verify(closed([first, whole[3], whole[6]]))[0] == INCOMPLETE
    assert verify(closed([first, whole[6], whole[3]]))[0] == DAMAGED
    first = lines(RECORDS, format_version=1, filter={"actor": "alice"})[0]
    code, said = verify(closed([first, *lines(resealed(RECORDS, 6, subject="mallory"))[6:7]]))
    assert (code, "1 event without a proof" in said) == (INCOMPLETE, True)


# -------------------------------------------------------------------------------------------- what was verified before


def test_a_log_that_grew_is_ok_and_is_remembered(verify: Verifier) -> None:
    for size in (5, 7, 9):
        code, said = verify(closed(lines(RECORDS[:size])))
        assert (code, "trusted from now on" in said) == (OK, size == 5)
        assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["size"] == size
    assert verify.memory.stat().st_mode & 0o777 == 0o600


def test_a_log_that_lost_its_end_is_told(verify: Verifier) -> None:
    verify(closed(lines(RECORDS)))
    code, said = verify(closed(lines(RECORDS[:7])))
    assert code == DIVERGED
    assert "missing at the end: events 8 to 9, which the checkpoint that was verified before covers" in said
    assert verify(closed(lines(RECORDS[:7])), "--no-memory")[0] == OK
    assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["size"] == 9


def test_a_log_that_lost_its_end_and_its_checkpoint_is_told(verify: Verifier) -> None:
    verify(closed(lines(RECORDS)))
    code, said = verify(closed(lines(RECORDS[:7], checkpoint=None)))
    assert (code, "events 8 to 9" in said) == (DIVERGED, True)


def test_a_log_shorter_than_its_own_checkpoint_is_told(verify: Verifier) -> None:
    code, said = verify(closed(lines(RECORDS[:7], checkpoint=note(RECORDS))))
    assert code == DIVERGED
    assert "missing at the end: events 8 to 9, which the checkpoint in this file covers" in said
    assert not verify.memory.exists()


def test_another_history_is_told_although_its_signature_is_right(verify: Verifier) -> None:
    """And the tree as it is kept, or an older export, says where it begins."""
    verify(closed(lines(MANY)))
    fork = resealed(MANY, 300, subject="mallory")
    code, said = verify(closed(lines([*fork, *told(1)[5:6]][:605])))
    assert code == DIVERGED
    assert "the first 605 events are not those of the checkpoint that was verified before" in said
    older = verify.file(closed(lines(MANY)), "older")
    code, said = verify(closed(lines(fork)), f"--against={older}", "--no-memory")
    assert (code, "position 300, stream" in said) == (DIVERGED, True)
    assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["root"] == sealing.text(sealing.checkpoint(MANY).root)


def test_an_older_file_knows_a_checkpoint_and_events_that_are_missing(verify: Verifier) -> None:
    older = verify.file(sealing.proof(RECORDS, 9), "older")
    fork = resealed(RECORDS, 3, subject="mallory")
    code, said = verify(closed(lines(fork)), f"--against={older}", "--no-memory")
    assert (code, "the first 9 events are not those of the checkpoint of the older file" in said) == (DIVERGED, True)
    older = verify.file(closed(lines(RECORDS)), "older")
    code, said = verify(closed(lines(RECORDS[:7])), f"--against={older}", "--no-memory")
    assert code == DIVERGED
    assert f"{named(8)}the older file has it, and this log ends at position 7" in said
    assert verify(closed(lines(RECORDS)), f"--against={verify.file(closed(lines(RECORDS[:7])), 'older')}")[0] == OK


def test_of_a_part_another_checkpoint_needs_to_be_connected(verify: Verifier) -> None:
    """Also one that is known by its signature alone is remembered only then."""
    verify(closed(lines(MANY[:300])))
    content = closed(part(MANY, 5))
    code, said = verify(content)
    assert (code, "fetch /v1/log/consistency?from=300&to=605 from the server" in said) == (INCOMPLETE, True)
    assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["size"] == 300
    answer = verify.file(json.dumps(sealing.grown(MANY, 300, 605)), "answer")
    assert verify(content, f"--consistency={answer}")[0] == OK
    assert verify(content)[0] == OK


def test_of_a_part_the_checkpoint_of_an_older_file_needs_to_be_connected_too(verify: Verifier) -> None:
    """Whatever the two files tell of: that of a rewritten log leads to a root, but to another one."""
    fork = resealed(MANY, 3, subject="mallory")
    for older in (closed(lines(MANY)), closed(part(MANY, 7)), sealing.proof(MANY, 7).encode()):
        against = f"--against={verify.file(older, 'older')}"
        code, said = verify(closed(part(fork, 5)), "--no-memory", against)
        assert (code, "the checkpoint of the older file is of another log of 605 events" in said) == (DIVERGED, True)
        assert verify(closed(part(MANY, 5)), "--no-memory", against)[0] == OK
    against = f"--against={verify.file(sealing.proof(MANY[:300], 7), 'older')}"
    code, said = verify(closed(part(MANY, 5)), "--no-memory", against)
    assert (code, "the checkpoint of the older file has 300 events, this one 605" in said) == (INCOMPLETE, True)
    answer = verify.file(json.dumps(sealing.grown(MANY, 300, 605)), "answer")
    assert verify(closed(part(MANY, 5)), "--no-memory", against, f"--consistency={answer}")[0] == OK


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        "\xff",
        '{"logs":{"a":1}}',
        '{"logs":{"a":{"size":1,"root":"AA=="}}}',
        f'{{"logs":{{"a":{{"size":-1,"root":"{sealing.text(OTHER_TREE.root)}"}}}}}}',
    ],
)
def test_a_memory_that_can_not_be_read_is_wrong_usage(verify: Verifier, content: str) -> None:
    verify.memory.parent.mkdir()
    verify.memory.write_text(content, encoding="latin-1")
    code, said = verify(closed(lines(RECORDS)))
    assert (code, "can't be read" in said) == (USAGE, True)


def test_a_memory_that_can_not_be_written_is_told(verify: Verifier) -> None:
    verify.memory.parent.write_text("a file")
    code, said = verify(closed(lines(RECORDS)))
    assert code == USAGE
    assert "verified.json" in said


def test_a_memory_does_not_take_the_place_of_what_nobody_compared(verify: Verifier) -> None:
    """Of two histories that are verified at once, for the first time, one is remembered and the other told."""
    memories = [program().Memory(verify.memory) for _ in range(3)]
    first, other = (program().Checkpoint(*checkpoint) for checkpoint in (sealing.checkpoint(RECORDS, 5), OTHER_TREE))
    memories[0].remember(first)
    memories[1].remember(first)
    with pytest.raises(program().Misused, match="verify again"):
        memories[2].remember(other)
    assert program().Memory(verify.memory).known(ORIGIN) == first


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_memory_is_all_of_it_or_as_it_was(verify: Verifier, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    assert verify(closed(lines(RECORDS[:5])))[0] == OK
    before = verify.memory.read_bytes()

    def broken(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, step, broken)
    code, said = verify(closed(lines(RECORDS)))
    assert (code, "can't be remembered" in said) == (USAGE, True)
    assert verify.memory.read_bytes() == before
    assert list(verify.memory.parent.iterdir()) == [verify.memory]


def test_memory_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert program().default_memory() == tmp_path / "onering" / "verified.json"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert program().default_memory() == tmp_path / ".local" / "state" / "onering" / "verified.json"


def test_whoever_has_no_home_says_where_to_remember(verify: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> NoReturn:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    file = verify.file(closed(lines(RECORDS)), "log")
    assert program().main([f"--key={KEY.verifier}", file]) == USAGE
    assert verify(closed(lines(RECORDS)))[0] == OK


# ------------------------------------------------------------------------------------------------------------- usage


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither an export nor a proof file"),
        (b"position,lane\n1,0\n", "neither an export nor a proof file"),
        (b"[" * 100_000, "neither an export nor a proof file"),
        (lines(RECORDS, format_version=3)[0], "a format of another release"),
        (lines(RECORDS, lane="0")[0], "which part of which log"),
        (lines(RECORDS, head=-1)[0], "which part of which log"),
        (lines(RECORDS, tiles=7)[0], "which part of which log"),
        (lines(RECORDS, filter=None)[0], "which part of which log"),
        (lines(RECORDS, format_version=True)[0], "which part of which log"),
        (lines(RECORDS, lane=0.0)[0], "which part of which log"),
    ],
)
def test_a_file_of_another_kind_is_wrong_usage(verify: Verifier, content: bytes, said: str) -> None:
    code, told = verify(content)
    assert (code, said in told) == (USAGE, True)


FIRST = lines(RECORDS)[0]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(FIRST.replace(b'{"format"', b'{"lane":1,"format"'), id="a member twice"),
        pytest.param(FIRST.replace(b',"tiles"', b' ,"tiles"'), id="white space"),
        pytest.param(FIRST.replace(b"\n", b"\r\n"), id="a carriage return"),
        pytest.param(FIRST.replace(b'"lane"', b'"l\\u0061ne"'), id="an escape that none needs"),
        pytest.param(FIRST[:-1].decode().encode("utf-16-be") + b"\0\n", id="another encoding"),
        pytest.param(b"\xef\xbb\xbf" + FIRST, id="a byte order mark"),
        pytest.param(FIRST.replace(b"\\n\\n", b"\\n\\ud800\\n\\n"), id="half a character"),
    ],
)
def test_a_first_line_that_others_may_read_otherwise_is_not_judged(verify: Verifier, first: bytes) -> None:
    """For whatever else reads the file, `onering replay check` among it, has to see the log that was verified."""
    assert first != FIRST
    assert verify(closed([first, *lines(RECORDS)[1:]]))[0] == USAGE


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--key=no key", "No such file"),
        pytest.param(f"--key={str(KEY.verifier)[:-4]}AAAA", "its id is that of another key", id="another key"),
        ("--key=a+00000000+AQ==", "not an Ed25519 key"),
        ("--key=a+00000000+A", "not base64"),
        ("--against=none", "can't be read: No such file"),
        ("--against=\x1b[2Jnone", "\\x1b[2Jnone can't be read: No such file"),
        ("--against=/proc/self/mem", "can't be read: Input/output error"),
        ("--none", "unrecognized arguments"),
        ("--no-memory", "not allowed with"),
    ],
)
def test_options_that_make_no_sense_are_told(verify: Verifier, option: str, said: str) -> None:
    options = [option, "--memory=x"] if option == "--no-memory" else [option]
    code, told = verify(closed(lines(RECORDS)), *options)
    assert (code, said in told) == (USAGE, True), told


def test_an_older_file_that_can_not_be_read_is_told(verify: Verifier) -> None:
    whole, unsigned = closed(lines(MANY)), closed(lines(MANY, checkpoint=7))
    broken = b"".join([*lines(MANY)[:300], b"{}\n"])
    unproved = sealing.proof(MANY, 7).replace("index 6", "index 7").encode()
    packed = gzip.compress(whole)
    archives = (packed[:-500], packed[:12], packed[:20] + b"\xff" * 20, packed[:2] + b"\xff" * 20)
    for older in (b"", broken, *archives, b"c2sp.org/tlog-proof@v1\n", unproved, unsigned):
        code, said = verify(whole, f"--against={verify.file(older, 'older')}")
        assert (code, "What to compare with can't be read" in said) == (USAGE, True), older
