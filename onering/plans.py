"""Which plan people have, gone by for a short while, and how much of it they have used."""

import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from onering.domain.plans import DEFAULT_PLAN, Limits, limits_of
from onering.log.event import DEFAULT_LANE
from onering.log.reader import Reader
from onering.usage import drafts_of, segments_of

PLANS = """
    SELECT u.user_id, u.plan FROM unnest($1::text[]) n(user_id) CROSS JOIN LATERAL (
        SELECT * FROM onering.app_users u WHERE u.user_id = n.user_id OFFSET 0) u"""


class PlanUnread(LookupError):
    """A person's plan was not read yet; `user_id` says whose."""

    def __init__(self, user_id: str) -> None:
        super().__init__("a plan has to be read first")
        self.user_id = user_id


class _Read(NamedTuple):
    limits: Limits
    at: float


class Plans:
    """What people's plans allow, where plans are `enforced`; elsewhere nothing is limited, and nothing is read.

    A plan is gone by for `seconds`, then read again; those of the last `entries` people are kept.
    """

    def __init__(
        self, pool: "asyncpg.Pool[Any]", *, enforced: bool = False, seconds: float = 30.0, entries: int = 10_000
    ) -> None:
        self.enforced = enforced
        self._pool = pool
        self._seconds = seconds
        self._entries = entries
        self._read: OrderedDict[str, _Read] = OrderedDict()

    def limits_of(self, user_id: str) -> Limits | None:
        """Return what a person's plan allows, as it was read; None: nothing is limited. Raises PlanUnread."""
        if not self.enforced:
            return None
        if (read := self._read.get(user_id)) is None:
            raise PlanUnread(user_id)
        return read.limits

    def unread(self, user_ids: Collection[str]) -> Sequence[str]:
        """Return whose plans have to be read before `limits_of` can be asked."""
        since = time.monotonic() - self._seconds
        return [user_id for user_id in user_ids if (read := self._read.get(user_id)) is None or read.at < since]

    async def read(self, user_ids: Collection[str]) -> None:
        """Read some people's plans anew; whoever never signed in has the default one. Raises DATABASE_FAULTS."""
        if not self.enforced:
            return
        at = time.monotonic()
        plans = dict.fromkeys(user_ids, str(DEFAULT_PLAN)) | dict(await self._pool.fetch(PLANS, list(user_ids)))
        for user_id, plan in plans.items():
            self._read[user_id] = _Read(limits_of(plan), at)
            self._read.move_to_end(user_id)
        while len(self._read) > self._entries:
            self._read.popitem(last=False)


class Usage(NamedTuple):
    """How much of a plan is used, and when segments begin to be counted anew."""

    drafts: int
    segments_today: int
    resets_at: datetime


USAGE = """
    SELECT (SELECT u.used FROM onering.usage u WHERE u.lane = $1 AND u.key = $2 AND u.period = 'infinity'),
           (SELECT u.used FROM onering.usage u WHERE u.lane = $1 AND u.key = $3 AND u.period = d.today),
           (d.today + 1)::timestamp AT TIME ZONE 'UTC'
      FROM (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today OFFSET 0) d"""


async def read_usage(conn: Reader, user_id: str) -> Usage:
    """Return what a person has used, as the log counts it now. Raises DATABASE_FAULTS."""
    (row,) = await conn.fetch(USAGE, DEFAULT_LANE, drafts_of(user_id).key, segments_of(user_id).key)
    drafts, segments, resets_at = row
    return Usage(drafts or 0, segments or 0, resets_at)
