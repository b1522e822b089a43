"""docs/AUTH.md is true: its examples run, its tables name what the code names."""

import re
import shlex
import time
from datetime import datetime
from pathlib import Path

import pytest
import typer

from onering.auth.boot import check
from onering.auth.faults import Reason
from onering.cli import app
from onering.issuers import ConfiguredIssuer
from onering.settings import Settings
from tests.auth.conftest import HS256_SECRET

DOCUMENT = (Path(__file__).parents[2] / "docs" / "AUTH.md").read_text(encoding="utf-8")


def _block(language):
    return re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)[1]


def test_the_table_of_reasons_names_every_reason():
    table = DOCUMENT.partition("## When it says 401")[2].partition("Other answers")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [reason.value for reason in Reason]


def test_every_setting_it_names_exists():
    prefix = Settings.model_config["env_prefix"]
    names = {str(field.validation_alias or f"{prefix}{name.upper()}") for name, field in Settings.model_fields.items()}
    assert set(re.findall(r"(?:ONERING|CLERK)_[A-Z0-9_]+", DOCUMENT)) <= names


def test_the_clerk_example_is_a_configuration_that_starts(monkeypatch):
    for line in _block("sh").splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    settings = Settings()
    assert settings.clerk_authorized_parties == ("https://app.example.com", "https://www.example.com")
    check(settings, development_secret=None)


def test_the_list_of_issuers_is_a_configuration_that_starts_and_its_table_names_every_member(monkeypatch):
    monkeypatch.setenv("ONERING_ENV", "production")
    monkeypatch.setenv("ONERING_ISSUERS", _block("json"))
    settings = Settings()
    assert [configured.alias for configured in settings.issuers] == ["staff", "auth0"]
    check(settings, development_secret=None)
    table = DOCUMENT.partition("| member | |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(ConfiguredIssuer.model_fields)


def test_the_commands_that_sign_somebody_out_are_understood():
    commands = typer.main.get_command(app).commands
    section = DOCUMENT.partition("## Signing somebody out")[2]
    lines = [
        shlex.split(line, comments=True) for line in re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1].splitlines()
    ]
    parsed = [commands[name].make_context(name, arguments).params for _, name, *arguments in lines]
    assert [params["user"] for params in parsed] == ["user_2abc"] * 4
    assert parsed[1]["before"] == datetime(2026, 11, 25, 12)


@pytest.mark.asyncio
async def test_the_hs256_example_signs_in(auth, held, monkeypatch):
    monkeypatch.setenv("ONERING_HS256_SECRET", HS256_SECRET)
    held.wall = time.time()
    names = {}
    exec(_block("python"), names)
    assert (await auth.verifier.verify(names["token"])).actor.subject == "alice"
