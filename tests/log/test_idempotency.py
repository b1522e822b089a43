"""Outcomes of commands: kept for a retry, and forgotten when they are old."""

import asyncio
from typing import Any

import pytest

from onering.log.append import Appended, Repeated, append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.idempotency import Forgetting, find_outcome, outcome_events
from onering.log.reader import head
from onering.tasks import Tasks
from tests.log.writing import command, write

AGE = "UPDATE onering.commands SET recorded_at = recorded_at - make_interval(days => $1)"


async def test_an_outcome_is_found_with_its_events(app: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    done = command(write("b", 0, "2", "3"))
    (appended,) = await append(app, LANE, [done])
    outcome = await find_outcome(app, LANE, done.command_id)
    assert isinstance(outcome, Repeated)
    assert isinstance(appended, Appended)
    assert (outcome.version, outcome.position, outcome.events) == (2, 3, 2)
    assert tuple(await outcome_events(app, LANE, outcome)) == appended.events


async def test_a_command_that_was_never_accepted_has_none(app: Any) -> None:
    stale = command(write("a", 7, "1"))
    await append(app, LANE, [stale])
    assert await find_outcome(app, LANE, stale.command_id) is None


async def test_a_command_that_changed_nothing_has_no_events(app: Any) -> None:
    quiet = command(write("a", 0))
    await append(app, LANE, [quiet])
    outcome = await find_outcome(app, LANE, quiet.command_id)
    assert outcome is not None
    assert await outcome_events(app, LANE, outcome) == []


async def test_old_outcomes_go_and_young_ones_and_all_events_stay(app_dsn: str, app: Any, owner: Any) -> None:
    old, young = command(write("a", 0, "1")), command(write("b", 0, "2"))
    await append(app, LANE, [old])
    await owner.execute(AGE, 31)
    await append(app, LANE, [young])
    assert await Forgetting(Database(app_dsn), 30).forget() == 1
    assert await find_outcome(app, LANE, old.command_id) is None
    assert await find_outcome(app, LANE, young.command_id) is not None
    assert await head(app, LANE) == 2


async def test_many_go_in_bounded_steps(app_dsn: str, app: Any, owner: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("onering.log.idempotency.FORGET_AT_ONCE", 3)
    await append(app, LANE, [command(write(f"s{n}", 0)) for n in range(10)])
    await owner.execute(AGE, 31)
    assert await Forgetting(Database(app_dsn), 30).forget() == 10


async def test_less_than_a_day_is_never_forgotten(app: Any, owner: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    assert await app.fetchval("SELECT onering.forget_commands_v1(-5, 100)") == 0
    await owner.execute(AGE, 2)
    assert await app.fetchval("SELECT onering.forget_commands_v1(-5, 100)") == 1


async def test_it_forgets_as_soon_as_the_process_runs(app_dsn: str, app: Any, owner: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    await owner.execute(AGE, 31)
    tasks = Tasks()
    tasks.start({"idempotency": Forgetting(Database(app_dsn), 30).run})
    async with asyncio.timeout(10):
        while await app.fetchval("SELECT count(*) FROM onering.commands"):
            await asyncio.sleep(0.01)
    assert tasks.alive
    await tasks.stop(5)


async def test_zero_days_keep_them_for_ever_and_the_process_running(app_dsn: str, app: Any, owner: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    await owner.execute(AGE, 9999)
    tasks = Tasks()
    tasks.start({"idempotency": Forgetting(Database(app_dsn), 0).run})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tasks.wait_failed(), 0.2)
    assert tasks.alive
    await tasks.stop(5)
    assert await app.fetchval("SELECT count(*) FROM onering.commands") == 1


async def test_a_database_that_is_away_is_tried_again_later(app: Any, caplog: Any) -> None:
    tasks = Tasks()
    tasks.start({"idempotency": Forgetting(Database("postgresql://nobody@127.0.0.1:1/none"), 30).run})
    async with asyncio.timeout(10):
        while "stay for now" not in caplog.text:
            await asyncio.sleep(0.01)
    assert tasks.alive
    await tasks.stop(5)
