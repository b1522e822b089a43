"""What commands use up: counted with what is stored, and bounded, whoever races."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from onering.log.append import Append, Appended, Conflict, Counter, Exhausted, Guard, Repeated, append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.idempotency import Forgetting
from onering.log.reader import head
from tests.log.former import append_as_before, told
from tests.log.writing import command, write

Connection = Any
Connect = Callable[[], Awaitable[Connection]]

DRAFTS, SEGMENTS = Counter("drafts/alice"), Counter("segments/alice", daily=True)
USAGE = "SELECT key, used FROM onering.usage ORDER BY key"
TODAY = "(clock_timestamp() AT TIME ZONE 'UTC')::date"
AGE = "UPDATE onering.usage SET period = period - $1::int"


def using(name: str, *guards: Guard) -> Append:
    return command(write(name, 0, "1"), guards=guards)


async def usage(conn: Connection) -> dict[str, int]:
    return dict(await conn.fetch(USAGE))


async def test_counters_move_with_what_is_stored(app: Connection) -> None:
    await append(app, LANE, [using("a", Guard(DRAFTS, 1), Guard(SEGMENTS, 2)), using("b", Guard(DRAFTS, 1))])
    await append(app, LANE, [using("c", Guard(DRAFTS, 1))])
    assert await usage(app) == {"drafts/alice": 3, "segments/alice": 2}


async def test_a_command_beyond_a_limit_stores_nothing_and_moves_nothing(app: Connection) -> None:
    full = using("b", Guard(SEGMENTS, 1), Guard(DRAFTS, 2, limit=2))
    outcomes = await append(app, LANE, [using("a", Guard(DRAFTS, 1, limit=2)), full])
    assert [type(o) for o in outcomes] == [Appended, Exhausted]
    assert outcomes[1] == Exhausted(DRAFTS)
    assert await head(app, LANE) == 1
    assert await usage(app) == {"drafts/alice": 1}


async def test_the_first_commands_of_a_batch_get_what_is_left(app: Connection) -> None:
    await append(app, LANE, [using("a", Guard(DRAFTS, 1, limit=3))])
    outcomes = await append(app, LANE, [using(name, Guard(DRAFTS, 1, limit=3)) for name in "bcde"])
    assert [type(o) for o in outcomes] == [Appended, Appended, Exhausted, Exhausted]


async def test_what_follows_a_command_beyond_a_limit_on_its_stream_fails_with_it(app: Connection) -> None:
    full = using("a", Guard(DRAFTS, 1, limit=0))
    outcomes = await append(app, LANE, [full, command(write("a", 1, "on top")), using("a"), using("b")])
    assert [type(o) for o in outcomes] == [Exhausted, Conflict, Conflict, Appended]


async def test_what_is_given_back_is_there_for_the_next_command(app: Connection) -> None:
    await append(app, LANE, [using("a", Guard(DRAFTS, 1, limit=1))])
    back, next_one = using("b", Guard(DRAFTS, -1)), using("c", Guard(DRAFTS, 1, limit=1))
    assert [type(o) for o in await append(app, LANE, [back, next_one])] == [Appended, Appended]
    assert await usage(app) == {"drafts/alice": 1}


async def test_giving_back_is_no_credit_and_needs_no_room(app: Connection) -> None:
    outcomes = await append(app, LANE, [using("a", Guard(DRAFTS, -1)), using("b", Guard(DRAFTS, 1, limit=1))])
    assert [type(o) for o in outcomes] == [Appended, Appended]
    assert await usage(app) == {"drafts/alice": 1}


async def test_a_repeat_moves_nothing_and_needs_no_room(app: Connection) -> None:
    once = using("a", Guard(DRAFTS, 1, limit=1))
    await append(app, LANE, [once])
    assert [type(o) for o in await append(app, LANE, [once])] == [Repeated]
    assert await usage(app) == {"drafts/alice": 1}


async def test_a_conflict_moves_nothing_and_says_nothing_of_limits(app: Connection) -> None:
    await append(app, LANE, [using("a")])
    outcomes = await append(app, LANE, [using("a", Guard(DRAFTS, 1)), using("a", Guard(DRAFTS, 1, limit=0))])
    assert outcomes == [Conflict(), Conflict()]
    assert await usage(app) == {}


async def test_a_daily_counter_begins_anew_each_day(app: Connection, owner: Connection) -> None:
    await append(app, LANE, [using("a", Guard(SEGMENTS, 1, limit=1), Guard(DRAFTS, 1, limit=1))])
    await owner.execute(f"{AGE} WHERE period = {TODAY}", 1)
    outcomes = await append(app, LANE, [using("b", Guard(SEGMENTS, 1, limit=1)), using("c", Guard(DRAFTS, 1, limit=1))])
    assert [type(o) for o in outcomes] == [Appended, Exhausted]
    assert [used for _, used in await app.fetch(USAGE)] == [1, 1, 1]


async def test_a_lane_counts_by_itself(app: Connection) -> None:
    await append(app, LANE, [using("a", Guard(DRAFTS, 1, limit=1))])
    elsewhere = command(write("b", 0, "1", workspace=uuid4()), guards=(Guard(DRAFTS, 1, limit=1),))
    assert isinstance((await append(app, 1, [elsewhere]))[0], Appended)


async def test_of_a_hundred_that_race_for_ten_exactly_ten_pass(connect: Connect) -> None:
    connections = [await connect() for _ in range(4)]
    batches = [[using(f"{n}/{m}", Guard(DRAFTS, 1, limit=10)) for m in range(5)] for n in range(20)]

    async def run(conn: Connection, mine: list[list[Append]]) -> list[Any]:
        return [outcome for batch in mine for outcome in await append(conn, LANE, batch)]

    told = await asyncio.gather(*[run(conn, batches[n::4]) for n, conn in enumerate(connections)])
    outcomes = [type(outcome) for part in told for outcome in part]
    assert (outcomes.count(Appended), outcomes.count(Exhausted)) == (10, 90)
    assert await head(connections[0], LANE) == 10
    assert await usage(connections[0]) == {"drafts/alice": 10}


async def test_a_batch_writes_a_counter_once(owner: Connection) -> None:
    await owner.execute("CREATE TABLE onering.touched (key text); GRANT INSERT ON onering.touched TO onering_owner")
    await owner.execute("""
        CREATE FUNCTION onering.touch() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO onering.touched VALUES (new.key); RETURN new; END $$""")
    await owner.execute(
        "CREATE TRIGGER touching AFTER INSERT OR UPDATE ON onering.usage FOR EACH ROW EXECUTE FUNCTION onering.touch()"
    )
    for batch in ("abcd", "efgh"):
        await append(owner, LANE, [using(name, Guard(DRAFTS, 1), Guard(SEGMENTS, 1)) for name in batch])
    even = [using("i", Guard(DRAFTS, 1)), using("j", Guard(DRAFTS, -1))]
    await append(owner, LANE, even)
    touched = await owner.fetch("SELECT key, count(*) FROM onering.touched GROUP BY key ORDER BY key")
    assert [tuple(row) for row in touched] == [("drafts/alice", 2), ("segments/alice", 2)]


async def test_what_a_process_of_the_release_before_stores_is_counted(app: Connection) -> None:
    segment = ("segment_added", {"author_id": "alice"})
    batch = [
        told("a", 0, ("draft_created", {"creator_id": "alice"}), segment),
        told("b", 0, ("draft_created", {"creator_id": "bob"})),
        told("a", 2, segment, ("noted", {"author_id": "eve"})),
        told("a", 2, segment),
    ]
    assert await append_as_before(app, *batch) == ["appended", "appended", "appended", "conflict"]
    assert await append_as_before(app, batch[0]) == ["repeated"]
    assert await usage(app) == {"drafts/alice": 1, "drafts/bob": 1, "segments/alice": 2}


async def test_only_counters_of_days_past_are_forgotten(app_dsn: str, app: Connection, owner: Connection) -> None:
    for days in (2, 1, 0):
        await append(app, LANE, [using(f"{days}", Guard(SEGMENTS, 1), Guard(DRAFTS, 1))])
        await owner.execute(f"{AGE} WHERE period = {TODAY}", days)
    assert await Forgetting(Database(app_dsn), days=0).forget() == 1
    assert [row["key"] for row in await app.fetch(USAGE)] == ["drafts/alice", "segments/alice", "segments/alice"]


@pytest.mark.parametrize("sql", ["UPDATE onering.usage SET used = 0", "DELETE FROM onering.usage"])
async def test_the_service_can_only_read_counters(app: Connection, sql: str) -> None:
    await append(app, LANE, [using("a", Guard(DRAFTS, 1))])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(sql)
