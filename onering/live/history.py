"""What a feed no longer, or not yet, has in memory: the events of a draft as the log has them."""

import asyncio
from uuid import UUID

from onering.live.feed import Encode
from onering.log.event import StoredEvent
from onering.log.reader import find_stream, read_stream
from onering.log.tail import Tail
from projections.models import ReadModels

_FOLD_PAGE = 1000
# Versions are of Postgres' type integer.
_LAST_VERSION = 2**31 - 1


class History:
    """Reads with the pool of the read models; everything here raises DATABASE_FAULTS."""

    def __init__(self, models: ReadModels, tail: Tail, encode: Encode, wait_seconds: float) -> None:
        self._models = models
        self._tail = tail
        self._encode = encode
        self._wait_seconds = wait_seconds

    async def reached(self, position: int) -> None:
        """Return once the tail has delivered everything up to `position`."""
        await self._tail.reached(position)

    async def events(self, draft_id: UUID, after: int, limit: int, upto: int) -> list[bytes]:
        """Return at most `limit` events with versions in (after, upto], in their final bytes."""
        read = await read_stream(self._models.pool, self._models.lane, draft_id, after, limit, upto)
        return [self._encode(event) for event in read]

    async def stored(self, draft_id: UUID, after: int) -> list[StoredEvent]:
        """Return the next events after a version, as they are stored; none at the end."""
        return await read_stream(self._models.pool, self._models.lane, draft_id, after, _FOLD_PAGE)

    async def await_version(self, draft_id: UUID, version: int) -> None:
        """Return once the tail has delivered that version, or at once if there is none. Raises TimeoutError."""
        if version > _LAST_VERSION:
            return
        if events := await read_stream(self._models.pool, self._models.lane, draft_id, version - 1, 1):
            async with asyncio.timeout(self._wait_seconds):
                await self._tail.reached(events[0].position)

    async def newest(self, draft_id: UUID) -> int:
        """Return the version at which the log has the draft now; 0 if it has none."""
        stream = await find_stream(self._models.pool, self._models.lane, draft_id)
        return 0 if stream is None else stream.version
