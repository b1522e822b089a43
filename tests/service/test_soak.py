"""scripts/soak in short: nothing gives, and it would say so if something did."""

import subprocess
import sys
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import pytest

from scripts.soaking import verdict as verdicts
from scripts.soaking.people import WRITER, Pages
from scripts.soaking.report import COLUMNS
from scripts.soaking.score import Score, Tally
from scripts.soaking.seen import Reader
from scripts.soaking.verdict import verdict
from tests.node import node

ROOT = Path(__file__).parents[2]
CLEAN = "lost 0, stored twice 0, misplaced 0, gaps 0, repeats 0, disorder 0, anything else 0"


@pytest.mark.attack(114)
@pytest.mark.timeout(300)
def test_broken_at_random_points_under_load_nothing_is_lost_repeated_or_missed() -> None:
    options = [
        "--rounds",
        "10",
        "--scene",
        "embedded",
        "--only",
        "kill -9",
        "--workers",
        "2",
        "--writers",
        "2",
        "--readers",
        "2",
    ]
    command = [sys.executable, "-m", "scripts.soaking", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert CLEAN in done.stdout
    assert "and 1 logs in the end" in done.stdout


def test_every_count_has_its_column() -> None:
    assert len(COLUMNS) == len(fields(Tally))
    assert astuple(Tally(1, sent=2) + Tally(1, disorder=3)) == (2, 2, *[0] * 10, 3)
    assert [Tally(**{field.name: 1}).clean for field in fields(Tally)] == [True] * 7 + [False] * 6


def told(score: Score, draft: object, key: str, version: int) -> None:
    score.acknowledge(str(draft), key, version)


async def test_what_is_lost_misplaced_or_unseen_is_found(app_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "CATCH_UP_SECONDS", 0)
    score = Score()
    score.begin("a fault")
    async with node(app_dsn) as one:
        draft = str((await one.create(WRITER)).draft_id)
        kept = (await one.add((await one.create(WRITER)).draft_id, WRITER, key="kept")).draft_id
        told(score, draft, "lost", 2)
        score.begin("another fault")
        told(score, kept, "kept", 3)
        seen = Pages(draft, [(1, "another event")])
        found = await verdict(app_dsn, score, [Reader("bob", "bob", draft)], [seen])
    assert (score.kinds["a fault"].lost, score.kinds["another fault"].lost) == (1, 0)
    assert (score.total.stored, score.total.misplaced, score.total.twice) == (1, 1, 0)
    assert (found.events, found.gaps, found.wrong_leaves, found.unseen) == (3, 0, 0, 1)
    assert "1 places of pages are not what the log has" in found.findings
    assert not score.clean


async def test_what_was_altered_removed_or_repeated_is_found(app_dsn: str, owner: Any) -> None:
    score = Score()
    score.begin("a fault")
    async with node(app_dsn) as one:
        draft = (await one.create(WRITER)).draft_id
        for n in range(4):
            await one.add(draft, WRITER, key=f"k{n}")
        await owner.execute("ALTER TABLE onering.events DISABLE TRIGGER ALL")
        await owner.execute("UPDATE onering.events SET subject = 'mallory' WHERE position = 2")
        await owner.execute("UPDATE onering.events SET payload = replace(payload, 'k3', 'k2') WHERE position = 5")
        await owner.execute("DELETE FROM onering.events WHERE position = 3")
        found = await verdict(app_dsn, score, [], [])
    assert (found.wrong_leaves, score.total.twice, found.gaps) == (2, 1, 2)


def test_what_a_reader_is_given_out_of_turn_is_counted() -> None:
    score = Score()
    score.begin("a fault")
    for version, last in ((1, 0), (3, 1), (3, 3), (2, 3)):
        score.observe(version, last)
    tally = score.kinds["a fault"]
    assert (tally.observed, tally.gaps, tally.repeats, tally.disorder) == (4, 1, 1, 1)
