"""The routes that read: one draft as it is or was, a person's drafts, a draft's events and its timeline."""

from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import orjson
from starlette.types import ASGIApp

from onering.domain.refusals import NotFound
from onering.http.answers import Answer, Reply, answer, at_position, data, etag
from onering.http.call import Call
from onering.http.events import Events
from onering.http.faults import BadRequest
from onering.http.parameters import (
    DraftParameters,
    EventsParameters,
    ListParameters,
    TimelineParameters,
    after_version,
    parameters,
    version_or_time,
)
from onering.http.reading import Reading, reader
from onering.http.shelf import Shelf
from onering.log.codec import UnknownEvent
from onering.log.event import Position
from onering.log.reader import read_stream
from onering.log.wire import encode_event
from projections.document import DraftDocument, SegmentPage
from projections.draft_list import DraftFilter, DraftPage, list_drafts
from projections.drafts import read_draft, read_draft_at
from projections.faults import TooEarly
from projections.invites import pending_invites, pending_of
from projections.models import ReadAt
from projections.people import display_names
from projections.rendering import people_of, render_draft
from projections.search import Snippet
from projections.timeline import read_timeline


class Queries:
    """Endpoints that answer from the log and its read models, each within what its caller may read.

    `stream` follows a draft's events for whoever accepts that; `shelf` keeps what lists show.
    """

    def __init__(self, reading: Reading, stream: ASGIApp, shelf: Shelf) -> None:
        self._reading = reading
        self._shelf = shelf
        self._events = Events(self._page_of_events, stream)

    async def drafts(self, call: Call) -> Answer:
        """GET /v1/collab/drafts: the caller's drafts, newest activity first; with `q`, where it is written in them."""
        asked, reading = parameters(call, ListParameters), self._reading
        caller = call.identity if asked.scope == "public" and reading.anonymous_read else call.signed_in()
        who, workspace = reader(caller)
        read_at = reading.read_at(call)
        wanted = DraftFilter(asked.scope, asked.status, asked.role, asked.holding, asked.visibility, asked.q)

        def ask(known: Mapping[UUID, int] | None) -> Awaitable[DraftPage]:
            return list_drafts(
                reading.models,
                who,
                read_at,
                wanted,
                workspace_id=workspace,
                limit=asked.limit,
                cursor=asked.cursor,
                known=known,
            )

        page, bodies = await self._shelf.page(read_at.epoch, ask)
        pending = await self._pending_of(read_at, list(page.versions), who)
        drafts = zip(page.versions, bodies, strict=True)
        shown = [_listed(body, page.snippets.get(draft), pending.get(draft, ())) for draft, body in drafts]
        listed = {"data": shown, "count": len(shown), "next_cursor": page.next_cursor}
        return answer(listed, at_position(reading.place(page.position)))

    async def draft(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}: the draft as it is, or with `at` as it was."""
        asked, draft_id = parameters(call, DraftParameters), call.draft_id()
        self._reading.check_position(call)
        page = SegmentPage(-1 if asked.segments_after is None else asked.segments_after, asked.limit)
        if asked.at is None:
            document = await self._current(call, draft_id, page)
            now = asked.now or self._reading.clock()
        else:
            document = await self._as_it_was(call, draft_id, asked.at, page)
            now = asked.now or document.updated_at
        names = await display_names(self._reading.models.pool, people_of(document))
        pending = await self._pending(call, document) if asked.at is None else ()
        shown = render_draft(document, names, pending_invites=pending, now=now)
        return data(shown, etag(document.version), at_position(Position(document.lane, document.position)))

    async def events(self, call: Call) -> Reply:
        """GET /v1/collab/drafts/{draft_id}/events: its events, in the bytes of the live feed: pages, or a stream."""
        return await self._events(call)

    async def _page_of_events(self, call: Call) -> Answer:
        asked, draft_id, reading = parameters(call, EventsParameters), call.draft_id(), self._reading
        after = after_version(asked.after, reading.tail.epoch)
        reading.check_position(call)
        head = reading.tail.position
        stored = await read_stream(reading.models.pool, reading.tail.lane, draft_id, after, asked.limit + 1)
        # Judged when it was read: the event that ended the caller's access may be among these.
        await reading.readable(call, draft_id)
        page = stored[: asked.limit]
        encoded = [orjson.Fragment(encode_event(event, reading.principal)) for event in page]
        more = f"{reading.tail.epoch}.{page[-1].version}" if len(stored) > len(page) else None
        reflected = reading.place(max(head, page[-1].position if page else 0))
        return answer({"data": encoded, "count": len(page), "next_cursor": more}, at_position(reflected))

    async def timeline(self, call: Call) -> Answer:
        """GET /v1/timeline/drafts/{draft_id}: what happened, for its members."""
        asked, draft_id, reading = parameters(call, TimelineParameters), call.draft_id(), self._reading
        call.signed_in()
        page = await read_timeline(
            reading.models,
            draft_id,
            reading.read_at(call),
            reading.principal,
            limit=asked.limit,
            ascending=asked.asc,
            cursor=asked.cursor,
        )
        await reading.for_member(call, draft_id, "its timeline")
        told = {"draft_id": str(draft_id), "events": page.entries, "next_cursor": page.next_cursor}
        return data(told, at_position(reading.place(page.position)))

    async def _pending(self, call: Call, document: DraftDocument) -> Sequence[UUID]:
        """Return the draft's open invites to a member, as new as may be: the draft itself does not wait for them."""
        if document.role_of(reader(call.identity)[0]) is None:
            return ()
        reading = self._reading
        await self._invites_at(reading.read_at(call))
        return await pending_invites(reading.models, document.draft_id, reading.clock())

    async def _pending_of(
        self, read_at: ReadAt, draft_ids: Sequence[UUID], who: str | None
    ) -> Mapping[UUID, Sequence[UUID]]:
        """Return the open invites of those drafts that the reader is a member of."""
        if who is None or not draft_ids:
            return {}
        await self._invites_at(read_at)
        return await pending_of(self._reading.models, draft_ids, who, self._reading.clock())

    async def _invites_at(self, read_at: ReadAt) -> None:
        with suppress(TooEarly):
            await read_at.start().for_position(self._reading.models.checkpoints, ("invites",), read_at.position)

    async def _current(self, call: Call, draft_id: UUID, page: SegmentPage) -> DraftDocument:
        reading = self._reading
        try:
            document = await read_draft(reading.models, draft_id, page)
        except UnknownEvent:
            # Whoever may not read the draft learns nothing of it either way.
            await reading.readable(call, draft_id)
            raise
        if document is None or not document.readable_by(*reader(call.identity)):
            raise reading.hidden(call, exists=document is not None)
        reading.check_anonymous(call)
        return document

    async def _as_it_was(self, call: Call, draft_id: UUID, at: str, page: SegmentPage) -> DraftDocument:
        moment = version_or_time(at)
        await self._reading.readable(call, draft_id)
        if isinstance(moment, datetime) and moment > self._reading.clock():
            raise BadRequest("at is later than now.")
        document = await read_draft_at(self._reading.models, draft_id, moment, page)
        if isinstance(moment, int) and (document is None or document.version != moment):
            raise NotFound("The draft has no such version.")
        if document is None:
            raise NotFound("The draft did not exist at that time.")
        return document


# What every draft of a list is kept with; within a text, its quotes would be escaped.
_NONE_PENDING = b'"pending_invites":[]'


def _listed(body: bytes, snippet: Snippet | None, pending: Sequence[UUID]) -> orjson.Fragment:
    """Return a draft of a list as its reader sees it; of a search it has a snippet."""
    if pending:
        body = body.replace(_NONE_PENDING, b'"pending_invites":%b' % orjson.dumps([str(each) for each in pending]), 1)
    if snippet is not None:
        body = b'%b,"snippet":%b}' % (body[:-1], orjson.dumps(snippet._asdict()))
    return orjson.Fragment(body)
