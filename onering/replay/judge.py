"""Whether events are legal: each command is rebuilt from its events and decided again on the state before them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from onering.domain.commands import AddSegment
from onering.domain.decide import decide
from onering.domain.events import SegmentAdded
from onering.domain.ids import Id, command_identity
from onering.domain.refusals import Refusal
from onering.domain.state import evolve
from onering.log.event import StoredEvent
from onering.replay.drafts import judge_on_draft
from onering.replay.findings import Judged
from onering.replay.flat import Flat, instant, whole
from onering.replay.invites import judge_on_invite
from onering.replay.known import Known
from onering.replay.payload import loaded
from onering.replay.persons import judge_person
from onering.replay.system import judge_of_system

_COMMAND = 13  # of a Flat


class Judge:
    """Judges the events of a lane, in order, from its first; `Known` says what it keeps in memory."""

    def __init__(self) -> None:
        self._known = known = Known()
        self._command: list[Flat] = []
        # For the one path that most events go.
        self._drafts, self._actor, self._wrote = known.drafts, known.people.actor, known.written.add

    def page(self, events: Sequence[Flat]) -> Judged:
        """Judge the next events; those of the last command once it is known that all of them are there."""
        together = self._command
        for event in events:
            if together and event[_COMMAND] != together[0][_COMMAND]:
                self._judge(together)
                together.clear()
            together.append(event)
        return self._taken()

    def end(self) -> Judged:
        """Judge what is left: no more events come."""
        if self._command:
            self._judge(self._command)
        return self._taken()

    def _taken(self) -> Judged:
        judged, self._known.judged = self._known.judged, Judged()
        return judged

    def _judge(self, command: Sequence[Flat]) -> None:
        if len(command) > 1 or not self._continued(command[0]):
            self._whole_command([whole(event) for event in command])

    def _whole_command(self, events: Sequence[StoredEvent]) -> None:
        people = {(event.issuer, event.subject, event.impersonator) for event in events}
        if len(people) > 1:
            self._known.judged.find(events[0], "actor", "one command is said to be of several people")
        if {event.stream_type for event in events} in ({"invite"}, {"draft", "invite"}):
            judge_on_invite(self._known, events)
            return
        for _, of_one in groupby(events, lambda event: event.stream_id):
            self._on_stream(list(of_one))

    def _on_stream(self, events: Sequence[StoredEvent]) -> None:
        known = self._known
        match events[0].stream_type:
            case "draft":
                judge_on_draft(known, events)
            case "user":
                for event in events:
                    judge_person(event, known.people, known.judged)
            case "system":
                for event in events:
                    judge_of_system(event, known.people, known.judged)
            case other:
                for event in events:
                    known.judged.not_understood(event, f"this release knows no events of a stream of type {other!r}")

    def _continued(self, event: Flat) -> bool:
        """Whether it is a legal segment, with all that belongs to it: most events are, and are judged in half the time.

        If not, nothing was changed, and what speaks against it is looked for as with any other.
        """
        (_, _, key, _, _, workspace, _, type, schema_version, text, issuer, subject, _, command, recorded_at) = event
        if type != "segment_added" or schema_version != 1:
            return False
        state, actor, payload = self._drafts.get(key), self._actor(issuer, subject, workspace), loaded(text)
        if state is None or actor is None or payload is None or payload["idempotency_key"] is None:
            return False
        command_id, at = Id(command), instant(recorded_at)
        identity = command_identity(actor.user_id, state.draft_id, payload["idempotency_key"])
        if identity.bytes != command:
            return False
        try:
            asked = AddSegment(
                command_id=command_id, draft_id=state.draft_id, content=payload["data"].get("content", "")
            )
            (again,) = decide(state, asked, actor, at)
        except (ValidationError, Refusal):
            return False
        if not isinstance(again, SegmentAdded) or payload["data"] != _fields(again):
            return False
        self._drafts[key] = evolve(state, again, at)
        self._wrote(key, again.segment_id, again.segment_order, again.author_id, hash(again.content))
        return True


def _fields(segment: SegmentAdded) -> dict[str, Any]:
    """Return a segment's data as its payload has it."""
    return {
        "segment_id": str(segment.segment_id),
        "author_id": segment.author_id,
        "content": segment.content,
        "segment_order": segment.segment_order,
    }
