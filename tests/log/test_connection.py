"""Connections: however one ends, nothing of it is left open."""

import asyncio
import gc
from typing import Any

from onering.log.connection import Database


async def connecting_for(database: Database, turns: int) -> Any:
    """Return what became of a connection that was given up after so many turns of the event loop."""
    connecting = asyncio.create_task(database.connect("test"))
    for _ in range(turns):
        await asyncio.sleep(0)
    connecting.cancel()
    return (await asyncio.gather(connecting, return_exceptions=True))[0]


async def test_giving_up_at_any_step_of_connecting_leaves_no_socket_open(app_dsn: str) -> None:
    """Whatever stayed open would warn when it is collected, and warnings are errors."""
    database, turns = Database(app_dsn), 0
    while isinstance(outcome := await connecting_for(database, turns), asyncio.CancelledError):
        turns += 1 + turns // 8
    outcome.terminate()
    gc.collect()
    assert turns > 3
