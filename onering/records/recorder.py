"""The recorder of a process: what it is told of is written to the service's own stream, off the way of requests."""

import asyncio
import logging
import os
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from onering.domain.actor import Actor
from onering.domain.system import RequestRefused, SignedIn, SignInsRefused
from onering.log.append import Append, Appended, AppendOutcome, Repeated
from onering.log.batcher import AppendFailed, Batcher
from onering.log.connection import DATABASE_FAULTS, said
from onering.log.event import DEFAULT_LANE
from onering.log.reader import find_stream
from onering.log.retry import Backoff
from onering.records.addresses import Addresses
from onering.records.allowance import Allowance
from onering.records.record import Record
from onering.system import SYSTEM, SYSTEM_STREAM, stored

logger = logging.getLogger(__name__)

# Addresses that the event of a minute names; the rest of them are told together.
SHOWN = 20
# How long records hold up the end of a process, in seconds.
LAST_SECONDS = 1.0
# How long to wait before looking again whether commands leave room, in seconds.
BUSY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class RecordLimits:
    """Most records waiting; most refusals of a person a minute and of all a second; most addresses counted at a time;
    most people of whom it is remembered that they signed in today.
    """

    queue: int = 1000
    per_minute: int = 30
    per_second: int = 20
    addresses: int = 1000
    people: int = 100_000


class Recorder:
    """Takes records without waiting, and appends them one at a time. `run` is its supervised task.

    What does not fit is dropped and counted: `recorded` and `dropped` are by type of event, and never fall. `busy` says
    whether commands need all the room there is; until it says no, nothing is appended. `clock` (UTC) says which day
    and minute it is.
    """

    def __init__(
        self,
        batcher: Batcher,
        pool: "asyncpg.Pool[Any]",
        *,
        clock: Callable[[], datetime],
        limits: RecordLimits = RecordLimits(),
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.recorded: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._batcher = batcher
        self._pool = pool
        self._limits = limits
        self._busy = busy
        self._clock = clock
        self._queue: deque[Record] = deque()
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        # Two processes may say the same at the same place of the stream: each has to be told that it was the other.
        self._nonce = os.urandom(16)
        self._version: int | None = None
        self._day = _day(clock())
        self._seen: dict[tuple[str, str, str | None], None] = {}
        self._allowance = Allowance(limits.per_minute, limits.per_second)
        self._minute = _minute(clock())
        self._addresses = Addresses(limits.addresses)

    @property
    def waiting(self) -> int:
        """Records that are not in the log yet."""
        return len(self._queue)

    # What is told

    def knows(self, actor: Actor) -> bool:
        """Whether it was told already that this person is signed in today."""
        return (actor.issuer, actor.subject, actor.impersonator) in self._seen

    def signed_in(self, actor: Actor, request_id: str, trace_id: str) -> None:
        """Tell that a person is signed in: once a day for each, and for each who acts in their place."""
        person = (actor.issuer, actor.subject)
        event = SignedIn(user_id=actor.user_id, day=self._day, request_id=request_id)
        if self._keep(Record(event, person, actor.impersonator, trace_id)):
            self._seen[(*person, actor.impersonator)] = None
            if len(self._seen) > self._limits.people:
                del self._seen[next(iter(self._seen))]

    def refused(self, actor: Actor, trace_id: str, told: Callable[[int], RequestRefused]) -> None:
        """Tell that a person was refused something: `told` makes the event, given how many before it were dropped."""
        person = (actor.issuer, actor.subject)
        dropped = self._allowance.take(person, _seconds())
        if dropped is None:
            self.dropped["request_refused"] += 1
            return
        self._keep(Record(told(dropped), person, actor.impersonator, trace_id))

    def turned_away(self, address: str) -> None:
        """Count somebody without an identity who was refused."""
        self._end_minute(_minute(self._clock()))
        self._addresses.count(address)

    def _keep(self, record: Record) -> bool:
        if len(self._queue) >= self._limits.queue:
            self._lose(record)
            return False
        self._queue.append(record)
        self._filled.set()
        self._idle.clear()
        return True

    def _lose(self, record: Record) -> None:
        event = record.event
        self.dropped[event.type] += 1
        if isinstance(event, RequestRefused):
            # What it told of is told by the next one.
            self._allowance.lost(record.by, 1 + event.dropped, _seconds())
        elif isinstance(event, SignedIn):
            self._seen.pop((*record.by, record.impersonator), None)

    def _end_minute(self, minute: datetime) -> None:
        """Tell whom the minute turned away that was counted until now, unless it still goes on."""
        if minute != self._minute:
            self._tell_addresses()
            self._minute = minute

    def _tell_addresses(self) -> None:
        if (counted := self._addresses.taken(SHOWN)) is None:
            return
        refused, top, others = counted
        told = SignInsRefused(minute=self._minute, refused=refused, addresses=top, others=others)
        self._keep(Record(told, SYSTEM))

    # What is written

    async def run(self) -> None:
        """Write what was told until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write_all(), name="records")
            group.create_task(self._turn_minutes(), name="minutes of records")

    async def drained(self) -> None:
        """Tell what was counted, and wait until everything is in the log, but no longer than LAST_SECONDS."""
        self._tell_addresses()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self._idle.wait()
        if self._queue:
            logger.warning("%d records of sign-ins and refusals are lost: the log did not take them", len(self._queue))

    def rewound(self) -> None:
        """The log is another one than before: what is in it is not known."""
        self._version = None
        self._seen.clear()

    async def _turn_minutes(self) -> None:
        while True:
            await asyncio.sleep(_left_of_minute(self._clock()))
            now = self._clock()
            self._end_minute(_minute(now))
            if (day := _day(now)) != self._day:
                self._day = day
                self._seen.clear()

    async def _write_all(self) -> None:
        while True:
            await self._filled.wait()
            await self._write(self._queue[0])
            self._queue.popleft()
            if not self._queue:
                self._filled.clear()
                self._idle.set()

    async def _write(self, record: Record) -> None:
        """See a record into the log, however often the database goes away or others write first.

        What was sent is sent again as it was: if it is stored after all, the log says so.
        """
        backoff = Backoff()
        while True:
            if self._busy():
                await asyncio.sleep(BUSY_SECONDS)
                continue
            try:
                version = await self._next_version()
                appended = record.appended(version, self._nonce)
                outcome = await self._batcher.submit(appended)
            except (AppendFailed, *DATABASE_FAULTS) as fault:
                if isinstance(fault, AppendFailed) and fault.__cause__ is not None:  # the log will never take it
                    self._lose(record)
                    return
                logger.log(backoff.level(), "records wait for the log: %s", said(fault))
                await backoff.wait()
                continue
            backoff.reset()
            if self._settled(record, appended, outcome):
                return

    async def _next_version(self) -> int:
        if self._version is None:
            stream = await find_stream(self._pool, DEFAULT_LANE, SYSTEM_STREAM)
            self._version = 0 if stream is None else stream.version
        return self._version

    def _settled(self, record: Record, appended: Append, outcome: AppendOutcome) -> bool:
        """Whether the record is in the log; if not, somebody else's took its place."""
        if isinstance(outcome, Repeated) and isinstance(record.event, SignedIn):
            return True  # told by another process, or before this one began
        if stored(appended, outcome) is None:
            self._version = None
            return False
        assert isinstance(outcome, Appended | Repeated)
        self._version = outcome.version
        self.recorded[record.event.type] += 1
        return True


def _seconds() -> float:
    return asyncio.get_running_loop().time()


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _left_of_minute(now: datetime) -> float:
    return (_minute(now) + timedelta(minutes=1) - now).total_seconds()
