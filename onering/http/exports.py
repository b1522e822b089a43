"""A draft as a file, for its members."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, StrictBool, ValidationError

from onering.domain.refusals import Conflict
from onering.http.answers import at_position
from onering.http.call import Call
from onering.http.faults import InvalidFields
from onering.http.manuscripts import MADE, Credit, Format, Manuscript, filename
from onering.http.reading import Reading
from onering.http.told import Told
from projections.document import DraftDocument, SegmentPage
from projections.drafts import read_draft
from projections.people import display_names
from projections.rendering import people_of, render_draft


class ExportRequest(BaseModel):
    """POST /v1/export/drafts/{id}: which kind of file, and whether it names those who wrote."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"format": "html", "include_credits": True}]}
    )

    format: Format = Format.MARKDOWN
    include_credits: StrictBool = True


class Exports:
    """The endpoint of exports; `segments` is the most that one holds."""

    def __init__(self, reading: Reading, segments: int) -> None:
        self._reading = reading
        self._segments = segments

    async def export(self, call: Call) -> Told:
        """POST /v1/export/drafts/{draft_id}: the draft as it is now as a file, for its members.

        Raises Conflict for a draft with more segments than an export holds.
        """
        call.signed_in()
        asked, draft_id = _asked(await call.object()), call.draft_id()
        reading = self._reading
        reading.check_position(call)
        await reading.for_member(call, draft_id, "its export")
        document = await read_draft(reading.models, draft_id, SegmentPage(limit=self._segments + 1))
        # Judged when it was read: the event that ended the caller's access may be in it.
        await reading.for_member(call, draft_id, "its export")
        if document is None:
            raise reading.hidden(call)
        if len(document.segments) > self._segments:
            raise Conflict(f"The draft has more than {self._segments} segments, the most that an export holds.")
        names = await display_names(reading.models.pool, people_of(document))
        credits = _credits(document, names) if asked.include_credits else ()
        make, content_type, ending = MADE[asked.format]
        # A long one takes a while, in which everybody else is served.
        content = await asyncio.to_thread(make, Manuscript(render_draft(document, names), credits))
        told = {
            "draft_id": str(draft_id),
            "format": asked.format,
            "filename": filename(document.title, ending),
            "content_type": content_type,
            "content": content,
        }
        return Told(told, (at_position(reading.place(document.position)),))


def _asked(body: Mapping[str, object]) -> ExportRequest:
    try:
        return ExportRequest.model_validate(body)
    except ValidationError as invalid:
        raise InvalidFields.of(invalid) from None


def _credits(document: DraftDocument, names: Mapping[str, str]) -> Sequence[Credit]:
    """Return those whose segments stand, in order of their first."""
    counted = Counter(segment.author_id for segment in document.segments)
    return [Credit(author, names[author], counted[author]) for author in counted]
