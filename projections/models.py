"""Queries over the read models of a process, whichever builds of them are live."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg

from projections.checkpoints import Checkpoints
from projections.faults import TooEarly
from projections.projection import in_schemas

# How sessions that read plan: a page is a range of an index, in its order, that ends where the page does. Planned for
# the average person, all of the range would be fetched and sorted instead: too much of somebody with very many drafts.
PLANNING = {"enable_bitmapscan": "off"}


class ReadModels:
    """Runs SQL that says `{drafts}`, `{access}` … for the schema of a live build."""

    def __init__(self, pool: "asyncpg.Pool[Any]", checkpoints: Checkpoints) -> None:
        self.pool = pool
        self.lane = checkpoints.lane
        self.checkpoints = checkpoints

    async def fetch(self, sql: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Return the rows of a query. Raises NotBuilt, DATABASE_FAULTS."""
        try:
            return await self._fetch(sql, arguments)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            # The build was replaced a while ago, and is gone now.
            self.checkpoints.forget()
            return await self._fetch(sql, arguments)

    async def _fetch(self, sql: str, arguments: Sequence[object]) -> Sequence[asyncpg.Record]:
        schemas = await self.checkpoints.schemas()
        return await self.pool.fetch(_prepared(sql, tuple(schemas.items())), *arguments)


@lru_cache(maxsize=128)
def _prepared(sql: str, schemas: tuple[tuple[str, str], ...]) -> str:
    return in_schemas(sql, dict(schemas))


@dataclass(frozen=True, slots=True)
class ReadAt:
    """What a read must reflect: everything up to `position`, for which it waits at most `seconds`; and of which log.

    `position` is the newest of what the caller did in this process and of `OneRing-Min-Position`; `epoch` the log's.
    """

    epoch: str
    position: int = 0
    seconds: float = 2.0

    def start(self) -> "Waiting":
        """Start the clock of one read."""
        return Waiting(asyncio.get_running_loop().time() + self.seconds)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The time one read has, however many things it waits for; `deadline` is of the event loop's clock."""

    deadline: float

    async def for_position(self, checkpoints: Checkpoints, names: Sequence[str], position: int) -> None:
        """Return once all of `names` have reached `position`. Raises TooEarly, DATABASE_FAULTS."""
        left = self.deadline - asyncio.get_running_loop().time()
        if not await checkpoints.wait(names, position, max(left, 0)):
            raise TooEarly("What this shows is not as new as asked for yet; try again shortly.")
