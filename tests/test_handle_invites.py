"""Commands that look something up before they are decided: invites and segments, over one process and over two."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from onering.domain.commands import (
    AcceptInvite,
    AmendSegment,
    CreateInvite,
    DeclineInvite,
    NudgeHolder,
    PassRingSmart,
    RevokeInvite,
    WithdrawSegment,
)
from onering.domain.ids import derived
from onering.domain.refusals import Conflict, Forbidden, Gone, NotFound
from onering.log.append import NewEvent, Write, append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.requests import IdempotencyMismatch, Outcome, PreconditionFailed, TooNew
from onering.subjects import InviteTokens
from projections.rebuild import prepare
from tests.log.writing import command as raw_command
from tests.node import INVITE_SECRET, Node, check_dense, log_of, node, person

TOKENS = InviteTokens(INVITE_SECRET)
PERSON = "INSERT INTO onering.app_users (issuer, subject, user_id, plan, handle) VALUES ($1, $2, $2, 'free', $3)"


async def invite(one: Node, draft: UUID, whom: str = "bob", who: str = "alice", **fields: Any) -> UUID:
    outcome = await one.ask(CreateInvite, draft, who, target_user_id=whom, **fields)
    return derived(outcome.events[0].command_id, "invite")


async def accept(one: Node, invite_id: UUID, who: str = "bob", **fields: Any) -> Outcome:
    return await one.ask(AcceptInvite, invite_id, who, **{"token": TOKENS.token(invite_id)} | fields)


async def types(one: Node, draft: UUID, *wanted: str) -> list[str]:
    """Return which of the wanted events tell of a draft, be they on its stream or on an invite's."""
    log = await log_of(one.pool)
    check_dense(log)
    told = [event for event in log if draft == event.stream_id or str(draft) in (event.payload or "")]
    return [event.type for event in told if event.type in wanted]


def kinds(outcomes: Sequence[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


class TestInvites:
    async def test_an_invite_and_joining_by_it_are_a_commit_each_on_two_streams(self, shared_dsn: str) -> None:
        async with node(shared_dsn) as one:
            draft = (await one.create(visibility="private")).draft_id
            made = await one.ask(CreateInvite, draft, target_user_id="bob", role="viewer", key="k")
            (created,) = made.events
            assert (made.draft_id, made.version, created.stream_type) == (draft, 1, "invite")
            assert created.workspace_id == person("alice").workspace_id
            joined = await accept(one, created.stream_id)
            assert [(e.type, e.stream_id) for e in joined.events] == [
                ("collaborator_added", draft),
                ("invite_accepted", created.stream_id),
            ]
            assert (joined.version, len({e.recorded_at for e in joined.events})) == (2, 1)

    async def test_a_retry_gets_the_first_outcome_whatever_became_of_it(self, shared_dsn: str) -> None:
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            draft = (await one.create()).draft_id
            made = await one.ask(CreateInvite, draft, key="k", target_user_id="bob")
            invite_id = made.events[0].stream_id
            joined = await accept(one, invite_id, key="a")
            await one.take_out(draft, "bob")
            for each in (one, two):
                again = await each.ask(CreateInvite, draft, key="k", target_user_id="bob")
                assert (again.repeated, list(again.events), again.position) == (True, list(made.events), made.position)
                again = await accept(each, invite_id, key="a")
                assert (again.repeated, list(again.events), again.version) == (
                    True,
                    list(joined.events),
                    joined.version,
                )
                # Under another key: accepted is accepted, and lets nobody in again.
                assert (await accept(each, invite_id)).events == ()
                with pytest.raises(IdempotencyMismatch):
                    await each.ask(CreateInvite, draft, key="k", target_user_id="carol")
            assert await types(one, draft, "collaborator_added") == ["collaborator_added"]

    async def test_a_wrong_token_or_person_is_forbidden_and_learns_no_more(self, shared_dsn: str) -> None:
        async with node(shared_dsn) as one:
            draft = (await one.create(visibility="private")).draft_id
            invite_id, other = await invite(one, draft), await invite(one, draft, "carol")
            for who, token in (("bob", TOKENS.token(other)), ("bob", "x"), ("eve", TOKENS.token(invite_id))):
                with pytest.raises(Forbidden):
                    await accept(one, invite_id, who, token=token)
                with pytest.raises(Forbidden):
                    await accept(one, invite_id, who, token=token, expected_version=99)
            with pytest.raises(Forbidden):
                await one.ask(RevokeInvite, invite_id, "eve", expected_version=99)
            with pytest.raises(PreconditionFailed):
                await accept(one, invite_id, expected_version=99)
            with pytest.raises(NotFound):
                await accept(one, uuid4())
            with pytest.raises(NotFound):
                await accept(one, draft, "alice")  # a stream of another type is no invite

    async def test_it_expires_by_the_clock_that_is_handed_in(self, shared_dsn: str) -> None:
        now = [datetime.now(UTC)]
        async with node(shared_dsn, clock=lambda: now[0]) as one:
            draft = (await one.create()).draft_id
            early, late = [await invite(one, draft, name, expires_in_hours=1) for name in ("bob", "carol")]
            now[0] += timedelta(hours=1) - timedelta(microseconds=1)
            await accept(one, early)
            now[0] += timedelta(microseconds=1)
            with pytest.raises(Gone, match="expired"):
                await accept(one, late, "carol")
            with pytest.raises(Gone, match="expired"):
                await one.ask(DeclineInvite, late, "carol")
            assert (await one.ask(RevokeInvite, late)).events[0].type == "invite_revoked"

    async def test_a_handle_is_whoevers_it_is_when_the_invite_is_made(self, app_dsn: str, owner: Any) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            with pytest.raises(NotFound, match="Nobody has this handle"):
                await one.ask(CreateInvite, draft, target_handle="@Bobby", key="k")
            insert = (
                "INSERT INTO onering.app_users (issuer, subject, user_id, plan, handle) VALUES ($1, $2, $2, 'free', $3)"
            )
            await owner.execute(insert, "test", "bob", "bobby")
            made = await one.ask(CreateInvite, draft, target_handle="@Bobby", key="k")
            await owner.execute("UPDATE onering.app_users SET handle = NULL")
            again = await one.ask(CreateInvite, draft, target_handle="@Bobby", key="k")
            assert (again.repeated, list(again.events)) == (True, list(made.events))
            await accept(one, made.events[0].stream_id)

    async def test_whoever_was_removed_since_may_still_take_an_invite_back(self, shared_dsn: str) -> None:
        async with node(shared_dsn) as one:
            draft = (await one.create(visibility="private")).draft_id
            await one.let_in(draft, "bob")
            await one.hand(draft, "bob")
            invite_id = await invite(one, draft, "carol", "bob")
            await one.take_out(draft, "bob")
            assert [e.type for e in (await one.ask(RevokeInvite, invite_id, "bob")).events] == ["invite_revoked"]
            with pytest.raises(NotFound):
                await invite(one, draft, "carol", "bob")


@pytest.mark.parametrize("processes", [1, 2])
class TestRaces:
    async def test_of_two_smart_passes_one_wins(self, shared_dsn: str, processes: int) -> None:
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            for _ in range(5):
                draft = (await one.create()).draft_id
                await one.let_in(draft, "bob")
                await one.let_in(draft, "carol")
                nodes = (one, one if processes == 1 else two)
                passes = [each.ask(PassRingSmart, draft) for each in nodes]
                assert kinds(await asyncio.gather(*passes, return_exceptions=True)) == ["Outcome", "RingRequired"]
                assert await types(one, draft, "ring_passed") == ["ring_passed"]

    async def test_accepting_twice_joins_once(self, shared_dsn: str, processes: int) -> None:
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            draft = (await one.create()).draft_id
            invite_id = await invite(one, draft)
            nodes = (one, one if processes == 1 else two)
            outcomes = await asyncio.gather(*[accept(nodes[n % 2], invite_id) for n in range(6)])
            assert Counter(len(outcome.events) for outcome in outcomes) == {0: 5, 2: 1}
            assert await types(one, draft, "collaborator_added", "invite_accepted") == [
                "collaborator_added",
                "invite_accepted",
            ]

    async def test_an_invite_that_is_revoked_and_accepted_at_once_is_one_of_the_two(
        self, shared_dsn: str, processes: int
    ) -> None:
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            for name in ("bob", "carol", "dan", "erin"):
                draft = (await one.create()).draft_id
                invite_id = await invite(one, draft, name)
                other = one if processes == 1 else two
                both = (accept(other, invite_id, name), one.ask(RevokeInvite, invite_id))
                outcomes = await asyncio.gather(*both, return_exceptions=True)
                assert kinds(outcomes) in (["Conflict", "Outcome"], ["Gone", "Outcome"])
                settled = [e.type for e in await log_of(one.pool) if e.stream_id == invite_id][1:]
                members = [e for e in await log_of(one.pool) if e.stream_id == draft and e.version > 1]
                assert (settled, len(members)) in ((["invite_accepted"], 1), (["invite_revoked"], 0))

    async def test_a_segment_that_is_amended_and_withdrawn_at_once_ends_as_one_order_has_it(
        self, shared_dsn: str, processes: int
    ) -> None:
        await prepare(Database(shared_dsn), LANE)
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            draft = (await one.create()).draft_id
            for _ in range(4):
                segment = derived((await one.add(draft)).events[0].command_id, "segment")
                other = one if processes == 1 else two
                outcomes = await asyncio.gather(
                    one.ask(AmendSegment, draft, segment_id=segment, content="Or so"),
                    other.ask(WithdrawSegment, draft, segment_id=segment),
                    return_exceptions=True,
                )
                assert kinds(outcomes) in (["Outcome", "Outcome"], ["Conflict", "Outcome"])
                assert isinstance(outcomes[1], Outcome)
                last = (await log_of(one.pool))[-1]
                assert last.type == "segment_withdrawn"

    async def test_two_nudges_at_once_are_one(self, shared_dsn: str, processes: int) -> None:
        async with node(shared_dsn) as one, node(shared_dsn) as two:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            nodes = (one, one if processes == 1 else two)
            nudges = [each.ask(NudgeHolder, draft, "bob") for each in nodes]
            assert kinds(await asyncio.gather(*nudges, return_exceptions=True)) == ["Outcome", "TooSoon"]


class TestSegments:
    async def test_a_segment_is_found_however_far_its_read_model_is(self, shared_dsn: str) -> None:
        """Nothing is projected here: what is known of it is in the log alone."""
        await prepare(Database(shared_dsn), LANE)
        async with node(shared_dsn) as one:
            draft = (await one.create(initial_segment="Once")).draft_id
            segment = derived((await one.add(draft)).events[0].command_id, "segment")
            amended = await one.ask(AmendSegment, draft, segment_id=segment, content="Or so", key="k")
            assert [e.type for e in amended.events] == ["segment_amended"]
            quiet = await one.ask(AmendSegment, draft, segment_id=segment, content="Or so")
            assert quiet.events == ()
            await one.ask(WithdrawSegment, draft, segment_id=segment)
            with pytest.raises(Conflict, match="withdrawn"):
                await one.ask(AmendSegment, draft, segment_id=segment, content="And?")
            again = await one.ask(AmendSegment, draft, segment_id=segment, content="Or so", key="k")
            assert (again.repeated, again.version) == (True, amended.version)
            with pytest.raises(NotFound, match="no such segment"):
                await one.ask(AmendSegment, draft, segment_id=uuid4(), content="And?")

    async def test_it_is_decided_on_what_is_on_its_way(self, shared_dsn: str) -> None:
        await prepare(Database(shared_dsn), LANE)
        async with node(shared_dsn) as one:
            draft = (await one.create()).draft_id
            segment = derived((await one.add(draft)).events[0].command_id, "segment")
            await one.let_in(draft, "bob")
            outcomes = await asyncio.gather(
                one.add(draft),
                one.hand(draft, "bob"),
                one.ask(AmendSegment, draft, segment_id=segment, content="Or so"),
                return_exceptions=True,
            )
            assert kinds(outcomes) == ["Outcome", "Outcome", "RingRequired"]

    async def test_a_stranger_does_not_learn_that_a_newer_release_wrote_to_a_private_draft(
        self, shared_dsn: str
    ) -> None:
        await prepare(Database(shared_dsn), LANE)
        async with node(shared_dsn) as one:
            draft = (await one.create(visibility="private")).draft_id
            invite_id = await invite(one, draft)
            conn = await Database(shared_dsn).connect("newer release")
            newer = NewEvent(uuid4(), "draft_sung", 1, '{"idempotency_key":null,"data":{}}')
            write = Write(draft, "draft", person("alice").workspace_id, 1, (newer,))
            await append(conn, LANE, [raw_command(write)])
            conn.terminate()
            for who, why in (("alice", TooNew), ("eve", NotFound)):
                with pytest.raises(why):
                    await one.ask(WithdrawSegment, draft, who, segment_id=uuid4())
            for who, refused in (("bob", TooNew), ("eve", Forbidden)):
                with pytest.raises(refused):
                    await accept(one, invite_id, who)

    async def test_one_is_amended_while_others_are_written_without_a_pause(self, shared_dsn: str) -> None:
        await prepare(Database(shared_dsn), LANE)
        async with node(shared_dsn) as one:
            draft = (await one.create()).draft_id
            segment = derived((await one.add(draft)).events[0].command_id, "segment")
            stopped = False

            async def write() -> None:
                while not stopped:
                    await one.add(draft)

            writing = [asyncio.create_task(write()) for _ in range(4)]
            for text in ("Or", "so", "and"):
                await one.ask(AmendSegment, draft, segment_id=segment, content=text)
            await one.ask(WithdrawSegment, draft, segment_id=segment)
            with pytest.raises(Conflict, match="withdrawn"):
                await one.ask(AmendSegment, draft, segment_id=segment, content="then")
            stopped = True
            await asyncio.gather(*writing)
            told = [e.type for e in await log_of(one.pool) if e.stream_id == draft and e.type != "segment_added"]
            assert told == ["draft_created", *["segment_amended"] * 3, "segment_withdrawn"]
