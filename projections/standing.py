"""Rows of one read model together with how far it is, once that is far enough."""

from collections.abc import Sequence

import asyncpg

from projections.models import ReadAt, ReadModels


def standing(name: str) -> str:
    """Return the CTE `standing`: the position of a read model, or null if the build that is read is not live any more.

    It has one row, and takes the lane as the query's first argument.
    """
    return f"""
    standing AS (
        SELECT max(p.position) AS position FROM onering.projections p
         WHERE p.lane = $1 AND p.status = 'live' AND p.name || '_' || p.version = '{{{name}}}'
    )"""


async def rows_at(
    models: ReadModels, read_at: ReadAt, name: str, sql: str, *arguments: object
) -> tuple[int, Sequence[asyncpg.Record]]:
    """Return the position that a read model has reached, and the rows of a query over it.

    The query has a row of `standing` at least; its first argument is the lane, its first column that row's position.
    Raises TooEarly, NotBuilt, DATABASE_FAULTS.
    """
    waiting = read_at.start()
    while True:
        await waiting.for_position(models.checkpoints, (name,), read_at.position)
        rows = await models.fetch(sql, models.lane, *arguments)
        position = rows[0]["position"]
        if position is not None and position >= read_at.position:
            return position, rows
        # The build was just replaced.
        models.checkpoints.forget()
