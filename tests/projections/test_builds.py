"""Builds: a batch and its checkpoint are one commit, and only the newest writer commits."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from projections import DRAFTS, PROJECTIONS, TIMELINE
from projections.builds import BESIDE, SWITCH, apply, create, take_building, take_live
from projections.faults import Deposed, Poison, TooNew
from projections.projection import Projection, in_schemas
from projections.rebuild import prepare
from tests.projections.reading import ByHand, until
from tests.projections.story import Story

POSITIONS = "SELECT name, position FROM onering.projections ORDER BY name"
ROW_WRITES = """
    SELECT relname, n_tup_ins + n_tup_upd AS writes FROM pg_stat_xact_user_tables WHERE schemaname = 'drafts_1'"""

WAITS_FOR_LOCK = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE application_name = 'onering taker' AND wait_event_type = 'Lock'
                      AND datname = current_database())"""

# Fails on one text, as a mistake in a read model's SQL would.
SUM = Projection(
    "sum",
    ("draft",),
    "CREATE TABLE {schema}.sum (lane smallint, n bigint); INSERT INTO {schema}.sum VALUES (0, 0);",
    (
        """
        UPDATE {schema}.sum SET n = n + (
            SELECT coalesce(sum((e.payload::json -> 'data' ->> 'content')::integer), 0) FROM unnest(batch) e
             WHERE e.type = 'segment_added')""",
    ),
)


async def test_a_batch_moves_tables_and_checkpoint_together(models: ByHand, story: Story, conn: Any) -> None:
    draft = await story.create(initial_segment="Once")
    await models.project(1)
    assert dict(await conn.fetch(POSITIONS)) == {projection.name: 1 for projection in PROJECTIONS}
    assert await conn.fetchval("SELECT version FROM drafts_1.drafts WHERE draft_id = $1", draft) == 1
    await models.project(1)
    assert await conn.fetchval("SELECT content FROM drafts_1.segments WHERE draft_id = $1", draft) == "Once"


async def test_a_batch_that_is_rolled_back_leaves_neither(models: ByHand, story: Story, conn: Any) -> None:
    await story.create()
    transaction = conn.transaction()
    await transaction.start()
    await models.project()
    await transaction.rollback()
    assert {row["position"] for row in await conn.fetch(POSITIONS)} == {0}
    assert await conn.fetchval("SELECT count(*) FROM drafts_1.drafts") == 0


async def test_nothing_new_writes_nothing(models: ByHand, story: Story, conn: Any) -> None:
    await story.create()
    await models.project()
    before = await conn.fetch("SELECT xmin::text FROM onering.projections")
    await models.project()
    assert await conn.fetch("SELECT xmin::text FROM onering.projections") == before


async def test_many_events_of_one_draft_cost_few_row_writes(models: ByHand, story: Story, conn: Any) -> None:
    draft = await story.create()
    await story.let_in(draft, "bob")
    for n in range(50):
        await story.add(draft, f"{n}")
    async with conn.transaction():
        await models.project(1000, "drafts")
        writes = dict(await conn.fetch(ROW_WRITES))
    assert writes == {"drafts": 2, "segments": 50, "holds": 1, "members": 2, "authors": 1}


async def test_events_of_other_streams_move_the_checkpoint_alone(models: ByHand, story: Story, conn: Any) -> None:
    await story.sign_in("alice")
    await models.project()
    assert {row["position"] for row in await conn.fetch(POSITIONS)} == {1}
    assert await conn.fetchval("SELECT count(*) FROM timeline_1.entries") == 0


class TestFencing:
    async def test_a_new_writer_deposes_the_old_one_by_its_epoch(self, models: ByHand, story: Story, conn: Any) -> None:
        await story.create()
        taken = await take_live(conn, DRAFTS, LANE, uuid4())
        with pytest.raises(Deposed, match="another writer"):
            await models.project(1, "drafts")
        assert taken is not None
        assert (await apply(conn, taken, 10)).position == 1

    async def test_a_moved_checkpoint_deposes_whoever_did_not_move_it(
        self, models: ByHand, story: Story, conn: Any
    ) -> None:
        await story.create(initial_segment="Once")
        behind = models.builds["drafts"]
        await models.project(1, "drafts")
        with pytest.raises(Deposed):
            await apply(conn, behind, 1)
        assert await conn.fetchval("SELECT count(*) FROM drafts_1.segments") == 0

    async def test_of_two_that_write_at_once_one_commits(
        self, models: ByHand, story: Story, database: Database
    ) -> None:
        await story.create(initial_segment="Once")
        rival = await database.connect("rival")
        build = models.builds["drafts"]
        outcomes = await asyncio.gather(apply(models.conn, build, 10), apply(rival, build, 10), return_exceptions=True)
        rival.terminate()
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Build", "Deposed"]
        assert len(await models.models.fetch("SELECT FROM {drafts}.segments")) == 1

    async def test_a_replaced_build_takes_no_more_writes(self, models: ByHand, story: Story, conn: Any) -> None:
        await story.create()
        await conn.execute("UPDATE onering.projections SET status = 'replaced' WHERE name = 'drafts'")
        with pytest.raises(Deposed):
            await models.project(1, "drafts")

    async def test_a_dropped_build_deposes_its_writer(self, models: ByHand, story: Story, conn: Any) -> None:
        await story.create()
        await conn.execute("DROP SCHEMA drafts_1 CASCADE")
        with pytest.raises(Deposed, match="dropped"):
            await models.project(1, "drafts")


class TestStuck:
    async def test_everything_before_a_poison_event_is_applied(
        self, story: Story, conn: Any, database: Database
    ) -> None:
        draft = await story.create()
        for text in ("1", "2", "three", "4"):
            await story.add(draft, text)
        await create(conn, SUM, LANE)
        build = await take_building(conn, SUM, LANE, uuid4())
        assert build is not None
        while build.position < 3:
            build = await apply(conn, build, 100)
        with pytest.raises(Poison, match="invalid input syntax") as poison:
            await apply(conn, build, 100)
        assert (build.position, poison.value.position) == (3, 4)
        assert str(story.told[3].event_id) in str(poison.value)
        assert await conn.fetchval("SELECT n FROM sum_1.sum") == 3

    @pytest.mark.parametrize(("type", "schema_version"), [("draft_sung", 1), ("segment_added", 2)])
    async def test_an_event_of_a_newer_release_stops_it_before_anything_of_it_is_applied(
        self, models: ByHand, story: Story, type: str, schema_version: int
    ) -> None:
        unknown = await story.unknown(await story.create(), type, schema_version)
        await models.project(100, "timeline")
        assert models.builds["timeline"].position == unknown.position - 1
        with pytest.raises(TooNew, match=f"newer release .*{type}"):
            await models.project(100, "timeline")

    async def test_trouble_of_the_database_is_no_fault_of_an_event(
        self, models: ByHand, story: Story, database: Database, conn: Any
    ) -> None:
        await story.create()
        blocker = await database.connect("blocker")
        async with blocker.transaction():
            await blocker.execute("SELECT FROM onering.projections FOR UPDATE")
            await conn.execute("SET lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await models.project(1, "drafts")
        blocker.terminate()
        await models.project(1, "drafts")
        assert models.builds["drafts"].position == 1


class TestRegistry:
    async def test_builds_of_a_name_count_up_over_all_lanes(self, conn: Any) -> None:
        for lane in (0, 1, 0):
            await create(conn, TIMELINE, lane)
        rows = await conn.fetch("SELECT version, lane FROM onering.projections ORDER BY version")
        assert rows == [(1, 0), (2, 1), (3, 0)]

    async def test_two_that_create_at_once_never_share_a_build(self, database: Database) -> None:
        connections = [await database.connect("test") for _ in range(4)]
        made = await asyncio.gather(*[create(c, TIMELINE, LANE) for c in connections], return_exceptions=True)
        rows = await connections[0].fetch("SELECT version FROM onering.projections")
        schemas = await connections[0].fetch("SELECT FROM pg_namespace WHERE nspname LIKE 'timeline%'")
        for connection in connections:
            connection.terminate()
        failed = [fault for fault in made if fault is not None]
        assert all(isinstance(fault, asyncpg.UniqueViolationError) for fault in failed)
        assert len(rows) == len(schemas) == 4 - len(failed)

    async def test_a_build_that_is_not_finished_is_not_live(self, conn: Any) -> None:
        await create(conn, TIMELINE, LANE)
        assert await take_live(conn, TIMELINE, LANE, uuid4()) is None
        assert await take_building(conn, TIMELINE, LANE, uuid4()) is not None

    async def test_a_replaced_build_is_live_again_if_nothing_else_is(self, database: Database, conn: Any) -> None:
        await prepare(database, LANE, projections=[TIMELINE])
        await conn.execute("UPDATE onering.projections SET status = 'replaced'")
        build = await take_live(conn, TIMELINE, LANE, uuid4())
        assert build is not None
        assert await conn.fetchval("SELECT status FROM onering.projections") == "live"

    async def test_a_writer_that_waited_for_a_switch_takes_the_new_build(
        self, models: ByHand, database: Database, conn: Any
    ) -> None:
        await create(conn, TIMELINE, LANE)
        which = ("timeline", LANE, TIMELINE.definition, 2)
        taker = await database.connect("taker")
        async with conn.transaction():
            await conn.fetch(BESIDE, *which)
            taking = asyncio.create_task(take_live(taker, TIMELINE, LANE, uuid4()))
            await until(lambda: models.models.pool.fetchval(WAITS_FOR_LOCK))
            await conn.execute(SWITCH, *which)
        taken = await taking
        taker.terminate()
        assert taken is not None
        assert taken.version == 2
        statuses = await conn.fetch("SELECT status FROM onering.projections WHERE name = 'timeline' ORDER BY version")
        assert statuses == [("replaced",), ("live",)]

    async def test_a_build_of_another_release_is_not_taken(self, database: Database, conn: Any) -> None:
        await prepare(database, LANE, projections=[TIMELINE])
        other = replace(TIMELINE, ddl=TIMELINE.ddl + "-- other\n")
        assert other.definition != TIMELINE.definition
        assert await take_live(conn, other, LANE, uuid4()) is None


@pytest.mark.parametrize("schema", ["drafts", "Drafts_1", 'drafts_1"; DROP', "", "drafts_1 "])
def test_only_the_name_of_a_build_ever_gets_into_sql(schema: str) -> None:
    with pytest.raises(ValueError, match="does not name a build"):
        in_schemas("SELECT FROM {drafts}.drafts", {"drafts": schema})


def test_definitions_differ_and_do_not_depend_on_the_run() -> None:
    assert len({projection.definition for projection in PROJECTIONS}) == len(PROJECTIONS)
    assert replace(DRAFTS).definition == DRAFTS.definition
