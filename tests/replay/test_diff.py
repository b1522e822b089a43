"""`onering replay diff`: the read models are what the log makes of them, or it says row by row where not."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.roles import READ_MODEL
from onering.replay import diff as diffs
from projections import PROJECTIONS
from projections.rebuild import prepare
from tests.node import node
from tests.projections.reading import process
from tests.replay.conftest import Run, execute, fetch
from tests.service.serving import ONERING, clean_environment

REGISTRY = "SELECT * FROM onering.projections ORDER BY name, version"
SCRATCH = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'scratch%'"


def test_read_models_of_an_honest_log_are_the_same(run: Run, log: str) -> None:
    before = fetch(log, REGISTRY)
    code, out, _ = run("diff", "--database-url", log)
    assert code == 0
    assert out.splitlines() == [f"{projection.name} at position 17: the same." for projection in PROJECTIONS]
    assert (fetch(log, REGISTRY), fetch(log, SCRATCH)) == (before, [])


@pytest.mark.parametrize(
    ("change", "table", "sides"),
    [
        ("UPDATE drafts_1.drafts SET title = 'mine' WHERE title = 'A walk'", "drafts.drafts", [True, False]),
        ("DELETE FROM drafts_1.segments WHERE segment_order = 1", "drafts.segments", [False]),
        (
            "INSERT INTO access_1.members VALUES (0, gen_random_uuid(), 'eve', 'owner', now(), 1)",
            "access.members",
            [True],
        ),
        ("UPDATE timeline_1.entries SET meta = '{}' WHERE version = 3", "timeline.entries", [True, True, False, False]),
        ("UPDATE drafts_1.holds SET at = at + interval '1 us' WHERE version = 6", "drafts.holds", [True, False]),
        ("DELETE FROM drafts_1.authors WHERE user_id = 'bob' AND since = 2", "drafts.authors", [False]),
    ],
)
def test_a_changed_missing_or_additional_row_is_shown(
    run: Run, log: str, change: str, table: str, sides: list[bool]
) -> None:
    execute(log, change)
    code, out, _ = run("diff", "--database-url", log)
    assert code == 1
    shown = [line.split(": ") for line in out.splitlines() if line.startswith(f"{table}: ")]
    assert [side == "only in the read model" for _, side, *_ in shown] == sides
    differ = f"{len(sides)} row{'s differ' if len(sides) > 1 else ' differs'}."
    assert f"{table.partition('.')[0]} at position 17: {differ}" in out
    assert fetch(log, SCRATCH) == []


def test_more_rows_than_are_shown_are_counted(run: Run, log: str) -> None:
    execute(log, "UPDATE timeline_1.entries SET type = 'x'")
    _, out, _ = run("diff", "--database-url", log, "--limit", 1)
    assert "timeline at position 17: 28 rows differ (26 not shown)." in out


def test_a_log_that_was_altered_differs_from_its_read_models(run: Run, log: str) -> None:
    execute(log, "ALTER TABLE onering.events DISABLE TRIGGER ALL")
    execute(log, "UPDATE onering.events SET payload = replace(payload, 'And', 'end') WHERE position = 8")
    code, out, _ = run("diff", "--database-url", log)
    assert (code, "drafts.segments: only by the log" in out) == (1, True)


def test_without_a_live_read_model_there_is_nothing_to_compare(run: Run, admin_dsn: str) -> None:
    code, _, err = run("diff", "--database-url", admin_dsn)
    assert (code, "no live read model access" in err) == (1, True)


def test_what_a_killed_diff_left_behind_is_dropped_by_the_next(run: Run, log: str) -> None:
    execute(
        log,
        "CREATE SCHEMA scratch_drafts_1",
        f"COMMENT ON SCHEMA scratch_drafts_1 IS '{READ_MODEL}'",
        "CREATE TABLE scratch_drafts_1.drafts ()",
        "INSERT INTO onering.projections (name, version, lane, definition, status) "
        "VALUES ('scratch_drafts', 1, 0, 'x', 'building')",
    )
    assert run("diff", "--database-url", log)[0] == 0
    assert fetch(log, SCRATCH) == []
    assert fetch(log, "SELECT 1 FROM onering.projections WHERE name LIKE 'scratch%'") == []


async def test_one_at_a_time(log: str) -> None:
    conn = await Database(log).connect("test")
    await conn.fetchval(diffs.TRY_LOCK, diffs.LOCK)
    with pytest.raises(diffs.NotThere, match="Another diff"):
        await diffs.diff(log, lambda *_: None, 10, lambda _: None)
    await conn.close()


async def test_one_that_is_interrupted_leaves_nothing(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it compares, and the statement runs on."""
    monkeypatch.setattr(diffs, "ROWS", "SELECT pg_sleep(100)::text, $1::bigint, '{one}{other}'")
    comparing = asyncio.create_task(diffs.diff(log, lambda *_: None, 10, lambda _: None))
    conn: Any = await Database(log).connect("test")
    async with asyncio.timeout(20):
        while not await conn.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"):
            await asyncio.sleep(0.01)
        comparing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await comparing
    assert await conn.fetch(SCRATCH) == []
    await conn.close()


async def test_a_database_that_is_being_written_compares_equal_and_its_projector_goes_on(
    log: str, tmp_path: Path
) -> None:
    database = Database(log)
    async with node(log) as one, process(database) as reading, asyncio.timeout(60):
        await prepare(database, LANE)
        draft = (await one.create()).draft_id

        async def write() -> None:
            while True:
                await one.add(draft)

        writing = asyncio.create_task(write())
        command = [*ONERING, "replay", "diff", "--database-url", log]
        done = await asyncio.to_thread(
            subprocess.run, command, env=clean_environment(tmp_path), capture_output=True, text=True
        )
        writing.cancel()
        await reading.reached(one.tail.position)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": the same.") == len(PROJECTIONS)
