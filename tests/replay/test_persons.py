"""What happened to people is legal, or it is found: names, handles and plans."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from onering.domain.plans import Plan
from onering.domain.profile import ChangeProfile
from onering.log.connection import Database
from onering.profiles import ProfileRequest, Profiles, give_plan
from onering.users import Users
from tests.node import node
from tests.node import person as one_of
from tests.replay.conftest import Run
from tests.replay.scribe import Scribe, looked_at, rules


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.register("alice", "bob")  # 1, 2
    return made


def test_names_and_plans_that_come_and_go_are_legal(scribe: Scribe) -> None:
    scribe.rename("alice", display_name="Alice", handle="al")
    scribe.rename("alice", handle="ally")
    scribe.rename("bob", handle="al")
    scribe.give_plan("bob", Plan.TEAM)
    scribe.give_plan("bob", Plan.FREE)
    scribe.rename("bob")
    scribe.rename("alice", handle="al")
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.notes) == ([], [])


def test_a_check_of_a_log_goes_through_what_people_are_called(admin_dsn: str, app_dsn: str, run: Run) -> None:
    async def tell() -> None:
        async with node(app_dsn) as one:
            await Users(one.pool, one.batcher).register(one_of("alice"))
            asked = ProfileRequest(ChangeProfile(display_name="Alice", handle="al"), "key")
            await Profiles(one.pool, one.batcher).change(asked, one_of("alice"))
            conn = await Database(app_dsn).connect("test")
            await give_plan(conn, "alice", Plan.TEAM, "root")
            await conn.close()

    asyncio.run(tell())
    code, told, _ = run("check", "--database-url", admin_dsn)
    assert (code, "3 events" in told) == (0, True), told


Tale = Callable[[Scribe], None]


@pytest.mark.parametrize(
    ("tale", "rule"),
    [
        (lambda scribe: scribe.rename("bob", handle="al"), "legal"),
        (lambda scribe: scribe.rename("alice", handle="al"), "legal"),
        (lambda scribe: scribe.rename("bob", handle="@Bob"), "legal"),
        (lambda scribe: scribe.rename("bob", display_name="two\nlines"), "legal"),
        (lambda scribe: scribe.rename("bob", by="alice", display_name="Robert"), "actor"),
        (lambda scribe: scribe.rename("carol", display_name="Carol"), "legal"),
        (lambda scribe: scribe.give_plan("bob", Plan.FREE), "legal"),
        (lambda scribe: scribe.give_plan("carol", Plan.TEAM), "legal"),
        (lambda scribe: scribe.give_plan("bob", Plan.TEAM, issuer="test"), "actor"),
    ],
    ids=[
        "a handle of somebody else's",
        "no change",
        "a handle in another spelling",
        "no name",
        "of somebody else",
        "of nobody who signed in",
        "the same plan",
        "a plan for nobody who signed in",
        "a plan of one's own making",
    ],
)
def test_what_no_rule_allows_is_found(scribe: Scribe, tale: Tale, rule: str) -> None:
    scribe.rename("alice", handle="al")  # 3
    tale(scribe)
    assert (4, rule) in rules(looked_at(scribe.records).findings)


@pytest.mark.parametrize("columns", [{"command_id": uuid4()}, {"stream_id": uuid4()}], ids=["command", "stream"])
def test_an_event_with_identities_of_its_own_is_found(scribe: Scribe, columns: dict[str, Any]) -> None:
    scribe.rename("bob", display_name="Robert")
    scribe.give_plan("bob", Plan.TEAM)
    for position in (3, 4):
        scribe.change(position, **columns)
    assert {3, 4} <= {finding.position for finding in looked_at(scribe.records).findings}


def test_a_name_that_somebody_else_signed_is_found(scribe: Scribe) -> None:
    scribe.rename("bob", display_name="Robert")
    scribe.change(3, subject="bobby")
    assert (3, "actor") in rules(looked_at(scribe.records).findings)


def test_what_is_around_an_erased_name_is_still_judged(scribe: Scribe) -> None:
    scribe.rename("alice", handle="al")  # 3
    scribe.rename("alice", handle="ally")  # 4
    scribe.rename("bob", handle="al")  # 5
    scribe.erase(4)
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.counts.erased) == ([], 1)
    scribe.rename("alice", handle="al")
    assert rules(looked_at(scribe.records).findings) == [(6, "legal")]


def test_a_person_whose_first_sign_in_was_erased_is_nobody_unknown(scribe: Scribe) -> None:
    scribe.rename("alice", handle="al")
    scribe.give_plan("alice", Plan.TEAM)
    scribe.erase(1)
    assert looked_at(scribe.records).findings == []


def test_what_a_newer_release_wrote_of_a_person_is_counted(scribe: Scribe) -> None:
    scribe.give_plan("alice", Plan.TEAM)
    scribe.change(3, payload='{"idempotency_key":null,"data":{"user_id":"alice","plan":"gold"}}')
    scribe.rename("bob", display_name="Robert")
    text = str(scribe.records[3].event.payload)
    scribe.change(4, payload=text.replace('"display_name"', '"mood":"good","display_name"'))
    judged = looked_at(scribe.records)
    assert (judged.findings, rules(judged.notes)) == ([], [(3, "not-understood"), (4, "not-understood")])
