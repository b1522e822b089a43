"""What people are called and which plan they have: an event each, one bearer per handle, and a row that follows."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from onering.domain.plans import Plan
from onering.domain.profile import ChangeProfile
from onering.domain.refusals import Conflict
from onering.log.connection import Database
from onering.people import Person, find_bearer
from onering.profiles import ProfileRequest, Profiles, give_plan
from onering.requests import IdempotencyMismatch, PreconditionFailed
from onering.system import OPERATOR
from onering.users import Users
from tests.node import Node, log_of, node, person

ROWS = "SELECT user_id, display_name, handle, plan FROM onering.app_users ORDER BY user_id"
# As after a crash between an event and its row.
BEHIND = "UPDATE onering.app_users SET version = 1, display_name = NULL, handle = $2, plan = 'free' WHERE user_id = $1"


async def change(one: Node, who: str, key: str = "k", version: int | None = None, **fields: Any) -> Person:
    asked = ProfileRequest(ChangeProfile(**fields), key, version, "request-1")
    changed, _ = await Profiles(one.pool, one.batcher).change(asked, person(who))
    return changed


async def signed_in(one: Node, *names: str) -> None:
    for name in names:
        await Users(one.pool, one.batcher).register(person(name))


async def rows(one: Node) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await one.pool.fetch(ROWS)]


class TestNames:
    async def test_a_change_is_an_event_of_the_person_and_the_row_follows(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            changed = await change(one, "alice", display_name="Alice W.", handle="@Alice")
            assert (changed.state.display_name, changed.state.handle, changed.version) == ("Alice W.", "alice", 2)
            assert await rows(one) == [("alice", "Alice W.", "alice", "free")]
            event = (await log_of(one.pool))[-1]
            assert (event.type, event.stream_type, event.subject, event.version) == (
                "profile_changed",
                "user",
                "alice",
                2,
            )
            assert event.correlation_id == "request-1"
            assert event.payload == (
                '{"idempotency_key":"k","data":{"user_id":"alice","display_name":"Alice W.","handle":"alice"}}'
            )

    async def test_a_field_that_is_not_set_stays_and_null_clears(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", "1", display_name="Alice", handle="alice")
            await change(one, "alice", "2", display_name=None)
            assert await rows(one) == [("alice", None, "alice", "free")]
            await change(one, "alice", "3", display_name="A.", handle=None)
            assert await rows(one) == [("alice", "A.", None, "free")]

    async def test_what_changes_nothing_is_no_event(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", "1", handle="alice")
            for key in ("2", "2", "3"):
                assert (await change(one, "alice", key, handle="ALICE", display_name=None)).version == 2
            assert len(await log_of(one.pool)) == 2

    async def test_a_repeated_key_does_it_once_whatever_happened_since(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice", "bob")
            await change(one, "alice", "1", handle="al")
            await change(one, "alice", "2", handle=None)
            await change(one, "bob", "1", handle="al")
            assert (await change(one, "alice", "1", handle="al")).state.handle is None
            with pytest.raises(IdempotencyMismatch):
                await change(one, "alice", "1", handle="ally")
            told = await asyncio.gather(*[change(one, "alice", "4", display_name="A.") for _ in range(10)])
            assert {found.version for found in told} == {4}

    async def test_a_change_that_is_conditional_on_another_version_is_refused(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", "1", version=1, display_name="A.")
            with pytest.raises(PreconditionFailed, match="version 2, not 1"):
                await change(one, "alice", "2", version=1, display_name="B.")

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"handle": "a"}, "2 to 30"),
            ({"handle": "a" * 31}, "2 to 30"),
            ({"handle": "al-ice"}, "2 to 30"),
            ({"handle": "älice"}, "2 to 30"),
            ({"display_name": ""}, "at least 1"),
            ({"display_name": "x" * 51}, "at most 50"),
            ({"display_name": "   "}, "white space"),
            ({"display_name": "two\nlines"}, "control characters"),
            ({"plan": "team"}, "Extra inputs"),
        ],
        ids=str,
    )
    def test_what_is_no_name_is_refused(self, fields: dict[str, str], fault: str) -> None:
        with pytest.raises(ValidationError, match=fault):
            ChangeProfile.model_validate(fields)

    def test_the_longest_names_are_names(self) -> None:
        longest = ChangeProfile(display_name="🖋" * 50, handle="@" + "A_9" * 10)
        assert longest.handle == "a_9" * 10


class TestHandles:
    async def test_a_handle_that_somebody_has_is_refused_until_they_give_it_up(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice", "bob")
            await change(one, "alice", "1", handle="al")
            with pytest.raises(Conflict, match="Somebody else has this handle"):
                await change(one, "bob", "1", handle="@AL", display_name="Bob")
            assert await rows(one) == [("alice", None, "al", "free"), ("bob", None, None, "free")]
            await change(one, "alice", "2", handle="ally")
            await change(one, "bob", "1", handle="al")
            assert await rows(one) == [("alice", None, "ally", "free"), ("bob", None, "al", "free")]

    async def test_of_twenty_over_two_processes_one_gets_it(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            names = [f"person-{n}" for n in range(20)]
            await signed_in(one, *names)
            asked = [change((one, two)[n % 2], name, handle="ring") for n, name in enumerate(names)]
            told = await asyncio.gather(*asked, return_exceptions=True)
            assert Counter(type(outcome).__name__ for outcome in told) == {"Person": 1, "Conflict": 19}
            changed = [event for event in await log_of(one.pool) if event.type == "profile_changed"]
            assert len(changed) == 1
            assert len([row for row in await rows(one) if row[2] == "ring"]) == 1

    async def test_a_handle_in_a_row_alone_belongs_to_its_bearer(self, app_dsn: str) -> None:
        """As an operator gives it, with SQL."""
        async with node(app_dsn) as one:
            await signed_in(one, "alice", "bob")
            await one.pool.execute("UPDATE onering.app_users SET handle = 'al' WHERE user_id = 'alice'")
            with pytest.raises(Conflict):
                await change(one, "bob", handle="al")


class TestCrashes:
    async def test_a_row_that_is_behind_is_healed_by_the_next_sign_in(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", display_name="Alice", handle="alice")
            await one.pool.execute(BEHIND, "alice", None)
            await signed_in(one, "alice")
            assert await rows(one) == [("alice", "Alice", "alice", "free")]

    async def test_and_by_the_same_key(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", display_name="Alice")
            await one.pool.execute(BEHIND, "alice", None)
            await change(one, "alice", display_name="Alice")
            assert await rows(one) == [("alice", "Alice", None, "free")]

    async def test_a_row_that_was_lost_comes_back_with_all_that_happened(self, app_dsn: str, owner: Any) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            await change(one, "alice", display_name="Alice", handle="alice")
            await give_plan(owner, "alice", Plan.TEAM, "root")
            await owner.execute("DELETE FROM onering.app_users")
            await signed_in(one, "alice")
            assert await rows(one) == [("alice", "Alice", "alice", "team")]

    async def test_rows_that_hold_each_others_handles_are_healed(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice", "bob")
            for who, key, handle in (
                ("alice", "1", "aa"),
                ("bob", "1", "bb"),
                ("alice", "2", None),
                ("bob", "2", "aa"),
            ):
                await change(one, who, key, handle=handle)
            await change(one, "alice", "3", handle="bb")
            await one.pool.execute(BEHIND, "bob", None)
            await one.pool.execute(BEHIND, "alice", "aa")
            await one.pool.execute(BEHIND, "bob", "bb")
            assert await find_bearer(one.pool, "aa") is None
            assert await rows(one) == [("alice", None, "bb", "free"), ("bob", None, "aa", "free")]

    async def test_a_slow_process_does_not_put_a_row_back(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            await signed_in(one, "alice")
            asked = [change((one, two)[n % 2], "alice", f"{n}", display_name=f"A{n}") for n in range(8)]
            told = await asyncio.gather(*asked, return_exceptions=True)
            last = (await log_of(one.pool))[-1]
            ((_, name, _, _),) = await rows(one)
            assert f'"display_name":"{name}"' in str(last.payload)
            assert sum(isinstance(outcome, Person) for outcome in told) == last.version - 1


class TestPlans:
    async def test_an_operator_gives_a_plan_which_is_an_event(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            await signed_in(one, "alice")
            conn = await Database(app_dsn).connect("test")
            for _ in range(2):
                await give_plan(conn, "alice", Plan.CREATOR, "root")
            conn.terminate()
            assert await rows(one) == [("alice", None, None, "creator")]
            _, event = await log_of(one.pool)
            assert (event.type, event.issuer, event.subject) == ("plan_changed", OPERATOR, "root")
            await signed_in(one, "alice")
            await change(one, "alice", display_name="Alice")
            assert await rows(one) == [("alice", "Alice", None, "creator")]

    async def test_nobody_who_never_signed_in_gets_one(self, owner: Any) -> None:
        with pytest.raises(LookupError, match="'alice' has signed in yet"):
            await give_plan(owner, "alice", Plan.TEAM, "root")
