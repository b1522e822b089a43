"""Connections to the log's database, all set up alike.

DATABASE_FAULTS     what a query can raise because the database is away, in trouble or saying no
said                what such a fault says, on one line
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

# What a statement raises when the database can't be reached, went away, or refuses: never a bug of the caller alone.
# InternalClientError is how asyncpg answers a statement that meets a connection the server has just ended.
DATABASE_FAULTS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def said(fault: BaseException) -> str:
    """Return what a fault says, on one line for a log or a person: its first line, or its name if it says nothing."""
    return str(fault).partition("\n")[0] or type(fault).__name__


def session_name(role: str) -> str:
    """Return how sessions of that purpose are called in pg_stat_activity."""
    return f"onering {role}"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is and how long it may take: `dsn` is a libpq URI, the times are in seconds."""

    dsn: str
    statement_seconds: float = 15.0
    connect_seconds: float = 5.0

    async def connect(self, role: str) -> "asyncpg.Connection[Any]":
        """Open a connection for one purpose; `role` names it in pg_stat_activity. Raises DATABASE_FAULTS."""
        conn: asyncpg.Connection[Any] = await asyncpg.connect(self.dsn, **self._options(role))
        return conn

    async def pool(self, role: str, *, size: int) -> "asyncpg.Pool[Any]":
        """Open a pool of at most `size` connections. Raises DATABASE_FAULTS."""
        return await asyncpg.create_pool(self.dsn, min_size=1, max_size=size, **self._options(role))

    def _options(self, role: str) -> dict[str, Any]:
        return {
            "timeout": self.connect_seconds,
            "command_timeout": self.statement_seconds + 1,
            "server_settings": self._session(role),
        }

    def _session(self, role: str) -> Mapping[str, str]:
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
