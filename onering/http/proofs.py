"""Proofs of single events, as files: of a draft's for its members and auditors, of any other for auditors."""

import re
from uuid import UUID

from onering.domain.refusals import NotFound
from onering.http.answers import Answer, at_position
from onering.http.auditors import Auditors
from onering.http.call import Call
from onering.http.reading import Reading
from onering.log.event import LAST_VERSION, Position
from onering.log.record import Record
from onering.proofs import records
from onering.proofs.files import SUFFIX, proof_file
from onering.proofs.merkle import inclusion
from onering.proofs.newest import Newest
from onering.proofs.tree import roots

TEXT = "text/plain; charset=utf-8"

_NO_EVENT = "There is no such event."
_VERSION = re.compile(r"[1-9][0-9]{0,9}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Proofs:
    """Endpoints that prove an event. A proof waits for the signer, as long as any read waits."""

    def __init__(self, reading: Reading, newest: Newest, auditors: Auditors) -> None:
        self._reading = reading
        self._lane = reading.models.pool, reading.tail.lane
        self._newest = newest
        self._auditors = auditors

    async def event_proof(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}/events/{version}/proof: a file that proves an event of a draft."""
        draft_id = await self._draft(call)
        version = _VERSION.fullmatch(call.path["version"])
        number = min(int(version[0]), LAST_VERSION) if version else 0
        record = await records.of_draft(*self._lane, draft_id, number)
        if record is None:
            raise NotFound("The draft has no such version.")
        return await self._of_draft(call, draft_id, record, f"{draft_id}.{record.event.version}")

    async def segment_proof(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}/segments/{segment_id}/proof: a file that proves the text of a segment.

        It proves the event that set it last, also of a segment that was withdrawn.
        """
        draft_id = await self._draft(call)
        segment_id = call.named("segment_id", "segment")
        record = await records.text_of_segment(*self._lane, draft_id, segment_id)
        if record is None:
            raise NotFound("There is no such segment.")
        return await self._of_draft(call, draft_id, record, f"{draft_id}.{record.event.version}")

    async def audited_proof(self, call: Call) -> Answer:
        """GET /v1/audit/{position}/proof: a file that proves any event, for auditors."""
        workspace = self._auditors.workspace(call)
        position = self._position(call.path["position"])
        record = await records.at_position(*self._lane, position)
        if record is None or workspace not in (None, record.event.workspace_id):
            raise NotFound(_NO_EVENT)
        return await self._answer(record, str(self._reading.place(position)))

    async def _draft(self, call: Call) -> UUID:
        """Return the draft that is named, to whom its proofs are for. Raises NoCredentials, NotFound, NotMembers."""
        draft_id = call.draft_id()
        if not self._auditors.see_everything(call.identity):
            await self._reading.for_member(call, draft_id, "proofs of it")
        return draft_id

    async def _of_draft(self, call: Call, draft_id: UUID, record: Record, name: str) -> Answer:
        proved = await self._answer(record, name)
        await self._draft(call)  # again: the event that ended the caller's access may be older than the proof
        return proved

    def _position(self, text: str) -> int:
        """Read `<lane>.<position>`, or a bare number. Raises NotFound."""
        lane = self._reading.tail.lane
        try:
            place = Position(lane, int(text)) if _NUMBER.fullmatch(text) else Position.parse(text)
        except ValueError:
            raise NotFound(_NO_EVENT) from None
        if place.lane != lane:
            raise NotFound(_NO_EVENT)
        return place.position

    async def _answer(self, record: Record, name: str) -> Answer:
        position = record.event.position
        newest = await self._newest.covering(position)
        proof = await roots(*self._lane, inclusion(position - 1, newest.size))
        file = proof_file(record, proof, newest.note)
        attached = (b"content-disposition", b'attachment; filename="%b%b"' % (name.encode(), SUFFIX.encode()))
        reflected = at_position(self._reading.place(newest.size))
        return Answer(file.encode(), headers=(attached, reflected), media_type=TEXT.encode())
