"""What plans allow: counted always, enforced where that is on, and exact however many ask at once."""

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from onering.domain.commands import ArchiveDraft, CompleteDraft, ReopenDraft, TransferOwnership
from onering.domain.plans import PLANS
from onering.domain.refusals import QuotaExceeded
from onering.log.schema import steps
from onering.requests import Outcome
from onering.users import Users
from tests.node import Node, log_of, node, person

DOCUMENT = (Path(__file__).parents[1] / "docs/PLANS.md").read_text(encoding="utf-8")
USAGE = "SELECT key, used FROM onering.usage WHERE used > 0"


def test_the_document_has_the_plans_as_they_are() -> None:
    def spelled(limit: int | None) -> str:
        return "any number" if limit is None else str(limit)

    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)
    assert rows == [(name, *map(spelled, limits[1:])) for name, limits in PLANS.items()]


async def usage(one: Node) -> dict[str, int]:
    return dict(await one.pool.fetch(USAGE))


async def made(one: Node, number: int, who: str = "alice") -> list[Outcome]:
    return list(await asyncio.gather(*[one.create(who) for _ in range(number)]))


async def refused(*outcomes: Any) -> Counter[str]:
    told = await asyncio.gather(*outcomes, return_exceptions=True)
    return Counter(type(outcome).__name__ for outcome in told)


async def test_what_is_used_is_counted_and_nothing_refused_where_plans_are_not_enforced(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        drafts = await made(one, 11)
        await asyncio.gather(*[one.add(drafts[0].draft_id) for _ in range(21)])
        await one.create("bob", initial_segment="Once")
        assert await usage(one) == {"drafts/alice": 11, "segments/alice": 21, "drafts/bob": 1, "segments/bob": 1}


async def test_the_counters_are_what_the_log_comes_to(app_dsn: str, owner: Any) -> None:
    async with node(app_dsn) as one, node(app_dsn) as two:
        drafts = [outcome.draft_id for outcome in await made(one, 6)]
        for draft in drafts:
            await one.let_in(draft, "bob")
        deeds = [
            *[(one, two)[n % 2].do(ArchiveDraft, draft) for n, draft in enumerate(drafts[:4])],
            *[(one, two)[n % 2].do(TransferOwnership, draft, to_user_id="bob") for n, draft in enumerate(drafts[2:])],
            *[(one, two)[n % 2].add(drafts[n % 6]) for n in range(30)],
        ]
        await refused(*deeds)
        await refused(*[two.do(ReopenDraft, draft) for draft in drafts])
        counted = await usage(one)
        await owner.execute("DELETE FROM onering.usage")
        await owner.execute(next(step.sql for step in steps() if step.name == "used_before"))
        assert await usage(one) == counted


class TestDrafts:
    async def test_one_more_than_a_plan_allows_is_refused_and_stores_nothing(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            drafts = await made(one, 10)
            with pytest.raises(
                QuotaExceeded, match=r"free plan allows 10 drafts; there is room again when you archive"
            ):
                await one.create()
            assert len(await log_of(one.pool)) == 10
            await one.create("bob")
            await one.do(ArchiveDraft, drafts[0].draft_id)
            await one.create()
            assert await usage(one) == {"drafts/alice": 10, "drafts/bob": 1}

    async def test_reopening_what_was_archived_needs_room_and_what_was_completed_does_not(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            archived, completed = [outcome.draft_id for outcome in await made(one, 2)]
            await one.do(ArchiveDraft, archived)
            await one.do(CompleteDraft, completed)
            drafts = await made(one, 9)
            with pytest.raises(QuotaExceeded):
                await one.do(ReopenDraft, archived)
            await one.do(ReopenDraft, completed)
            await one.do(ArchiveDraft, drafts[0].draft_id)
            await one.do(ReopenDraft, archived)
            assert await usage(one) == {"drafts/alice": 10}

    async def test_a_transfer_is_counted_for_both_and_needs_room_with_the_new_owner(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            theirs = await made(one, 10, "bob")
            with pytest.raises(QuotaExceeded, match="bob's free plan allows 10 drafts"):
                await one.do(TransferOwnership, draft, to_user_id="bob")
            await one.do(ArchiveDraft, theirs[0].draft_id, "bob")
            await one.do(TransferOwnership, draft, to_user_id="bob")
            assert await usage(one) == {"drafts/bob": 10}

    async def test_of_thirty_over_two_processes_exactly_ten_pass(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one, node(app_dsn, enforce_plans=True) as two:
            told = await refused(*[(one, two)[n % 2].create() for n in range(30)])
            assert told == {"Outcome": 10, "QuotaExceeded": 20}
            assert len(await log_of(one.pool)) == 10

    async def test_a_repeated_key_gets_its_outcome_though_there_is_no_room(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            first = await one.create(key="first")
            await made(one, 9)
            again = await one.create(key="first")
            assert again.repeated
            assert again.draft_id == first.draft_id

    async def test_a_larger_plan_gives_room_at_once(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            await Users(one.pool, one.batcher).register(person("alice"))
            await made(one, 10)
            await one.pool.execute("UPDATE onering.app_users SET plan = 'creator'")
            await made(one, 40)
            with pytest.raises(QuotaExceeded, match="creator plan allows 50"):
                await one.create()
            await one.pool.execute("UPDATE onering.app_users SET plan = 'team'")
            await made(one, 2)


class TestSegments:
    async def test_twenty_a_day_are_those_of_their_author_and_begin_anew(self, app_dsn: str, owner: Any) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            draft = (await one.create(initial_segment="Once")).draft_id
            await one.let_in(draft, "bob")
            await asyncio.gather(*[one.add(draft) for _ in range(19)])
            with pytest.raises(QuotaExceeded, match=r"20 segments a day; you can write again from .* 00:00 UTC on"):
                await one.add(draft)
            await one.hand(draft, "bob")
            await one.add(draft, "bob")
            await one.hand(draft, "alice", "bob")
            await owner.execute("UPDATE onering.usage SET period = period - 1 WHERE period < 'infinity'")
            await one.add(draft)

    async def test_of_many_at_once_each_is_told_that_there_is_no_room(self, app_dsn: str) -> None:
        """None of them is a conflict, though they were decided on each other."""
        async with node(app_dsn, enforce_plans=True) as one:
            draft = (await one.create()).draft_id
            told = await refused(*[one.add(draft) for _ in range(120)])
            assert told == {"Outcome": 20, "QuotaExceeded": 100}

    async def test_a_draft_that_would_begin_with_one_too_many_is_not_made(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            draft = (await one.create()).draft_id
            await asyncio.gather(*[one.add(draft) for _ in range(20)])
            with pytest.raises(QuotaExceeded, match="segments"):
                await one.create(initial_segment="Once")
            assert await usage(one) == {"drafts/alice": 1, "segments/alice": 20}


class TestCollaborators:
    async def test_one_more_than_the_owners_plan_allows_is_refused(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            draft = (await one.create()).draft_id
            for name in ("bob", "carol", "dave"):
                await one.let_in(draft, name)
            with pytest.raises(QuotaExceeded, match="plan of the draft's owner allows 3 collaborators"):
                await one.let_in(draft, "erin")
            await one.let_in(draft, "dave")
            await one.take_out(draft, "bob")
            await one.let_in(draft, "erin")

    async def test_over_two_processes_exactly_three_come_in(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one, node(app_dsn, enforce_plans=True) as two:
            draft = (await one.create()).draft_id
            told = await refused(*[(one, two)[n % 2].let_in(draft, f"person-{n}") for n in range(6)])
            assert told["Outcome"] <= 3
            for n in range(6):
                await refused(one.let_in(draft, f"person-{n}"))
            added = [event for event in await log_of(one.pool) if event.type == "collaborator_added"]
            assert len(added) == 3

    async def test_an_owner_with_a_larger_plan_lets_more_in_at_once(self, app_dsn: str) -> None:
        async with node(app_dsn, enforce_plans=True) as one:
            await Users(one.pool, one.batcher).register(person("alice"))
            draft = (await one.create()).draft_id
            for name in ("bob", "carol", "dave"):
                await one.let_in(draft, name)
            with pytest.raises(QuotaExceeded):
                await one.let_in(draft, "erin")
            await one.pool.execute("UPDATE onering.app_users SET plan = 'creator'")
            await one.let_in(draft, "erin")
