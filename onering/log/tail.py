"""The tail of a process: every committed event of every process, in order, once."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from onering.log.connection import DATABASE_FAULTS, Database, said
from onering.log.epoch import read_epoch
from onering.log.event import Position, StoredEvent
from onering.log.hints import CHANNEL, FOLLOWER
from onering.log.reader import head, read_lane
from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

Subscriber = Callable[[Sequence[StoredEvent]], None]

PAGE = 1000


class Tail:
    """Follows one lane. Positions are dense, so what comes next is known, and a gap is read from the table.

    Three things wake it: this process's own commits (`offer`, which hands over the events themselves), the hints of
    others, and a poll behind them, which is also how a dead connection is noticed. Subscribers are called in turn,
    synchronously; one that raises ends `run`, and with it the process: a process that lost its place must not serve.
    """

    def __init__(self, database: Database, lane: int, *, poll_seconds: float) -> None:
        self.lane = lane
        self.position = 0
        self.epoch = ""
        self.connected = False
        self._database = database
        self._poll_seconds = poll_seconds
        self._subscribers: list[Subscriber] = []
        self._rewind_callbacks: list[Callable[[], None]] = []
        self._wake = asyncio.Event()
        self._doubted = False
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber` called with all events from now on. It must be quick and must not raise."""
        self._subscribers.append(subscriber)

    def on_rewind(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when the log is another one than before: forget everything that was derived."""
        self._rewind_callbacks.append(callback)

    def follows(self, epoch: str) -> bool:
        """Whether that is the epoch of the log as it is followed; if it is not, the log is looked at again."""
        if epoch == self.epoch:
            return True
        self._doubted = True
        self._wake.set()
        return False

    def offer(self, events: Sequence[StoredEvent]) -> None:
        """Take this process's own commit without reading it back, if it is what comes next."""
        if events[0].position == self.position + 1:
            self._deliver(events)
        else:
            self._wake.set()

    async def reached(self, position: int) -> None:
        """Return once everything up to `position` was delivered."""
        if self.position >= position:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((position, waiter))
        self._wake.set()
        await waiter

    async def start(self) -> None:
        """Find the head to follow from. Raises DATABASE_FAULTS."""
        conn = await self._database.connect(FOLLOWER)
        try:
            self.epoch = await read_epoch(conn)
            self.position = await head(conn, self.lane)
        finally:
            await conn.close()

    async def run(self) -> None:
        """Follow the log until cancelled; a lost connection is made again, for ever."""
        backoff = Backoff()
        while True:
            try:
                conn = await self._database.connect(FOLLOWER)
                try:
                    await self._follow(conn, backoff)
                finally:
                    self.connected = False
                    conn.terminate()
            except DATABASE_FAULTS as fault:
                logger.log(backoff.level(), "the tail lost its connection, trying again: %s", said(fault))
            await backoff.wait()

    async def _follow(self, conn: "asyncpg.Connection[Any]", backoff: Backoff) -> None:
        await self._check_epoch(conn)
        await conn.add_listener(CHANNEL, self._on_hint)
        conn.add_termination_listener(lambda _: self._wake.set())
        self.connected = True
        while True:
            self._wake.clear()
            if self._doubted:
                self._doubted = False
                await self._check_epoch(conn)
            while page := await read_lane(conn, self.lane, self.position, PAGE):
                self._deliver(page)
            if backoff.failing:
                logger.info("the tail follows the log again, at position %d", self.position)
            backoff.reset()
            # The timeout is the poll: hints may be lost, and a connection can die without a word.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._wake.wait()

    async def _check_epoch(self, conn: "asyncpg.Connection[Any]") -> None:
        # What this process commits is delivered meanwhile, also beyond the head as it was when it was read.
        position = self.position
        epoch, newest = await read_epoch(conn), await head(conn, self.lane)
        if epoch == self.epoch and newest >= position:
            return
        logger.error("the log was rewound: epoch %s at %d, now %s at %d", self.epoch, self.position, epoch, newest)
        self.epoch, self.position = epoch, newest
        for callback in self._rewind_callbacks:
            callback()

    def _on_hint(self, conn: object, pid: int, channel: str, payload: object) -> None:
        try:
            hint = Position.parse(str(payload))
        except ValueError:
            return
        if hint.lane == self.lane and hint.position > self.position:
            self._wake.set()

    def _deliver(self, events: Sequence[StoredEvent]) -> None:
        # A page that was being read while own commits were delivered begins with events already seen.
        fresh = [event for event in events if event.position > self.position]
        if not fresh:
            return
        if fresh[0].position != self.position + 1 or fresh[-1].position != self.position + len(fresh):
            raise GapError(f"after {self.position} came {fresh[0].position}…{fresh[-1].position}")
        self.position = fresh[-1].position
        for subscriber in self._subscribers:
            subscriber(fresh)
        self._release()

    def _release(self) -> None:
        if not self._waiters:
            return
        for position, waiter in self._waiters:
            if position <= self.position and not waiter.done():
                waiter.set_result(None)
        self._waiters = [(position, waiter) for position, waiter in self._waiters if not waiter.done()]


class GapError(Exception):
    """The log showed a gap: its first promise is broken, and this process must not go on."""
