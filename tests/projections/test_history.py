"""Figures of a draft: what was written, who held the ring and how long, day by day, as of any moment."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio

from onering.domain.values import Status
from onering.log.connection import Database
from onering.service.postgres import EmbeddedPostgres
from projections import cursors
from projections.attribution import read_attribution
from projections.days import Day, read_days
from projections.faults import BadCursor
from projections.figures import Figures, read_figures
from projections.history import Moment
from projections.turns import TurnPage, read_turns
from tests.projections.reading import NOW, ByHand, by_hand
from tests.projections.story import Story

MORNING = datetime(2026, 11, 20, 6, tzinfo=UTC)


def at(days: float = 0, hours: float = 0) -> datetime:
    return MORNING + timedelta(days=days, hours=hours)


class Chronicle:
    """A draft whose events happened when the test says so."""

    def __init__(self, models: ByHand, story: Story, owner: Any, draft: UUID) -> None:
        self._models, self._story, self._owner, self.draft = models, story, owner, draft
        self.times: list[datetime] = [MORNING]

    async def tell(self, when: datetime, type: str, **data: Any) -> None:
        await self._story.unknown(self.draft, type, data=orjson.dumps(data).decode())
        self.times.append(when)

    async def add(self, when: datetime, who: str, order: int, content: str) -> str:
        segment = str(uuid4())
        what = {"segment_id": segment, "author_id": who, "content": content, "segment_order": order}
        await self.tell(when, "segment_added", **what)
        return segment

    async def hand(self, when: datetime, holder: str, to: str, **more: str) -> None:
        await self.tell(when, "ring_passed", from_user_id=holder, to_user_id=to, **more)

    async def amend(self, when: datetime, segment: str, order: int, content: str) -> None:
        await self.tell(when, "segment_amended", segment_id=segment, segment_order=order, content=content)

    async def withdraw(self, when: datetime, segment: str, order: int) -> None:
        await self.tell(when, "segment_withdrawn", segment_id=segment, segment_order=order)

    async def done(self) -> UUID:
        """Put the events where they belong in time, and project them."""
        sql = "UPDATE onering.events SET recorded_at = $2 WHERE stream_id = $1 AND version = $3"
        await self._owner.executemany(sql, [(self.draft, when, n) for n, when in enumerate(self.times, 1)])
        await self._models.project(10_000, "timeline")
        return self.draft


# One database for all: each test has a draft of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(postgres: EmbeddedPostgres, shared_database: str) -> AsyncIterator[Any]:
    """Return the administrator's connection to the database, in which events may be moved in time."""
    conn = await Database(postgres.dsn(database=shared_database)).connect("test")
    await conn.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
    yield conn
    conn.terminate()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models(shared_dsn: str) -> AsyncIterator[ByHand]:
    database = Database(shared_dsn)
    conn, pool = await database.connect("test"), await database.pool("test", size=4)
    yield await by_hand(database, conn, pool)
    pool.terminate()
    conn.terminate()


@pytest_asyncio.fixture(loop_scope="module")
async def chronicle(models: ByHand, owner: Any) -> Chronicle:
    story = Story(models.conn)
    return Chronicle(models, story, owner, await story.create())


async def walked(chronicle: Chronicle) -> tuple[UUID, str, str]:
    """A draft that Alice and Bob wrote over four days, and its two segments."""
    first = await chronicle.add(at(hours=1), "alice", 0, "We left")
    await chronicle.tell(at(hours=2), "collaborator_added", user_id="bob", role="contributor")
    await chronicle.hand(at(hours=3), "alice", "bob")
    second = await chronicle.add(at(hours=4), "bob", 1, "It  rained\nall day")
    await chronicle.amend(at(1, 1), second, 1, "It rained")
    await chronicle.hand(at(1, 2), "bob", "alice", strategy="round_robin", reasoning="Next in turn.")
    await chronicle.withdraw(at(2), first, 0)
    await chronicle.tell(at(3), "holder_nudged", user_id="bob", holder_id="alice")
    return await chronicle.done(), first, second


async def figures_of(models: ByHand, draft: UUID, now: datetime) -> Figures:
    position, figures = await read_figures(models.models, draft, NOW, Moment(now, asked=True))
    assert position > 0
    assert figures is not None
    return figures


class TestFigures:
    async def test_they_count_what_stands_and_what_became_of_the_rest(
        self, models: ByHand, chronicle: Chronicle
    ) -> None:
        draft, _, _ = await walked(chronicle)
        figures = await figures_of(models, draft, at(3, 12))
        assert (figures.count("segments"), figures.count("words"), figures.count("characters")) == (1, 2, 9)
        assert (figures.count("amended"), figures.count("withdrawn"), figures.count("holds")) == (1, 1, 3)
        assert (figures.status, figures.passes, figures.holder_id) == (Status.ACTIVE, 2, "alice")

    async def test_holds_have_their_true_start_and_end_and_the_open_one_ends_now(
        self, models: ByHand, chronicle: Chronicle
    ) -> None:
        draft, _, _ = await walked(chronicle)
        figures = await figures_of(models, draft, at(3))
        held = {person.user_id: (person.holds, person.hold_seconds) for person in figures.people}
        assert held == {"alice": (2, 3 * 3600 + 46 * 3600), "bob": (1, 23 * 3600)}
        assert (figures.held_since, figures.held) == (at(1, 2), timedelta(hours=46))
        assert figures.longest_hold_seconds == 46 * 3600

    async def test_a_reminder_is_no_activity(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, _ = await walked(chronicle)
        figures = await figures_of(models, draft, at(4))
        assert (figures.last_activity_at, figures.idle) == (at(2), timedelta(days=2))

    async def test_what_happened_after_now_does_not_count(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, _ = await walked(chronicle)
        figures = await figures_of(models, draft, at(hours=4))
        assert [(p.user_id, p.segments, p.words, p.passes) for p in figures.people] == [
            ("bob", 1, 4, 0),
            ("alice", 1, 2, 1),
        ]
        assert (figures.count("amended"), figures.count("withdrawn"), figures.passes) == (0, 0, 1)
        before = await figures_of(models, draft, at(hours=4) - timedelta(microseconds=1))
        assert (before.count("segments"), before.held) == (1, timedelta(hours=1) - timedelta(microseconds=1))

    async def test_the_same_now_gives_the_same_figures_for_ever(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, _ = await walked(chronicle)
        before = await figures_of(models, draft, at(2))
        await chronicle.hand(at(5), "alice", "bob")
        await chronicle.done()
        assert await figures_of(models, draft, at(2)) == before
        assert await figures_of(models, draft, at(5)) != before

    async def test_without_a_now_nothing_is_left_out(self, models: ByHand, chronicle: Chronicle) -> None:
        """Another machine's clock may be ahead of ours: its events are in the log, and count."""
        draft, _, _ = await walked(chronicle)
        _, figures = await read_figures(models.models, draft, NOW, Moment(at(hours=2), asked=False))
        assert figures is not None
        assert (figures.passes, figures.held, figures.idle) == (2, timedelta(), timedelta())

    async def test_before_there_was_a_draft_there_are_none(self, models: ByHand, chronicle: Chronicle) -> None:
        draft = await chronicle.done()
        moment = Moment(MORNING - timedelta(microseconds=1), asked=True)
        assert (await read_figures(models.models, draft, NOW, moment))[1] is None
        assert (await read_figures(models.models, UUID(int=1), NOW, Moment(at(9), asked=False)))[1] is None

    @pytest.mark.parametrize(
        ("steps", "status"),
        [
            (["draft_locked"], Status.LOCKED),
            (["draft_locked", "draft_unlocked"], Status.ACTIVE),
            (["draft_completed"], Status.COMPLETED),
            (["draft_completed", "draft_reopened"], Status.ACTIVE),
            (["draft_archived"], Status.ARCHIVED),
        ],
    )
    async def test_they_know_where_the_draft_stood(
        self, models: ByHand, chronicle: Chronicle, steps: Sequence[str], status: Status
    ) -> None:
        for hours, step in enumerate(steps, 1):
            await chronicle.tell(at(hours=hours), step)
        draft = await chronicle.done()
        assert (await figures_of(models, draft, at(1))).status == status
        assert (await figures_of(models, draft, at())).status == Status.ACTIVE

    async def test_passes_that_were_not_the_holders_choice_are_not_theirs(
        self, models: ByHand, chronicle: Chronicle
    ) -> None:
        await chronicle.hand(at(hours=1), "alice", "bob")
        await chronicle.hand(at(hours=2), "bob", "alice", reason="reclaimed")
        figures = await figures_of(models, await chronicle.done(), at(1))
        assert {p.user_id: p.passes for p in figures.people} == {"alice": 1, "bob": 0}
        assert figures.passes == 2

    async def test_the_fifth_segment_that_stands_has_its_time(self, models: ByHand, chronicle: Chronicle) -> None:
        segments = [await chronicle.add(at(hours=n), "alice", n, "Word") for n in range(1, 6)]
        draft = await chronicle.done()
        (alice,) = (await figures_of(models, draft, at(1))).people
        assert alice.fifth_at == at(hours=5)
        await chronicle.amend(at(hours=6), segments[4], 5, "Another")
        await chronicle.withdraw(at(hours=7), segments[0], 1)
        await chronicle.done()
        assert (await figures_of(models, draft, at(hours=6))).people[0].fifth_at == at(hours=5)
        assert (await figures_of(models, draft, at(hours=7))).people[0].fifth_at is None

    async def test_what_was_erased_is_nobodys(self, models: ByHand, chronicle: Chronicle, owner: Any) -> None:
        draft, _, _ = await walked(chronicle)
        erase = "UPDATE timeline_1.entries SET meta = '{}', words = NULL, characters = NULL WHERE draft_id = $1"
        await owner.execute(erase, draft)
        figures = await figures_of(models, draft, at(4))
        assert (figures.people, figures.holder_id, figures.passes) == ((), None, 2)


WHITE = "\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"


TEXTS = [
    *(
        "one",
        "one two three",
        " two\twords\n",
        "double  space",
        "a b ",
        " a b",
        "a\u00a0b\u3000c",
        "a\nb",
        f"x{WHITE}y",
    ),
    *("zero\u200bwidth", "été naïve", "写作 很好", "👩‍👩‍👧 ok", "a—b"),
]


async def test_a_word_is_what_stands_between_white_space(models: ByHand, chronicle: Chronicle) -> None:
    for hours, text in enumerate(TEXTS):
        await chronicle.add(at(hours=hours), f"{hours:02}", hours, text)
    figures = await figures_of(models, await chronicle.done(), at(2))
    people = sorted((p for p in figures.people if p.segments), key=lambda person: person.user_id)
    assert [(p.words, p.characters) for p in people] == [(len(text.split()), len(text)) for text in TEXTS]


class TestTurns:
    async def read(self, models: ByHand, draft: UUID, now: datetime, **wanted: Any) -> TurnPage:
        return await read_turns(models.models, draft, NOW, Moment(now, asked=True), **({"limit": 50} | wanted))

    async def test_each_has_start_end_and_seconds_newest_first(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, _ = await walked(chronicle)
        page = await self.read(models, draft, at(3))
        assert [(t.user_id, t.since, t.until, t.seconds, t.open) for t in page.turns] == [
            ("alice", at(1, 2), at(3), 46 * 3600, True),
            ("bob", at(hours=3), at(1, 2), 23 * 3600, False),
            ("alice", at(), at(hours=3), 3 * 3600, False),
        ]
        assert (page.holder_id, page.next_cursor) == ("alice", None)

    async def test_a_pass_says_whose_choice_it_was(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, _ = await walked(chronicle)
        smart, plain, first = (await self.read(models, draft, at(3))).turns
        assert (smart.from_user_id, smart.strategy, smart.reasoning) == ("bob", "round_robin", "Next in turn.")
        assert (plain.from_user_id, plain.strategy, plain.reason) == ("alice", None, None)
        assert first.from_user_id is None

    async def test_pages_have_every_turn_once_and_all_name_the_holder(
        self, models: ByHand, chronicle: Chronicle
    ) -> None:
        draft, _, _ = await walked(chronicle)
        whole = await self.read(models, draft, at(3))
        found: list[Any] = []
        cursor = None
        while len(found) < 3:
            page = await self.read(models, draft, at(3), limit=1, cursor=cursor)
            assert page.holder_id == "alice"
            found += page.turns
            cursor = page.next_cursor
        assert (tuple(found), cursor) == (whole.turns, None)

    @pytest.mark.parametrize("version", [-5, 2**60])
    async def test_a_cursor_beyond_every_version_ends_the_list(
        self, models: ByHand, chronicle: Chronicle, version: int
    ) -> None:
        draft, _, _ = await walked(chronicle)
        page = await self.read(models, draft, at(3), cursor=cursors.encode("epoch", version))
        assert len(page.turns) == (0 if version < 0 else 3)

    async def test_a_cursor_of_another_log_is_refused(self, models: ByHand) -> None:
        with pytest.raises(BadCursor, match="restored"):
            await self.read(models, UUID(int=1), at(), cursor=cursors.encode("other", 1))


class TestDays:
    async def read(self, models: ByHand, draft: UUID, now: datetime, days: int) -> Sequence[Day]:
        return (await read_days(models.models, draft, NOW, Moment(now, asked=True), days))[1]

    async def test_quiet_ones_are_there_and_each_has_what_it_brought(
        self, models: ByHand, chronicle: Chronicle
    ) -> None:
        draft, _, _ = await walked(chronicle)
        assert await self.read(models, draft, at(3), 5) == (
            Day(date(2026, 11, 19)),
            Day(date(2026, 11, 20), segments_added=2, words_added=6, ring_passes=1, contributors=2),
            Day(date(2026, 11, 21), segments_amended=1, words_removed=2, ring_passes=1, contributors=1),
            Day(date(2026, 11, 22), segments_withdrawn=1, words_removed=2, contributors=1),
            Day(date(2026, 11, 23)),
        )

    async def test_a_day_ends_at_midnight_in_utc(self, models: ByHand, chronicle: Chronicle) -> None:
        midnight = datetime(2026, 11, 21, tzinfo=UTC)
        await chronicle.add(midnight - timedelta(microseconds=1), "alice", 0, "Late")
        await chronicle.add(midnight, "alice", 1, "Very early")
        draft = await chronicle.done()
        assert [day.words_added for day in await self.read(models, draft, midnight, 2)] == [1, 2]

    async def test_a_moment_with_an_offset_is_of_its_day_in_utc(self, models: ByHand, chronicle: Chronicle) -> None:
        draft = await chronicle.done()
        late = datetime.fromisoformat("2026-11-20T23:00:00-05:00")
        assert [day.date for day in await self.read(models, draft, late, 1)] == [date(2026, 11, 21)]


class TestAttribution:
    async def test_it_names_whose_segments_stand_in_order(self, models: ByHand, chronicle: Chronicle) -> None:
        ids = [await chronicle.add(at(hours=n), who, n, "Word") for n, who in enumerate(["bob", "alice", "bob"])]
        draft = await chronicle.done()
        _, authors = await read_attribution(models.models, draft, NOW, Moment(at(1), asked=False))
        assert [(a.user_id, a.segment_ids, a.first_at, a.last_at) for a in authors] == [
            ("bob", (ids[0], ids[2]), at(hours=0), at(hours=2)),
            ("alice", (ids[1],), at(hours=1), at(hours=1)),
        ]

    async def test_what_was_withdrawn_is_nobodys(self, models: ByHand, chronicle: Chronicle) -> None:
        draft, _, second = await walked(chronicle)
        _, authors = await read_attribution(models.models, draft, NOW, Moment(at(9), asked=False))
        assert [(author.user_id, author.segment_ids) for author in authors] == [("bob", (second,))]


async def test_any_story_adds_up_to_what_a_plain_count_gives(models: ByHand, chronicle: Chronicle) -> None:
    """Told at random, read at each of its moments, and counted again by going through it event by event."""
    chance, holder = random.Random(7), "alice"
    texts: dict[str, tuple[int, str]] = {}
    told: list[tuple[datetime, str, Any]] = [(MORNING, "ring", "alice")]
    for n in range(1, 60):
        when, step = at(hours=5 * n), chance.choice(["add", "add", "hand", "amend", "withdraw"])
        words, person = chance.randint(1, 6), chance.choice(["alice", "bob", "carol"])
        if step == "hand":
            await chronicle.hand(when, holder, person)
            told.append((when, "ring", person))
            holder = person
        elif step == "add" or not texts:
            segment = await chronicle.add(when, holder, n, "word " * words)
            texts[segment] = (n, holder)
            told.append((when, segment, (holder, words)))
        else:
            segment = chance.choice(sorted(texts))
            order, author = texts[segment]
            if step == "amend":
                await chronicle.amend(when, segment, order, "word " * words)
            else:
                await chronicle.withdraw(when, segment, order)
                del texts[segment]
            told.append((when, segment, (author, words if step == "amend" else None)))
    draft = await chronicle.done()
    for now, _, _ in told:
        figures = await figures_of(models, draft, now)
        assert {p.user_id: (p.segments, p.words, p.hold_seconds) for p in figures.people} == counted(told, now)
        days = (await read_days(models.models, draft, NOW, Moment(now, asked=True), 20))[1]
        assert sum(day.words_added - day.words_removed for day in days) == figures.count("words")


def counted(told: Sequence[tuple[datetime, str, Any]], now: datetime) -> dict[str, tuple[int, int, float]]:
    """Return each person's segments, words and seconds of holding, by hand."""
    past = [step for step in told if step[0] <= now]
    standing = {what: said for _, what, said in past if what != "ring"}
    turns = [(when, who) for when, what, who in past if what == "ring"]
    ends = [when for when, _ in turns[1:]] + [now]
    people = {who for _, who in turns} | {author for author, _ in standing.values()}
    found = {}
    for person in people:
        words = [count for author, count in standing.values() if author == person and count is not None]
        seconds = sum(
            (end - since).total_seconds() for (since, who), end in zip(turns, ends, strict=True) if who == person
        )
        found[person] = (len(words), sum(words), seconds)
    return found
