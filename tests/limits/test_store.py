"""Limits in the database: the same arithmetic, for many callers in one statement, whoever asks at the same time."""

import asyncio
from typing import Any

import asyncpg
import pytest

from onering.limits.gcra import Rate, granted
from onering.limits.store import Ask, ForgettingCallers, Store, Taken
from onering.log.connection import Database

# Slow enough that no token comes back while a test runs.
RATE = Rate("commands", 1, 10)
HOUR = 3_600_000_000


@pytest.fixture
async def store(app_dsn: str) -> Any:
    made = Store(Database(app_dsn), 5)
    await made.connect()
    yield made
    made.disconnect()


async def test_each_caller_and_each_bucket_has_its_own_burst(store: Store) -> None:
    other = Rate("reads", 1, 3)
    asks = [Ask(RATE, "bob", 12), Ask(RATE, "alice", 4), Ask(other, "alice", 4)]
    assert [taken.granted for taken in await store.take(asks)] == [10, 4, 3]
    assert [taken.granted for taken in await store.take(asks)] == [0, 4, 0]
    assert [taken.granted for taken in await store.take(asks)] == [0, 2, 0]


async def test_the_debt_is_a_step_for_each_and_shrinks_with_the_databases_time(store: Store) -> None:
    [first] = await store.take([Ask(RATE, "alice", 2)])
    assert first == Taken(2, 2 * RATE.step)
    [second] = await store.take([Ask(RATE, "alice", 1)])
    assert second.granted == 1
    assert 2 * RATE.step < second.debt < 3 * RATE.step


async def test_a_caller_of_the_past_has_the_whole_burst(store: Store, owner: Any) -> None:
    await store.take([Ask(RATE, "alice", 10)])
    await owner.execute("UPDATE onering.rate_limits SET tat = tat - $1", HOUR)
    assert await store.take([Ask(RATE, "alice", 3)]) == [Taken(3, 3 * RATE.step)]


async def test_the_database_grants_what_the_arithmetic_says(owner: Any) -> None:
    debts = [0, 1, RATE.step - 1, RATE.step, 9 * RATE.step, 9 * RATE.step + 1, 10 * RATE.step, 50 * RATE.step]
    for debt in debts:
        for asked in (0, 1, 3, 20):
            said = await owner.fetchval("SELECT onering.granted_v1($1, $2, $3, $4)", debt, RATE.step, 10, asked)
            assert said == granted(RATE, debt, asked), (debt, asked)


async def test_processes_that_ask_at_once_share_exactly_the_burst(app_dsn: str) -> None:
    stores = [Store(Database(app_dsn), 5) for _ in range(4)]
    await asyncio.gather(*[one.connect() for one in stores])
    callers = [f"user {number}" for number in range(5)]
    # Each in an order of its own: what locks rows crosswise would end in a deadlock.
    orders = [callers, callers[::-1], callers[2:] + callers[:2], sorted(callers, key=hash)]
    rounds = [
        one.take([Ask(RATE, caller, 1) for caller in order])
        for _ in range(10)
        for one, order in zip(stores, orders, strict=True)
    ]
    found: list[Any] = []
    for start in range(0, len(rounds), len(stores)):
        found += await asyncio.gather(*rounds[start : start + len(stores)])
    assert sum(taken.granted for answer in found for taken in answer) == len(callers) * RATE.burst
    for one in stores:
        one.disconnect()


async def test_callers_with_their_whole_burst_are_forgotten_and_others_are_not(
    store: Store, owner: Any, app_dsn: str
) -> None:
    await store.take([Ask(RATE, "alice", 1), Ask(RATE, "bob", 1)])
    await owner.execute("UPDATE onering.rate_limits SET tat = tat - $1 WHERE caller = 'bob'", HOUR)
    assert await ForgettingCallers(Database(app_dsn)).forget() == 1
    assert [row["caller"] for row in await owner.fetch("SELECT caller FROM onering.rate_limits")] == ["alice"]


async def test_forgetting_waits_for_nobody(store: Store, owner: Any, app_dsn: str) -> None:
    await store.take([Ask(RATE, "alice", 1), Ask(RATE, "bob", 1)])
    await owner.execute("UPDATE onering.rate_limits SET tat = tat - $1", HOUR)
    async with owner.transaction():
        await owner.execute("SELECT FROM onering.rate_limits WHERE caller = 'bob' FOR UPDATE")
        async with asyncio.timeout(5):
            assert await ForgettingCallers(Database(app_dsn)).forget() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM onering.rate_limits",
        "INSERT INTO onering.rate_limits VALUES ('commands', 'alice', 0, 0, 1)",
        "UPDATE onering.rate_limits SET tat = 0",
        "DELETE FROM onering.rate_limits",
        "TRUNCATE onering.rate_limits",
        "SELECT onering.granted_v1(0, 1, 1, 1)",
    ],
)
async def test_the_service_takes_from_the_limits_and_does_nothing_else_with_them(app_dsn: str, statement: str) -> None:
    conn = await Database(app_dsn).connect("test")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute(statement)
    conn.terminate()
