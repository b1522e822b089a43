"""Two processes on one log: what they are told, read and see, compared with a list."""

import asyncio
import collections
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self, TypeGuard
from uuid import UUID

from onering.handle import Handling
from onering.log.append import Append, Appended, AppendOutcome, Conflict, Counter, Exhausted, Repeated
from onering.log.batcher import AppendFailed
from onering.log.connection import Database
from onering.log.epoch import read_epoch
from onering.log.event import DEFAULT_LANE as LANE
from onering.log.event import StoredEvent
from onering.log.idempotency import find_outcome, outcome_events
from onering.log.leaf import leaf, payload_hash
from onering.log.reader import find_stream, head, read_lane, read_stream
from onering.log.tail import Tail
from onering.tasks import Tasks
from tests.log.listed import ListedLog
from tests.node import Node, node

# A command, and the number of the process that it is submitted to.
Submission = tuple[int, Append]

# Nobody gives up while the lane is held.
PATIENT = Handling(command_seconds=60)
# Of the two processes, one all but relies on hints, and one asks all the time, also while its own commits arrive.
POLL_SECONDS = (0.2, 0.003)
DEAF_POLL_SECONDS = 0.02
STEP = 0.002

LOCK_LANE = "SELECT pg_advisory_xact_lock(1330795079, 0)"
WAITERS = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND classid = 1330795079
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
BUSY = """
    SELECT FROM pg_stat_activity
     WHERE application_name = $1 AND datname = current_database() AND state <> 'idle'"""
END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND datname = current_database()"""
# Commands of this issuer break the batch that they are in.
POISON = ""
APPENDER, TAIL = "onering appender", "onering tail"
OUTCOMES = """
    SELECT command_id, fingerprint, stream_id, version, position, events, recorded_at FROM onering.commands
     ORDER BY position, events = 0"""
USAGE = "SELECT key, used FROM onering.usage"
SEALED = "SELECT salt, payload_hash, leaf FROM onering.events ORDER BY position"


class DeafTail(Tail):
    """A tail to which every hint is lost."""

    def _on_hint(self, conn: object, pid: int, channel: str, payload: object) -> None:
        pass


@dataclass
class Follower:
    """Somebody who follows the log, and had read `start` events before."""

    tail: Tail
    start: int
    seen: list[StoredEvent]


@dataclass
class TwoProcesses:
    """`log` is what the log should be; `conn` is of neither process."""

    database: Database
    conn: Any
    log: ListedLog = field(default_factory=ListedLog)
    nodes: list[Node] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)
    _lives: list[AsyncExitStack] = field(default_factory=list)
    _sent: dict[tuple[UUID, bytes], Append] = field(default_factory=dict)
    _acknowledged: set[UUID] = field(default_factory=set)
    _following: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    async def started(cls, dsn: str) -> Self:
        database = Database(dsn)
        two = cls(database, await database.connect("test"))
        for process in range(2):
            two._lives.append(AsyncExitStack())
            two.nodes.append(await two._born(process))
        return two

    async def _born(self, process: int) -> Node:
        running = node(self.database.dsn, poll_seconds=POLL_SECONDS[process], handling=PATIENT)
        born = await self._lives[process].enter_async_context(running)
        self.followers.append(Follower(born.tail, len(self.log.events), born.seen))
        return born

    async def stop(self) -> None:
        self.conn.terminate()
        for life in (*self._lives, self._following):
            await life.aclose()

    # -- What happens ------------------------------------------------------------------------------------------------

    async def commit(self, commands: Sequence[Submission], *, held: bool = False) -> None:
        """Submit and see what callers are told. If the lane is held meanwhile, the processes' batches race for it."""
        before = set(self.log.outcomes)
        if held:
            async with self.conn.transaction():
                pending = await self._waiting(commands)
        else:
            pending = self._submitted(commands)
        told = await self._compare(commands, pending)
        assert set(self.log.outcomes) - before == told

    async def commit_cut_before(self, commands: Sequence[Submission], *, by_the_server: bool) -> None:
        """Lose the appenders' connections while their batches wait. The server notices on its own side alone."""
        async with self.conn.transaction():
            pending = await self._waiting(commands)
            if by_the_server:
                await self.conn.execute(END, APPENDER)
            else:
                for conn in self._connections(commands):
                    conn.terminate()
        await self._compare(commands, pending)

    async def commit_cut_after(self, commands: Sequence[Submission]) -> None:
        """Lose the appenders' connections after the commit, with the answer in them."""
        async with self.conn.transaction():
            pending = await self._waiting(commands)
            connections = self._connections(commands)
            for conn in connections:
                conn._transport.pause_reading()
        await self._quiet()
        for conn in connections:
            conn.terminate()
        await self._compare(commands, pending)

    async def crash(self, commands: Sequence[Append], process: int, *, ghost: bool) -> None:
        """Let a process die while its batch waits, and start another; the session in the database may go on."""
        async with self.conn.transaction():
            pending = await self._waiting([(process, appended) for appended in commands])
            await self._lives[process].aclose()
            if not ghost:
                await self.conn.execute(END, APPENDER)
                await self._appenders_wait(0)
        self.followers = [f for f in self.followers if f.tail is not self.nodes[process].tail]
        for outcome in await asyncio.gather(*pending, return_exceptions=True):
            assert isinstance(outcome, AppendFailed)
        await self._quiet()
        known = len(self.log.outcomes)
        await self._adopt()
        assert ghost or len(self.log.outcomes) == known
        for appended in commands:
            await self.look_up(appended)
        self.nodes[process] = await self._born(process)

    async def follow(self, position: int, *, deaf: bool) -> None:
        """Have somebody follow the log from a position on."""
        kind, poll_seconds = (DeafTail, DEAF_POLL_SECONDS) if deaf else (Tail, POLL_SECONDS[0])
        tail = kind(self.database, LANE, poll_seconds=poll_seconds)
        tail.epoch, tail.position = await read_epoch(self.conn), position
        follower = Follower(tail, position, [])
        tail.subscribe(follower.seen.extend)
        tasks = Tasks()
        tasks.start({"tail": tail.run})
        self._following.push_async_callback(tasks.stop, 5)
        self.followers.append(follower)

    async def deafen(self) -> None:
        """Cut the connections of all who follow: what is announced until they are made again is lost."""
        await self.conn.execute(END, TAIL)

    # -- What is compared --------------------------------------------------------------------------------------------

    async def look_up(self, appended: Append) -> None:
        outcome = await find_outcome(self.conn, LANE, appended.command_id)
        assert outcome == self.log.outcomes.get(appended.command_id)
        if outcome is not None:
            assert tuple(await outcome_events(self.conn, LANE, outcome)) == self.log.events_of(outcome)

    async def read(self, process: int, stream_id: UUID, after: int, limit: int) -> None:
        pool = self.nodes[process].pool
        assert await head(pool, LANE) == len(self.log.events)
        assert await read_lane(pool, LANE, after, limit) == self.log.lane_page(after, limit)
        page = await read_stream(pool, LANE, stream_id, after // 3, limit)
        assert page == self.log.stream_page(stream_id, after // 3, limit)
        standing = await find_stream(pool, LANE, stream_id)
        assert (standing.version if standing else 0) == self.log.version(stream_id)

    async def see_the_end(self) -> None:
        """Wait until every follower has seen the last event; all of them saw all from where they began."""
        for follower in self.followers:
            await follower.tail.reached(len(self.log.events))
            assert follower.seen == self.log.events[follower.start :]

    async def check_usage(self) -> None:
        used = {counter.key: self.log.used(counter) for counter in self.log.levels}
        assert dict.fromkeys(used, 0) | dict(await self.conn.fetch(USAGE)) == used

    async def check_leaves(self) -> None:
        for event, (salt, *sealed) in zip(self.log.events, await self.conn.fetch(SEALED), strict=True):
            hashed = payload_hash(salt, event.payload or "")
            assert sealed == [hashed, leaf(event, hashed)]

    async def _compare(self, commands: Sequence[Submission], pending: Sequence[Any]) -> set[UUID]:
        """Compare what callers are told with the list; return the identities of what is told to be new, once each."""
        before = {w.stream_id: self.log.version(w.stream_id) for _, appended in commands for w in appended.writes}
        moved = {counter: len(levels) for counter, levels in self.log.levels.items()}
        # What was sent twice may have been accepted the other time.
        times = collections.Counter(appended.command_id for _, appended in commands)
        once = {identity for identity in times if times[identity] == 1} | set(self.log.outcomes)
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
        await self._adopt()
        told: set[UUID] = set()
        # A stream on which a process failed: what it sent there afterwards may fail with it.
        failed: set[tuple[int, UUID]] = set()
        for (process, appended), outcome in zip(commands, outcomes, strict=True):
            places = {(process, write.stream_id) for write in appended.writes}
            if not (isinstance(outcome, Conflict) and places & failed):
                self._justify(appended, outcome, before, moved)
            if not isinstance(outcome, Appended):
                failed |= places
            assert not (isinstance(outcome, Conflict) and appended.command_id in once & set(self.log.outcomes))
            if _is_new(outcome):
                assert appended.command_id not in self._acknowledged | told
                told.add(appended.command_id)
        self._acknowledged |= told
        for process in range(2):
            positions = [
                o.position for (p, _), o in zip(commands, outcomes, strict=True) if p == process and _is_new(o)
            ]
            assert positions == sorted(positions)
        return told

    def _justify(
        self,
        appended: Append,
        outcome: AppendOutcome | BaseException,
        before: Mapping[UUID, int],
        moved: Mapping[Counter, int],
    ) -> None:
        match outcome:
            case AppendFailed():
                assert appended.issuer == POISON
                assert appended.command_id not in self.log.outcomes
            case BaseException():
                raise outcome
            case Appended():
                stored = self.log.outcomes[appended.command_id]
                assert stored.fingerprint == appended.fingerprint
                assert outcome == Appended(stored.version, stored.position, self.log.events_of(stored))
            case Repeated():
                assert outcome == self.log.outcomes[appended.command_id]
            case Conflict():
                # Before or after, and so at some moment meanwhile, one of its streams was elsewhere.
                assert any(
                    not before[stream_id] == self.log.version(stream_id) == expected
                    for stream_id, _, _, expected, _ in appended.writes
                )
            case Exhausted():
                # At some moment meanwhile there was no room.
                (guard,) = [guard for guard in appended.guards if guard.counter == outcome.counter]
                assert guard.limit is not None
                levels = self.log.levels_since(guard.counter, moved.get(guard.counter, 0))
                assert max(levels) + guard.amount > guard.limit

    async def _adopt(self) -> None:
        """Append to the list what the log has accepted meanwhile, in its order: each must have been sent, and fit."""
        for identity, *outcome in await self.conn.fetch(OUTCOMES):
            repeated = Repeated(*outcome)
            if identity not in self.log.outcomes:
                self.log.accept(self._sent[identity, repeated.fingerprint], repeated.recorded_at)
            assert self.log.outcomes[identity] == repeated

    # -- How it is made to happen ------------------------------------------------------------------------------------

    def _submitted(self, commands: Sequence[Submission]) -> list[Any]:
        for _, appended in commands:
            self._sent[appended.command_id, appended.fingerprint] = appended
        return [self.nodes[process].batcher.submit(appended) for process, appended in commands]

    async def _waiting(self, commands: Sequence[Submission]) -> list[Any]:
        """Take the lane until the end of the transaction, and submit: return when the batches wait for it."""
        await self.conn.execute(LOCK_LANE)
        pending = self._submitted(commands)
        await self._appenders_wait(len({process for process, _ in commands}))
        return pending

    def _connections(self, commands: Sequence[Submission]) -> list[Any]:
        return [self.nodes[process].batcher._conn for process in {process for process, _ in commands}]

    async def _appenders_wait(self, number: int) -> None:
        while await self.conn.fetchval(WAITERS) != number:
            await asyncio.sleep(STEP)

    async def _quiet(self) -> None:
        """Wait until no appender's session works: what was lost on the way is committed by then, or never will be."""
        while await self.conn.fetch(BUSY, APPENDER):
            await asyncio.sleep(STEP)


def _is_new(outcome: object) -> TypeGuard[Appended]:
    return isinstance(outcome, Appended)
