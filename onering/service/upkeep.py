"""What an operator does to a database by hand; each takes the administrator's DSN."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from onering import profiles
from onering.domain.plans import Plan
from onering.domain.system import Administered
from onering.log.codec import UnknownEvent
from onering.log.connection import Database
from onering.log.epoch import bump_epoch, read_epoch
from onering.log.event import DEFAULT_LANE
from onering.log.migrate import APPLIED, EXISTS
from onering.log.schema import steps
from onering.requests import CommandFault
from onering.service.database import brought_up
from onering.service.faults import Misconfigured, ServiceError
from onering.system import record
from projections import PROJECTIONS
from projections.builds import Build
from projections.rebuild import Progress
from projections.rebuild import rebuild as build_anew


async def migrate(dsn: str, operator: str) -> str:
    """Bring the database to this release and return a sentence about what that took. Raises ServiceError."""
    before = await _applied(dsn)
    own = await brought_up(dsn)
    if before is None:
        await _recorded(own, "migrate", "a new log", operator)
        return "The database was empty; it holds a new log now."
    done = ", ".join(f"{step.number:04d} {step.name}" for step in steps() if step.number not in before)
    if not done:
        return "Nothing to do; the database is of this release."
    await _recorded(own, "migrate", done, operator)
    return f"Applied {done}."


async def rebuild(dsn: str, name: str, progress: Callable[[Progress], None], operator: str) -> Build:
    """Build a read model anew beside the live one. Raises ServiceError, ProjectionFault and DATABASE_FAULTS."""
    names = [projection.name for projection in PROJECTIONS]
    if name not in names:
        raise Misconfigured(f"There is no read model {name!r}; there are {', '.join(names)}.")
    own = await brought_up(dsn)
    build = await build_anew(Database(own), DEFAULT_LANE, name, progress=progress)
    await _recorded(own, "rebuild", f"{build.name} {build.version}", operator)
    return build


async def epoch(dsn: str) -> str:
    """Return the epoch. Raises ServiceError and DATABASE_FAULTS."""
    async with _connected(dsn, "epoch") as conn:
        return await read_epoch(conn)


async def begin_epoch(dsn: str, operator: str) -> str:
    """Start a new epoch and return it. Raises ServiceError and DATABASE_FAULTS."""
    async with _connected(dsn, "epoch") as conn, conn.transaction():
        begun = await bump_epoch(conn)
        await record(conn, Administered(action="epoch bump", detail=begun), operator)
    return begun


@asynccontextmanager
async def _connected(dsn: str, purpose: str) -> "AsyncIterator[asyncpg.Connection[Any]]":
    conn = await Database(dsn).connect(purpose)
    try:
        yield conn
    except LookupError as fault:
        raise ServiceError(f"{fault}.") from fault
    finally:
        await conn.close()


async def _recorded(dsn: str, action: str, detail: str, operator: str) -> None:
    """Have the log tell what an operator did to the service."""
    async with _connected(dsn, "record") as conn:
        await record(conn, Administered(action=action, detail=detail), operator)


async def give_plan(dsn: str, user_id: str, plan: Plan, operator: str) -> str:
    """Give a person a plan, as an operator does, and return a sentence. Raises ServiceError and DATABASE_FAULTS."""
    conn = await Database(await brought_up(dsn)).connect("plan")
    try:
        person = await profiles.give_plan(conn, user_id, plan, operator)
    except LookupError as fault:
        raise ServiceError(f"Nobody called {user_id} has signed in yet.") from fault
    except (CommandFault, UnknownEvent) as fault:
        raise ServiceError(str(fault)) from fault
    finally:
        await conn.close()
    return f"{user_id} has the plan {person.state.plan}."


async def _applied(dsn: str) -> set[int] | None:
    """Return the numbers of the migrations in a database; None where there is no log."""
    conn: asyncpg.Connection[Any] = await Database(dsn).connect("migrate")
    try:
        if not await conn.fetchval(EXISTS):
            return None
        return {row["step"] for row in await conn.fetch(APPLIED)}
    finally:
        await conn.close()
