"""The appender of a process: while one batch is being committed, the next one gathers."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import asyncpg

from onering.log.append import Append, Appended, AppendOutcome, Conflict, append
from onering.log.connection import DATABASE_FAULTS, Database, ended_by_others, said
from onering.log.epoch import read_epoch
from onering.log.event import StoredEvent
from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

# A statement that fails with one of these had no effect, and the connection is as good as before.
REFUSED = (asyncpg.PostgresError,)
# These are about the server, not the batch: out of resources, shutting down, read-only, taking too long, or not letting
# anybody in.
TROUBLE = (
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresConnectionError,
    asyncpg.PostgresSystemError,
)


# How often the time of those who wait is looked at, within the time they have.
LOOKS = 20


class AppendFailed(Exception):
    """The log could not take the command; whether it is stored may be unknown, and the same key tells later."""


class Overloaded(AppendFailed):
    """Too many commands wait for the log already; this one was not queued."""


class Late(AppendFailed):
    """The command has no outcome yet, and nobody waits for it any longer."""


class _AnotherLog(Exception):
    """The database was restored or replaced, and the tail has not noticed yet."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Most commands and payload bytes of one commit, most commands waiting, and for how many seconds."""

    commands: int = 256
    size: int = 1024 * 1024
    queue: int = 10_000
    seconds: float = 10.0


@dataclass(slots=True)
class _Waiting:
    append: Append
    outcome: "asyncio.Future[AppendOutcome]"
    since: float
    after: "asyncio.Future[AppendOutcome] | None"


class Batcher:
    """Appends to one lane through one connection. `run` is its supervised task.

    Commands are appended in the order of `submit`. `committed` is called with the events of each commit, in order,
    before anyone is answered, so that an answer never precedes what this process shows. `follows` says whether an
    epoch is that of the log which commands are decided on: to another one, restored or promoted since, nothing is
    appended. `timed` is told of each commit how many commands were in it and how many seconds it took.
    """

    def __init__(
        self,
        database: Database,
        lane: int,
        committed: Callable[[Sequence[StoredEvent]], None],
        limits: BatchLimits = BatchLimits(),
        follows: Callable[[str], bool] = lambda _: True,
        timed: Callable[[int, float], None] = lambda commands, seconds: None,
    ) -> None:
        self._database = database
        self._lane = lane
        self._committed = committed
        self._limits = limits
        self._follows = follows
        self._timed = timed
        self._queue: deque[_Waiting] = deque()
        self._in_flight: list[_Waiting] = []
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._conn: asyncpg.Connection[Any] | None = None
        # Of all batches together: while the database is away, each of them comes to nothing in turn.
        self._backoff = Backoff()

    @property
    def waiting(self) -> int:
        """Commands submitted and not yet taken into a batch."""
        return len(self._queue)

    def submit(
        self, command: Append, after: "asyncio.Future[AppendOutcome] | None" = None
    ) -> "asyncio.Future[AppendOutcome]":
        """Queue a command; the future gives its outcome, or AppendFailed. Cancelling it before its batch starts
        withdraws it. Raises Overloaded when the queue is full.

        `after` is an earlier command's future: this one was decided on what that one would do, and conflicts unless it
        did. Its expected version alone does not tell: somebody else's event may have taken that place.
        """
        if len(self._queue) >= self._limits.queue:
            raise Overloaded("too many commands are waiting; try again shortly")
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[AppendOutcome] = loop.create_future()
        self._queue.append(_Waiting(command, outcome, loop.time(), after))
        self._filled.set()
        self._idle.clear()
        return outcome

    def rewound(self) -> None:
        """Refuse what waits: the log is another one than it was decided on."""
        self._refuse("the log was restored meanwhile")
        if self._conn is not None:
            # It may still lead to the old one.
            self._conn.terminate()

    async def drained(self) -> None:
        """Wait until everything submitted has an outcome."""
        await self._idle.wait()

    async def run(self) -> None:
        """Commit batches until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._commit_all(), name="commits")
                group.create_task(self._give_up_late(), name="late commands")
        finally:
            self._abandon()
            await self._disconnect()

    async def _commit_all(self) -> None:
        while True:
            await self._filled.wait()
            self._in_flight = self._take()
            await self._commit(self._in_flight)
            self._in_flight = []
            if not self._queue:
                self._filled.clear()
                self._idle.set()

    async def _give_up_late(self) -> None:
        """One look at all who wait, now and then: a timer for each of them would cost more than its commit."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self._limits.seconds / LOOKS)
            since = clock() - self._limits.seconds
            for waiting in (*self._in_flight, *self._queue):
                if waiting.since < since:
                    _answer(waiting, Late("the log did not answer in time"))

    def _take(self) -> list[_Waiting]:
        """Take the next batch off the queue, leaving out what nobody waits for any more."""
        batch: list[_Waiting] = []
        size = 0
        while self._queue and len(batch) < self._limits.commands:
            size += self._queue[0].append.size
            if batch and size > self._limits.size:
                break
            waiting = self._queue.popleft()
            if not waiting.outcome.done():
                batch.append(waiting)
        return batch

    async def _commit(self, batch: list[_Waiting]) -> None:
        """See a batch through to outcomes, however often the connection breaks.

        Trying again is also how an outcome lost at commit is found: the function waits for a predecessor that is
        still running (the lane's lock) and reports what it stored as repeated. So nobody is told before it is known,
        and nothing is stored twice.
        """
        backoff = self._backoff
        while batch := _standing(batch):
            try:
                outcomes = await self._append(batch)
            except TROUBLE as trouble:
                logger.log(backoff.level(), "the log refused a batch: %s", said(trouble))
                await self._disconnect()
                await backoff.wait()
            except REFUSED as refusal:
                backoff.reset()
                await self._isolate(batch, refusal)
                return
            except (*DATABASE_FAULTS, _AnotherLog) as fault:
                if isinstance(fault, ValueError):  # asyncpg could not even encode it: nothing was sent
                    await self._isolate(batch, fault)
                    return
                logger.log(backoff.level(), "lost the log's database, trying again: %s", said(fault))
                await self._disconnect()
                await backoff.wait()
            else:
                backoff.reset()
                self._settle(batch, outcomes)
                return

    async def _append(self, batch: Sequence[_Waiting]) -> list[AppendOutcome]:
        conn, known = self._conn, True
        if conn is None or conn.is_closed():
            conn, known = await self._database.connect("appender"), False
            self._conn = conn
        with ended_by_others(conn):
            if not known and not self._follows(await read_epoch(conn)):
                raise _AnotherLog("it holds another log than before")
            began = perf_counter()
            outcomes = await append(conn, self._lane, [waiting.append for waiting in batch])
        self._timed(len(batch), perf_counter() - began)
        return outcomes

    async def _isolate(self, batch: list[_Waiting], refusal: Exception) -> None:
        """Halve a batch that broke, until the command that breaks it stands alone: it sinks without its neighbours."""
        if len(batch) == 1:
            logger.error("the log refused command %s: %s", batch[0].append.command_id, said(refusal))
            failure = AppendFailed("the log refused this command")
            failure.__cause__ = refusal
            _answer(batch[0], failure)
            return
        middle = len(batch) // 2
        await self._commit(batch[:middle])
        await self._commit(batch[middle:])

    def _settle(self, batch: Sequence[_Waiting], outcomes: Sequence[AppendOutcome]) -> None:
        events = [event for outcome in outcomes if isinstance(outcome, Appended) for event in outcome.events]
        if events:
            self._committed(events)
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _answer(waiting, outcome)

    def _abandon(self) -> None:
        self._refuse("the server is stopping")
        self._queue.clear()

    def _refuse(self, why: str) -> None:
        for waiting in (*self._in_flight, *self._queue):
            _answer(waiting, AppendFailed(why))

    async def _disconnect(self) -> None:
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None


def _standing(batch: Sequence[_Waiting]) -> list[_Waiting]:
    """Return who has no outcome yet. Those decided on what did not come true conflict; within a batch, append_v2 sees
    to that.
    """
    standing = []
    for waiting in batch:
        if waiting.after is not None and _came_to_nothing(waiting.after):
            _answer(waiting, Conflict())
        if not waiting.outcome.done():
            standing.append(waiting)
    return standing


def _came_to_nothing(outcome: "asyncio.Future[AppendOutcome]") -> bool:
    return outcome.done() and (
        outcome.cancelled() or outcome.exception() is not None or not isinstance(outcome.result(), Appended)
    )


def _answer(waiting: _Waiting, answer: AppendOutcome | Exception) -> None:
    if waiting.outcome.done():
        return
    if isinstance(answer, Exception):
        waiting.outcome.set_exception(answer)
    else:
        waiting.outcome.set_result(answer)
