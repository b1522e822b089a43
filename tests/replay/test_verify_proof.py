"""scripts/verify.py on proof files: what a checkpoint, a path and a consistency proof must be like."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from onering.log.record import encoded
from onering.proofs.files import proof_file
from onering.proofs.merkle import inclusion, root_of
from onering.proofs.notes import Checkpoint, SigningKey
from tests.proofs.by_hand import ORIGIN, new_key
from tests.replay import sealing
from tests.replay.scribe import erased
from tests.replay.sealing import KEY, checkpoint, closed, grown, leaves, lines, note, part, proof, roots, told
from tests.replay.test_verify import DAMAGED, DIVERGED, INCOMPLETE, OK, USAGE, Verifier, resealed, verify

__all__ = ["verify"]

RECORDS = told()
MANY = told(600)
WHOLE = proof(RECORDS, 6)


def test_a_proof_shows_a_person_what_it_proves(verify: Verifier) -> None:
    code, said = verify(WHOLE.encode())
    event = RECORDS[5].event
    assert code == OK
    assert said.startswith(
        "position  6\n"
        f"time      {event.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}\n"
        "who       alice, as test says\n"
        f"draft     {event.stream_id}, version {event.version}\n"
        "what      segment_added\n"
        "          Text 1\n"
        f'with      {{"segment_id": "{json.loads(event.payload)["data"]["segment_id"]}", "author_id": "alice", '
        '"segment_order": 1}\n'
    )
    assert f"ok: position 6, stream {event.stream_id}, version {event.version}; {ORIGIN}, size 9, root " in said


def test_whatever_an_event_says_it_is_shown_as_text(verify: Verifier) -> None:
    _, said = verify(proof(RECORDS, 9).encode())
    assert "with      {" in said
    assert "Ü 🌍 'quoted'\\n" in said
    gone = [*RECORDS[:5], erased(RECORDS[5]), *RECORDS[6:]]
    assert "          [erased]\n" in verify(proof(gone, 6).encode())[1]
    for payload, shown in (
        ("no JSON", "with      no JSON"),
        ("[]", "with      []"),
        ('{"data":[7]}', 'with      {"data":[7]}'),
        ('{"data":{"content":7}}', 'with      {"data":{"content":7}}'),
        ('{"data":{"content":"a\\n\\u001b[2Jb"}}', "          a\n          \\x1b[2Jb\nwith      {}"),
        ('{"data":{"content":"a\\nwith      b"}}', "          a\n          with      b\nwith      {}"),
    ):
        records = resealed(RECORDS, 6, payload=payload, impersonator="root")
        code, said = verify(proof(records, 6).encode(), "--no-memory")
        assert (code, f"\n{shown}\n" in said, "alice (by root)" in said) == (OK, True, True), said


@pytest.mark.parametrize("position", [1, 2, 255, 256, 257, 512, 513, 604, 605])
def test_every_event_of_a_log_can_be_proved(verify: Verifier, position: int) -> None:
    assert verify(proof(MANY, position).encode())[0] == OK


def test_a_log_of_one_event_needs_no_path(verify: Verifier) -> None:
    assert verify(proof(RECORDS[:1], 1).encode())[0] == OK


# ------------------------------------------------------------------------------------------------------- checkpoints


def signed(text: str, *keys: SigningKey) -> str:
    return text + "\n" + "".join(key.line(text) for key in keys or (KEY,))


HEAD = checkpoint(RECORDS)
TEXT = HEAD.text()
EVIL = SigningKey("evil.example.com", KEY.private)
STRANGER = new_key()
WRONG = SigningKey(ORIGIN, STRANGER.private).line(TEXT).split(" ")[2]
FORGED = f"\u2014 {ORIGIN} {b64encode(KEY.verifier.key_id + b64decode(WRONG)[4:]).decode()}\n"
GOOD = KEY.line(TEXT)


@pytest.mark.attack(108)
@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(signed(TEXT, EVIL), id="another's key"),
        pytest.param(signed(TEXT.replace(ORIGIN, "evil.example.com")), id="another origin"),
        pytest.param(signed(TEXT.replace("\n9\n", "\n09\n")), id="a leading zero"),
        pytest.param(signed(TEXT.replace("\n9\n", "\n-9\n")), id="a negative size"),
        pytest.param(signed(TEXT.replace("\n9\n", "\n\u0669\n")), id="a digit of another script"),
        pytest.param(signed(Checkpoint(ORIGIN, 0, HEAD.root).text()), id="no events, and a root"),
        pytest.param(signed(TEXT.replace(ORIGIN, ORIGIN + "\x00")), id="a control character"),
        pytest.param(signed(TEXT + "more\tand more\n"), id="a control character behind the root"),
        pytest.param(signed(TEXT) + "\r\n", id="a carriage return"),
        pytest.param(signed(TEXT)[:-1], id="no end"),
        pytest.param(TEXT, id="no signature"),
        pytest.param(TEXT + "\n", id="an empty signature"),
        pytest.param(signed(TEXT, *[KEY] * 17), id="17 signatures"),
        pytest.param(signed(TEXT, STRANGER), id="an unknown key alone"),
        pytest.param(TEXT + "\n" + FORGED, id="a known key that signed something else"),
        pytest.param(TEXT + "\n" + GOOD + FORGED, id="a known key, once rightly and once wrongly"),
        pytest.param(TEXT + "\n" + GOOD + "signed\n", id="a line that is no signature"),
        pytest.param(TEXT + "\n" + GOOD + "\u2014 a+b AAAAAAA=\n", id="a name with a plus"),
        pytest.param(TEXT + "\n" + GOOD + "\u2014  AAAAAAA=\n", id="no name"),
        pytest.param(TEXT + "\n" + GOOD + "\u2014 stranger AAAA\n", id="a signature too short"),
        pytest.param(TEXT + "\n" + GOOD.replace("=", ""), id="base64 without its padding"),
        pytest.param(signed(TEXT + "\nmore\n"), id="an empty line within"),
        pytest.param(signed(TEXT.replace("=", "")), id="a root without its padding"),
        pytest.param(signed(f"{ORIGIN}\n9\nAAAA\n"), id="a root too short"),
        pytest.param(signed(f"{ORIGIN}\n9\n"), id="no root"),
        pytest.param(signed(f"\n9\n{sealing.text(HEAD.root)}\n"), id="no origin"),
        pytest.param(note(RECORDS).replace("\n9\n", "\n8\n"), id="a size that was not signed"),
    ],
)
def test_a_checkpoint_that_is_not_one_is_refused(verify: Verifier, forged: str) -> None:
    code, said = verify(WHOLE.replace(note(RECORDS), forged).encode())
    assert code == DAMAGED, said
    assert verify(closed(lines(RECORDS, checkpoint=forged)))[0] == DAMAGED
    assert verify(closed(part(RECORDS, checkpoint=forged)))[0] == DAMAGED
    assert not verify.memory.exists()


@pytest.mark.attack(108)
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(signed(TEXT, STRANGER, KEY), id="an unknown key beside a known one"),
        pytest.param(signed(TEXT, KEY, *[STRANGER] * 15), id="16 signatures"),
        pytest.param(TEXT + "\n" + GOOD + "\u2014 stranger AAAAAAA=\n", id="a signature of another kind"),
        pytest.param(signed(TEXT + "more\nand more\n"), id="more lines than are understood"),
    ],
)
def test_what_is_not_known_counts_for_nothing_beside_a_good_signature(verify: Verifier, given: str) -> None:
    assert verify(WHOLE.replace(note(RECORDS), given).encode())[0] == OK


@pytest.mark.attack(108)
def test_a_signed_size_that_is_not_that_of_the_root_is_refused(verify: Verifier) -> None:
    forged = signed(TEXT.replace("\n9\n", "\n8\n"))
    assert verify(WHOLE.replace(note(RECORDS), forged).encode())[0] == DAMAGED
    assert verify(closed(lines(RECORDS, checkpoint=forged)))[0] == DAMAGED


def test_a_checkpoint_that_is_no_text_is_refused(verify: Verifier) -> None:
    assert verify(closed(lines(RECORDS, checkpoint=7)))[0] == DAMAGED


# ------------------------------------------------------------------------------------------------------------- paths


def made(position: int, hashes: list[bytes], *, index: int | None = None, size: int | None = None) -> str:
    written = proof_file(RECORDS[position - 1], hashes, note(RECORDS, size))
    return written if index is None else written.replace(f"index {position - 1}\n", f"index {index}\n")


PATH = roots(RECORDS, inclusion(5, 9))


@pytest.mark.attack(109)
@pytest.mark.parametrize(
    ("forged", "found"),
    [
        (made(6, PATH, index=9), "the proof is of event 10"),
        (made(6, PATH, index=4), "the proof is of event 5"),
        (made(6, PATH, size=5), "it is event 6, and the checkpoint covers 5"),
        (made(6, [*PATH, PATH[0]]), "the path is too long"),
        (made(6, PATH[:-1]), "the path is too short"),
        (made(6, []), "the path is too short"),
        (made(6, PATH[::-1]), "its proof leads to another root"),
        (made(6, [PATH[1], PATH[0], *PATH[2:]]), "its proof leads to another root"),
        (made(6, PATH, size=8), "the path is too long"),
        (made(6, roots(RECORDS, inclusion(4, 9))), "its proof leads to another root"),
        (made(9, roots(RECORDS, inclusion(8, 9)) * 2), "the path is too long"),
        (made(6, [PATH[0][:31], *PATH[1:]]), "not a hash of 32 bytes"),
        (made(6, PATH).replace("index 5", "index 05"), "no line that says `index`"),
        (made(6, PATH).replace("index 5", "index -1"), "no line that says `index`"),
        (made(6, PATH).replace("index 5", "index \u0665"), "no line that says `index`"),
        (made(6, PATH).replace("index 5\n", ""), "no line that says `index`"),
        (made(6, PATH).replace("\nextra ", "\nextra"), "it has no `extra` line"),
        (WHOLE.replace(WHOLE.split("\n")[1] + "\n", ""), "it has no `extra` line"),
        (WHOLE.replace("\nextra ", "\nextra ="), "not base64"),
        (WHOLE.replace("\n\n", "\n"), "not base64"),
        (WHOLE.split("\n")[0] + "\n", "it has no `extra` line"),
    ],
)
def test_a_path_that_does_not_lead_from_the_event_to_the_root_is_refused(
    verify: Verifier, forged: str, found: str
) -> None:
    code, said = verify(forged.encode())
    assert (code, found in said) == (DAMAGED, True), said
    assert "Text 1" not in said
    assert not verify.memory.exists()


@pytest.mark.attack(109)
def test_an_inner_node_is_no_leaf(verify: Verifier) -> None:
    """A second preimage: the bytes below a node, given as those of an event. They would have to be an event's."""
    both = b"\x01" + RECORDS[4].leaf + RECORDS[5].leaf
    assert sha256(both).digest() == root_of(leaves(RECORDS)[4:6])
    extra = WHOLE.split("\n")[1]
    for fake in (both, both + b"\n", both.hex().encode()):
        forged = WHOLE.replace(extra, f"extra {sealing.text(fake)}")
        assert verify(forged.encode())[0] == DAMAGED
    line = encoded(RECORDS[5]).replace(RECORDS[5].leaf.hex().encode(), root_of(leaves(RECORDS)[4:6]).hex().encode())
    forged = proof_file(RECORDS[5], PATH[1:], note(RECORDS)).replace(extra, f"extra {sealing.text(line[:-1])}")
    code, said = verify(forged.encode())
    assert (code, "its leaf is that of another row" in said) == (DAMAGED, True)


def test_an_event_that_is_not_the_one_that_was_signed_is_named(verify: Verifier) -> None:
    records = resealed(RECORDS, 6, subject="mallory")
    code, said = verify(proof_file(records[5], PATH, note(RECORDS)).encode())
    assert (code, "it is not the event that was signed" in said) == (DAMAGED, True)
    record = RECORDS[5]._replace(event=RECORDS[5].event._replace(payload="{}"))
    code, said = verify(proof_file(record, PATH, note(RECORDS)).encode())
    assert (code, "its payload or salt was changed" in said) == (DAMAGED, True)


def test_a_file_that_is_no_text_is_refused(verify: Verifier) -> None:
    assert verify(WHOLE.encode().replace(b"index", b"\xff"))[0] == DAMAGED
    assert verify(WHOLE.encode() + b"x" * (1 << 24))[0] == DAMAGED


def test_without_a_key_nothing_is_proved(verify: Verifier) -> None:
    verify.key = ""
    assert verify(WHOLE.encode())[0] == INCOMPLETE
    assert verify(made(6, PATH[::-1]).encode())[0] == DAMAGED


def test_a_proof_has_nothing_to_be_compared_with(verify: Verifier) -> None:
    older = verify.file(WHOLE, "older")
    for option in (f"--against={older}", "--whole"):
        code, said = verify(WHOLE.encode(), option)
        assert (code, "a proof is of one event" in said) == (USAGE, True)


# ------------------------------------------------------------------------------------------------- consistency proofs


def answered(verify: Verifier, answer: Any) -> str:
    return f"--consistency={verify.file(json.dumps(answer), 'answer')}"


@pytest.mark.attack(110)
@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 3), (3, 7), (4, 9), (6, 8), (8, 9), (256, 605), (300, 605)])
def test_a_proof_of_a_newer_log_or_an_older_one_is_connected_with_what_was_verified(
    verify: Verifier, first: int, second: int
) -> None:
    old, new = proof(MANY[:first], 1).encode(), proof(MANY[:second], 1).encode()
    answer = answered(verify, grown(MANY[:second], first, second))
    for before, after in ((old, new), (new, old)):
        verify.memory.unlink(missing_ok=True)
        assert verify(before)[0] == OK
        code, said = verify(after)
        assert (code, f"/v1/log/consistency?from={first}&to={second}" in said) == (INCOMPLETE, True)
        assert verify(after, answer)[0] == OK
        assert verify(new)[0] == OK
        assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["size"] == second
        assert verify(after, "--no-memory")[0] == OK


Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.attack(110)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: {**data, "from": 9, "to": 6}, INCOMPLETE),
        (lambda data: {**data, "from": 9, "to": 9}, INCOMPLETE),
        (lambda data: {**data, "from": 5}, INCOMPLETE),
        (lambda data: {**data, "origin": "evil.example.com"}, INCOMPLETE),
        (lambda data: {**data, "hashes": []}, DIVERGED),
        (lambda data: {**data, "hashes": data["hashes"][:-1]}, DIVERGED),
        (lambda data: {**data, "hashes": [*data["hashes"], data["hashes"][0]]}, DIVERGED),
        (lambda data: {**data, "hashes": data["hashes"][::-1]}, DIVERGED),
        (lambda data: {**data, "hashes": ["AAAA"]}, USAGE),
        (lambda data: {**data, "hashes": [7]}, USAGE),
        (lambda data: {**data, "hashes": None}, USAGE),
        (lambda data: {}, USAGE),
    ],
)
def test_a_consistency_proof_that_is_not_of_these_two_logs_connects_nothing(
    verify: Verifier, change: Change, expected: int
) -> None:
    assert verify(proof(RECORDS[:6], 6).encode())[0] == OK
    answer = answered(verify, {"data": change(grown(RECORDS, 6, 9)["data"])})
    code, said = verify(WHOLE.encode(), answer)
    assert code == expected, said
    assert json.loads(verify.memory.read_bytes())["logs"][ORIGIN]["size"] == 6


@pytest.mark.attack(110)
@pytest.mark.parametrize("first", [4, 6, 8])
def test_another_history_is_not_connected_with_what_was_verified(verify: Verifier, first: int) -> None:
    fork = resealed(RECORDS, 1, subject="mallory")
    assert verify(proof(fork[:first], 1).encode())[0] == OK
    code, said = verify(WHOLE.encode(), answered(verify, grown(RECORDS, first, 9)))
    assert (code, f"the log of 9 events did not grow from that of {first}" in said) == (DIVERGED, True)
    code, said = verify(proof(RECORDS[:first], 1).encode())
    assert (code, f"verified before is of another log of {first} events" in said) == (DIVERGED, True)


def test_what_was_verified_of_an_empty_log_speaks_against_no_other(verify: Verifier) -> None:
    assert verify(closed(lines([])))[0] == OK
    assert verify(WHOLE.encode())[0] == OK


def test_an_answer_that_can_not_be_read_is_wrong_usage(verify: Verifier) -> None:
    verify(proof(RECORDS[:6], 6).encode())
    assert verify(WHOLE.encode(), "--consistency=none")[0] == USAGE
    assert verify(WHOLE.encode(), f"--consistency={verify.file('[' * 100_000, 'answer')}")[0] == USAGE
