"""What is said to be recorded is what is."""

import re
from pathlib import Path

from onering.app.readers import REFUSING
from onering.domain.system import SYSTEM_EVENT_TYPES
from onering.http.refusals import RECORDED

TEXT = (Path(__file__).parents[2] / "docs" / "AUDIT.md").read_text()


def first_cells(marker: str) -> list[str]:
    """Return the names in the first column of the table below a comment."""
    (table,) = re.findall(rf"<!-- {marker}: .*-->\n((?:\|.*\n)+)", TEXT)
    return re.findall(r"^\| `([a-z_]+)`", table, re.MULTILINE)


def test_the_table_of_events_is_that_of_the_domain() -> None:
    assert first_cells("system events") == list(SYSTEM_EVENT_TYPES)


def test_the_table_of_refusals_is_what_is_told() -> None:
    told = first_cells("refusals")
    assert set(told) == RECORDED | {"not_found"} | set(REFUSING.values())
    assert len(told) == len(set(told))
