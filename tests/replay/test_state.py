"""`onering replay state`: a draft as it was, the same as the API's `at=`, from a database and from a file."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.replay.conftest import Run, execute, fetch
from tests.serving import Person, serving


@pytest.fixture
def draft(log: str) -> str:
    ((stream_id,),) = fetch(log, "SELECT stream_id::text FROM onering.events WHERE position = 4")
    return str(stream_id)


def moments(log: str, draft: str) -> list[tuple[int, Any]]:
    return fetch(log, f"SELECT version, recorded_at FROM onering.events WHERE stream_id = '{draft}' ORDER BY version")


async def served(dsn: str) -> tuple[str, dict[str, Any]]:
    """Let people write through the service; return a draft as it answers it, for every `at` and for now."""
    async with serving(dsn) as service:
        alice, bob = Person(service.client("alice")), Person(service.client("bob"))
        draft = await alice.create(title="A walk", description="By the sea", initial_segment="We left at dawn.")
        await bob.drafts()
        await alice.let_in(draft, "bob")
        await alice.hand(draft, "bob")
        await bob.add(draft, "It rained.")
        await alice.take_out(draft, "bob")
        await alice.add(draft)
        events = (await alice.events(draft)).json()["data"]
        ats = [str(event["version"]) for event in events] + [event["at"] for event in events]
        answers = {at: (await alice.draft(draft, at=at)).json()["data"] for at in ats}
        return draft, answers | {"": (await alice.draft(draft, now=events[-1]["at"])).json()["data"]}


def test_a_draft_is_shown_as_the_api_has_it_at_every_version_and_time(
    run: Run, app_dsn: str, admin_dsn: str, tmp_path: Path
) -> None:
    """And what the service wrote is clean."""
    draft, answers = asyncio.run(served(app_dsn))
    assert len(answers) == 15  # 8 versions, 6 commits, and now
    path = tmp_path / "log.ndjson"
    run("export", "--database-url", admin_dsn, "--out", path)
    for place in (("--database-url", admin_dsn), ("--file", path)):
        for at, expected in answers.items():
            code, out, _ = run("state", draft, "--json", *(["--at", at] if at else []), *place)
            assert (code, json.loads(out)) == (0, expected)
        assert run("check", *place)[0] == 0


def test_a_draft_is_shown_to_a_person(run: Run, log: str, draft: str) -> None:
    code, out, _ = run("state", draft, "--at", "7", "--database-url", log)
    assert code == 0
    for words in (
        "A walk",
        "By the sea",
        "bob (contributor)",
        "carol (viewer)",
        "holder   bob",
        "alice  We left at dawn.",
    ):
        assert words in out
    assert "It rained.\\n" in out.replace("\\\\", "\\")


def test_a_time_without_an_offset_is_in_utc(run: Run, log: str, draft: str) -> None:
    _, at = moments(log, draft)[3]
    naive = at.replace(tzinfo=None).isoformat()
    assert json.loads(run("state", draft, "--json", "--at", naive, "--database-url", log)[1])["version"] == 4


def test_what_is_not_there_is_told(run: Run, log: str, exported: Path, draft: str) -> None:
    before = (moments(log, draft)[0][1] - timedelta(seconds=1)).isoformat()
    ((alice,),) = fetch(log, "SELECT stream_id::text FROM onering.events WHERE position = 1")
    for place in (("--database-url", log), ("--file", exported)):
        for of, at, code, said in (
            (uuid4(), "1", 1, "There is no draft"),
            (draft, "12", 1, "has no version 12; its newest is 11."),
            (draft, "0", 1, "has no version 0; its first is 1."),
            (draft, before, 1, "did not exist at"),
            (draft, "yesterday", 2, "--at is a version, or a time"),
            (alice, "1", 1, "is no draft"),
        ):
            ended, out, err = run("state", of, "--at", at, *place)
            assert (ended, out) == (code, "")
            assert said in err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("SET payload = NULL, salt = NULL", "what was said at version 4 was erased"),
        ("SET schema_version = 2", "which this release does not know"),
        ("SET version = 40", "not all of its events are here"),
    ],
)
def test_a_draft_that_can_not_be_shown_is_told(run: Run, log: str, draft: str, change: str, said: str) -> None:
    execute(log, "ALTER TABLE onering.events DISABLE TRIGGER ALL")
    execute(log, f"UPDATE onering.events {change} WHERE stream_id = '{draft}' AND version = 4")
    code, _, err = run("state", draft, "--database-url", log)
    assert (code, said in err) == (1, True), err
    assert run("state", draft, "--at", "3", "--database-url", log)[0] == 0
