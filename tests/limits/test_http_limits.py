"""Limits as callers of HTTP meet them."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from onering.auth.development import mint
from onering.http.limiting import OPEN, SAFE
from tests.conformance import LINES
from tests.http.checks import check_problem
from tests.limits.conftest import eventually
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

# So slow that nothing comes back while a test runs.
LIMITS = {
    "rate_limit": "on",
    "requests_per_minute": 1,
    "requests_burst": 12,
    "commands_per_minute": 1,
    "commands_burst": 5,
    "failed_sign_ins_per_minute": 1,
    "failed_sign_ins_burst": 3,
    "limiter_seconds": 10.0,
}
PROXIED = {"trusted_proxies": ("127.0.0.0/8",)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    """Serve with low limits, behind a proxy: each test comes from an address of its own."""
    async with serving(shared_dsn, **LIMITS, **PROXIED) as service:
        yield service


@pytest.fixture
def address() -> str:
    return "2001:db8:" + ":".join(re.findall("....", uuid4().hex[:8])) + "::1"


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(service: Service) -> Person:
    """Return a person of this test alone."""
    return Person(service.client(f"u-{uuid4().hex[:8]}"))


def told(answer: httpx.Response) -> dict[str, tuple[int, int]]:
    """Return what RateLimit says is left, by bucket: how many, and in how many seconds one more."""
    left = re.findall(r'"([a-z-]+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return {name: (int(r), int(t)) for name, r, t in left}


def passed(answers: Sequence[httpx.Response]) -> int:
    assert {answer.status_code for answer in answers} <= {200, 429}
    return sum(answer.status_code == 200 for answer in answers)


async def at_once(number: int, send: Callable[[], Awaitable[httpx.Response]]) -> list[httpx.Response]:
    return await asyncio.gather(*[send() for _ in range(number)])


class TestCommands:
    async def test_the_burst_passes_at_once_and_the_next_is_a_429_that_says_when(self, somebody: Person) -> None:
        draft = await somebody.create()
        answers = await at_once(5, lambda: somebody.add(draft))
        assert passed(answers) == 4
        (refused,) = [answer for answer in answers if answer.status_code == 429]
        body = check_problem(refused, 429, "rate_limited")
        assert body["detail"] == "There were too many commands: 1 a minute, and 5 at once; try again in 60 s."
        assert refused.headers["Retry-After"] == "60"
        assert told(refused)["commands"] == (0, 60)

    async def test_every_answer_says_what_is_left(self, somebody: Person) -> None:
        made = await somebody.http.post("/v1/collab/drafts", json={"title": "A walk"})
        assert told(made) == {"requests": (11, 60), "commands": (4, 60)}
        policy = '"requests";q=1;w=60;burst=12, "commands";q=1;w=60;burst=5'
        assert made.headers["RateLimit-Policy"] == policy
        shown = {name: made.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")}
        assert shown == {"Limit": "1", "Remaining": "4", "Reset": "60"}
        missing = await somebody.draft(str(uuid4()))
        assert missing.status_code == 404
        assert told(missing) == {"requests": (10, 60)}
        assert missing.headers["RateLimit-Policy"] == '"requests";q=1;w=60;burst=12'

    async def test_a_key_that_was_accepted_has_its_outcome_however_many_were_sent(self, somebody: Person) -> None:
        draft = await somebody.create()
        first = await somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        answers = await at_once(5, lambda: somebody.add(draft))
        assert passed(answers) == 3
        again = await somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        assert (again.status_code, again.json()) == (200, first.json())
        resource = await somebody.add(draft, "It rained.", **{"Idempotency-Key": "rain"})
        assert resource.status_code == 200
        check_problem(
            await somebody.submit("add-segment", "sun", draft_id=draft, content="It rained."), 429, "rate_limited"
        )
        other = await somebody.submit("add-segment", "rain", draft_id=draft, content="The sun shone.")
        check_problem(other, 422, "idempotency_mismatch")

    async def test_a_key_has_its_outcome_also_where_all_requests_are_used_up(self, somebody: Person) -> None:
        draft = await somebody.create()
        first = await somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        await at_once(12, somebody.drafts)
        again = await somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        assert (again.status_code, again.json()) == (200, first.json())
        check_problem(await somebody.add(draft), 429, "rate_limited")

    async def test_looking_for_outcomes_is_limited_too(self, somebody: Person) -> None:
        draft = await somebody.create()
        await somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        await at_once(12, somebody.drafts)
        answers = await at_once(
            14, lambda: somebody.submit("add-segment", "rain", draft_id=draft, content="It rained.")
        )
        assert passed(answers) == 12

    async def test_each_command_of_an_array_counts_and_has_its_own_429(self, somebody: Person) -> None:
        commands = [{"type": "create-draft", "title": "A walk", "idempotency_key": f"k{n}"} for n in range(8)]
        answer = await somebody.http.post("/v1/commands", json=commands)
        results = answer.json()["data"]
        assert [result["status"] for result in results] == [200] * 5 + [429] * 3
        assert results[5]["problem"]["error"]["code"] == "rate_limited"
        assert told(answer)["commands"] == (0, 60)
        assert told(answer)["requests"][0] == 11
        again = (await somebody.http.post("/v1/commands", json=commands)).json()["data"]
        assert again[:5] == results[:5]
        assert [result["status"] for result in again[5:]] == [429] * 3

    async def test_whatever_else_is_wrong_with_it_one_too_many_is_a_429(self, somebody: Person) -> None:
        draft = await somebody.create()
        await at_once(4, lambda: somebody.add(draft))
        check_problem(await somebody.http.post("/v1/commands", content=b"{"), 429, "rate_limited")
        check_problem(await somebody.http.post("/v1/collab/nothing"), 429, "rate_limited")
        check_problem(await somebody.http.post("/v1/commands", json={"type": "nonsense"}), 429, "rate_limited")

    @pytest.mark.parametrize(("method", "path"), [line[:2] for line in LINES if line.method not in SAFE])
    async def test_no_route_that_changes_something_goes_on_over_the_limit(
        self, service: Service, method: str, path: str
    ) -> None:
        limiter = service.process.limiter
        name = f"u-{uuid4().hex[:8]}"
        for rate in (limits_of(service).requests, limits_of(service).commands):
            await limiter.take(rate, f"user {name}", 100)
        url = re.sub(r"\{[\w:]+\}", str(uuid4()), path)
        check_problem(await service.client(name).request(method, url, json={}), 429, "rate_limited")


def limits_of(service: Service) -> Any:
    return service.process.rates


class TestReads:
    async def test_requests_of_all_kinds_count_and_one_too_many_is_a_429(self, somebody: Person) -> None:
        draft = await somebody.create()
        answers = await at_once(12, lambda: somebody.draft(draft))
        assert passed(answers) == 11
        check_problem(await somebody.http.get("/v1/nothing"), 429, "rate_limited")
        refused = await somebody.draft(draft)
        assert told(refused) == {"requests": (0, 60)}
        assert refused.headers["Retry-After"] == "60"
        assert "requests" in refused.json()["detail"]

    async def test_one_persons_requests_leave_others_theirs(self, service: Service, somebody: Person) -> None:
        await at_once(13, somebody.drafts)
        other = Person(service.client(f"u-{uuid4().hex[:8]}"))
        assert told(await other.drafts())["requests"][0] == 11

    async def test_who_is_nobody_counts_as_an_address(self, service: Service, address: str) -> None:
        one, two = (service.client(None, **{"X-Forwarded-For": a}) for a in (address, "203.0.113.9"))
        url = f"/v1/collab/drafts/{uuid4()}"
        answers = await asyncio.gather(*[one.get(url) for _ in range(13)])
        assert sorted(answer.status_code for answer in answers) == [401] * 12 + [429]
        assert (await two.get(url)).status_code == 401

    @pytest.mark.parametrize("path", sorted(OPEN - {"/metrics"}))
    async def test_health_and_configuration_are_not_counted(self, somebody: Person, path: str) -> None:
        answers = await at_once(14, lambda: somebody.http.get(path))
        assert passed(answers) == 14
        assert not [name for answer in answers for name in answer.headers if "ratelimit" in name]


class TestSignIns:
    async def test_an_address_that_failed_too_often_is_refused_before_its_token_is_looked_at(
        self, service: Service, address: str
    ) -> None:
        now = datetime.now(UTC)
        seen, unseen = (f"Bearer {mint(name, SECRET, now=now)}" for name in ("seen", "unseen"))
        client = service.client(None, **{"X-Forwarded-For": address})

        async def asked(token: str) -> httpx.Response:
            return await client.get("/v1/collab/drafts", headers={"Authorization": token})

        assert (await asked(seen)).status_code == 200
        answers = await at_once(4, lambda: asked("Bearer nonsense"))
        assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429]
        assert told(answers[0]).keys() == {"failed-sign-ins"}
        refused = await asked(unseen)
        check_problem(refused, 429, "rate_limited")
        assert refused.headers["Retry-After"] == "60"
        # A token that was verified within the minute costs nothing, whoever else is at that address.
        assert (await asked(seen)).status_code == 200
        elsewhere = service.client(None, **{"X-Forwarded-For": "203.0.113.8"})
        assert (await elsewhere.get("/v1/collab/drafts", headers={"Authorization": unseen})).status_code == 200

    async def test_an_address_that_nobody_vouches_for_is_not_believed(self, shared_dsn: str) -> None:
        async with serving(shared_dsn, **LIMITS) as plain:
            client = plain.client()
            statuses = []
            for number in range(6):
                headers = {"Authorization": "Bearer x.y.z", "X-Forwarded-For": f"198.51.100.{number}"}
                statuses.append((await client.get("/v1/collab/drafts", headers=headers)).status_code)
            assert statuses == [401] * 3 + [429] * 3


class TestProcesses:
    async def test_a_hundred_at_once_on_two_processes_get_exactly_the_quota(
        self, service: Service, shared_dsn: str
    ) -> None:
        name = f"u-{uuid4().hex[:8]}"
        async with serving(shared_dsn, **LIMITS, **PROXIED) as other:
            nodes = [Person(each.client(name)) for each in (service, other)]
            answers = await asyncio.gather(*[at_once(50, node.drafts) for node in nodes])
        assert passed([*answers[0], *answers[1]]) == 12

    async def test_a_table_that_is_locked_limits_within_the_process_and_fails_nobody(
        self, shared_dsn: str, log: Any
    ) -> None:
        async with serving(shared_dsn, **LIMITS | {"limiter_seconds": 0.05}) as alone:
            limiter = alone.process.limiter
            somebody = Person(alone.client(f"u-{uuid4().hex[:8]}"))
            async with log.transaction():
                await log.execute("LOCK TABLE onering.rate_limits")
                assert passed(await at_once(20, somebody.drafts)) == 12
                assert limiter.local["requests"] == 20
            await eventually(lambda: limiter.together)

    async def test_whoever_waits_as_long_as_told_is_let_in(self, shared_dsn: str) -> None:
        async with serving(shared_dsn, **LIMITS | {"requests_per_minute": 60}) as service:
            somebody = Person(service.client(f"u-{uuid4().hex[:8]}"))
            while (refused := await somebody.drafts()).status_code == 200:
                pass
            assert refused.headers["Retry-After"] == "1"
            await asyncio.sleep(float(refused.headers["Retry-After"]))
            assert (await somebody.drafts()).status_code == 200

    async def test_switched_off_nobody_is_counted(self, shared_dsn: str) -> None:
        async with serving(shared_dsn, **LIMITS | {"rate_limit": "off"}) as free:
            answers = await at_once(20, Person(free.client("alice")).drafts)
            assert passed(answers) == 20
            assert not [name for name in answers[0].headers if "ratelimit" in name]


async def test_of_commands_sent_as_fast_as_can_be_no_more_pass_than_the_defaults_say(shared_dsn: str) -> None:
    """Attack 96, with the limits that a service has that was told nothing: 15, and one more each second."""
    async with serving(shared_dsn, rate_limit="on") as service:
        somebody = Person(service.client(f"u-{uuid4().hex[:8]}"))
        clock = asyncio.get_running_loop().time
        start = clock()
        answers = await at_once(40, lambda: somebody.http.post("/v1/collab/drafts", json={"title": "A walk"}))
        assert 15 <= passed(answers) <= 15 + int(clock() - start) + 1
