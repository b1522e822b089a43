"""GET /v1/audit: what happened across everything, for auditors, in pages or as one stream."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import Field

from onering import spreadsheet
from onering.domain.values import UserId
from onering.http.answers import Answer, answer, at_position
from onering.http.auditors import Auditors
from onering.http.call import Call
from onering.http.parameters import Number, Parameters, Time, parameters, position_of
from onering.http.reading import Reading
from onering.http.streams import Streamed
from onering.log.event import StoredEvent
from onering.log.wire import encode_event, timestamp
from projections.audit import AuditFilter, Span, audit_page, audited_span

NDJSON, CSV = "application/x-ndjson", "text/csv"
# Events of one statement of a stream, and so the most that are in memory.
STREAM_PAGE = 1000


class AuditParameters(Parameters):
    """GET /v1/audit; `from` and `to` are inclusive, `after` is a position or the `next_cursor` of a page."""

    actor: UserId | None = None
    draft_id: UUID | None = None
    type: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,63}$")] | None = None
    since: Annotated[Time | None, Field(alias="from")] = None
    until: Annotated[Time | None, Field(alias="to")] = None
    after: str | None = None
    limit: Annotated[Number, Field(ge=1, le=1000)] = 100


class Audit:
    """The endpoint of auditors; `named` returns whom a user id may be of, as (issuer, subject)."""

    def __init__(self, reading: Reading, named: Callable[[str], Sequence[tuple[str, str]]], auditors: Auditors) -> None:
        self._reading = reading
        self._named = named
        self._auditors = auditors

    async def audit(self, call: Call) -> Answer | Streamed:
        """GET /v1/audit: events across drafts, oldest first; NDJSON and CSV have all that match, JSON a page."""
        workspace = self._auditors.workspace(call)
        asked, reading = parameters(call, AuditParameters), self._reading
        after = position_of(asked.after, reading.tail.lane, reading.tail.epoch, "after") if asked.after else 0
        wanted = self._wanted(asked, workspace)
        span = await audited_span(reading.models, reading.read_at(call), wanted, after)
        if (media_type := _media_type(call)) is not None:
            if call.head_only:
                span = span._replace(upto=span.after)
            headers = (at_position(reading.place(span.head)),)
            return Streamed(self._stream(wanted, span, media_type), call.gone, media_type.encode(), headers)
        return await self._page(wanted, span, asked.limit)

    def _wanted(self, asked: AuditParameters, workspace: UUID | None) -> AuditFilter:
        people = None if asked.actor is None else self._named(asked.actor)
        return AuditFilter(people, asked.draft_id, asked.type, workspace, asked.since, asked.until)

    async def _page(self, wanted: AuditFilter, span: Span, limit: int) -> Answer:
        reading = self._reading
        page = await audit_page(reading.models, wanted, span, limit)
        shown = [orjson.Fragment(self._encoded(event)) for event in page.events]
        more = None if page.ended is None else f"{reading.place(page.ended)}@{reading.tail.epoch}"
        listed = {"data": shown, "count": len(shown), "next_cursor": more}
        return answer(listed, at_position(reading.place(span.head)))

    async def _stream(self, wanted: AuditFilter, span: Span, media_type: str) -> AsyncGenerator[bytes, None]:
        """Yield all that match, page by page, each a statement of its own with the time that any read has."""
        reading, epoch = self._reading, self._reading.tail.epoch
        if media_type == CSV:
            yield spreadsheet.rows([_COLUMNS])
        ended: int | None = span.after
        while ended is not None:
            page = await audit_page(reading.models, wanted, span._replace(after=ended), STREAM_PAGE)
            if reading.tail.epoch != epoch:
                raise ConnectionError("the log was restored while it was audited")
            if page.events:
                yield self._lines(page.events, media_type)
            ended = page.ended

    def _lines(self, events: Sequence[StoredEvent], media_type: str) -> bytes:
        if media_type == CSV:
            return spreadsheet.rows([self._row(event) for event in events])
        return b"".join([self._encoded(event) + b"\n" for event in events])

    def _encoded(self, event: StoredEvent) -> bytes:
        """Return an event as readers of its draft have it, and what only auditors see of it."""
        wire = encode_event(event, self._reading.principal)
        return b"%b,%b" % (wire[:-1], orjson.dumps(_beside(event))[1:])

    def _row(self, event: StoredEvent) -> Sequence[object]:
        actor = self._reading.principal(event.issuer, event.subject)
        place = (str(self._reading.place(event.position)), timestamp(event.recorded_at), event.type, event.version)
        beside = _beside(event)
        return (*place, actor, str(event.event_id), str(event.command_id), *beside.values(), event.payload)


def _beside(event: StoredEvent) -> dict[str, str | int | None]:
    return {
        "schema_version": event.schema_version,
        "stream_type": event.stream_type,
        "stream_id": str(event.stream_id),
        "workspace_id": str(event.workspace_id),
        "issuer": event.issuer,
        "subject": event.subject,
        "impersonator": event.impersonator,
        "correlation_id": event.correlation_id,
        "causation_id": str(event.causation_id) if event.causation_id else None,
        "recorded_at": timestamp(event.recorded_at),
    }


_COLUMNS = (
    *("position", "at", "type", "version", "actor", "event_id", "command_id", "schema_version", "stream_type"),
    *("stream_id", "workspace_id", "issuer", "subject", "impersonator", "correlation_id", "causation_id"),
    *("recorded_at", "payload"),
)


def _media_type(call: Call) -> str | None:
    """Return the stream's media type that the caller accepts first; None if JSON is as welcome (RFC 9110 §12.5.1)."""
    for wanted in (call.header(b"accept") or "").split(","):
        name = wanted.partition(";")[0].strip().lower()
        if name in (NDJSON, CSV):
            return name
        if name in ("application/json", "application/*", "*/*"):
            return None
    return None
