"""The epoch: a short name of one unbroken history, so that a client of a rewound log can be told."""

from hashlib import sha256
from typing import Any

import asyncpg

# The timeline is the one that is written to, by the first digits of a WAL file's name: pg_control_checkpoint() goes on
# telling the old one after a promotion, until the first checkpoint. A standby has none, and refuses.
EPOCH = """
    SELECT l.log_id::text, l.restored, s.system_identifier,
           ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
      FROM onering.log l, pg_control_system() s"""


async def read_epoch(conn: "asyncpg.Connection[Any]") -> str:
    """Return the epoch of the database behind `conn`: 12 hexadecimal digits.

    It changes with the log itself, the cluster, a fail-over (timeline) and `onering epoch bump`.
    """
    identity = await conn.fetchrow(EPOCH)
    if identity is None:
        raise LookupError("this database holds no log; run `onering migrate` first")
    return sha256("/".join(map(str, identity)).encode()).hexdigest()[:12]


BUMP = "UPDATE onering.log SET restored = restored + 1"


async def bump_epoch(conn: "asyncpg.Connection[Any]") -> str:
    """Start a new epoch after a file-level restore, as the owner of the log, and return it."""
    await conn.execute(BUMP)
    return await read_epoch(conn)
