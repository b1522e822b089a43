"""Rows of CSV (RFC 4180, UTF-8) in which no cell is a formula, whatever people wrote into it."""

import csv
import io
from collections.abc import Sequence
from typing import Any

# A cell that begins so is a formula to a spreadsheet, and people choose what is in a cell (OWASP, "CSV injection").
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - these too


def rows(values: Sequence[Sequence[Any]]) -> bytes:
    """Return rows of cells; one that a spreadsheet would run begins with an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in values)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
