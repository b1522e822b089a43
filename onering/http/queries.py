"""The routes that read: one draft as it is or was, a person's drafts, a draft's events and its timeline."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import orjson

from onering.auth.faults import NoCredentials
from onering.auth.identity import Identity
from onering.domain.refusals import NotFound
from onering.domain.state import may_read
from onering.http.acknowledged import Acknowledged
from onering.http.answers import Answer, answer, at_position, data, etag
from onering.http.call import Call
from onering.http.faults import BadRequest, NotMembers
from onering.http.parameters import (
    DraftParameters,
    EventsParameters,
    ListParameters,
    TimelineParameters,
    after_version,
    min_position,
    parameters,
    version_or_time,
)
from onering.log.codec import UnknownEvent
from onering.log.event import Position
from onering.log.reader import read_stream
from onering.log.tail import Tail
from onering.log.wire import Principal, encode_event
from onering.states import DraftStates, Entry
from projections.document import DraftDocument, SegmentPage
from projections.draft_list import DraftFilter, list_drafts
from projections.drafts import read_draft, read_draft_at
from projections.models import ReadAt, ReadModels
from projections.people import display_names
from projections.rendering import people_of, render_draft
from projections.timeline import read_timeline


class Queries:
    """Endpoints that answer from the log and its read models, each within what its caller may read.

    A draft that the caller may not read does not exist for him; somebody who is not signed in is asked to, and
    learns as little. `read_wait` is in seconds.
    """

    def __init__(
        self,
        *,
        states: DraftStates,
        models: ReadModels,
        tail: Tail,
        acknowledged: Acknowledged,
        principal: Principal,
        clock: Callable[[], datetime],
        anonymous_read: bool,
        read_wait: float,
    ) -> None:
        self._states = states
        self._models = models
        self._tail = tail
        self._acknowledged = acknowledged
        self._principal = principal
        self._clock = clock
        self._anonymous_read = anonymous_read
        self._read_wait = read_wait

    async def drafts(self, call: Call) -> Answer:
        """GET /v1/collab/drafts: the caller's drafts, newest activity first."""
        asked = parameters(call, ListParameters)
        caller = call.identity if asked.scope == "public" and self._anonymous_read else call.signed_in()
        wanted = DraftFilter(asked.scope, asked.status, asked.role, asked.holding)
        who = caller.actor.user_id if caller else None
        page = await list_drafts(self._models, who, self._read_at(call), wanted, limit=asked.limit, cursor=asked.cursor)
        names = await display_names(self._models.pool, people_of(*page.documents))
        shown = [render_draft(document, names) for document in page.documents]
        listed = {"data": shown, "count": len(shown), "next_cursor": page.next_cursor}
        return answer(listed, at_position(Position(self._tail.lane, page.position)))

    async def draft(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}: the draft as it is, or with `at` as it was."""
        asked, draft_id = parameters(call, DraftParameters), call.draft_id()
        self._check_position(call)
        page = SegmentPage(-1 if asked.segments_after is None else asked.segments_after, asked.limit)
        if asked.at is None:
            document = await self._current(call, draft_id, page)
            now = asked.now or self._clock()
        else:
            document = await self._as_it_was(call, draft_id, asked.at, page)
            now = asked.now or document.updated_at
        names = await display_names(self._models.pool, people_of(document))
        position = Position(document.lane, document.position)
        return data(render_draft(document, names, now=now), etag(document.version), at_position(position))

    async def events(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}/events: a page of its events, the bytes that the live feed sends."""
        asked, draft_id = parameters(call, EventsParameters), call.draft_id()
        after = after_version(asked.after, self._tail.epoch)
        self._check_position(call)
        head = self._tail.position
        stored = await read_stream(self._models.pool, self._tail.lane, draft_id, after, asked.limit + 1)
        # Judged when it was read: the event that ended the caller's access may be among these.
        entry = await self._readable(call, draft_id)
        page = stored[: asked.limit]
        encoded = [orjson.Fragment(encode_event(event, self._principal)) for event in page]
        more = f"{self._tail.epoch}.{page[-1].version}" if len(stored) > len(page) else None
        reflected = Position(entry.lane, max(head, page[-1].position if page else 0))
        return answer({"data": encoded, "count": len(page), "next_cursor": more}, at_position(reflected))

    async def timeline(self, call: Call) -> Answer:
        """GET /v1/timeline/drafts/{draft_id}: what happened, for its members."""
        asked, draft_id = parameters(call, TimelineParameters), call.draft_id()
        caller = call.signed_in()
        page = await read_timeline(
            self._models,
            draft_id,
            self._read_at(call),
            self._principal,
            limit=asked.limit,
            ascending=asked.asc,
            cursor=asked.cursor,
        )
        # Judged when it was read, perhaps after a wait: the event that ended the caller's access may be in it.
        entry = await self._readable(call, draft_id)
        if entry.state.role_of(caller.actor.user_id) is None:
            raise NotMembers("Only members of the draft see its timeline.")
        told = {"draft_id": str(draft_id), "events": page.entries, "next_cursor": page.next_cursor}
        return data(told, at_position(Position(self._tail.lane, page.position)))

    def _read_at(self, call: Call) -> ReadAt:
        """Return what a projected read must reflect, fixed on arrival."""
        asked = min_position(call, self._tail.lane, self._tail.epoch)
        own = self._acknowledged.of(call.identity.actor.user_id) if call.identity else 0
        return ReadAt(self._tail.epoch, max(asked, own), self._read_wait)

    def _check_position(self, call: Call) -> None:
        """Refuse a position that is none of this log. One draft is always current: there is nothing to wait for."""
        min_position(call, self._tail.lane, self._tail.epoch)

    async def _current(self, call: Call, draft_id: UUID, page: SegmentPage) -> DraftDocument:
        try:
            document = await read_draft(self._models, draft_id, page)
        except UnknownEvent:
            # Whoever may not read the draft learns nothing of it either way.
            await self._readable(call, draft_id)
            raise
        if document is None or not document.readable_by(*_reader(call.identity)):
            raise self._hidden(call)
        self._check_anonymous(call)
        return document

    async def _as_it_was(self, call: Call, draft_id: UUID, at: str, page: SegmentPage) -> DraftDocument:
        moment = version_or_time(at)
        await self._readable(call, draft_id)
        if isinstance(moment, datetime) and moment > self._clock():
            raise BadRequest("at is later than now.")
        document = await read_draft_at(self._models, draft_id, moment, page)
        if isinstance(moment, int) and (document is None or document.version != moment):
            raise NotFound("The draft has no such version.")
        if document is None:
            raise NotFound("The draft did not exist at that time.")
        return document

    async def _readable(self, call: Call, draft_id: UUID) -> Entry:
        """Return the rules' view of a draft as the log has it now, if the caller may read it."""
        try:
            entry = await self._states.entry(draft_id)
        except NotFound:
            raise self._hidden(call) from None
        await self._states.refresh(draft_id, entry)
        if not entry.state.exists and entry.closed and entry.unknown is not None:
            raise entry.unknown
        if not may_read(entry.state, *_reader(call.identity)):
            raise self._hidden(call)
        self._check_anonymous(call)
        return entry

    def _check_anonymous(self, call: Call) -> None:
        if call.identity is None and not self._anonymous_read:
            raise NoCredentials

    def _hidden(self, call: Call) -> Exception:
        return NoCredentials() if call.identity is None else NotFound("There is no such draft.")


def _reader(identity: Identity | None) -> tuple[str | None, UUID | None]:
    return (identity.actor.user_id, identity.actor.workspace_id) if identity else (None, None)
