"""The append function: order, versions, repeats and conflicts, as one commit sees them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from onering.log.append import APPEND, Append, Appended, Conflict, Repeated, _columns, append
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.reader import find_stream, head, read_lane, read_stream
from tests.log.writing import WORKSPACE, command, stream, write

Connection = Any
Connect = Callable[[], Awaitable[Connection]]


async def test_positions_are_dense_across_streams_and_versions_within_one(app: Connection) -> None:
    outcomes = await append(
        app, LANE, [command(write("a", 0, "1", "2")), command(write("b", 0, "3")), command(write("a", 2, "4"))]
    )
    assert [(o.position, o.version) for o in outcomes if isinstance(o, Appended)] == [(2, 2), (3, 1), (4, 3)]
    rows = await read_lane(app, LANE, 0, 10)
    assert [(e.position, e.stream_id, e.version) for e in rows] == [
        (1, stream("a"), 1),
        (2, stream("a"), 2),
        (3, stream("b"), 1),
        (4, stream("a"), 3),
    ]


async def test_what_is_returned_is_what_is_stored(app: Connection) -> None:
    outcomes = await append(app, LANE, [command(write("a", 0, "1", "2")), command(write("b", 0, "é𝄞\\n"))])
    returned = [event for o in outcomes if isinstance(o, Appended) for event in o.events]
    assert [tuple(e) for e in returned] == [tuple(e) for e in await read_lane(app, LANE, 0, 10)]


async def test_a_conflict_burns_no_position_and_leaves_other_streams_alone(app: Connection) -> None:
    outcomes = await append(
        app, LANE, [command(write("a", 0, "1")), command(write("a", 0, "late")), command(write("b", 0, "2"))]
    )
    assert [type(o) for o in outcomes] == [Appended, Conflict, Appended]
    assert [e.position for e in await read_lane(app, LANE, 0, 10)] == [1, 2]
    assert (await find_stream(app, LANE, stream("a"))).version == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("repeated", [False, True], ids=["first late", "first known"])
async def test_what_follows_on_a_stream_fails_with_what_it_was_decided_on(app: Connection, repeated: bool) -> None:
    """The version that was expected is there, but it is somebody else's."""
    first, second = command(write("a", 1, "mine")), command(write("a", 2, "on top of mine"))
    await append(app, LANE, [command(write("a", 0, "1")), first if repeated else command(write("a", 1, "theirs"))])
    outcomes = await append(app, LANE, [first, second, command(write("a", 2, "and on")), command(write("b", 0, "x"))])
    assert [type(o) for o in outcomes] == [Repeated if repeated else Conflict, Conflict, Conflict, Appended]


async def test_a_repeat_tells_the_first_outcome_and_stores_nothing(app: Connection) -> None:
    first = command(write("a", 0, "1"), stamp="x")
    (done,) = await append(app, LANE, [first])
    again = command(write("a", 0, "1"), identity=first.command_id, stamp="y")
    (repeated,) = await append(app, LANE, [again])
    assert isinstance(done, Appended)
    assert isinstance(repeated, Repeated)
    assert (repeated.position, repeated.version, repeated.events) == (done.position, done.version, 1)
    assert repeated.fingerprint == first.fingerprint != again.fingerprint
    assert await head(app, LANE) == 1


async def test_a_command_that_changes_nothing_is_remembered(app: Connection) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    quiet = command(write("a", 1))
    (outcome,) = await append(app, LANE, [quiet])
    assert outcome == Appended(version=1, position=1, events=())
    (repeated,) = await append(app, LANE, [quiet])
    assert isinstance(repeated, Repeated)
    assert (repeated.position, repeated.events) == (1, 0)


async def test_a_command_writes_to_several_streams_or_to_none(app: Connection) -> None:
    both = command(write("invite", 0, "accepted", stream_type="invite"), write("draft", 0, "joined"))
    (done,) = await append(app, LANE, [both])
    assert isinstance(done, Appended)
    assert [(e.stream_id, e.version, e.position) for e in done.events] == [
        (stream("invite"), 1, 1),
        (stream("draft"), 1, 2),
    ]
    half_stale = command(write("invite", 1, "again", stream_type="invite"), write("draft", 0, "again"))
    assert await append(app, LANE, [half_stale]) == [Conflict()]
    assert await read_stream(app, LANE, stream("invite"), 1, 10) == []


async def test_times_never_fall_along_positions(owner: Connection, app: Connection) -> None:
    future = datetime(2999, 1, 1, tzinfo=UTC)
    await append(app, LANE, [command(write("a", 0, "1"))])
    await owner.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
    await owner.execute("UPDATE onering.events SET recorded_at = $1", future)
    await append(app, LANE, [command(write("a", 1, "2"))])
    assert [e.recorded_at for e in await read_lane(app, LANE, 0, 10)] == [future, future]


async def test_lanes_are_ordered_apart(app: Connection) -> None:
    other = UUID(int=10)
    await append(app, 0, [command(write("a", 0, "1"))])
    (there,) = await append(app, 1, [command(write("b", 0, "1", workspace=other))])
    assert isinstance(there, Appended)
    assert there.position == 1


async def test_a_workspace_lives_in_one_lane(app: Connection) -> None:
    await append(app, 0, [command(write("a", 0, "1"))])
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="another lane"):
        await append(app, 1, [command(write("b", 0, "1"))])
    assert await head(app, 1) == 0


async def test_a_stream_keeps_its_workspace_and_type(app: Connection) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    elsewhere = command(write("a", 1, "2", workspace=UUID(int=11)))
    otherwise = command(write("a", 1, "2", stream_type="invite"))
    assert await append(app, LANE, [elsewhere]) == [Conflict()]
    assert await append(app, LANE, [otherwise]) == [Conflict()]


@pytest.mark.parametrize("level", ["repeatable_read", "serializable"])
async def test_it_refuses_an_isolation_level_that_would_read_a_stale_head(app: Connection, level: Any) -> None:
    with pytest.raises(asyncpg.InvalidTransactionStateError, match="READ COMMITTED"):
        async with app.transaction(isolation=level):
            await append(app, LANE, [command(write("a", 0, "1"))])


async def test_racing_appenders_leave_no_gap_and_lose_nothing(connect: Connect) -> None:
    appenders, rounds = 8, 20
    connections = [await connect() for _ in range(appenders)]

    async def run(n: int, conn: Connection) -> None:
        for version in range(rounds):
            (done,) = await append(conn, LANE, [command(write(f"s{n}", version, "x"))])
            assert isinstance(done, Appended)

    await asyncio.gather(*[run(n, conn) for n, conn in enumerate(connections)])
    rows = await read_lane(connections[0], LANE, 0, 1000)
    assert [e.position for e in rows] == list(range(1, appenders * rounds + 1))
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(rows))


async def test_of_two_writers_at_one_version_one_wins(connect: Connect) -> None:
    one, two = await connect(), await connect()
    for version in range(20):
        outcomes = await asyncio.gather(
            append(one, LANE, [command(write("a", version, "one"))]),
            append(two, LANE, [command(write("a", version, "two"))]),
        )
        assert sorted(type(o).__name__ for (o,) in outcomes) == ["Appended", "Conflict"]


async def test_a_batch_with_a_bad_event_stores_nothing(app: Connection) -> None:
    good = command(write("a", 0, "1"))
    bad = Append(uuid4(), b"", "", "alice", None, "r", (write("b", 0, "1"),))
    with pytest.raises(asyncpg.CheckViolationError):
        await append(app, LANE, [good, bad])
    assert await head(app, LANE) == 0


async def test_workspaces_are_registered_with_their_lane(app: Connection) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    assert await app.fetch("SELECT workspace_id, lane FROM onering.workspaces") == [(WORKSPACE, LANE)]


async def test_a_batch_whose_counts_do_not_agree_stores_nothing(app: Connection) -> None:
    columns = list(_columns([command(write("a", 0, "1"))]))
    columns[13] = "{2}"  # x_events
    with pytest.raises(asyncpg.InvalidParameterValueError, match="announced 2 events and given 1"):
        await app.fetch(APPEND, LANE, *columns)
    assert await head(app, LANE) == 0
