"""Signed notes and checkpoints: the published example, and everything that is not one."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from onering.proofs.notes import BadNote, Checkpoint, SigningKey, VerifierKey, is_name, opened, parsed

# From the documentation of Go's golang.org/x/mod/sumdb/note, which signed notes come from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NEW = SigningKey("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OLD = SigningKey("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01"))
HEAD = Checkpoint("example.com/log", 7, bytes(range(32)))
NOTE = HEAD.signed([NEW])


def again(text: str) -> str:
    """The text signed anew, whatever it says."""
    return f"{text}\n{NEW.line(text)}"


def test_a_note_of_another_implementation_is_verified() -> None:
    """It is signed as it should be; only then is it found to be no checkpoint."""
    with pytest.raises(BadNote, match="no checkpoint"):
        opened(GO_NOTE, [VerifierKey.parse(GO_KEY)])
    with pytest.raises(BadNote, match="is wrong"):
        opened(GO_NOTE.replace("problem is", "problem was"), [VerifierKey.parse(GO_KEY)])
    assert str(VerifierKey.parse(GO_KEY)) == GO_KEY


def test_a_checkpoint_is_what_was_signed() -> None:
    assert opened(NOTE, [NEW.verifier]) == HEAD
    assert NOTE.startswith(
        "example.com/log\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n\u2014 example.com/log "
    )


def test_while_keys_change_either_of_two_is_enough() -> None:
    note = HEAD.signed([OLD, NEW])
    assert opened(note, [NEW.verifier]) == opened(note, [OLD.verifier]) == HEAD
    assert opened(note, [OLD.verifier, NEW.verifier]) == HEAD


def test_lines_of_unknown_keys_are_ignored_beside_a_good_one_and_worth_nothing_alone() -> None:
    witness = "\u2014 witness.example " + b64encode(b"1234" + bytes(64)).decode() + "\n"
    assert opened(NOTE + witness, [NEW.verifier]) == HEAD
    with pytest.raises(BadNote, match="no known key"):
        opened(NOTE, [OLD.verifier])


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    note = f"{HEAD.text()}\n{NEW.line(HEAD.text())}{OLD.line('another text')}"
    with pytest.raises(BadNote, match="is wrong"):
        opened(note, [NEW.verifier, OLD.verifier])


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (again("example.com/log\n07\n" + HEAD.text().split("\n")[2] + "\n"), "no checkpoint"),
        (again("example.com/log\n-7\n" + HEAD.text().split("\n")[2] + "\n"), "no checkpoint"),
        (again("\n7\n" + HEAD.text().split("\n")[2] + "\n"), "no checkpoint"),
        (again("example.com/log\n7\n"), "no checkpoint"),
        (again("example.com/log\n7\nAAEC\n"), "no SHA-256"),
        (again("example.com/log\n7\nAAEC=\n"), "not base64"),
        (again(HEAD.text().replace("\n7", "\r\n7")), "control characters"),
        (again(HEAD.text().replace("log\n7", "log\t\n7")), "control characters"),
        (Checkpoint("example.com/log", 0, bytes(32)).signed([NEW]), "empty tree"),
        (Checkpoint("example.com/other", 7, bytes(32)).signed([NEW]), "no known key of example.com/other"),
        (NOTE[:-1], "without its end"),
        (HEAD.text(), "0 signatures"),
        (HEAD.signed([NEW] * 17), "17 signatures"),
        (NOTE.replace("\u2014", "-"), "no signature"),
        (NOTE.replace("\u2014 example.com/log", "\u2014 example.com+log"), "no signature"),
        (NOTE[:-3] + "\n", "not base64"),
        ("", "no note"),
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        opened(note, [NEW.verifier])


def test_lines_after_the_root_are_signed_and_not_looked_at() -> None:
    assert opened(again(HEAD.text() + "more\n"), [NEW.verifier]) == HEAD
    with pytest.raises(BadNote, match="no checkpoint"):
        parsed(HEAD.text() + "\nmore\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "form"),
        (GO_KEY.replace("c74f20a3", "c74f20a4"), "another key's"),
        ("a+12345678+AAAA", "Ed25519"),
        (GO_KEY[:-1] + "=", "base64"),
    ],
)
def test_what_is_no_key_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        VerifierKey.parse(text)


def test_a_name_is_one_word() -> None:
    assert is_name("example.com/log")
    assert not any(map(is_name, ("", "a b", "a+b", "a\n", "a\u2003b")))
