"""Who is where, as the table has it: the rows of each process, which are good as long as its lease."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from onering.live.room import Here

Connection: TypeAlias = "asyncpg.Connection[Any]"


class Lease(NamedTuple):
    """`fresh`: there was none, so nothing of this process is in the table. `others` have leases at this moment."""

    fresh: bool
    others: frozenset[UUID]


# Rows go with their lease. Two processes that clear up at once must not wait for each other in a circle.
RENEW = """
    WITH ended AS (
        DELETE FROM onering.presence_leases WHERE process_id IN (
            SELECT process_id FROM onering.presence_leases
             WHERE ends_at <= clock_timestamp() AND process_id <> $1 FOR UPDATE SKIP LOCKED)
    ), mine AS (
        INSERT INTO onering.presence_leases AS l (process_id, ends_at)
        VALUES ($1, clock_timestamp() + make_interval(secs => $2))
            ON CONFLICT (process_id) DO UPDATE SET ends_at = excluded.ends_at
        RETURNING l.xmax = 0 AS fresh
    )
    SELECT mine.fresh, array(SELECT l.process_id FROM onering.presence_leases l
                              WHERE l.ends_at > clock_timestamp() AND l.process_id <> $1) AS others
      FROM mine"""


async def renew(conn: Connection, process_id: UUID, seconds: float) -> Lease:
    """Have a lease for so long, from now on, and end those that are over. Raises DATABASE_FAULTS."""
    row = await conn.fetchrow(RENEW, process_id, seconds)
    assert row is not None
    return Lease(row["fresh"], frozenset(row["others"]))


GIVE_UP = "DELETE FROM onering.presence_leases WHERE process_id = $1"


async def give_up(conn: Connection, process_id: UUID) -> None:
    """End a lease, and with it everything of that process. Raises DATABASE_FAULTS."""
    await conn.execute(GIVE_UP, process_id)


class Changes:
    """What became of a process's rows, draft by draft."""

    def __init__(self) -> None:
        self.drafts: list[UUID] = []
        self._gone: list[tuple[UUID, str]] = []
        self._come: list[tuple[UUID, Here]] = []

    def add(self, draft_id: UUID, before: Mapping[str, Here], now: Mapping[str, Here]) -> None:
        """Note who was and who is at a draft."""
        gone = [(draft_id, user_id) for user_id in before.keys() - now.keys()]
        come = [(draft_id, here) for user_id, here in now.items() if before.get(user_id) != here]
        if gone or come:
            self.drafts.append(draft_id)
            self._gone += gone
            self._come += come

    def columns(self) -> Sequence[Sequence[object]]:
        """Return the rows that go and those that come, column by column."""
        gone, come = self._gone, self._come
        return (
            [draft_id for draft_id, _ in gone],
            [user_id for _, user_id in gone],
            [draft_id for draft_id, _ in come],
            [here.user_id for _, here in come],
            [here.workspace_id for _, here in come],
            [here.readers for _, here in come],
        )


WRITE = """
    WITH gone AS (
        DELETE FROM onering.presence p USING unnest($2::uuid[], $3::text[]) g(draft_id, user_id)
         WHERE p.draft_id = g.draft_id AND p.process_id = $1 AND p.user_id = g.user_id
    ), come AS (
        INSERT INTO onering.presence (draft_id, process_id, user_id, workspace_id, readers)
        SELECT c.draft_id, $1, c.user_id, c.workspace_id, c.readers
          FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::integer[]) c(draft_id, user_id, workspace_id, readers)
            ON CONFLICT (draft_id, process_id, user_id) DO UPDATE
           SET workspace_id = excluded.workspace_id, readers = excluded.readers
    )
    SELECT pg_notify($8, hint) FROM unnest($9::text[]) hint"""


async def write(conn: Connection, process_id: UUID, changes: Changes, channel: str, hints: Sequence[str]) -> None:
    """Store what changed, and tell others when it is there. Raises DATABASE_FAULTS: also when the lease was ended."""
    await conn.execute(WRITE, process_id, *changes.columns(), channel, hints)


READ = """
    SELECT p.draft_id, p.user_id, p.workspace_id, p.readers
      FROM onering.presence p
      JOIN onering.presence_leases l ON l.process_id = p.process_id AND l.ends_at > clock_timestamp()
     WHERE p.draft_id = ANY ($1) AND p.process_id <> $2
     ORDER BY p.draft_id, p.process_id, p.user_id"""


async def read(conn: Connection, process_id: UUID, drafts: Collection[UUID]) -> Mapping[UUID, Sequence[Here]]:
    """Return who is at some drafts in other processes; a draft is missing if nobody is. Raises DATABASE_FAULTS."""
    rows = await conn.fetch(READ, list(drafts), process_id)
    return {
        draft_id: tuple(Here(row["user_id"], row["workspace_id"], row["readers"]) for row in of_draft)
        for draft_id, of_draft in groupby(rows, key=lambda row: row["draft_id"])
    }
