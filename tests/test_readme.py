"""The README is true: its commands run, its tables name what the code names."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from onering.contract.requests import template
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES
from onering.http.envelope import COMMANDS
from onering.settings import Settings
from tests.conformance import LINES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> Iterator[list[str]]:
    """Return the cells of the table whose first heading is that."""
    body = README.partition(f"| {heading} |")[2].partition("\n\n")[0]
    for line in body.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_table_of_commands_names_every_command_with_its_fields() -> None:
    shown = {row[0].strip(" `"): set(re.findall(r"`(\w+)`", row[1])) for row in rows("command")}
    assert shown == {name: set(model.model_fields) - {"type", "command_id"} for name, model in COMMANDS.items()}


def test_the_table_of_commands_names_every_event() -> None:
    shown = {event for row in rows("command") for event in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", row[4])}
    assert shown - {"initial_segment"} == set(EVENT_TYPES) | set(INVITE_EVENT_TYPES)


def test_every_route_is_in_a_table_and_every_route_there_exists() -> None:
    named = set(re.findall(r"`(GET|POST|DELETE|PATCH) (/[^` ]*)`", README))
    hidden = {("POST", "/v1/dev/token"), ("GET", "/docs/{file}")}  # for pages of this service
    assert named == {(line.method, template(line.path)) for line in LINES} - hidden


def test_the_table_of_settings_is_the_settings() -> None:
    prefix = Settings.model_config["env_prefix"]
    expected = {
        str(field.validation_alias or f"{prefix}{name.upper()}"): (field.default, field.description)
        for name, field in Settings.model_fields.items()
    }
    shown = {row[0].strip(" `"): row for row in rows("variable")}
    assert list(shown) == list(expected)
    for name, (default, description) in expected.items():
        assert shown[name][1].strip("`") == spelled(default), name
        assert shown[name][2].strip(" |") == description, name


def spelled(default: object) -> str:
    match default:
        case None | ():
            return ""
        case bool():
            return "1" if default else "0"
        case float() if default.is_integer():
            return str(int(default))
    return str(default)


def test_every_link_leads_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), (document.name, link)


@pytest.mark.parametrize("name", re.findall(r"scripts/\w+", README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
def test_every_script_that_is_named_can_be_run(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(ROOT / name)], check=False).returncode == 0
