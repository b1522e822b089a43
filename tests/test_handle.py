"""From a command to its outcome, over one process and over several on one database."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from onering.domain.refusals import Conflict, Forbidden, NotFound, Refusal, RingRequired
from onering.domain.values import Visibility
from onering.handle import Handling
from onering.log.append import NewEvent, Write, append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.requests import (
    Contended,
    IdempotencyMismatch,
    Outcome,
    PreconditionFailed,
    TooNew,
    Unavailable,
    fingerprint,
)
from onering.states import Entry
from onering.users import Users
from tests.log.writing import command as raw_command
from tests.node import check_dense, log_of, node, person


def same(first: Outcome, again: Outcome) -> bool:
    return (first.draft_id, first.version, first.position, [tuple(e) for e in first.events]) == (
        again.draft_id,
        again.version,
        again.position,
        [tuple(e) for e in again.events],
    )


async def test_every_event_carries_the_verified_person(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        created = await one.create(initial_segment="Once")
        assert [e.type for e in created.events] == ["draft_created", "segment_added"]
        for event in created.events:
            assert (event.issuer, event.subject, event.workspace_id) == ("test", "alice", person("alice").workspace_id)
            assert event.correlation_id == "request-1"


async def test_concurrent_commands_of_one_draft_share_commits_and_keep_one_order(app_dsn: str) -> None:
    async with node(app_dsn) as one:
        draft = (await one.create()).draft_id
        outcomes = await asyncio.gather(*[one.add(draft, content=f"{n}") for n in range(50)])
        assert sorted(o.version for o in outcomes) == list(range(2, 52))
        log = await log_of(one.pool)
        check_dense(log)
        assert len({e.recorded_at for e in log}) < 20


async def test_sixty_concurrent_adds_over_two_processes_are_each_stored_once(app_dsn: str) -> None:
    async with (
        node(app_dsn, handling=Handling(attempts=20)) as one,
        node(app_dsn, handling=Handling(attempts=20)) as two,
    ):
        draft = (await one.create()).draft_id
        outcomes = await asyncio.gather(*[(one, two)[n % 2].add(draft, content=f"{n}") for n in range(60)])
        assert sorted(o.version for o in outcomes) == list(range(2, 62))
        log = await log_of(one.pool)
        check_dense(log)
        assert Counter(e.command_id for e in log if e.type == "segment_added").most_common(1)[0][1] == 1
        assert len(log) == 61


async def test_of_two_passes_on_two_processes_one_wins(app_dsn: str) -> None:
    async with node(app_dsn) as one, node(app_dsn) as two:
        draft = (await one.create()).draft_id
        await one.let_in(draft, "bob")
        await one.let_in(draft, "carol")
        outcomes = await asyncio.gather(one.hand(draft, "bob"), two.hand(draft, "carol"), return_exceptions=True)
        assert sorted(type(o).__name__ for o in outcomes) == ["Outcome", "RingRequired"]
        assert [e.type for e in await log_of(one.pool)].count("ring_passed") == 1


class TestIdempotency:
    async def test_a_retry_gets_the_first_outcome_on_any_process(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            created = await one.create(key="c", initial_segment="Once")
            added = await one.add(created.draft_id, key="a")
            for n in (one, two):
                again = await n.create(key="c", initial_segment="Once")
                assert again.repeated
                assert same(created, again)
                assert same(added, await n.add(created.draft_id, key="a"))
            assert len(await log_of(one.pool)) == 3

    async def test_every_retry_holds_after_the_ring_has_moved_on(self, app_dsn: str) -> None:
        """The command would be refused now; its outcome is looked up before any rule."""
        async with node(app_dsn) as one, node(app_dsn) as two:
            created = await one.create()
            draft = created.draft_id
            await one.let_in(draft, "bob")
            added = await one.add(draft, key="a", expected_version=2)
            passed = await one.hand(draft, "bob", key="p")
            await one.add(draft, "bob")
            await one.take_out(draft, "bob")
            before = len(await log_of(one.pool))
            for n in (one, two):
                assert same(added, await n.add(draft, key="a", expected_version=2))
                assert same(passed, await n.hand(draft, "bob", key="p"))
            assert len(await log_of(one.pool)) == before

    async def test_a_removed_member_still_gets_his_first_outcome(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            await one.hand(draft, "bob")
            added = await one.add(draft, "bob", key="a")
            await one.take_out(draft, "bob")
            assert same(added, await one.add(draft, "bob", key="a"))
            with pytest.raises(NotFound):
                await one.add(draft, "bob", key="b")

    async def test_the_same_key_with_other_content_is_a_mismatch(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            created = await one.create(key="k")
            with pytest.raises(IdempotencyMismatch):
                await one.create(key="k", title="Another")
            await one.add(created.draft_id, key="k")
            with pytest.raises(IdempotencyMismatch):
                await one.add(created.draft_id, key="k", content="Another")
            with pytest.raises(IdempotencyMismatch):
                await one.hand(created.draft_id, "alice", key="k")

    async def test_a_refused_key_can_be_used_again(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            with pytest.raises(Conflict):
                await one.hand(draft, "bob", key="k")
            await one.let_in(draft, "bob")
            assert not (await one.hand(draft, "bob", key="k")).repeated

    async def test_a_retry_that_is_refused_for_what_the_first_one_did_meanwhile_gets_its_outcome(
        self, app_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`two` does not know that bob has the ring; when it looks, bob has passed it on, by that very command."""
        async with node(app_dsn, announce=False) as one, node(app_dsn, poll_seconds=60) as two:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            await two.states.entry(draft)
            await one.hand(draft, "bob")
            first: list[Outcome] = []
            refresh = two.states.refresh

            async def overtaken(draft_id: UUID, entry: Entry) -> None:
                first.append(await one.hand(draft, "alice", "bob", key="k"))
                await refresh(draft_id, entry)

            monkeypatch.setattr(two.states, "refresh", overtaken)
            again = await two.hand(draft, "alice", "bob", key="k")
            assert again.repeated
            assert same(first[0], again)

    async def test_people_do_not_share_keys(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            assert (await one.create("alice", key="k")).draft_id != (await one.create("bob", key="k")).draft_id

    async def test_fifty_at_once_with_one_key_are_one_command(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            draft = (await one.create()).draft_id
            outcomes = await asyncio.gather(*[(one, two)[n % 2].add(draft, key="k") for n in range(50)])
            assert all(same(outcomes[0], o) for o in outcomes)
            assert sum(not o.repeated for o in outcomes) == 1
            assert len(await log_of(one.pool)) == 2

    async def test_those_who_wait_for_one_that_failed_go_on_one_at_a_time(
        self, app_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A batch never holds two commands of one identity: the whole of it would break."""
        batches: list[list[UUID]] = []

        async def failing_once(conn: Any, lane: int, batch: Any) -> Any:
            batches.append([a.command_id for a in batch])
            if len(batches) == 1:
                raise asyncpg.DataError("not this time")
            return await append(conn, lane, batch)

        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            one.states._forget_all()
            monkeypatch.setattr("onering.log.batcher.append", failing_once)
            outcomes = await asyncio.gather(*[one.add(draft, key="k") for _ in range(5)], return_exceptions=True)
            assert [type(o).__name__ for o in outcomes] == ["Unavailable", *["Outcome"] * 4]
            assert all(len(set(batch)) == len(batch) for batch in batches)
            assert len(await log_of(one.pool)) == 2

    async def test_a_command_that_changed_nothing_is_remembered_too(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            quiet = await one.let_in(draft, "bob")
            assert (quiet.events, quiet.version, quiet.position.position) == ((), 2, 2)

    async def test_a_default_is_not_part_of_the_fingerprint(self) -> None:
        from onering.domain.commands import CreateDraft

        implicit = CreateDraft(command_id=uuid4(), title="T")
        assert fingerprint(implicit) == fingerprint(CreateDraft(command_id=uuid4(), title="T"))
        assert fingerprint(implicit) != fingerprint(
            CreateDraft(command_id=uuid4(), title="T", visibility=Visibility.PRIVATE)
        )


class TestConditions:
    async def test_a_command_at_the_expected_version_passes(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            assert (await one.add(draft, expected_version=1)).version == 2

    async def test_a_command_at_another_version_is_refused(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            for version in (0, 2, 17):
                with pytest.raises(PreconditionFailed, match="at version 1"):
                    await one.add(draft, expected_version=version)

    async def test_of_two_commands_at_one_version_one_wins(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            draft = (await one.create()).draft_id
            for nodes in ((one, one), (one, two)):
                version = len(await log_of(one.pool))
                outcomes = await asyncio.gather(
                    *[n.add(draft, expected_version=version) for n in nodes], return_exceptions=True
                )
                assert sorted(type(o).__name__ for o in outcomes) == ["Outcome", "PreconditionFailed"]

    async def test_a_stranger_does_not_learn_the_version(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            with pytest.raises(NotFound):
                await one.add(draft, "eve", expected_version=99)


async def waiting_for_the_lane(owner: Any, number: int) -> None:
    async with asyncio.timeout(10):
        while await owner.fetchval(LANE_WAITERS) < number:
            await asyncio.sleep(0.01)


LANE_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1330795079"


class TestPredictions:
    @pytest.mark.parametrize("batches", [1, 2])
    async def test_what_was_decided_on_a_failed_prediction_is_never_stored(
        self, app_dsn: str, owner: Any, batches: int
    ) -> None:
        """Another process's event takes the place of the predicted one: the versions alone would fit."""
        async with node(app_dsn) as one, node(app_dsn) as two:
            draft, other = (await one.create()).draft_id, (await one.create()).draft_id
            await one.let_in(draft, "bob")
            await two.states.entry(draft)
            await owner.execute("SELECT pg_advisory_lock(1330795079, 0)")
            passing = asyncio.create_task(two.hand(draft, "bob"))
            await waiting_for_the_lane(owner, 1)
            # What waits behind a batch goes as one: behind another draft's, or the first of these alone.
            ahead = asyncio.create_task(one.add(other if batches == 1 else draft))
            await waiting_for_the_lane(owner, 2)
            adds = [asyncio.create_task(one.add(draft)) for _ in range(2)]
            async with asyncio.timeout(10):
                while one.batcher.waiting < 2:
                    await asyncio.sleep(0.01)
            await owner.execute("SELECT pg_advisory_unlock(1330795079, 0)")
            assert (await passing).version == 3
            await asyncio.wait([ahead, *adds])
            refused = adds if batches == 1 else [ahead, *adds]
            assert all(isinstance(command.exception(), RingRequired) for command in refused)
            stored = [event.type for event in await log_of(one.pool) if event.stream_id == draft]
            assert stored == ["draft_created", "collaborator_added", "ring_passed"]


class TestRefusals:
    async def test_each_names_its_rule_and_stores_nothing(self, app_dsn: str) -> None:
        async with node(app_dsn, handling=Handling(default_visibility=Visibility.PUBLIC)) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            cases: list[tuple[type[Refusal], Any]] = [
                (RingRequired, one.add(draft, "bob")),
                (Forbidden, one.add(draft, "eve")),
                (Forbidden, one.let_in(draft, "carol", "bob")),
                (Conflict, one.hand(draft, "eve")),
                (NotFound, one.add(uuid4())),
            ]
            for why, attempt in cases:
                with pytest.raises(why):
                    await attempt
            assert len(await log_of(one.pool)) == 2

    async def test_what_another_process_acknowledged_is_respected_at_once(self, app_dsn: str) -> None:
        """`two` would refuse bob on what it knows; it asks the log before it says so."""
        async with node(app_dsn, announce=False) as one, node(app_dsn, poll_seconds=60) as two:
            draft = (await one.create()).draft_id
            await two.states.entry(draft)
            await one.let_in(draft, "bob")
            await one.hand(draft, "bob")
            assert (await two.add(draft, "bob")).version == 4

    async def test_a_refusal_never_rests_on_a_prediction_that_failed(self, app_dsn: str) -> None:
        """alice's pass loses to another process; what she adds after it was predicted to be refused, and is not."""
        async with node(app_dsn) as one, node(app_dsn, announce=False) as two:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            for round_ in range(10):
                results = await asyncio.gather(
                    two.add(draft, content=f"{round_}"),
                    one.hand(draft, "bob"),
                    one.add(draft, content="mine"),
                    return_exceptions=True,
                )
                log = await log_of(one.pool)
                check_dense(log)
                holder = "alice"
                for event in log:
                    if event.type == "segment_added":
                        assert event.subject == holder
                    elif event.type == "ring_passed":
                        holder = "bob" if event.subject == "alice" else "alice"
                assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, RingRequired)]
                if holder == "bob":
                    await one.hand(draft, "alice", "bob")


class TestTrouble:
    async def test_others_being_first_every_time_is_a_conflict(self, app_dsn: str) -> None:
        async with (
            node(app_dsn, handling=Handling(attempts=1), poll_seconds=60) as one,
            node(app_dsn, announce=False) as two,
        ):
            draft = (await one.create()).draft_id
            await two.add(draft)
            with pytest.raises(Contended):
                await one.add(draft)
            assert (await one.add(draft)).version == 3

    async def test_a_log_that_does_not_answer_is_unavailable_and_the_key_tells_later(
        self, app_dsn: str, owner: Any
    ) -> None:
        async with node(app_dsn, handling=Handling(command_seconds=0.5)) as one:
            draft = (await one.create()).draft_id
            async with owner.transaction():
                await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
                with pytest.raises(Unavailable, match="same key"):
                    await one.add(draft, key="k")
            await one.batcher.drained()
            again = await one.add(draft, key="k")
            assert again.version == 2
            assert len(await log_of(one.pool)) == 2

    async def test_it_recovers_when_the_database_cuts_every_connection(self, app_dsn: str, owner: Any) -> None:
        cut = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        async with node(app_dsn, poll_seconds=0.1) as one:
            draft = (await one.create()).draft_id
            acknowledged = []
            for n in range(5):
                writes = [asyncio.ensure_future(one.add(draft, content=f"{n}.{i}")) for i in range(10)]
                await owner.execute(cut)
                acknowledged += await asyncio.gather(*writes)
            log = await log_of(one.pool)
            check_dense(log)
            stored = {e.command_id for e in log}
            assert {e.command_id for o in acknowledged for e in o.events} <= stored
            assert len(log) == 51

    async def test_an_event_of_a_newer_release_closes_only_that_draft(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft, other = (await one.create()).draft_id, (await one.create()).draft_id
            conn = await Database(app_dsn).connect("newer release")
            newer = NewEvent(uuid4(), "draft_sung", 1, '{"idempotency_key":null,"data":{}}')
            write = Write(draft, "draft", person("alice").workspace_id, 1, (newer,))
            await append(conn, LANE, [raw_command(write)])
            conn.terminate()
            with pytest.raises(TooNew, match="newer release"):
                await one.add(draft)
            assert (await one.add(other)).version == 2
            await asyncio.wait_for(one.tail.reached(4), 10)


RESTORE = """
    ALTER TABLE onering.events DISABLE TRIGGER events_never_change;
    DELETE FROM onering.events WHERE position > 2;
    DELETE FROM onering.commands WHERE position > 2;
    UPDATE onering.streams SET version = 2;
    UPDATE onering.log SET restored = restored + 1"""
CUT_APPENDERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'onering appender' AND datname = current_database()"""


class TestRestore:
    async def test_what_was_decided_on_a_log_that_is_no_more_is_not_stored(self, app_dsn: str, owner: Any) -> None:
        """bob got the ring and lost it with what was not restored; only the appender has connected anew since."""
        async with node(app_dsn, poll_seconds=60) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            await one.hand(draft, "bob")
            await owner.execute(RESTORE)
            async with node(app_dsn, announce=False) as two:
                await two.add(draft)
            await owner.execute(CUT_APPENDERS)
            with pytest.raises(Unavailable, match="same key"):
                await one.add(draft, "bob", key="k")
            with pytest.raises(RingRequired, match="alice holds the ring"):
                await one.add(draft, "bob", key="k")
            assert (await one.add(draft)).version == 4
            assert [e.subject for e in await log_of(one.pool)] == ["alice"] * 4


class TestStates:
    async def test_a_cold_load_starts_from_a_snapshot(self, app_dsn: str) -> None:
        async with node(app_dsn, snapshot_events=10) as one:
            draft = (await one.create()).draft_id
            await one.let_in(draft, "bob")
            for _ in range(27):
                last = await one.add(draft)
            entry = await one.states.entry(draft)
            async with asyncio.timeout(10):
                while (version := await one.pool.fetchval("SELECT version FROM onering.snapshots")) != 20:
                    await asyncio.sleep(0.01)
            assert version == 20
        async with node(app_dsn, snapshot_events=10) as two:
            loaded = await two.states.entry(draft)
            assert (loaded.version, loaded.state) == (last.version, entry.state)

    async def test_a_snapshot_is_kept_also_where_others_wrote_past_its_version(self, app_dsn: str) -> None:
        """`two` leaps over the tenth event: it reads the log, ahead of its tail, and may not wait for the twentieth."""
        async with node(app_dsn, announce=False) as one, node(app_dsn, snapshot_events=10, poll_seconds=60) as two:
            draft = (await one.create()).draft_id
            entry = await two.states.entry(draft)
            for _ in range(14):
                await one.add(draft)
            await two.states.refresh(draft, entry)
            async with asyncio.timeout(10):
                while await two.pool.fetchval("SELECT version FROM onering.snapshots") != 15:
                    await asyncio.sleep(0.01)

    async def test_a_snapshot_of_other_code_is_not_read(self, app_dsn: str) -> None:
        async with node(app_dsn, snapshot_events=5) as one:
            draft = (await one.create()).draft_id
            for _ in range(6):
                await one.add(draft)
            async with asyncio.timeout(10):
                while not await one.pool.fetchval(
                    "UPDATE onering.snapshots SET format = 'other', state = 'x' RETURNING 1"
                ):
                    await asyncio.sleep(0.01)
        async with node(app_dsn) as two:
            assert (await two.states.entry(draft)).state.segment_count == 6

    async def test_the_cache_is_bounded_and_what_left_it_comes_back(self, app_dsn: str) -> None:
        async with node(app_dsn, capacity_bytes=20_000) as one:
            drafts = [(await one.create()).draft_id for _ in range(50)]
            assert len(one.states._entries) < 20
            for draft in drafts:
                assert (await one.add(draft)).version == 2

    async def test_a_draft_loaded_while_others_write_to_it_misses_nothing(self, app_dsn: str) -> None:
        async with node(app_dsn) as one, node(app_dsn, capacity_bytes=1) as two:
            draft = (await one.create()).draft_id

            async def write() -> None:
                for _ in range(60):
                    await one.add(draft)

            async def load() -> None:
                for _ in range(60):
                    two.states._forget_all()
                    await two.states.entry(draft)

            await asyncio.gather(write(), load())
            await asyncio.wait_for(two.tail.reached(61), 10)
            known = await two.states.entry(draft)
            assert (known.version, known.state.segment_count) == (61, 60)

    async def test_a_draft_loaded_while_the_log_is_rewound_is_read_again(
        self, app_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            draft = (await one.create()).draft_id
            find, reads = two.states._snapshots.find, 0

            async def rewound_meanwhile(stream_id: UUID) -> Any:
                nonlocal reads
                found, reads = await find(stream_id), reads + 1
                if reads == 1:
                    two.states._forget_all()
                return found

            monkeypatch.setattr(two.states._snapshots, "find", rewound_meanwhile)
            await two.states.entry(draft)
            assert reads == 2

    async def test_a_retried_create_on_a_process_that_never_saw_the_draft_leaves_no_wrong_state(
        self, app_dsn: str
    ) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create(key="k")).draft_id
            await one.add(draft)
        async with node(app_dsn) as two:
            assert (await two.create(key="k")).repeated
            assert (await two.add(draft)).version == 3
            assert (await two.states.entry(draft)).state.segment_count == 2

    async def test_a_create_sent_again_from_another_workspace_does_not_move_the_draft(
        self, app_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The key names the person alone, whose token may be for another organisation by now."""
        async with node(app_dsn) as one:
            draft = (await one.create(key="k")).draft_id
        async with node(app_dsn) as two:
            monkeypatch.setattr("tests.node.person", lambda name: replace(person(name), workspace_id=UUID(int=5)))
            assert (await two.create(key="k")).repeated
            await two.states.refresh(draft, entry := await two.states.entry(draft))
            assert entry.state.workspace_id == person("alice").workspace_id
            assert (await two.add(draft)).version == 2

    async def test_a_create_sent_again_while_the_draft_is_loaded_hides_no_event(
        self, app_dsn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with node(app_dsn) as one, node(app_dsn) as two:
            draft = (await one.create(key="k")).draft_id
            read = two.states._read

            async def overtaken(draft_id: UUID) -> Any:
                entry = await read(draft_id)
                assert (await two.create(key="k")).repeated
                added = await one.add(draft)
                await asyncio.wait_for(two.tail.reached(added.position.position), 10)
                return entry

            monkeypatch.setattr(two.states, "_read", overtaken)
            assert (await two.states.entry(draft)).version == 2
            assert two.states._bytes == sum(entry.size for entry in two.states._entries.values())

    async def test_nothing_of_a_text_stays_with_the_state(self, app_dsn: str) -> None:
        async with node(app_dsn) as one:
            draft = (await one.create()).draft_id
            await asyncio.gather(*[one.add(draft, content="x" * 500) for _ in range(5)])
            entry = one.states.known(draft)
            assert entry is not None
            assert (entry.newest, entry.predicted, entry.in_flight) == (None, None, 0)

    async def test_a_stream_of_another_kind_is_no_draft(self, app_dsn: str) -> None:
        """Its name can be worked out, and who has signed in is nobody's business."""
        async with node(app_dsn) as one:
            await Users(one.pool, one.batcher).register(person("alice"))
            (registered,) = await log_of(one.pool)
            with pytest.raises(NotFound):
                await one.states.entry(registered.stream_id)
