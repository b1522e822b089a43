"""Rebuilding beside the live one: readers see no hole, writers go on, and what was killed is taken up."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from projections import ACCESS, DRAFTS, PROJECTIONS, TIMELINE
from projections.builds import lock_key, retire
from projections.checkpoints import Checkpoints
from projections.draft_list import list_drafts
from projections.drafts import read_draft
from projections.faults import NotBuilt, Poison, TooNew
from projections.models import ReadAt
from projections.projection import Projection
from projections.rebuild import Progress, prepare, rebuild
from projections.timeline import read_timeline
from tests.projections.reading import ByHand, Process, process, until
from tests.projections.story import Story
from tests.projections.test_builds import SUM

BUILDS = "SELECT name || '_' || version, status FROM onering.projections ORDER BY 1"
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname ~ '_[0-9]+$' AND nspname !~ '^pg_' ORDER BY 1"
ENTRIES = "SELECT draft_id, version, type FROM {timeline}.entries ORDER BY 1, 2"


class Killed(Exception):
    """The process that rebuilds dies here."""


def dies_at(position: int) -> Any:
    def progress(at: Progress) -> None:
        if at.position >= position:
            raise Killed

    return progress


async def builds(conn: Any) -> dict[str, str]:
    return dict(await conn.fetch(BUILDS))


class TestPrepare:
    async def test_an_empty_log_has_read_models_at_once(self, database: Database, conn: Any) -> None:
        await prepare(database, LANE)
        assert await builds(conn) == {f"{projection.name}_1": "live" for projection in PROJECTIONS}

    async def test_a_log_without_read_models_is_read_whole(self, database: Database, story: Story, conn: Any) -> None:
        for _ in range(7):
            await story.create()
        seen: list[Progress] = []
        await prepare(database, LANE, batch=3, progress=seen.append)
        assert [tuple(at) for at in seen if at.name == "timeline"] == [
            ("timeline", 1, position, 7) for position in (0, 3, 6, 7)
        ]
        assert await conn.fetchval("SELECT count(*) FROM timeline_1.entries") == 7

    async def test_what_is_live_stays_as_it_is(self, database: Database, conn: Any) -> None:
        await prepare(database, LANE)
        await prepare(database, LANE)
        assert len(await builds(conn)) == len(PROJECTIONS)

    async def test_processes_that_start_together_make_one_build(
        self, database: Database, story: Story, conn: Any
    ) -> None:
        for _ in range(20):
            await story.create()
        await asyncio.gather(*[prepare(database, LANE, batch=2) for _ in range(3)])
        assert await builds(conn) == {f"{projection.name}_1": "live" for projection in PROJECTIONS}

    async def test_a_build_that_was_killed_is_taken_up_where_it_stopped(
        self, database: Database, story: Story, conn: Any
    ) -> None:
        for _ in range(9):
            await story.create()
        with pytest.raises(Killed):
            await prepare(database, LANE, projections=[TIMELINE], batch=3, progress=dies_at(6))
        assert await builds(conn) == {"timeline_1": "building"}
        seen: list[Progress] = []
        await prepare(database, LANE, projections=[TIMELINE], batch=3, progress=seen.append)
        assert [at.position for at in seen] == [6, 9]
        assert await builds(conn) == {"timeline_1": "live"}

    async def test_what_an_event_stops_goes_live_as_far_as_it_got(
        self, database: Database, story: Story, conn: Any, caplog: Any
    ) -> None:
        draft = await story.create()
        await story.add(draft, "no number")
        await prepare(database, LANE, projections=[SUM, TIMELINE])
        assert await builds(conn) == {"sum_1": "live", "timeline_1": "live"}
        assert await conn.fetchval("SELECT position FROM onering.projections WHERE name = 'sum'") == 1
        assert "invalid input syntax" in caplog.text


class TestRebuild:
    async def test_the_new_build_has_what_the_old_one_had(
        self, models: ByHand, story: Story, database: Database
    ) -> None:
        for _ in range(5):
            await story.create(initial_segment="Once")
        await models.project()
        before = await models.models.fetch(ENTRIES)
        build = await rebuild(database, LANE, "timeline", batch=3)
        assert (build.version, build.position) == (2, 10)
        models.models.checkpoints.forget()
        first = {projection.name: f"{projection.name}_1" for projection in PROJECTIONS}
        assert await models.models.checkpoints.schemas() == first | {"timeline": "timeline_2"}
        assert await models.models.fetch(ENTRIES) == before

    async def test_killed_half_way_it_is_taken_up(self, models: ByHand, story: Story, database: Database) -> None:
        for _ in range(9):
            await story.create()
        await models.project()
        with pytest.raises(Killed):
            await rebuild(database, LANE, "timeline", batch=3, progress=dies_at(6))
        assert len(await models.models.fetch(ENTRIES)) == 9
        seen: list[Progress] = []
        build = await rebuild(database, LANE, "timeline", batch=3, progress=seen.append)
        assert [at.position for at in seen] == [6, 9]
        assert build.version == 2

    async def test_two_at_once_take_turns(self, models: ByHand, story: Story, database: Database, conn: Any) -> None:
        for _ in range(9):
            await story.create()
        await models.project()
        made = await asyncio.gather(*[rebuild(database, LANE, "timeline", batch=2) for _ in range(2)])
        assert sorted(build.version for build in made) == [2, 3]
        statuses = await builds(conn)
        assert [statuses[f"timeline_{n}"] for n in (1, 2, 3)] == ["replaced", "replaced", "live"]

    async def test_another_name_is_told_which_there_are(self, database: Database) -> None:
        names = ", ".join(projection.name for projection in PROJECTIONS)
        with pytest.raises(LookupError, match=f"no read model 'draft'; there are {names}"):
            await rebuild(database, LANE, "draft")

    async def test_an_event_that_cannot_be_applied_leaves_the_live_one(
        self, database: Database, story: Story, conn: Any, monkeypatch: Any
    ) -> None:
        await prepare(database, LANE, projections=[SUM])
        draft = await story.create()
        await story.add(draft, "no number")
        monkeypatch.setattr("projections.rebuild.PROJECTIONS", (SUM,))
        with pytest.raises(Poison):
            await rebuild(database, LANE, "sum")
        assert await builds(conn) == {"sum_1": "live", "sum_2": "building"}

    async def test_the_new_one_is_never_behind_what_readers_had(
        self, models: ByHand, story: Story, database: Database, conn: Any
    ) -> None:
        """The live one moves on between the last batch and the switch."""
        await story.create()
        await models.project()
        moved = asyncio.Event()

        def progress(at: Progress) -> None:
            if at.position == at.head:
                moved.set()

        task = asyncio.create_task(rebuild(database, LANE, "timeline", progress=progress))
        async with conn.transaction():
            await conn.execute("SELECT FROM onering.projections WHERE name = 'timeline' FOR UPDATE")
            await asyncio.wait_for(moved.wait(), 10)
            await story.create()
            await models.project(10, "timeline")
        assert (await task).position == 2

    async def test_it_never_takes_the_place_of_one_that_is_beyond_an_event_it_does_not_know(
        self, models: ByHand, story: Story, database: Database, conn: Any
    ) -> None:
        """Another release writes the live build, and knows the event that comes before the switch."""
        draft = await story.create()
        await models.project()
        caught_up = asyncio.Event()

        def progress(at: Progress) -> None:
            if at.position == at.head:
                caught_up.set()

        async with conn.transaction():
            await conn.execute("SELECT FROM onering.projections WHERE name = 'timeline' FOR UPDATE")
            task = asyncio.create_task(rebuild(database, LANE, "timeline", progress=progress))
            await asyncio.wait_for(caught_up.wait(), 10)
            await story.unknown(draft)
            await conn.execute("UPDATE onering.projections SET position = 2 WHERE status = 'live'")
        with pytest.raises(TooNew, match="timeline pauses"):
            await task
        statuses = await builds(conn)
        assert (statuses["timeline_1"], statuses["timeline_2"]) == ("live", "building")


class TestUnderLoad:
    async def test_readers_see_no_hole_while_writers_go_on(self, database: Database, story: Story, conn: Any) -> None:
        async with process(database) as one, process(database) as two:
            draft = await story.create(initial_segment="0")
            done = asyncio.Event()
            readers = [asyncio.create_task(read_on(p, story, draft, done)) for p in (one, two)]
            for round_ in range(3):
                rebuilding = [asyncio.create_task(rebuild(database, LANE, p.name, batch=5)) for p in PROJECTIONS]
                for n in range(40):
                    await story.add(draft, f"{round_}.{n}")
                for build in await asyncio.gather(*rebuilding):
                    assert build.version == round_ + 2
            done.set()
            for reads in await asyncio.gather(*readers):
                assert reads >= 1

    async def test_a_process_that_leads_reads_the_new_build_though_nothing_happens(
        self, database: Database, story: Story
    ) -> None:
        async with process(database, poll_seconds=60) as one:
            draft = await story.create()
            one.tail._wake.set()
            await one.reached(1)
            for name in ("timeline", "drafts", "access"):
                await rebuild(database, LANE, name)
                await read_all(one, draft, 1)


async def read_on(one: Process, story: Story, draft: Any, done: asyncio.Event) -> int:
    """Read everything at what was told last, over and over; return how often. A hole or a wait too long raises."""
    reads = 0
    while not done.is_set():
        await read_all(one, draft, story.position)
        reads += 1
    return reads


async def read_all(one: Process, draft: Any, position: int) -> None:
    read_at = ReadAt(one.tail.epoch, position, 10.0)
    document = await read_draft(one.models, draft)
    listed = await list_drafts(one.models, "alice", read_at)
    timeline = await read_timeline(one.models, draft, read_at, lambda issuer, subject: subject, ascending=False)
    assert document is not None
    assert document.position >= position
    assert [d.draft_id for d in listed.documents] == [draft]
    assert listed.position >= position
    assert timeline.entries[0]["type"] in ("segment_added", "draft_created")
    assert timeline.position >= position


class TestRetiring:
    async def test_a_replaced_build_is_dropped_after_a_while(
        self, database: Database, story: Story, conn: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("projections.projector.RETIRE_SECONDS", 0.05)
        async with process(database, keep_seconds=0.1) as one:
            draft = await story.create()
            await rebuild(database, LANE, "timeline")
            await story.create()
            await one.reached(2)
            await until(lambda: gone(conn, "timeline_1"))
            assert "timeline_1" not in await builds(conn)
            assert (await read_timeline(one.models, draft, ReadAt("e", 2), lambda i, s: s)).entries

    async def test_a_reader_that_holds_on_to_it_is_not_disturbed(
        self, database: Database, story: Story, conn: Any, monkeypatch: Any, caplog: Any
    ) -> None:
        monkeypatch.setattr("projections.projector.RETIRE_SECONDS", 0.05)
        caplog.set_level("INFO")
        async with process(database, keep_seconds=0):
            await story.create()
            async with conn.transaction(readonly=True):
                await conn.fetch("SELECT FROM timeline_1.entries")
                await rebuild(database, LANE, "timeline")
                await until(lambda: said(caplog, "still being read"))
                assert await conn.fetch("SELECT FROM timeline_1.entries") is not None
            await until(lambda: gone(conn, "timeline_1"))

    async def test_a_query_on_a_dropped_build_is_asked_of_the_live_one(
        self, models: ByHand, story: Story, database: Database, conn: Any
    ) -> None:
        await story.create()
        await models.project()
        await rebuild(database, LANE, "timeline")
        await conn.execute("DROP SCHEMA timeline_1 CASCADE")
        assert len(await models.models.fetch(ENTRIES)) == 1


async def gone(conn: Any, schema: str) -> bool:
    return schema not in [row[0] for row in await conn.fetch(SCHEMAS)]


async def said(caplog: Any, words: str) -> bool:
    return words in caplog.text


class TestReleases:
    """A read model of another definition is another release's; both run at once during an upgrade."""

    NEXT = replace(TIMELINE, ddl=TIMELINE.ddl + "CREATE INDEX entries_by_type ON {schema}.entries (lane, type);\n")

    async def test_two_releases_write_and_read_their_own(self, database: Database, story: Story, conn: Any) -> None:
        async with process(database, [TIMELINE]) as old, process(database, [self.NEXT]) as new:
            await story.create()
            for one in (old, new):
                await one.reached(1, "timeline")
                assert len(await one.models.fetch(ENTRIES)) == 1
            assert await old.checkpoints.schemas() == {"timeline": "timeline_1"}
            assert await new.checkpoints.schemas() == {"timeline": "timeline_2"}

    async def test_a_build_is_kept_while_its_release_runs_and_dropped_when_nobody_does(
        self, database: Database, conn: Any
    ) -> None:
        await prepare(database, LANE, projections=[self.NEXT])
        async with process(database, [TIMELINE]) as old:
            await until(lambda: leading(old))
            await retire(conn, self.NEXT, LANE, 0)
            assert await builds(conn) == {"timeline_1": "live", "timeline_2": "live"}
        await until(lambda: marked(conn, self.NEXT))
        await until(lambda: old_enough(conn))
        await retire(conn, self.NEXT, LANE, 0)
        assert await builds(conn) == {"timeline_1": "live"}
        assert await gone(conn, "timeline_2")

    async def test_an_unfinished_build_is_kept_while_it_goes_on_and_dropped_once_its_builder_is_dead(
        self, database: Database, conn: Any
    ) -> None:
        await prepare(database, LANE, projections=[TIMELINE])
        with pytest.raises(Killed):
            await prepare(database, LANE, projections=[self.NEXT], progress=dies_at(0))
        key = lock_key("build", "timeline", self.NEXT.definition, LANE)
        async with conn.transaction():
            # As whoever took it up.
            await conn.execute("SELECT pg_advisory_xact_lock($1)", key)
            await until(lambda: old_enough(conn))
            other = await database.connect("other")
            await retire(other, TIMELINE, LANE, 0)
            assert await builds(conn) == {"timeline_1": "live", "timeline_2": "building"}
        await retire(other, TIMELINE, LANE, 0)
        await until(lambda: old_enough(conn))
        await retire(other, TIMELINE, LANE, 0)
        other.terminate()
        assert await builds(conn) == {"timeline_1": "live"}
        assert await gone(conn, "timeline_2")


async def old_enough(conn: Any) -> bool:
    return bool(await conn.fetchval("SELECT clock_timestamp() > max(changed_at) FROM onering.projections"))


async def leading(one: Process) -> bool:
    return all(standing.leading for standing in await one.projector.health())


async def marked(conn: Any, projection: Projection) -> bool:
    """Retire until the server has noticed that the other release's session ended."""
    await retire(conn, projection, LANE, 0)
    return "replaced" in (await builds(conn)).values() or len(await builds(conn)) == 1


async def test_a_database_without_read_models_says_so(database: Database, pool: Any) -> None:
    with pytest.raises(NotBuilt, match="access, drafts are not built"):
        await Checkpoints(pool, LANE, [ACCESS, DRAFTS]).live()
