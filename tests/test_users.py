"""The people who signed in: one row and one event each, however often and wherever they come."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from onering.auth.faults import Forbidden
from onering.auth.principals import personal_workspace
from onering.users import DEFAULT_PLAN, Users
from tests.node import log_of, node, person
from tests.serving import serving

ROWS = "SELECT issuer, subject, user_id, plan FROM onering.app_users ORDER BY user_id"


async def test_a_first_sign_in_gives_a_row_and_an_event(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        await Users(one.pool, one.batcher).register(person("alice"))
        assert await one.pool.fetch(ROWS) == [("test", "alice", "alice", DEFAULT_PLAN)]
        (event,) = await log_of(one.pool)
        assert (event.type, event.stream_type, event.subject) == ("user_registered", "user", "alice")
        assert event.workspace_id == personal_workspace("test", "alice")


async def test_many_at_once_on_two_processes_are_one(app_dsn: str) -> None:
    async with node(app_dsn) as one, node(app_dsn) as two:
        users = [Users(n.pool, n.batcher) for n in (one, two)]
        await asyncio.gather(*[users[n % 2].register(person("alice")) for n in range(20)])
        assert len(await one.pool.fetch(ROWS)) == len(await log_of(one.pool)) == 1


async def test_a_later_sign_in_changes_nothing(app_dsn: str, owner: Any) -> None:
    async with node(app_dsn) as one:
        users = Users(one.pool, one.batcher)
        await users.register(person("alice"))
        await owner.execute("UPDATE onering.app_users SET plan = 'team'")
        await users.register(person("alice"))
        assert await one.pool.fetch(ROWS) == [("test", "alice", "alice", "team")]


async def test_a_crash_between_event_and_row_is_healed_by_the_next_sign_in(app_dsn: str, owner: Any) -> None:
    async with node(app_dsn) as one:
        users = Users(one.pool, one.batcher)
        await users.register(person("alice"))
        await owner.execute("DELETE FROM onering.app_users")
        await users.register(person("alice"))
        assert len(await one.pool.fetch(ROWS)) == len(await log_of(one.pool)) == 1


async def test_one_subject_of_two_issuers_is_two_people(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        users = Users(one.pool, one.batcher)
        await users.register(person("alice"))
        await users.register(replace(person("alice"), issuer="other", user_id="other|alice"))
        assert [row["user_id"] for row in await one.pool.fetch(ROWS)] == ["alice", "other|alice"]
        assert len({event.stream_id for event in await log_of(one.pool)}) == 2


async def test_a_name_that_another_issuers_person_has_signs_nobody_in(app_dsn: str) -> None:
    """As when a database is served in local first, and then in production: nobody inherits what alice wrote there."""
    async with node(app_dsn) as one:
        users = Users(one.pool, one.batcher)
        await users.register(person("alice"))
        for _ in range(2):
            with pytest.raises(Forbidden, match="kept apart"):
                await users.register(replace(person("alice"), issuer="other"))
        await users.register(person("alice"))
        assert len(await one.pool.fetch(ROWS)) == len(await log_of(one.pool)) == 1


async def test_a_person_whose_issuer_got_an_alias_is_still_known(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        users = Users(one.pool, one.batcher)
        await users.register(person("alice"))
        await users.register(replace(person("alice"), user_id="test|alice"))
        assert [row["user_id"] for row in await one.pool.fetch(ROWS)] == ["alice"]


REWIND = """
    DELETE FROM onering.app_users;
    UPDATE onering.log SET restored = restored + 1"""
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering tail' AND datname = current_database()"""


async def test_whoever_signed_in_after_what_was_restored_is_registered_again(app_dsn: str, owner: Any) -> None:
    async with serving(app_dsn) as service:
        alice = service.client("alice")
        assert (await alice.get("/v1/collab/drafts")).status_code == 200
        await owner.execute(REWIND)
        await owner.execute(CUT)
        async with asyncio.timeout(10):
            while not await owner.fetch(ROWS):
                assert (await alice.get("/v1/collab/drafts")).status_code == 200
