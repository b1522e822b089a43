"""Limits that all processes share: one statement for many callers, by the clock of the database."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import asyncpg

from onering.limits.gcra import Rate
from onering.log.connection import DATABASE_FAULTS, Database, said

logger = logging.getLogger(__name__)


class Ask(NamedTuple):
    """How many are asked for of one caller's bucket."""

    rate: Rate
    caller: str
    asked: int


class Taken(NamedTuple):
    """How many were granted, and the caller's debt afterwards, in µs."""

    granted: int
    debt: int


TAKE = "SELECT turn, granted, debt FROM onering.take_v1($1, $2, $3, $4, $5)"


@dataclass(slots=True)
class Store:
    """Limits in the database, through one connection, whose statements take at most `seconds`."""

    database: Database
    seconds: float
    _conn: "asyncpg.Connection[Any] | None" = None

    async def connect(self) -> None:
        """Be connected. Raises DATABASE_FAULTS."""
        if self._conn is None or self._conn.is_closed():
            prompt = replace(self.database, statement_seconds=self.seconds)
            self._conn = await prompt.connect("limits")

    async def take(self, asks: Sequence[Ask]) -> Sequence[Taken]:
        """Take from each bucket, and return what each gave. No caller is in a bucket twice. Raises DATABASE_FAULTS."""
        if self._conn is None:
            raise ConnectionError("the limits have no connection")
        rows = await self._conn.fetch(
            TAKE,
            [ask.rate.name for ask in asks],
            [ask.caller for ask in asks],
            [ask.rate.step for ask in asks],
            [ask.rate.burst for ask in asks],
            [ask.asked for ask in asks],
            timeout=self.seconds,
        )
        found = [Taken(0, 0)] * len(asks)
        for turn, granted, debt in rows:
            found[turn - 1] = Taken(granted, debt)
        return found

    def disconnect(self) -> None:
        """Let go of a connection that may be in the middle of a statement."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None


FORGET = "SELECT onering.forget_limits_v1($1)"
FORGET_AT_ONCE = 10_000
FORGET_EVERY = 300.0


class ForgettingCallers:
    """Prunes callers who have their whole burst again: every few minutes, in bounded steps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Prune until cancelled; a failure is logged and tried again."""
        while True:
            await asyncio.sleep(FORGET_EVERY)
            try:
                logger.debug("forgot %d callers", await self.forget())
            except DATABASE_FAULTS as fault:
                logger.warning("callers of long ago stay in the limits for now: %s", said(fault))

    async def forget(self) -> int:
        """Prune once and return how many went. Raises DATABASE_FAULTS."""
        conn = await self._database.connect("limits")
        gone = 0
        try:
            while step := await conn.fetchval(FORGET, FORGET_AT_ONCE):
                gone += step
        finally:
            conn.terminate()
        return gone
