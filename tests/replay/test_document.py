"""docs/REPLAY.md is true: its tables name the commands, options, rules and columns that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer

from onering import replay
from onering.replay.commands import commands
from onering.replay.verification import program

DOCUMENT = (Path(__file__).parents[2] / "docs" / "REPLAY.md").read_text(encoding="utf-8")
EVERYWHERE = {"--database-url", "--data", "--help"}


def rows(heading: str) -> Iterator[list[str]]:
    body = DOCUMENT.partition(f"| {heading} |")[2].partition("\n\n")[0]
    for line in body.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_table_of_commands_is_the_commands() -> None:
    group = typer.main.get_command(commands)
    made = {
        name: ([p.opts[0] for p in command.params if p.opts[0].startswith("--")], command.help)
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }
    shown = {
        row[0].strip("`"): (set(re.findall(r"`(--[a-z-]+)`", row[1])), row[2].strip(" |")) for row in rows("command")
    }
    assert list(shown) == list(made)
    for name, (options, help) in made.items():
        assert shown[name] == (set(options) - EVERYWHERE, " ".join(str(help).split()))


def test_the_table_of_rules_is_the_rules() -> None:
    folder = Path(str(replay.__file__)).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    named = re.findall(r'(?:Finding\([A-Za-z_.\[\]0-9 ]+|find\((?:event|first|events\[0\])), "([a-z-]+)"', code)
    shown = {rule for row in rows("rule") for rule in re.findall(r"`([a-z-]+)`", row[0])}
    assert {"leaf", "legal", "file", "command-row"} <= set(named)
    assert shown == set(named) - {"not-understood"}


def test_the_table_of_exit_codes_is_that_of_the_verifier() -> None:
    body = DOCUMENT.partition("| exit code | word |")[2].partition("\n\n")[0]
    shown = [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines()[2:]]
    verify = program()
    codes = {"damaged": verify.DAMAGED, "usage": verify.USAGE, "incomplete": verify.INCOMPLETE}
    assert {word: int(code) for code, word, _ in shown} == {"ok": verify.OK, **codes, "diverged": verify.DIVERGED}
    assert [verify.WORDS[code] for code in verify.PRECEDENCE] == ["damaged", "diverged", "incomplete"]
    assert "the first of 1, 4, 3" in DOCUMENT
    assert "the first of 1, 4, 3" in " ".join(str(verify.__doc__).split())


def test_every_example_is_a_command(capsys: object) -> None:
    names = typer.main.get_command(commands).commands  # type: ignore[attr-defined]
    examples = re.findall(r"^onering replay (\w+)", DOCUMENT, re.MULTILINE)
    assert set(examples) == set(names)
