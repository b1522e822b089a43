"""Asking more often than is everybody's due (docs/ATTACKS.md, 96 to 98)."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from onering.settings import Settings
from tests.attacks.production import person, producing
from tests.http.checks import check_problem
from tests.limits.conftest import eventually
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

# So slow that nothing comes back while a test runs.
QUOTA = {"rate_limit": "on", "requests_per_minute": 1, "requests_burst": 10, "limiter_seconds": 10.0}


def somebody(service: Service, name: str | None = None) -> Person:
    return person(service, name or f"u-{uuid4().hex[:8]}")


def left(answer: httpx.Response, name: str) -> tuple[int, int]:
    """Return how many of a bucket an answer says are left, and in how many seconds there is one more."""
    (found,) = re.findall(rf'"{name}";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return int(found[0]), int(found[1])


@pytest.mark.attack(96)
async def test_of_commands_at_once_the_sixteenth_is_too_many_and_what_is_told_of_the_next_is_so(
    shared_dsn: str,
) -> None:
    """With the limits of a service that was told none. A minute has the burst and what comes back in it: 75."""
    told = Settings()
    assert (told.commands_burst, told.commands_per_minute) == (15, 60)
    async with producing(shared_dsn, rate_limit="on") as service:
        alice, clock = somebody(service), asyncio.get_running_loop().time
        await alice.http.get("/v1/me")
        began = clock()
        answers = [await alice.http.post("/v1/collab/drafts", json={"title": "T"}) for _ in range(2)]
        assert [left(answer, "commands")[0] for answer in answers] == [14, 13]
        answers += await asyncio.gather(*[alice.http.post("/v1/collab/drafts", json={"title": "T"}) for _ in range(20)])
        passed = sum(answer.status_code == 200 for answer in answers)
        assert 15 <= passed <= 15 + (clock() - began)
        over = [answer for answer in answers if answer.status_code != 200]
        for refused in over:
            check_problem(refused, 429, "rate_limited")
            assert left(refused, "commands") == (0, int(refused.headers["Retry-After"])) == (0, 1)
        await asyncio.sleep(int(over[-1].headers["Retry-After"]))
        after = await alice.http.post("/v1/collab/drafts", json={"title": "T"})
        assert after.status_code == 200


@pytest.mark.attack(97)
async def test_without_the_table_of_limits_a_process_limits_by_itself_and_says_so(shared_dsn: str, log: Any) -> None:
    async with producing(shared_dsn, **QUOTA) as service:
        people = [somebody(service) for _ in range(3)]
        for one in people:
            await service.process.auth.sign_in(one.http.headers["Authorization"].removeprefix("Bearer "))
        await log.execute("ALTER TABLE onering.rate_limits RENAME TO away")
        try:
            answers = await asyncio.gather(*[one.drafts() for one in people for _ in range(20)])
            metrics = (await service.client().get("/metrics")).text
        finally:
            await log.execute("ALTER TABLE onering.away RENAME TO rate_limits")
        assert sorted(answer.status_code for answer in answers) == [200] * 30 + [429] * 30
        alone = re.search(r'^onering_limit_decisions_alone_total\{.*limit="requests".*\} (\S+)$', metrics, re.M)
        assert alone is not None
        assert float(alone[1]) == 60
        await eventually(lambda: service.process.limiter.together)


@pytest.mark.attack(98)
async def test_a_hundred_at_once_on_two_servers_of_one_database_get_what_one_person_is_due(shared_dsn: str) -> None:
    async with producing(shared_dsn, **QUOTA) as one, producing(shared_dsn, **QUOTA) as other:
        name = f"u-{uuid4().hex[:8]}"
        nodes = [somebody(one, name), somebody(other, name)]
        answers = await asyncio.gather(*[node.drafts() for node in nodes for _ in range(50)])
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 90
