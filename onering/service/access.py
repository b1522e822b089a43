"""Ending what people signed in with, and letting them in again, as an operator does by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from onering import revocations
from onering.auth.principals import Principals
from onering.log.connection import Database
from onering.log.roles import become_owner
from onering.requests import CommandFault
from onering.revocations import Principal
from onering.service.database import brought_up
from onering.service.faults import Misconfigured, ServiceError

BY_USER_ID = "SELECT u.issuer, u.subject, u.user_id FROM onering.app_users u WHERE u.user_id = $1"
BY_PRINCIPAL = "SELECT u.issuer, u.subject, u.user_id FROM onering.app_users u WHERE u.issuer = $1 AND u.subject = $2"


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
    async with _operating(dsn) as conn:
        who = await _meant(conn, whom, principals)
        holds = await revocations.revoke(conn, who.principal, operator, before=before, until_restored=until_restored)
    if holds is None:
        return f"No token of {who} counts, until `onering restore`."
    return f"Tokens of {who} issued before {holds.isoformat()} count no more."


async def restore(dsn: str, whom: Whom, principals: Principals, operator: str) -> str:
    """Let somebody's tokens count again and return a sentence. Raises ServiceError and DATABASE_FAULTS."""
    async with _operating(dsn) as conn:
        who = await _meant(conn, whom, principals)
        if not await revocations.restore(conn, who.principal, operator):
            raise ServiceError(f"No tokens of {who} are revoked.")
    return f"{who} may sign in again, and what they signed in with counts as long as it lasts."


@asynccontextmanager
async def _operating(dsn: str) -> "AsyncIterator[asyncpg.Connection[Any]]":
    await brought_up(dsn)
    conn = await Database(dsn).connect("access")
    try:
        # A migrator has no rights of its own, and an administrator needs no more than these.
        await become_owner(conn)
        yield conn
    except CommandFault as fault:
        raise ServiceError(str(fault)) from fault
    finally:
        await conn.close()


class _Meant(NamedTuple):
    principal: Principal
    has_signed_in: bool

    def __str__(self) -> str:
        issuer, subject, user_id = self.principal
        never = "" if self.has_signed_in else ", who has not signed in here yet"
        return f"{user_id} ({subject} of {issuer}{never})"


async def _meant(conn: "asyncpg.Connection[Any]", whom: Whom, principals: Principals) -> _Meant:
    """Return the person: as they signed in here, else as their name would be made. Raises Misconfigured."""
    if whom.user_id is None:
        if not whom.issuer or not whom.subject:
            raise Misconfigured("Say whom: USER, or both --issuer and --subject.")
        row = await conn.fetchrow(BY_PRINCIPAL, whom.issuer, whom.subject)
        named = [(whom.issuer, whom.subject)]
    elif whom.issuer or whom.subject:
        raise Misconfigured("Say whom by USER, or by --issuer and --subject, not by both.")
    else:
        row = await conn.fetchrow(BY_USER_ID, whom.user_id)
        named = list(principals.named(whom.user_id))
    if row is not None:
        return _Meant(Principal(*row), has_signed_in=True)
    # Whose name it will be follows from the settings, if they leave no choice.
    if len(named) > 1 or not named[0][0]:
        raise Misconfigured(f"Nobody called {whom.user_id} has signed in yet: say whom by --issuer and --subject.")
    return _Meant(Principal(*named[0], principals.user_id(*named[0])), has_signed_in=False)
