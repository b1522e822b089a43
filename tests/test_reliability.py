"""docs/RELIABILITY.md is true: its tests exist, its faults are those that are soaked with."""

import re
from pathlib import Path

import pytest

from scripts.soaking.faults import NAMES
from scripts.soaking.report import COLUMNS

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with that line."""
    body = DOCUMENT.partition(heading)[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()[2:]]


@pytest.mark.parametrize("row", rows("| fault | what people see | test |"), ids=lambda row: row[0])
def test_every_fault_names_a_test_that_exists(row: list[str]) -> None:
    named = re.fullmatch(r"`(tests/(?:\w+/)?\w+\.py)::(test_\w+)`", row[-1])
    assert named is not None
    assert re.search(rf"^ *(async )?def {named[2]}\(", (ROOT / named[1]).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_test_of_a_fault_is_in_the_table() -> None:
    named = set(re.findall(r"::(test_\w+)`", DOCUMENT))
    files = (ROOT / "tests" / "faults").glob("test_faults_*.py")
    there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))}
    assert there <= named


def test_every_fault_of_a_soak_is_told() -> None:
    told = {name for row in rows("| fault | what is done |") for name in re.findall(r"`([^`]+)`", row[0])}
    kills = {f"kill -9 {name}" for name in ("session", "Postgres", "everything")}
    assert told - {"session", "Postgres", "everything"} | kills == set(NAMES)


def test_the_figures_have_the_columns_of_a_soak() -> None:
    assert f"| run | {' | '.join(COLUMNS)} |" in DOCUMENT
