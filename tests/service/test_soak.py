"""scripts/soak in short: nothing gives, and it would say so if something did."""

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from scripts.soaking import verdict as verdicts
from scripts.soaking.people import Observed, Written
from scripts.soaking.verdict import verdict
from tests.node import node

ROOT = Path(__file__).parents[2]


def test_killed_at_random_points_under_load_nothing_is_lost_repeated_or_missed() -> None:
    command = [sys.executable, "-m", "scripts.soaking", "--rounds", "6", "--writers", "3", "--readers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, stored twice 0" in done.stdout


async def test_what_is_lost_misplaced_or_unseen_is_found(app_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "CATCH_UP_SECONDS", 0)
    async with node(app_dsn) as one:
        draft = str((await one.create()).draft_id)
        added = await one.add((await one.create()).draft_id, key="kept")
        told = {(draft, "lost"): 2, (str(added.draft_id), "kept"): 3}
        seen = [(1, "another event")]
        found = await verdict(app_dsn, Written(acknowledged=told), [Observed(draft, seen, ["out of order"])])
    assert asdict(found) == {
        "stored": 1,
        "lost": 1,
        "repeated": 0,
        "misplaced": 1,
        "gaps": 0,
        "wrong_leaves": 0,
        "unseen": 1,
        "disorder": 1,
    }
    assert not found.clean


async def test_what_was_altered_removed_or_repeated_is_found(app_dsn: str, owner: Any) -> None:
    async with node(app_dsn) as one:
        draft = (await one.create()).draft_id
        for n in range(4):
            await one.add(draft, key=f"k{n}")
        await owner.execute("ALTER TABLE onering.events DISABLE TRIGGER ALL")
        await owner.execute("UPDATE onering.events SET subject = 'mallory' WHERE position = 2")
        await owner.execute("UPDATE onering.events SET payload = replace(payload, 'k3', 'k2') WHERE position = 5")
        await owner.execute("DELETE FROM onering.events WHERE position = 3")
        found = await verdict(app_dsn, Written(), [])
    assert (found.wrong_leaves, found.repeated, found.gaps) == (2, 1, 2)
