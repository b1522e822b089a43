"""Commands that are sent twice, under somebody's key, or for another version (docs/ATTACKS.md, 82 to 88)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.attacks.production import bearing, person
from tests.http.checks import check_problem, nothing_stored
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = {"type": "create-draft", "title": "A walk"}
LOCK_LANE = "SELECT pg_advisory_xact_lock(1330795079, 0)"
WAITING = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND classid = 1330795079
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
STORED = "SELECT count(*) FROM onering.events WHERE payload LIKE '%' || $1 || '%'"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bob(production: Service) -> Person:
    bob = person(production, "bob")
    assert (await bob.http.get("/v1/me")).status_code == 200
    return bob


async def stored(log: Any, key: str) -> int:
    """Return how many events the command of a key left."""
    count: int = await log.fetchval(STORED, key)
    return count


class TestKeys:
    @pytest.mark.attack(82)
    @pytest.mark.parametrize(
        "keys",
        [[], [b"a", b"a"], [b"a", b"b"], [b"a,b"], ["ключ".encode()], [b"\xe9"], [b"a b"], [b'"a'], [b"x" * 129]],
        ids=["none", "two", "two others", "joined", "not ASCII", "Latin-1", "a space", "half quoted", "too long"],
    )
    async def test_a_key_that_is_none_or_several_is_a_bad_request(
        self, alice: Person, log: Any, keys: list[bytes]
    ) -> None:
        headers: Any = [(b"Idempotency-Key", key) for key in keys]
        async with nothing_stored(log):
            answer = await alice.http.post("/v1/commands", json=CREATE, headers=headers)
            check_problem(answer, 400, "validation_error")

    @pytest.mark.attack(82)
    async def test_a_key_that_is_longer_than_a_body_or_a_head_may_be_is_not_read(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            in_body = await alice.http.post("/v1/commands", json=CREATE | {"idempotency_key": "x" * 1024 * 1024})
            check_problem(in_body, 413, "payload_too_large")
            in_head = await alice.http.post("/v1/commands", json=CREATE, headers={"Idempotency-Key": "x" * 20_000})
            check_problem(in_head, 431, "headers_too_large")

    @pytest.mark.attack(82)
    async def test_a_key_in_the_header_and_another_in_the_body_are_a_bad_request(self, alice: Person, log: Any) -> None:
        async with nothing_stored(log):
            body = CREATE | {"idempotency_key": "b"}
            answer = await alice.http.post("/v1/commands", json=body, headers={"Idempotency-Key": "a"})
            check_problem(answer, 400, "validation_error")

    @pytest.mark.attack(82)
    async def test_a_key_in_quotes_is_the_same_as_without(self, alice: Person, log: Any) -> None:
        key = uuid4().hex
        spellings = [{"Idempotency-Key": key}, {"Idempotency-Key": f'"{key}"'}]
        answers = [await alice.http.post("/v1/commands", json=CREATE, headers=spelling) for spelling in spellings]
        assert answers[0].json() == answers[1].json()
        assert await stored(log, key) == 1


class TestRepetition:
    @pytest.mark.attack(83)
    async def test_a_command_sent_fifty_times_at_once_is_stored_once_and_each_answer_tells_of_it(
        self, alice: Person, log: Any
    ) -> None:
        draft, key = await alice.create(), uuid4().hex
        sending = [alice.submit("add-segment", key, draft_id=draft, content="Once") for _ in range(50)]
        answers = await asyncio.gather(*sending)
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert await stored(log, key) == 1

    @pytest.mark.attack(84)
    async def test_another_command_under_a_used_key_is_refused(self, alice: Person, log: Any) -> None:
        draft, key = await alice.create(), uuid4().hex
        assert (await alice.submit("add-segment", key, draft_id=draft, content="This")).status_code == 200
        async with nothing_stored(log):
            answer = await alice.submit("add-segment", key, draft_id=draft, content="That")
            check_problem(answer, 422, "idempotency_mismatch")

    @pytest.mark.attack(85)
    async def test_somebody_elses_key_is_a_key_like_any_other(self, alice: Person, bob: Person, log: Any) -> None:
        draft, key = await alice.create(), uuid4().hex
        await alice.let_in(draft, "bob")
        hers = await alice.submit("add-segment", key, draft_id=draft, content="Hers")
        await alice.hand(draft, "bob")
        his = await bob.submit("add-segment", key, draft_id=draft, content="His")
        assert (hers.status_code, his.status_code) == (200, 200)
        assert his.json()["data"]["version"] > hers.json()["data"]["version"]
        assert await stored(log, key) == 2

    @pytest.mark.attack(86)
    async def test_a_command_whose_commit_nobody_heard_of_is_stored_once_when_it_is_sent_again(
        self, production: Service, alice: Person, log: Any
    ) -> None:
        """The database commits; neither the service nor the client learns of it, and the client tries again."""
        draft, key = await alice.create(), uuid4().hex
        async with httpx.AsyncClient(base_url=production.url, headers=bearing("alice"), trust_env=False) as hasty:
            sending = asyncio.ensure_future(Person(hasty).submit("add-segment", key, draft_id=draft, content="Once"))
            async with log.transaction():
                await log.execute(LOCK_LANE)
                while await log.fetchval(WAITING) != 1:
                    await asyncio.sleep(0.005)
                appender = production.process.batcher._conn
                appender._transport.pause_reading()
                sending.cancel()
        while await stored(log, key) != 1:
            await asyncio.sleep(0.005)
        appender.terminate()
        again = await alice.submit("add-segment", key, draft_id=draft, content="Once")
        assert (again.status_code, again.json()["data"]["version"]) == (200, 2)
        assert await stored(log, key) == 1
        assert [event["version"] for event in (await alice.events(draft)).json()["data"]] == [1, 2]


class TestConditions:
    @pytest.mark.attack(87)
    @pytest.mark.parametrize(
        ("condition", "status", "code"),
        [
            ('"1"', 412, "precondition_failed"),
            ('"99"', 412, "precondition_failed"),
            ('W/"2"', 412, "precondition_failed"),
            ("2", 400, "validation_error"),
            ('"2', 400, "validation_error"),
            ('"two"', 400, "validation_error"),
            ('"2", "3"', 400, "validation_error"),
            ('"-1"', 400, "validation_error"),
        ],
    )
    async def test_a_condition_that_does_not_hold_is_refused(
        self, alice: Person, log: Any, condition: str, status: int, code: str
    ) -> None:
        draft = await alice.create(initial_segment="Once")
        async with nothing_stored(log):
            check_problem(await alice.add(draft, **{"If-Match": condition}), status, code)

    @pytest.mark.attack(87)
    async def test_a_star_holds_for_what_exists_and_no_condition_for_everything(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        assert (await alice.add(draft, **{"If-Match": "*"})).status_code == 200
        assert (await alice.add(draft)).status_code == 200
        async with nothing_stored(log):
            check_problem(await alice.add(str(uuid4()), **{"If-Match": "*"}), 404, "not_found")

    @pytest.mark.attack(88)
    async def test_of_two_writers_for_one_version_one_wins(self, alice: Person) -> None:
        draft = await alice.create()
        for version in range(1, 6):
            writing = [alice.add(draft, f"{n}", **{"If-Match": f'"{version}"'}) for n in range(2)]
            answers = await asyncio.gather(*writing)
            assert sorted(answer.status_code for answer in answers) == [200, 412]
        assert (await alice.draft(draft)).json()["data"]["version"] == 6
