"""What the parts of a process are made from: settings, database, connections, clock."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from onering.auth.clock import Clock
from onering.auth.composition import key_client
from onering.log.connection import Database
from onering.settings import Settings
from projections.models import PLANNING


def utc_now() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


def rules_clock(settings: Settings) -> Callable[[], datetime]:
    """Return the clock of rules: this machine's, but in a rehearsal."""
    ahead = timedelta(hours=settings.clock_ahead_hours)
    return (lambda: utc_now() + ahead) if ahead else utc_now


@dataclass(frozen=True, slots=True)
class Means:
    """What the parts are made from. `keys` fetches the keys of issuers; `pool` reads; `clock` is that of sign-in."""

    settings: Settings
    database: Database
    pool: "asyncpg.Pool[Any]"
    keys: httpx.AsyncClient
    secret: bytes | None
    clock: Clock

    def now(self) -> datetime:
        """Return the time that tokens are judged by."""
        return datetime.fromtimestamp(self.clock.wall(), UTC)

    @classmethod
    async def of(
        cls, settings: Settings, dsn: str, secret: bytes | None, clock: Clock, closing: AsyncExitStack
    ) -> "Means":
        database = Database(dsn, statement_seconds=settings.statement_seconds)
        # A process that gave up here would be started over and over, until whoever starts it gives up in turn.
        await database.answering()
        # Whoever reads waits no longer than whoever writes.
        reads = replace(database, statement_seconds=min(settings.statement_seconds, settings.command_seconds))
        pool = await reads.pool("reads", size=settings.pool_connections, settings=PLANNING)
        closing.callback(pool.terminate)
        keys = await closing.enter_async_context(key_client(settings))
        return cls(settings, database, pool, keys, secret, clock)
