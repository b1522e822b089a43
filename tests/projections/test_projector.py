"""The projector: one writer per read model, whatever becomes of connections, events and releases."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from projections import PROJECTIONS, TIMELINE
from projections.checkpoints import Checkpoints
from projections.projection import Projection
from projections.projector import ProjectionHealth, Projector
from projections.rebuild import prepare, rebuild
from tests.projections.reading import Process, process, until
from tests.projections.story import Story
from tests.projections.test_builds import SUM

END_PROJECTORS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering projector' AND datname = current_database()"""
LEADERS = """
    SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'onering projector'
       AND a.datname = current_database()"""


@pytest.fixture
def impatient(monkeypatch: Any) -> Iterator[None]:
    """Try what is stuck again soon."""
    monkeypatch.setattr("projections.projector.RETRY_SECONDS", 0.05)
    return


async def health(one: Process, name: str) -> ProjectionHealth:
    return next(standing for standing in await one.projector.health() if standing.name == name)


async def test_read_models_follow_the_log(database: Database, story: Story) -> None:
    async with process(database) as one:
        for n in range(20):
            await story.create(title=f"{n}")
        await one.reached(20)
        for standing in await one.projector.health():
            assert (standing.position, standing.lag, standing.leading, standing.trouble) == (20, 0, True, None)


async def test_what_was_written_before_it_started_is_applied(database: Database, story: Story) -> None:
    async with process(database):
        pass
    for _ in range(30):
        await story.create()
    async with process(database, batch_events=7) as one:
        await one.reached(30)


async def test_each_read_model_has_one_writer_and_both_processes_follow(
    database: Database, story: Story, conn: Any
) -> None:
    async with process(database) as one, process(database) as two:
        await story.create()
        await one.reached(1)
        await two.reached(1)
        assert await conn.fetchval(LEADERS) == len(PROJECTIONS)
        led = [[h.leading for h in await p.projector.health()] for p in (one, two)]
        assert [sorted(pair) for pair in zip(*led, strict=True)] == [[False, True]] * len(PROJECTIONS)


async def test_another_process_takes_over_when_the_leader_stops(database: Database, story: Story) -> None:
    async with process(database) as two:
        async with process(database) as one:
            await story.create()
            await one.reached(1)
        await story.create()
        await two.reached(2)
        await until(lambda: leads_all(two))


async def leads_all(one: Process) -> bool:
    return all(standing.leading for standing in await one.projector.health())


@pytest.mark.parametrize("whose", ["", "AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"])
async def test_a_killed_connection_costs_nothing_but_time(
    database: Database, story: Story, owner: Any, whose: str
) -> None:
    """All of them, or the leaders' alone: then another process takes over, or the same one again."""
    async with process(database) as one, process(database) as two:
        for n in range(1, 6):
            await owner.execute(f"{END_PROJECTORS} {whose}")
            await story.create()
            await one.reached(n)
            await two.reached(n)
        assert await one.models.pool.fetchval("SELECT count(*) FROM timeline_1.entries") == 5


async def test_all_connections_cut_under_load_lose_and_repeat_nothing(
    database: Database, story: Story, owner: Any
) -> None:
    async with process(database, batch_events=3) as one, process(database, batch_events=3):
        for n in range(60):
            await story.create()
            if n % 15 == 7:
                await owner.execute(END_PROJECTORS)
        await one.reached(60)
        versions = await one.models.fetch("SELECT count(*) AS n FROM {timeline}.entries")
        assert versions[0]["n"] == 60


class TestStuck:
    async def test_a_poison_event_stops_one_read_model_visibly(
        self, database: Database, story: Story, caplog: Any, impatient: None
    ) -> None:
        async with process(database, [TIMELINE, SUM]) as one:
            draft = await story.create()
            await story.add(draft, "three")
            await story.add(draft, "4")
            await one.reached(3, "timeline")
            stuck = await until(lambda: trouble(one, "sum"))
            assert (stuck.position, stuck.lag) == (1, 2)
            assert "invalid input syntax" in stuck.trouble
            assert (await health(one, "timeline")).trouble is None
        errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
        assert [str(story.told[1].event_id) in error for error in errors] == [True]

    async def test_it_goes_on_once_it_is_repaired(
        self, database: Database, story: Story, conn: Any, impatient: None
    ) -> None:
        async with process(database, [SUM]) as one:
            draft = await story.create()
            for text in ("1", "two", "3"):
                await story.add(draft, text)
            await until(lambda: trouble(one, "sum"))
            await conn.execute("ALTER FUNCTION sum_1.advance RENAME TO broken")
            await conn.execute(repaired())
            await one.reached(4, "sum")
            assert await conn.fetchval("SELECT n FROM sum_1.sum") == 4
            assert (await health(one, "sum")).trouble is None

    async def test_a_long_batch_gets_to_the_poison_event_without_resting(
        self, database: Database, story: Story, conn: Any
    ) -> None:
        async with process(database, [SUM]):
            pass
        draft = await story.create()
        for n in range(60):
            await story.add(draft, "x" if n == 50 else "1")
        async with process(database, [SUM], poll_seconds=30) as one:
            stuck = await until(lambda: trouble(one, "sum"))
            assert stuck.position == 51

    async def test_an_event_of_a_newer_release_pauses_it_until_the_release_comes(
        self, database: Database, story: Story, monkeypatch: Any, impatient: None
    ) -> None:
        async with process(database) as one:
            draft = await story.create()
            await story.unknown(draft)
            await story.create()
            stuck = await until(lambda: trouble(one, "timeline"))
            assert stuck.position == 1
            assert "newer release" in stuck.trouble
            monkeypatch.setattr("projections.builds._KNOWN", ["draft_created", "draft_sung"])
            monkeypatch.setattr("projections.builds._NEWEST", [1, 1])
            await one.reached(3)


async def trouble(one: Process, name: str) -> Any:
    standing = await health(one, name)
    return standing if standing.trouble else None


def repaired() -> str:
    """Return the function of SUM's build, made to pass over what is no number."""
    text = "(e.payload::json -> 'data' ->> 'content')"
    better = SUM.writers[0].replace(f"{text}::integer", f"CASE WHEN {text} ~ '^[0-9]+$' THEN {text}::integer END")
    sql = Projection(SUM.name, SUM.stream_types, "", (better,)).sql
    return sql.replace("{schema}", "sum_1")


async def test_a_release_without_a_build_says_so_and_writes_once_it_has_one(
    database: Database, story: Story, conn: Any, caplog: Any
) -> None:
    async with process(database, [TIMELINE]) as one:
        await conn.execute("UPDATE onering.projections SET status = 'building'")
        await conn.execute(END_PROJECTORS)
        await until(lambda: said(caplog, "no build of this release"))
        await story.create()
        await prepare(database, LANE, projections=[TIMELINE])
        await one.reached(1, "timeline")
        await until(lambda: leads_all(one))


async def said(caplog: Any, words: str) -> bool:
    return words in caplog.text


async def test_a_rebuild_by_another_process_moves_the_writer_to_the_new_build(database: Database, story: Story) -> None:
    async with process(database) as one:
        await story.create()
        await one.reached(1)
        assert (await rebuild(database, LANE, "timeline")).version == 2
        await story.create()
        await one.reached(2)
        await until(lambda: is_version(one, 2))


async def is_version(one: Process, version: int) -> bool:
    standing = await health(one, "timeline")
    return standing.leading and (standing.version, standing.position) == (version, 2)


REWIND = """
    ALTER TABLE onering.events DISABLE TRIGGER events_never_change;
    DELETE FROM onering.events WHERE position > 1;
    DELETE FROM timeline_1.entries t
     WHERE NOT EXISTS (SELECT FROM onering.events e WHERE e.stream_id = t.draft_id);
    UPDATE onering.projections SET position = 1, epoch = epoch - 1;
    UPDATE onering.log SET restored = restored + 1;"""
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name IN ('onering projector', 'onering tail') AND datname = current_database()"""


async def test_a_rewound_log_is_projected_from_where_it_stands(database: Database, story: Story, owner: Any) -> None:
    """A restore makes log and read models older together, and cuts connections; the process knew later positions."""
    async with process(database, [TIMELINE]) as one:
        for _ in range(3):
            await story.create()
        await one.reached(3, "timeline")
        await owner.execute(REWIND)
        await owner.execute(CUT)
        await story.create()
        await until(lambda: stands_at(one, 2))
        assert len(await one.models.fetch("SELECT FROM {timeline}.entries")) == 2


async def stands_at(one: Process, position: int) -> bool:
    return all((h.position, h.lag, h.leading) == (position, 0, True) for h in await one.projector.health())


async def test_stopping_leaves_nothing_behind_for_the_next(database: Database, story: Story) -> None:
    for n in range(1, 4):
        async with process(database) as one:
            await story.create()
            async with asyncio.timeout(10):
                await one.reached(n)


async def test_it_stops_also_in_the_moment_when_it_is_woken(database: Database, story: Story) -> None:
    await prepare(database, LANE)
    async with process(database, []) as one:
        for turns in range(5):
            checkpoints = Checkpoints(one.models.pool, LANE, [TIMELINE])
            projector = Projector(database, one.tail, checkpoints, [TIMELINE], poll_seconds=60)
            running = asyncio.create_task(projector.run())
            # The second one is applied by a projector that has settled, and rests right after.
            for n in (1, 2):
                await story.create()
                assert await checkpoints.wait(["timeline"], 2 * turns + n, 20)
            checkpoints.awaited.set()
            projector._on_events([])
            for _ in range(turns):
                await asyncio.sleep(0)
            running.cancel()
            assert (await asyncio.wait({running}, timeout=5))[0]


BREAK = """
    CREATE OR REPLACE FUNCTION timeline_1.advance(
        p_lane smallint, p_after bigint, INOUT p_upto bigint, p_version integer, p_epoch bigint,
        p_known text[], p_newest integer[], OUT stopped bigint
    ) LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END'"""


async def test_trouble_where_no_event_is_left_ends_nothing(
    database: Database, story: Story, owner: Any, caplog: Any
) -> None:
    """There is no event to blame for it; it is tried again until it passes."""
    async with process(database, [TIMELINE]) as one:
        await story.create()
        await one.reached(1, "timeline")
        whole = await owner.fetchval("SELECT pg_get_functiondef('timeline_1.advance'::regproc)")
        await owner.execute(BREAK)
        await until(lambda: said(caplog, "trying again: broken"))
        await owner.execute(whole)
        await story.create()
        await one.reached(2, "timeline")


TAKEN = "SELECT sum(epoch) FROM onering.projections WHERE status = 'live'"


async def test_what_cannot_be_dropped_is_told_once_and_disturbs_no_writer(
    database: Database, story: Story, owner: Any, caplog: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("projections.projector.RETIRE_SECONDS", 0.01)
    await prepare(database, LANE)
    for name in ("drafts", "timeline"):
        await rebuild(database, LANE, name)
    await owner.execute("ALTER SCHEMA drafts_1 OWNER TO CURRENT_USER")
    async with process(database, keep_seconds=0, poll_seconds=0.01) as one:
        await until(lambda: said(caplog, "read model drafts can't be dropped: must be owner"))
        await until(lambda: leads_all(one))
        before = await owner.fetchval(TAKEN)
        await until(lambda: dropped(owner, "timeline_1"))
        for n in range(1, 6):
            await story.create()
            await one.reached(n)
        assert (await owner.fetchval(TAKEN), caplog.text.count("can't be dropped")) == (before, 1)
        await owner.execute("ALTER SCHEMA drafts_1 OWNER TO onering_app")
        await until(lambda: dropped(owner, "drafts_1"))


async def dropped(conn: Any, schema: str) -> bool:
    return await conn.fetchval("SELECT to_regnamespace($1) IS NULL", schema) is True
