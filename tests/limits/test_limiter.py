"""The limiter of a process: together with others while it can, alone while it can't, and never unlimited."""

import asyncio
from collections.abc import Callable
from typing import Any

from onering.limits.gcra import Rate, Verdict
from onering.limits.known import Known
from onering.limits.limiter import Limiter
from onering.limits.store import Store
from onering.log.connection import Database
from tests.limits.conftest import eventually, limiting

# Slow enough that no token comes back while a test runs.
RATE = Rate("commands", 1, 10)
MINUTE = 60_000_000

Limiters = Callable[..., Any]


async def taken(limiter: Limiter, rate: Rate, number: int, caller: str = "alice") -> int:
    verdicts = await asyncio.gather(*[limiter.take(rate, caller) for _ in range(number)])
    return sum(verdict.granted for verdict in verdicts)


async def test_a_hundred_at_once_on_two_processes_get_exactly_the_quota(limiters: Limiters) -> None:
    nodes = [await limiters() for _ in range(2)]
    assert sum(await asyncio.gather(*[taken(node, RATE, 50) for node in nodes])) == 10


async def test_a_hundred_one_after_the_other_on_two_processes_get_exactly_the_quota(limiters: Limiters) -> None:
    nodes = [await limiters() for _ in range(2)]
    assert sum([await taken(nodes[number % 2], RATE, 1) for number in range(100)]) == 10


async def test_those_who_ask_at_once_share_a_statement(limiters: Limiters) -> None:
    node = await limiters()
    await asyncio.gather(*[node.take(RATE, f"user {number}") for number in range(50)])
    assert node.statements == 1


async def test_who_is_over_the_limit_is_refused_at_once_until_the_next_is_there(limiters: Limiters) -> None:
    node = await limiters()
    await taken(node, RATE, 10)
    refused = node.ask(RATE, "alice")
    assert isinstance(refused, Verdict)
    assert refused.granted == 0
    assert 0 < refused.wait <= MINUTE
    assert not isinstance(node.ask(RATE, "bob"), Verdict)


async def test_decisions_are_counted_by_bucket_and_outcome(limiters: Limiters) -> None:
    node = await limiters()
    await taken(node, RATE, 12)
    await node.take(RATE, "alice", 3)
    assert dict(node.decisions) == {("commands", "allowed"): 10, ("commands", "limited"): 5}
    assert not node.local


async def test_who_gave_up_waiting_harms_nobody_else(limiters: Limiters) -> None:
    node = await limiters()
    first, second = node.ask(RATE, "alice"), node.ask(RATE, "alice")
    first.cancel()
    assert (await second).granted == 1


# Alone


async def test_a_table_that_is_locked_leaves_each_process_its_own_limit(limiters: Limiters, owner: Any) -> None:
    node = await limiters(0.05)
    async with owner.transaction():
        await owner.execute("LOCK TABLE onering.rate_limits")
        assert await taken(node, RATE, 20) == 10
        assert not node.together
        assert (node.local["commands"], node.decisions["commands", "limited"]) == (20, 10)
        assert await taken(node, RATE, 20) == 0
    await eventually(lambda: node.together)
    assert (await node.take(RATE, "bob")).granted == 1


async def test_a_connection_that_is_lost_is_made_again(limiters: Limiters, owner: Any) -> None:
    node = await limiters()
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'onering limits' AND datname = current_database()"
    )
    assert (await node.take(RATE, "alice", 4)).granted == 4
    await eventually(lambda: node.together)
    assert (await node.take(RATE, "bob", 20)).granted == 10


async def test_a_limiter_that_is_stopped_decides_alone_whoever_still_waits(app_dsn: str) -> None:
    async with limiting(app_dsn) as node:
        await node.take(RATE, "bob")
        late = node.ask(RATE, "alice")
    assert not isinstance(late, Verdict)
    assert (await late).granted == 1
    assert await taken(node, RATE, 20) == 9


async def test_a_database_that_is_away_at_the_start_leaves_each_process_its_own_limit() -> None:
    nowhere = Limiter(Store(Database("postgresql://nobody@127.0.0.1:1/none"), 1))
    await nowhere.start()
    assert not nowhere.together
    assert await taken(nowhere, RATE, 20) == 10


def test_knowledge_is_bounded_and_callers_in_debt_are_kept_longer() -> None:
    known = Known(entries=100)
    debtors = [(RATE.name, f"debtor {number}") for number in range(50)]
    for key in debtors:
        known.learn(key, 10 * MINUTE, 0)
    for number in range(1000):
        known.learn((RATE.name, f"user {number}"), 0, 1)
        assert len(known) <= 100
    assert all(known.refusal(RATE, key, 1) for key in debtors)
    for number in range(1000):
        known.learn((RATE.name, f"other {number}"), 10 * MINUTE, 1)
        assert len(known) <= 100
    assert known.refusal(RATE, (RATE.name, "other 999"), 1) is not None
