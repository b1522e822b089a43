"""docs/ATTACKS.md is true: each attack names the tests that answer it, and there are no others."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "ATTACKS.md"
# What erasing a person and row-level security will have to withstand (docs/ROADMAP.md).
LATER = {101, 102, 115, 116, 117}
ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def marked() -> dict[int, list[str]]:
    """Which tests say that they answer which attacks, however they are marked."""
    files = [str(f) for f in sorted((ROOT / "tests").rglob("test_*.py")) if "mark.attack" in f.read_text("utf-8")]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "tests.attacks.rows", *files]
    out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (found,) = re.findall(r"^ATTACKS (.+)$", out, re.MULTILINE)
    return {int(row): tests for row, tests in json.loads(found).items()}


def told() -> dict[int, list[str]]:
    """Return the tests of each row of the document."""
    return {int(row): re.findall(r"`([^`]+)`", tests) for row, _, _, tests in ROW.findall(DOCUMENT.read_text("utf-8"))}


def test_every_attack_has_its_tests(marked: dict[int, list[str]]) -> None:
    assert told() == {row: marked.get(row, []) for row in range(1, 121) if row not in LATER}
    assert all(told().values())


def test_no_attack_is_answered_that_is_none(marked: dict[int, list[str]]) -> None:
    assert set(marked) <= set(range(1, 121)) - LATER
