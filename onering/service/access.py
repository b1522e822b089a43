"""Ending what people signed in with, and letting them in again, as an operator does by hand."""

from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from onering import revocations
from onering.auth.principals import Principals
from onering.log.connection import Database
from onering.requests import CommandFault
from onering.revocations import Principal
from onering.service.database import brought_up
from onering.service.faults import Misconfigured, ServiceError

SIGNED_IN = "SELECT u.issuer, u.subject, u.user_id FROM onering.app_users u WHERE u.user_id = $1"


class Whom(NamedTuple):
    """Whom an operator means: a user id, or the issuer and subject of tokens."""

    user_id: str | None = None
    issuer: str | None = None
    subject: str | None = None


async def revoke(
    dsn: str, whom: Whom, principals: Principals, operator: str, *, before: datetime | None, until_restored: bool
) -> str:
    """Revoke somebody's tokens and return a sentence; `dsn` is the administrator's.

    Raises ServiceError and DATABASE_FAULTS.
    """
    if before is not None and until_restored:
        raise Misconfigured("--before ends some tokens, --until-restored all of them: choose one.")
    conn = await _connected(dsn)
    try:
        who = await _meant(conn, whom, principals)
        holds = await revocations.revoke(conn, who, operator, before=before, until_restored=until_restored)
    except CommandFault as fault:
        raise ServiceError(str(fault)) from fault
    finally:
        await conn.close()
    if holds is None:
        return f"No token of {_named(who)} counts, until `onering restore`."
    return f"Tokens of {_named(who)} issued before {holds.isoformat()} count no more."


async def restore(dsn: str, whom: Whom, principals: Principals, operator: str) -> str:
    """Let somebody's tokens count again and return a sentence. Raises ServiceError and DATABASE_FAULTS."""
    conn = await _connected(dsn)
    try:
        who = await _meant(conn, whom, principals)
        if not await revocations.restore(conn, who, operator):
            raise ServiceError(f"No tokens of {_named(who)} are revoked.")
    except CommandFault as fault:
        raise ServiceError(str(fault)) from fault
    finally:
        await conn.close()
    return f"{_named(who)} may sign in again, and what they signed in with counts as long as it lasts."


async def _connected(dsn: str) -> "asyncpg.Connection[Any]":
    await brought_up(dsn)
    return await Database(dsn).connect("access")


async def _meant(conn: "asyncpg.Connection[Any]", whom: Whom, principals: Principals) -> Principal:
    """Return the person: as they signed in here, else as their name would be made. Raises Misconfigured."""
    if whom.user_id is None:
        if not whom.issuer or not whom.subject:
            raise Misconfigured("Say whom: USER, or both --issuer and --subject.")
        return Principal(whom.issuer, whom.subject, principals.user_id(whom.issuer, whom.subject))
    if whom.issuer or whom.subject:
        raise Misconfigured("Say whom by USER, or by --issuer and --subject, not by both.")
    if (row := await conn.fetchrow(SIGNED_IN, whom.user_id)) is not None:
        return Principal(*row)
    # Nobody of that name has signed in: whose it will be follows from the settings, if they leave no choice.
    named = principals.named(whom.user_id)
    if len(named) > 1 or not named[0][0]:
        raise Misconfigured(f"Nobody called {whom.user_id} has signed in yet: say whom by --issuer and --subject.")
    return Principal(*named[0], whom.user_id)


def _named(who: Principal) -> str:
    return f"{who.user_id} ({who.subject} of {who.issuer})"
