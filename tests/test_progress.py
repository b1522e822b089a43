"""A bar is for somebody who waits at a terminal, and for what takes a while."""

import os
import pty
import subprocess
import sys

import pytest

SCRIPT = """
from onering import progress
progress.PATIENCE_SECONDS = {patience}
with progress.bars() as show:
    show("checking", 1, 2)
    show("checking", 2, 2)
print("done")
"""


def shown(patience: float, *, terminal: bool) -> tuple[str, bytes]:
    """Return standard output, and what the terminal or pipe at standard error got."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    script = SCRIPT.format(patience=patience)
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
    os.write(theirs, b".")
    got = os.read(ours, 100_000)
    os.close(ours)
    os.close(theirs)
    return done.stdout, got


def test_what_takes_longer_than_a_second_has_a_bar() -> None:
    out, got = shown(-1, terminal=True)
    assert out == "done\n"
    assert b"checking" in got
    assert b"2/2" in got


@pytest.mark.parametrize(("patience", "terminal"), [(1000, True), (-1, False)])
def test_there_is_none_for_what_is_quick_nor_where_nobody_looks(patience: float, terminal: bool) -> None:
    assert shown(patience, terminal=terminal) == ("done\n", b".")
