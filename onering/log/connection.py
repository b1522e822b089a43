"""Connections to the log's database, all set up alike.

DATABASE_FAULTS     what a query can raise because the database is away, in trouble or saying no
ended_by_others     where another task may end the connection meanwhile
said                what such a fault says, on one line
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import asyncpg

from onering.log.retry import Backoff

logger = logging.getLogger(__name__)

# What a statement raises when the database can't be reached, went away, or refuses: never a bug of the caller alone.
# InternalClientError is how asyncpg answers a statement that meets a connection the server has just ended.
DATABASE_FAULTS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


@contextmanager
def ended_by_others(conn: "asyncpg.Connection[Any]") -> Iterator[None]:
    """Use a connection that another task may `terminate` meanwhile. Raises ConnectionError if it did.

    A statement takes several steps, and asyncpg (0.32) goes on with the next one on a connection that was ended in
    between: it meets an AttributeError of its own, which is no fault of the database and none that anybody foresees.
    """
    try:
        yield
    except AttributeError as fault:
        if not conn.is_closed():
            raise
        raise ConnectionError("the connection was ended meanwhile") from fault


def said(fault: BaseException) -> str:
    """Return what a fault says, on one line for a log or a person: its first line, or its name if it says nothing."""
    return str(fault).partition("\n")[0] or type(fault).__name__


def session_name(role: str) -> str:
    """Return how sessions of that purpose are called in pg_stat_activity."""
    return f"onering {role}"


NOTHING: Mapping[str, str] = MappingProxyType({})

# How long a connection that is given back may take to end what was broken off on it; then it is closed.
RELEASE_SECONDS = 1.0


class BoundedPool(asyncpg.Pool):
    """A pool that is waited for no longer than `wait_seconds`.

    asyncpg's own waits for ever: of a database that has gone silent, each round of statements would have to run into
    its timeout before the next one could, and whoever asks would queue behind all those before.
    """

    def __init__(self, dsn: str, *, wait_seconds: float, **options: Any) -> None:
        super().__init__(
            dsn,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            **options,
        )
        self._wait_seconds = wait_seconds

    def acquire(self, *, timeout: float | None = None) -> Any:
        """Wait for a connection. Raises TimeoutError."""
        return super().acquire(timeout=self._wait_seconds if timeout is None else timeout)

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        """Give a connection back; one that does not come to rest in that time is closed, and the next one opened anew.

        What was read on it stands: whoever read it is not told.
        """
        with suppress(TimeoutError):
            await super().release(connection, timeout=RELEASE_SECONDS if timeout is None else timeout)


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is and how long it may take: `dsn` is a libpq URI, the times are in seconds."""

    dsn: str
    statement_seconds: float = 15.0
    connect_seconds: float = 5.0

    async def connect(self, role: str, *, idle_seconds: float = 0.0) -> "asyncpg.Connection[Any]":
        """Open a connection for one purpose; `role` names it in pg_stat_activity. Raises DATABASE_FAULTS.

        With `idle_seconds` the server ends it when nothing was asked for so long. For sessions that hold a lock: where
        the way between is cut without a word, the server would keep session and lock for hours, and nobody else could
        take over.
        """
        options = self._options(role)
        if idle_seconds:
            options["server_settings"]["idle_session_timeout"] = str(int(idle_seconds * 1000))
        conn: asyncpg.Connection[Any] = await asyncpg.connect(self.dsn, **options)
        return conn

    async def pool(self, role: str, *, size: int, settings: Mapping[str, str] = NOTHING) -> "asyncpg.Pool[Any]":
        """Return a pool of at most `size` connections, opened when they are needed, with these settings of Postgres."""
        # No least number: asyncpg would go on trying to have it, and say each time at length that the database is away.
        pool = BoundedPool(
            self.dsn, wait_seconds=self.connect_seconds, min_size=0, max_size=size, **self._options(role, settings)
        )
        await pool
        return pool

    async def answering(self) -> None:
        """Return once the database lets us in, however long that takes."""
        backoff = Backoff()
        while True:
            try:
                conn = await self.connect("start")
            except DATABASE_FAULTS as fault:
                logger.log(backoff.level(), "waiting for the database: %s", said(fault))
                await backoff.wait()
            else:
                await conn.close()
                return

    def _options(self, role: str, settings: Mapping[str, str] = NOTHING) -> dict[str, Any]:
        return {
            "timeout": self.connect_seconds,
            "command_timeout": self.statement_seconds + 1,
            "server_settings": self._session(role) | dict(settings),
        }

    def _session(self, role: str) -> dict[str, str]:
        milliseconds = str(int(self.statement_seconds * 1000))
        return {
            "application_name": session_name(role),
            "search_path": "pg_catalog",
            "timezone": "UTC",
            "jit": "off",
            "synchronous_commit": "on",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        }
