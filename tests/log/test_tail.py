"""The tail: everything that commits, in order, once, whoever commits it and whatever is lost on the way."""

import asyncio
import gc
from typing import Any

import pytest

from onering.log.append import append
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.reader import head, read_lane
from tests.log.writing import command, stream, write
from tests.node import node

LISTENERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering tail' AND datname = current_database()"""


async def until(tail: Any, position: int) -> None:
    async with asyncio.timeout(15):
        await tail.reached(position)


async def test_it_follows_other_processes_by_their_hints(app_dsn: str) -> None:
    async with node(app_dsn, poll_seconds=60) as one, node(app_dsn, poll_seconds=60) as two:
        created = await one.create()
        for _ in range(20):
            last = await one.add(created.draft_id)
        await until(two.tail, last.position.position)
        assert [tuple(e) for e in two.seen] == [tuple(e) for e in one.seen]


async def test_it_finds_what_no_hint_announced(app_dsn: str) -> None:
    async with node(app_dsn, announce=False) as one, node(app_dsn, poll_seconds=0.05) as two:
        created = await one.create()
        await until(two.tail, created.position.position)


async def test_own_commits_and_those_of_others_come_in_one_order(app_dsn: str) -> None:
    async with node(app_dsn) as one, node(app_dsn) as two:
        drafts = [(await n.create()).draft_id for n in (one, two)]
        await asyncio.gather(*[n.add(d) for n, d in zip((one, two), drafts, strict=True) for _ in range(100)])
        await until(one.tail, 202)
        await until(two.tail, 202)
        assert [e.position for e in one.seen] == list(range(1, 203))
        # `two` started before anything was written, so it saw everything too.
        assert [tuple(e) for e in two.seen] == [tuple(e) for e in one.seen]


async def test_what_it_hands_over_is_what_is_stored(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        created = await one.create(initial_segment="é\n𝄞")
        await one.let_in(created.draft_id, "bob")
        await until(one.tail, 3)
        assert [tuple(e) for e in one.seen] == [tuple(e) for e in await read_lane(one.pool, LANE, 0, 10)]


async def test_a_dead_connection_is_replaced_and_nothing_is_missed(app_dsn: str, owner: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    async with node(app_dsn, poll_seconds=0.1) as one, node(app_dsn, announce=False) as two:
        created = await two.create()
        for _ in range(3):
            await owner.execute(LISTENERS)
            last = await two.add(created.draft_id)
        await until(one.tail, last.position.position)
        assert [e.position for e in one.seen] == [1, 2, 3, 4]
        async with asyncio.timeout(15):
            while "the tail follows the log again" not in caplog.text:
                await asyncio.sleep(0.01)


async def test_one_insert_delayed_in_its_transaction_is_never_skipped(app_dsn: str, connect: Any) -> None:
    """A transaction that has its position and has not committed holds the lane: nothing after it can be seen first."""
    late = await connect()
    async with node(app_dsn, poll_seconds=0.05) as one:
        created = await one.create()
        async with late.transaction():
            await append(late, LANE, [command(write("late", 0, "x"))])
            after = asyncio.ensure_future(one.add(created.draft_id))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(one.tail.reached(2), 0.3)
        await after
        await until(one.tail, 3)
        assert [(e.position, e.stream_id) for e in one.seen][1:] == [(2, stream("late")), (3, created.draft_id)]


async def test_a_rewound_log_is_noticed_when_the_connection_is_made_again(app_dsn: str, owner: Any) -> None:
    told = asyncio.Event()
    async with node(app_dsn, poll_seconds=0.1) as one:
        epoch = one.tail.epoch
        await one.create()
        one.tail.on_rewind(told.set)
        await owner.execute("UPDATE onering.log SET restored = restored + 1")
        await owner.execute(LISTENERS)
        await asyncio.wait_for(told.wait(), 10)
        assert one.tail.epoch != epoch
        await one.create()
        await until(one.tail, 2)


async def test_a_gap_in_the_log_stops_the_process(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        await one.create()
        (event,) = one.seen
        with pytest.raises(Exception, match="after 1 came 3"):
            one.tail._deliver([event._replace(position=3)])


async def test_an_offer_that_is_not_next_waits_for_what_is_between(app_dsn: str, connect: Any) -> None:
    other = await connect()
    async with node(app_dsn, poll_seconds=60) as one:
        await append(other, LANE, [command(write("x", 0, "1"))])  # no hint is sent for this one
        mine = await one.create()
        assert mine.position.position == 2
        await until(one.tail, 2)
        assert [e.position for e in one.seen] == [1, 2]


def seen_positions(events: list[StoredEvent]) -> list[int]:
    return [e.position for e in events]


async def test_a_hint_that_makes_no_sense_is_passed_over(app_dsn: str, connect: Any) -> None:
    other = await connect()
    async with node(app_dsn, poll_seconds=60) as one, node(app_dsn, poll_seconds=60) as two:
        for hint in ("", "garbage", "0.", "7.99", "0.99", "0.0"):
            await other.execute("SELECT pg_notify('onering_log', $1)", hint)
        created = await one.create()
        await until(two.tail, created.position.position)
        assert seen_positions(two.seen) == [1]


async def test_it_starts_at_the_head(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        await one.create()
    async with node(app_dsn) as two:
        await two.create()
        assert seen_positions(two.seen) == [2]


async def test_an_unmigrated_database_is_an_error_that_says_what_to_do(admin_dsn: str, owner: Any) -> None:
    await owner.execute("DELETE FROM onering.log")
    with pytest.raises(LookupError, match="onering migrate"):
        async with node(admin_dsn):
            pass
    gc.collect()  # a connection left open by the start that failed would warn here, not in some later test


async def test_own_commits_while_the_connection_is_made_again_are_no_rewind(
    app_dsn: str, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are delivered at once: by the time the head that was read arrives, the tail may be beyond it."""
    async with node(app_dsn) as one:
        draft = (await one.create()).draft_id
        rewinds: list[None] = []
        one.tail.on_rewind(lambda: rewinds.append(None))
        read = asyncio.Event()

        async def overtaken(conn: Any, lane: int) -> int:
            newest = await head(conn, lane)
            await one.add(draft)
            read.set()
            return newest

        monkeypatch.setattr("onering.log.tail.head", overtaken)
        await owner.execute(LISTENERS)
        await asyncio.wait_for(read.wait(), 10)
        await one.add(draft)
        assert [event.version for event in one.seen] == [1, 2, 3]
        assert not rewinds
