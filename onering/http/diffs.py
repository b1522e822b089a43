"""What changed in a draft between two versions or times, for whoever may read it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from onering.domain.refusals import NotFound
from onering.http.answers import at_position
from onering.http.call import Call
from onering.http.faults import BadRequest
from onering.http.parameters import Cursor, Moment, Number, Parameters, parameters, version_or_time
from onering.http.reading import Reading
from onering.http.told import Told
from onering.log.reader import find_stream
from projections import cursors
from projections.diff import read_diff, render_diff, version_at
from projections.faults import BadCursor


class DiffParameters(Parameters):
    """GET /v1/collab/drafts/{id}/diff; `from` and `to` are versions or times, `to` by default the draft as it is now.

    More than `limit` events are told in pages: each says how far it goes.
    """

    since: Annotated[Moment, Field(alias="from")]
    to: Moment | None = None
    limit: Annotated[Number, Field(ge=1, le=1000)] = 500
    cursor: Cursor | None = None


class Diffs:
    """The endpoint of differences."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def diff(self, call: Call) -> Told:
        """GET /v1/collab/drafts/{draft_id}/diff: what is other than it was, and who changed it."""
        asked, draft_id, reading = parameters(call, DiffParameters), call.draft_id(), self._reading
        reading.check_position(call)
        await reading.readable(call, draft_id)
        since, until = await self._range(asked, draft_id)
        diff = await read_diff(reading.models, draft_id, since, until, asked.limit)
        # Judged when it was read: the event that ended the caller's access may be in it.
        await reading.readable(call, draft_id)
        more = cursors.encode(reading.tail.epoch, diff.after.version, until) if diff.after.version < until else None
        told = render_diff(diff, reading.principal) | {"next_cursor": more}
        return Told(told, (at_position(reading.place(diff.after.position)),))

    async def _range(self, asked: DiffParameters, draft_id: UUID) -> tuple[int, int]:
        models = self._reading.models
        stream = await find_stream(models.pool, models.lane, draft_id)
        head = stream.version if stream else 0
        if asked.cursor is not None:
            since, until = cursors.decode(asked.cursor, self._reading.tail.epoch, int, int)
        else:
            since = await self._version(asked.since, draft_id, head, "from")
            until = head if asked.to is None else await self._version(asked.to, draft_id, head, "to")
        if since > until:
            raise BadRequest("from is later than to.")
        if not 1 <= since <= until <= head:
            raise BadCursor("This cursor is not one that the server gave out; start again without it.")
        return since, until

    async def _version(self, text: str, draft_id: UUID, head: int, name: str) -> int:
        moment = version_or_time(text, name)
        if isinstance(moment, int):
            if not 1 <= moment <= head:
                raise NotFound("The draft has no such version.")
            return moment
        if moment > self._reading.clock():
            raise BadRequest(f"{name} is later than now.")
        version = await version_at(self._reading.models, draft_id, moment)
        if version == 0:
            raise NotFound("The draft did not exist at that time.")
        return version
