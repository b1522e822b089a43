"""The recorder: everything once, in the order of the log, whoever else writes, and nothing in the way of commands."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from onering.domain.system import Administered, RequestRefused, SignedIn, SignInsRefused, SystemEvent
from onering.handle import Handling
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.reader import read_stream
from onering.records.recorder import Recorder, RecordLimits
from onering.system import SYSTEM_STREAM, record, system_event
from onering.tasks import Tasks
from tests.log.compared import LOCK_LANE
from tests.node import Node, node, person

NOON = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)


class Process:
    """A node with a recorder, whose clock stands still but for what a test adds."""

    def __init__(self, node: Node, limits: RecordLimits, now: datetime) -> None:
        self.node = node
        self.now = now
        self.busy = False
        self.recorder = Recorder(node.batcher, node.pool, limits=limits, busy=lambda: self.busy, clock=lambda: self.now)
        node.tail.on_rewind(self.recorder.rewound)

    def came(self, name: str, impersonator: str | None = None) -> None:
        actor = person(name)
        self.recorder.signed_in(
            type(actor)(actor.issuer, actor.subject, actor.user_id, actor.workspace_id, impersonator), "r-1", "trace"
        )

    def refuse(self, name: str, path: str = "/") -> None:
        def told(dropped: int) -> RequestRefused:
            return RequestRefused(user_id=name, code="forbidden", status=403, method="GET", path=path, dropped=dropped)

        self.recorder.refused(person(name), "trace", told)

    async def told(self) -> Sequence[SystemEvent]:
        """Return what the log was told, once all of it is there."""
        async with asyncio.timeout(15):
            while self.recorder.waiting:
                await asyncio.sleep(0.005)
        return [system_event(event) for event in await self.stored()]

    async def stored(self) -> Sequence[Any]:
        return await read_stream(self.node.pool, LANE, SYSTEM_STREAM, 0, 1000)


@asynccontextmanager
async def recording(
    dsn: str, *, now: datetime = NOON, command_seconds: float = 10.0, **limits: int
) -> AsyncIterator[Process]:
    async with node(dsn, handling=Handling(command_seconds=command_seconds)) as one:
        process, tasks = Process(one, RecordLimits(**limits), now), Tasks()
        tasks.start({"records": process.recorder.run})
        try:
            yield process
            assert tasks.alive
        finally:
            await tasks.stop(5)


async def test_a_person_signs_in_once_a_day_whatever_process_they_come_to(app_dsn: str) -> None:
    async with recording(app_dsn) as one, recording(app_dsn) as other:
        for process in (one, other, one):
            process.came("alice")
            await process.told()
        other.came("bob")
        assert [(told.user_id, told.day) for told in await other.told() if isinstance(told, SignedIn)] == [
            ("alice", "2026-11-25"),
            ("bob", "2026-11-25"),
        ]
        assert one.recorder.knows(person("alice"))
        assert not one.recorder.knows(person("bob"))


async def test_who_acts_in_anothers_place_signs_in_themselves(app_dsn: str) -> None:
    async with recording(app_dsn) as process:
        process.came("alice", "user_support")
        process.came("alice")
        await process.told()
        assert [(event.subject, event.impersonator) for event in await process.stored()] == [
            ("alice", "user_support"),
            ("alice", None),
        ]


async def test_the_next_day_is_another_one(app_dsn: str) -> None:
    async with recording(app_dsn, now=NOON.replace(hour=23, minute=59, second=59, microsecond=990_000)) as process:
        process.came("alice")
        await process.told()
        process.now += timedelta(seconds=1)
        async with asyncio.timeout(10):
            while process.recorder.knows(person("alice")):
                await asyncio.sleep(0.005)
        process.came("alice")
        assert [told.day for told in await process.told() if isinstance(told, SignedIn)] == ["2026-11-25", "2026-11-26"]


async def test_processes_and_operators_write_to_one_stream_and_nothing_is_lost_or_told_twice(app_dsn: str) -> None:
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(recording(app_dsn)) for _ in range(3)]
        conn = await Database(app_dsn).connect("test")
        for n in range(5):
            for process in processes:
                process.refuse("alice")  # the same words, at the same place of the stream
                process.recorder.turned_away("192.0.2.1")
            await record(conn, Administered(action="rebuild", detail=str(n)), "root")
        for process in processes:
            await process.recorder.drained()
            told = await process.told()
        await conn.close()
    assert len([event for event in told if isinstance(event, RequestRefused)]) == 15
    assert len([event for event in told if isinstance(event, Administered)]) == 5
    assert [(event.refused, event.addresses[0].address) for event in told if isinstance(event, SignInsRefused)] == [
        (5, "192.0.2.1")
    ] * 3


async def test_what_does_not_fit_is_dropped_counted_and_told_by_the_next(app_dsn: str, owner: Any) -> None:
    async with recording(app_dsn, queue=2) as process:
        async with owner.transaction():
            await owner.execute(LOCK_LANE)
            for _ in range(5):
                process.refuse("alice")
            process.came("bob")
            assert process.recorder.waiting == 2
            assert not process.recorder.knows(person("bob"))
        await process.told()
        process.refuse("alice")
        told = await process.told()
    assert [event.dropped for event in told if isinstance(event, RequestRefused)] == [0, 0, 3]
    assert process.recorder.dropped == {"request_refused": 3, "signed_in": 1}
    assert process.recorder.recorded == {"request_refused": 3}


async def test_what_the_log_was_late_to_answer_is_stored_once(app_dsn: str, owner: Any) -> None:
    async with recording(app_dsn, command_seconds=0.2) as process:
        await process.told()
        async with owner.transaction():
            await owner.execute(LOCK_LANE)
            process.refuse("alice")
            process.came("alice")
            async with asyncio.timeout(10):  # until the batcher gave up on it
                while not process.node.batcher.waiting:
                    await asyncio.sleep(0.01)
        told = await process.told()
    assert [event.type for event in told] == ["request_refused", "signed_in"]


async def test_while_commands_need_the_room_records_wait(app_dsn: str) -> None:
    async with recording(app_dsn) as process:
        process.busy = True
        process.came("alice")
        created = await process.node.create()
        assert not await process.stored()
        process.busy = False
        (told,) = await process.told()
    assert told.type == "signed_in"
    assert created.position.position == 1


async def test_after_the_log_was_restored_everybody_signs_in_anew(app_dsn: str) -> None:
    async with recording(app_dsn) as process:
        process.came("alice")
        await process.told()
        process.recorder.rewound()
        assert not process.recorder.knows(person("alice"))
        process.came("alice")
        assert len(await process.told()) == 1


async def test_at_the_end_the_minute_that_was_counted_is_told(app_dsn: str) -> None:
    async with recording(app_dsn) as process:
        for n in range(30):
            process.recorder.turned_away(f"192.0.2.{n}")
        await process.recorder.drained()
        (told,) = await process.told()
    assert isinstance(told, SignInsRefused)
    assert told.minute == NOON.replace(second=0)
    assert (told.refused, len(told.addresses), told.others) == (30, 20, 10)


async def test_a_minute_that_goes_on_is_not_told_yet_and_one_that_ended_is(app_dsn: str) -> None:
    async with recording(app_dsn) as process:
        process.recorder.turned_away("192.0.2.1")
        assert await process.told() == []
        process.now += timedelta(minutes=1)
        process.recorder.turned_away("192.0.2.2")
        (told,) = await process.told()
    assert isinstance(told, SignInsRefused)
    assert [address.address for address in told.addresses] == ["192.0.2.1"]


async def test_what_the_log_never_takes_is_dropped_and_holds_nobody_up(app_dsn: str, owner: Any) -> None:
    await owner.execute("ALTER TABLE onering.events ADD CHECK (payload NOT LIKE '%poison%')")
    async with recording(app_dsn) as process:
        process.refuse("alice", "/poison")
        process.refuse("alice")
        told = await process.told()
    assert [event.type for event in told] == ["request_refused"]
    assert process.recorder.dropped == {"request_refused": 1}
