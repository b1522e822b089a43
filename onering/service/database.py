"""The database that the settings mean: DATABASE_URL, else the embedded one, running already or for the time."""

import asyncio
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import asyncpg

from onering.log.connection import DATABASE_FAULTS, said
from onering.log.migrate import MigrationError, migrate
from onering.service.faults import FolderInUse, Misconfigured, ServiceError
from onering.service.folders import DataFolder, default_folder
from onering.service.postgres import EmbeddedPostgres
from onering.settings import Settings

logger = logging.getLogger(__name__)

# How long a Postgres that somebody else is just starting may take to answer.
_PATIENCE = 30.0
_STEP = 0.1

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]*)(:[0-9]{1,5})?")


def given_url(settings: Settings) -> str | None:
    """Return the DSN of the person's own Postgres; None where the embedded one is meant. Raises Misconfigured."""
    url = settings.database_url.get_secret_value() if settings.database_url is not None else ""
    if not url:
        return None
    if not _is_postgres(url):
        # What was given is not repeated: it may hold a password.
        raise Misconfigured("DATABASE_URL must be like postgresql://user:password@host:5432/database.")
    return _to_the_primary(url)


_CHOICE = "target_session_attrs"


def _to_the_primary(url: str) -> str:
    """Return a DSN that leads to whichever of several servers takes writes, unless it says itself where to."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    hosts = [parts.netloc, *(value for name, value in query if name == "host")]
    if not any("," in host for host in hosts) or any(name == _CHOICE for name, _ in query):
        return url
    return urlunsplit(parts._replace(query=f"{parts.query}&{_CHOICE}=read-write".lstrip("&")))


def _is_postgres(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    hosts = parts.netloc.rpartition("@")[2].split(",")
    return parts.scheme in ("postgresql", "postgres") and all(map(_HOST.fullmatch, hosts))


def data_folder(settings: Settings) -> DataFolder:
    """Return the folder of the embedded Postgres and of the development secret."""
    return DataFolder(settings.data or default_folder())


@contextmanager
def opened(settings: Settings, *, make: bool = False) -> Iterator[str]:
    """Yield the administrator's DSN; an embedded Postgres that does not run is started and stopped again.

    Without `make`, one that does not exist yet is refused. Raises ServiceError.
    """
    if (url := given_url(settings)) is not None:
        yield url
        return
    folder = data_folder(settings)
    if not make and not folder.cluster.exists():
        raise ServiceError(f"There is no database in {folder.path} yet; `onering serve` makes one.")
    embedded = EmbeddedPostgres(folder, say=logger.info)
    try:
        embedded.start()
    except FolderInUse:
        # Whoever serves from it keeps it running; we are a guest.
        yield asyncio.run(_answering(embedded))
        return
    try:
        yield embedded.dsn()
    finally:
        embedded.stop()


async def _answering(embedded: EmbeddedPostgres) -> str:
    """Return the DSN of a Postgres that somebody else runs, once it answers. Raises ServiceError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            conn = await asyncpg.connect(embedded.dsn_beside(), timeout=5)
        except (OSError, asyncpg.PostgresError) as fault:
            if time.monotonic() > deadline:
                raise ServiceError(f"{embedded.folder.path} is in use, but its Postgres does not answer.") from fault
            await asyncio.sleep(_STEP)
        else:
            await conn.close()
            return embedded.dsn_beside()


async def brought_up(dsn: str) -> str:
    """Bring the database to this release; return the DSN of the service's role. Raises ServiceError."""
    try:
        return await migrate(dsn)
    except MigrationError as fault:
        raise ServiceError(str(fault)) from fault
    except ValueError as fault:
        raise Misconfigured(f"DATABASE_URL can't be used: {fault}.") from fault
    except DATABASE_FAULTS as fault:
        raise ServiceError(f"The database at {place(dsn)} can't be used: {said(fault)}.") from fault


def place(dsn: str) -> str:
    """Return where a database is, without user and password."""
    parts = urlsplit(dsn)
    return f"{parts.netloc.rpartition('@')[2] or 'the local socket'}{parts.path}"
