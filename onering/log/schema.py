"""The SQL that makes a log: schema.sql for an empty database, numbered steps for an older one."""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """One migration."""

    number: int
    name: str
    sql: str


def schema_sql() -> str:
    """Return schema.sql: beside the packages in a clone, inside `onering` in a wheel."""
    shipped = files("onering") / "schema.sql"
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "schema.sql").read_text(encoding="utf-8")


def steps() -> list[Step]:
    """Return all migrations in order."""
    found = (f for f in files("onering.log.migrations").iterdir() if f.name.endswith(".sql"))
    return sorted(Step(int(f.name[:4]), f.name[5:-4], f.read_text(encoding="utf-8")) for f in found)
