"""How the service logs in with the rights of its own role and no more, whatever the server asks for."""

import asyncio
import logging
import os
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import pbkdf2_hmac, sha256
from hmac import new as hmac
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg

from onering.log.roles import APP, Connection, change_roles, make_roles, may_make_roles, take_over

logger = logging.getLogger(__name__)

# A session that starts so has the role for RESET and DISCARD too. SET ROLE NONE still ends it (docs/ARCHITECTURE.md).
BECOME = f"-c role={APP}"

CONNECT_SECONDS = 30.0


async def way_in(conn: Connection, dsn: str, *, administers: bool) -> str | None:
    """Return a DSN whose sessions are the service's role; None if this server has no way to that.

    The role logs in by itself: with a password derived from the administrator's, or, where there is none, by whatever
    else lets it in. Where the server refuses it, the administrator logs in and becomes it. `conn` is the
    administrator's, by `dsn`, or a migrator's, who does not `administer` and changes no role. Raises OSError,
    TimeoutError and asyncpg.PostgresError: who does not answer has not refused.
    """
    await _forget_public_password(conn)
    secret = await _password(conn)
    password = derived(secret) if secret else None
    own = _own_dsn(dsn, password)
    if administers and await _refusal(own):
        await _let_log_in(conn, password)
    if not (refusal := await _refusal(own)):
        return own
    logger.warning(
        "the server does not let %s log in (%s): the administrator logs in and becomes it", APP, refusal.rstrip(".")
    )
    becoming = _becoming_dsn(dsn)
    return None if await _refusal(becoming) else becoming


async def as_service(dsn: str) -> str:
    """Return a DSN by which an administrator reads what the service made, without lending it any of their rights: who
    reads a view or a table runs what its owner had put behind it. Others get their own `dsn`. Raises OSError,
    TimeoutError and asyncpg.PostgresError.
    """
    conn = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings={"search_path": ""})
    try:
        if not await may_make_roles(conn):
            return dsn
        # A copied or restored database has what roles may do in it, not to it; and some releases compared read models
        # as the administrator, who may have left some.
        await make_roles(conn)
        await take_over(conn)
        return await way_in(conn, dsn, administers=True) or dsn
    finally:
        await conn.close()


async def _password(conn: Connection) -> str | None:
    """Return the password by which a connection would log in, wherever the driver found it: in the DSN, in the
    environment, in a password or service file.
    """
    logged: asyncio.Future[asyncpg.connection.LoggedQuery] = asyncio.get_running_loop().create_future()
    with conn.query_logger(logged.set_result):
        await conn.execute("SELECT 1")
    password = (await logged).conn_params.password
    return password if isinstance(password, str) else None


async def _refusal(dsn: str) -> str | None:
    """Return why sessions by `dsn` are not the service's role; None if they are."""
    try:
        conn = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    except asyncpg.InvalidAuthorizationSpecificationError as refusal:
        return str(refusal)
    try:
        user = await conn.fetchval("SELECT current_user")
    finally:
        await conn.close()
    return None if user == APP else f"its sessions are those of {user}"


async def _let_log_in(conn: Connection, password: str | None) -> None:
    # Without a password the role gets in where the server lets it in by something else, and nowhere otherwise.
    verifier = f"PASSWORD '{scram_verifier(password, os.urandom(16))}'" if password else ""
    await change_roles(conn, f"ALTER ROLE {APP} LOGIN {verifier}")


def derived(secret: str) -> str:
    """Return the role's password: derived from the administrator's own, so every process that has the one has the
    other, nothing is stored, and the role can't work its way back.
    """
    return urlsafe_b64encode(hmac(secret.encode(), b"onering app role", sha256).digest()).decode().rstrip("=")


def scram_verifier(password: str, salt: bytes, iterations: int = 4096) -> str:
    """Return what Postgres keeps of an ASCII password (SCRAM-SHA-256, RFC 5802 §3): given that, it never sees the
    password itself, and can't log it with the statement.
    """
    salted = pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored = sha256(hmac(salted, b"Client Key", sha256).digest()).digest()
    server = hmac(salted, b"Server Key", sha256).digest()
    salt64, stored64, server64 = (b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"


_VERIFIER = re.compile(r"SCRAM-SHA-256\$([0-9]+):([^$]+)\$.+")
MAY_LOOK = "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')"
STORED = "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1"


async def _forget_public_password(conn: Connection) -> None:
    """Take the role's password away if it is derived from none, as it once was: whoever reads this can compute it."""
    if not await conn.fetchval(MAY_LOOK):
        return
    stored = await conn.fetchval(STORED, APP) or ""
    parts = _VERIFIER.fullmatch(stored)
    if parts and scram_verifier(derived(""), b64decode(parts[2]), int(parts[1])) == stored:
        logger.warning("%s had a password that anybody can compute; it is taken away", APP)
        await change_roles(conn, f"ALTER ROLE {APP} PASSWORD NULL")


def _own_dsn(dsn: str, password: str | None) -> str:
    parts = urlsplit(dsn)
    place = parts.netloc.rpartition("@")[2]
    login = f"{APP}:{quote(password, safe='')}" if password else APP
    return _with_query(parts._replace(netloc=f"{login}@{place}"), _query_without(parts, "user", "password", "role"))


def _becoming_dsn(dsn: str) -> str:
    parts = urlsplit(dsn)
    options = [value for name, value in parse_qsl(parts.query) if name == "options"]
    query = [*_query_without(parts, "options", "role"), ("options", " ".join([*options, BECOME]))]
    return _with_query(parts, query)


def _query_without(parts: SplitResult, *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(parts.query) if name not in names]


def _with_query(parts: SplitResult, query: list[tuple[str, str]]) -> str:
    # libpq reads a plus sign as itself.
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))
