"""What a query costs in blocks of the database: counted by its own plan, and so the same on a busy machine."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


class Explaining:
    """Stands for a pool of connections, and notes what each query through it touched: `blocks`, and `rows` read.

    Rows are those that the scans of all tables and indexes yielded or passed over.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self.blocks = self.rows = 0

    async def fetch(self, sql: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Explain a query, and return its rows."""
        plan = json.loads(await self._pool.fetchval(EXPLAIN + sql, *arguments))[0]["Plan"]
        self.blocks += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        self.rows += _scanned(plan)
        return await self._pool.fetch(sql, *arguments)


def _scanned(plan: Mapping[str, Any]) -> int:
    """Return how many rows the scans of a plan went through."""
    within: int = sum(_scanned(child) for child in plan.get("Plans", ()))
    if "Relation Name" not in plan and "Index Name" not in plan:
        return within
    passed_over = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return within + int((plan["Actual Rows"] + passed_over) * plan["Actual Loops"])
