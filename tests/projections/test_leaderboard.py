"""The board of who does most: days that count, drafts that count, and what reading it costs."""

import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio

from onering.domain.values import Visibility
from onering.log.connection import Database
from onering.service.postgres import EmbeddedPostgres
from projections.leaderboard import (
    LEADERBOARD,
    MOST_PEOPLE,
    PLACES,
    Metric,
    _board,
    _first,
    read_leaderboard,
)
from projections.projection import in_schemas
from tests.projections.reading import NOW, ByHand, by_hand
from tests.projections.story import Story

# One database for all: each test begins with an empty board.
pytestmark = pytest.mark.asyncio(loop_scope="module")
TODAY = datetime(2026, 11, 25, 15, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(postgres: EmbeddedPostgres, shared_database: str) -> AsyncIterator[Any]:
    """Return the administrator's connection to the database, in which events may be moved in time."""
    conn = await Database(postgres.dsn(database=shared_database)).connect("test")
    await conn.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
    yield conn
    conn.terminate()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def read_model(shared_dsn: str) -> AsyncIterator[ByHand]:
    database = Database(shared_dsn)
    conn, pool = await database.connect("test"), await database.pool("test", size=4)
    yield await by_hand(database, conn, pool, (LEADERBOARD,))
    pool.terminate()
    conn.terminate()


class Town:
    """People who write in drafts of several visibilities, on the days that the test says."""

    def __init__(self, models: ByHand, owner: Any) -> None:
        self.models, self._owner, self._story = models, owner, Story(models.conn)

    async def draft(self, visibility: Visibility = Visibility.PUBLIC) -> UUID:
        return await self._story.create(visibility=visibility)

    async def tell(self, draft: UUID, day: float, type: str, **data: Any) -> None:
        """Store an event of so many days before TODAY."""
        event = await self._story.unknown(draft, type, data=orjson.dumps(data).decode())
        sql = "UPDATE onering.events SET recorded_at = $2 WHERE lane = 0 AND position = $1"
        await self._owner.execute(sql, event.position, TODAY - timedelta(days=day))

    async def write(self, draft: UUID, who: str, *days: float) -> None:
        for day in days:
            data = {"segment_id": str(uuid4()), "author_id": who, "content": "Word", "segment_order": 0}
            await self.tell(draft, day, "segment_added", **data)

    async def hand(self, draft: UUID, who: str, to: str, *days: float, **more: Any) -> None:
        for day in days:
            await self.tell(draft, day, "ring_passed", from_user_id=who, to_user_id=to, **more)

    async def turn(self, draft: UUID, visibility: Visibility) -> None:
        await self.tell(draft, 0, "visibility_changed", visibility=visibility)

    async def board(self, metric: Metric, now: datetime = TODAY, *, most: int = 10_000) -> list[tuple[str, int]]:
        await self.models.project(most)
        _, standings = await read_leaderboard(self.models.models, NOW, metric, now)
        return [(standing.user_id, standing.value) for standing in standings]


@pytest_asyncio.fixture(loop_scope="module")
async def town(read_model: ByHand, owner: Any) -> Town:
    await read_model.project()
    await owner.execute("TRUNCATE leaderboard_1.days, leaderboard_1.shares, leaderboard_1.drafts")
    return Town(read_model, owner)


class TestMetrics:
    async def test_momentum_is_the_segments_of_seven_days(self, town: Town) -> None:
        draft = await town.draft()
        await town.write(draft, "alice", 0, 0, 6)
        await town.write(draft, "bob", 6, 7)
        assert await town.board(Metric.MOMENTUM) == [("alice", 3), ("bob", 1)]

    async def test_collaboration_is_the_passes_to_others_of_thirty_days(self, town: Town) -> None:
        draft = await town.draft()
        await town.hand(draft, "alice", "bob", 0, 29, 30)
        await town.hand(draft, "bob", "alice", 1)
        assert await town.board(Metric.COLLABORATION) == [("alice", 2), ("bob", 1)]

    async def test_to_keep_the_ring_or_to_lose_it_is_no_pass(self, town: Town) -> None:
        draft = await town.draft()
        await town.hand(draft, "alice", "alice", 0)
        await town.hand(draft, "bob", "alice", 0, reason="reclaimed")
        await town.hand(draft, "carol", "alice", 0, reason="holder_removed")
        assert await town.board(Metric.COLLABORATION) == []

    async def test_consistency_is_the_days_with_a_segment_or_a_pass_of_thirty(self, town: Town) -> None:
        draft = await town.draft()
        await town.write(draft, "alice", 0, 0, 0, 29, 30)
        await town.hand(draft, "bob", "alice", 1, 2, 3)
        assert await town.board(Metric.CONSISTENCY) == [("bob", 3), ("alice", 2)]

    async def test_whoever_has_as_much_is_in_order_of_their_id(self, town: Town) -> None:
        draft = await town.draft()
        for name in ("bob", "Zoe", "élan", "alice"):
            await town.write(draft, name, 0)
        assert [name for name, _ in await town.board(Metric.MOMENTUM)] == ["Zoe", "alice", "bob", "élan"]

    async def test_there_are_ten_places(self, town: Town) -> None:
        draft = await town.draft()
        for n in range(PLACES + 2):
            await town.write(draft, f"user-{n:02}", *[0] * (n // 6 + 1))
        board = await town.board(Metric.MOMENTUM)
        assert [name for name, _ in board] == [f"user-{n:02}" for n in (*range(6, 12), *range(4))]

    async def test_nobody_has_done_anything_yet(self, town: Town) -> None:
        await town.draft()
        assert [await town.board(metric) for metric in Metric] == [[], [], []]


class TestNow:
    async def test_days_after_that_of_now_do_not_count(self, town: Town) -> None:
        draft = await town.draft()
        await town.write(draft, "alice", 0, 1, 10)
        days = [TODAY - timedelta(days=n) for n in (0, 1, 2, 10)]
        assert [await town.board(Metric.MOMENTUM, day) for day in days] == [
            [("alice", 2)],
            [("alice", 1)],
            [],
            [("alice", 1)],
        ]

    async def test_a_day_is_one_in_utc(self, town: Town) -> None:
        draft = await town.draft()
        midnight = TODAY.replace(hour=0)
        await town.write(draft, "alice", (TODAY - midnight) / timedelta(days=1))
        late = datetime.fromisoformat("2026-11-24T23:30:00-05:00")
        assert await town.board(Metric.MOMENTUM, late) == [("alice", 1)]
        assert await town.board(Metric.MOMENTUM, midnight - timedelta(microseconds=1)) == []


class TestCrowds:
    """Of each day only so many are looked at."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("projections.leaderboard.MOST_PEOPLE", 7 * PLACES)

    async def test_the_steady_are_found_among_many_who_did_more_each_day(self, town: Town) -> None:
        draft = await town.draft()
        for day in range(4):
            await town.write(draft, "steady", day)
            for n in range(PLACES + 2):
                await town.write(draft, f"{day}-loud-{n:02}", day, day)
        assert (await town.board(Metric.CONSISTENCY))[0] == ("steady", 4)
        assert (await town.board(Metric.MOMENTUM))[0] == ("steady", 4)

    async def test_whoever_rests_today_is_found_by_where_they_stood(self, town: Town) -> None:
        draft = await town.draft()
        await town.write(draft, "rested", 1, 1, 1)
        for n in range(PLACES + 5):
            await town.write(draft, f"new-{n:02}", 0)
        board = await town.board(Metric.MOMENTUM)
        assert (board[0], len(board)) == (("rested", 3), PLACES)

    async def test_what_a_draft_takes_along_counts_on_the_days_after_it_too(self, town: Town) -> None:
        other, draft = await town.draft(), await town.draft(Visibility.PRIVATE)
        await town.write(draft, "alice", 3, 2)
        await town.write(other, "alice", 1, 0)
        await town.turn(draft, Visibility.PUBLIC)
        for n in range(PLACES + 2):
            await town.write(other, f"loud-{n:02}", 0, 0, 0)
        assert (await town.board(Metric.MOMENTUM))[0] == ("alice", 4)
        await town.turn(draft, Visibility.PRIVATE)
        assert "alice" not in [name for name, _ in await town.board(Metric.MOMENTUM)]


class TestVisibility:
    @pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.WORKSPACE])
    async def test_what_not_everybody_may_read_counts_nowhere(self, town: Town, visibility: Visibility) -> None:
        draft = await town.draft(visibility)
        await town.write(draft, "alice", 0)
        await town.hand(draft, "alice", "bob", 0)
        assert [await town.board(metric) for metric in Metric] == [[], [], []]

    @pytest.mark.parametrize("most", [1, 2, 3, 1000])
    async def test_a_draft_takes_its_deeds_along_in_and_out(self, town: Town, most: int) -> None:
        """However the projector cuts the log into batches."""
        other, draft = await town.draft(), await town.draft(Visibility.PRIVATE)
        await town.write(other, "alice", 0)
        await town.write(draft, "alice", 0, 3)
        await town.turn(draft, Visibility.PUBLIC)
        await town.write(draft, "bob", 1)

        async def board() -> list[tuple[str, int]]:
            for _ in range(0, 20, min(most, 20)):
                await town.models.project(most)
            return await town.board(Metric.MOMENTUM)

        assert await board() == [("alice", 3), ("bob", 1)]
        await town.write(draft, "bob", 0)
        await town.turn(draft, Visibility.WORKSPACE)
        await town.write(draft, "bob", 0)
        assert await board() == [("alice", 1)]
        await town.turn(draft, Visibility.PUBLIC)
        await town.turn(draft, Visibility.PRIVATE)
        assert await board() == [("alice", 1)]
        await town.turn(draft, Visibility.PUBLIC)
        assert await board() == [("alice", 3), ("bob", 3)]

    async def test_any_story_adds_up_to_what_is_public_at_its_end(self, town: Town) -> None:
        chance = random.Random(11)
        drafts = {await town.draft(): True for _ in range(3)}
        deeds: list[tuple[UUID, str]] = []
        for _ in range(80):
            draft, who = chance.choice(list(drafts)), chance.choice("abc")
            match chance.choice(["write", "write", "turn", "project"]):
                case "write":
                    await town.write(draft, who, chance.randint(0, 6))
                    deeds.append((draft, who))
                case "turn":
                    drafts[draft] = chance.random() < 0.5
                    await town.turn(draft, Visibility.PUBLIC if drafts[draft] else Visibility.PRIVATE)
                case "project":
                    await town.models.project(chance.randint(1, 9))
        counted = {who: sum(drafts[draft] for draft, by in deeds if by == who) for who in "abc"}
        expected = sorted(((who, n) for who, n in counted.items() if n), key=lambda item: (-item[1], item[0]))
        assert await town.board(Metric.MOMENTUM) == expected


async def test_what_was_erased_is_nobodys(town: Town, owner: Any) -> None:
    draft = await town.draft()
    await town.write(draft, "alice", 0)
    await town.turn(draft, Visibility.PRIVATE)
    await owner.execute("UPDATE onering.events SET payload = NULL, salt = NULL WHERE stream_id = $1", draft)
    assert await town.board(Metric.MOMENTUM) == []


FILL = """
    INSERT INTO leaderboard_1.days (lane, user_id, day, segments, passes, collaboration, momentum, consistency)
    SELECT 0, 'user-' || lpad(n::text, 5, '0'), $1::date - ago, 1 + n % 7, n % 3,
           30 * (n % 3), 7 * (1 + n % 7), 30 - ago
      FROM generate_series(1, $2::integer) n, generate_series(0, 29) ago"""


async def rows_touched(town: Town, metric: Metric) -> int:
    """Return how many rows reading a board takes from the table, by the plan as it was carried out."""
    sql = in_schemas(_board(metric), await town.models.models.checkpoints.schemas())
    arguments = (0, TODAY.date(), _first(TODAY.date(), metric), MOST_PEOPLE // metric.days, PLACES)
    plan = await town.models.models.pool.fetchval("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, *arguments)
    return sum(scanned(json.loads(plan)[0]["Plan"]))


def scanned(node: dict[str, Any]) -> Iterator[int]:
    if node.get("Relation Name") == "days":
        yield (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    for below in node.get("Plans", ()):
        yield from scanned(below)


@pytest.mark.parametrize("metric", [Metric.MOMENTUM, Metric.CONSISTENCY])
async def test_reading_it_costs_the_same_however_many_people_there_are(town: Town, owner: Any, metric: Metric) -> None:
    costs = []
    for people in (200, 600):
        await owner.execute("TRUNCATE leaderboard_1.days")
        await owner.execute(FILL, TODAY.date(), people)
        await owner.execute("ANALYZE leaderboard_1.days")
        costs.append(await rows_touched(town, metric))
        assert len(await town.board(metric)) == PLACES
    assert costs[1] <= costs[0] <= MOST_PEOPLE * (metric.days + 1)
