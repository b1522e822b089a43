"""Whether events are legal: each command is rebuilt from its events and decided again on the state before them."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from onering.domain.actor import Actor
from onering.domain.commands import AddSegment
from onering.domain.decide import decide
from onering.domain.events import DraftCreated, Event, SegmentAdded
from onering.domain.ids import Id, command_identity, derived
from onering.domain.legality import rebuilt
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, evolve
from onering.log.codec import understood
from onering.log.event import StoredEvent
from onering.replay.erasure import after_erased, assumed
from onering.replay.findings import Judged
from onering.replay.flat import Flat, instant, whole
from onering.replay.payload import loaded
from onering.replay.people import People, claimed
from onering.replay.registrations import judge_registration

_STREAM, _COMMAND = 2, 13  # of a Flat


class Judge:
    """Judges the events of a lane, in order, from its first. It keeps a rules state per draft, some 700 bytes."""

    def __init__(self) -> None:
        self._people = People()
        self._states: dict[bytes, DraftState] = {}
        self._vague: set[bytes] = set()
        self._closed: set[bytes] = set()
        self._command: list[Flat] = []
        self._judged = Judged()

    def page(self, events: Sequence[Flat]) -> Judged:
        """Judge the next events; those of the last command once it is known that all of them are there."""
        together = self._command
        for event in events:
            if together and (event[_COMMAND] != together[0][_COMMAND] or event[_STREAM] != together[0][_STREAM]):
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
        judged, self._judged = self._judged, Judged()
        return judged

    def _judge(self, command: Sequence[Flat]) -> None:
        if len(command) > 1 or not self._continued(command[0]):
            self._whole_command([whole(event) for event in command])

    def _whole_command(self, events: Sequence[StoredEvent]) -> None:
        match events[0].stream_type:
            case "draft":
                self._on_draft(events)
            case "user":
                for event in events:
                    judge_registration(event, self._people, self._judged)
            case other:
                for event in events:
                    self._judged.not_understood(event, f"this release knows no events of a stream of type {other!r}")

    def _continued(self, event: Flat) -> bool:
        """Whether it is a legal segment, with all that belongs to it: most events are, and are judged in half the time.

        If not, nothing was changed, and what speaks against it is looked for as with any other.
        """
        (_, _, key, _, _, workspace, _, type, schema_version, text, issuer, subject, _, command, recorded_at) = event
        if type != "segment_added" or schema_version != 1:
            return False
        state, actor, payload = self._states.get(key), self._people.actor(issuer, subject, workspace), loaded(text)
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
        self._states[key] = evolve(state, again, at)
        return True

    def _on_draft(self, events: Sequence[StoredEvent]) -> None:
        first, key = events[0], events[0].stream_id.bytes
        if key in self._closed:
            self._judged.counts.unjudged += len(events)
            return
        state = self._states.get(key) or DraftState(first.stream_id, first.workspace_id)
        if None in [event.payload for event in events]:
            self._states[key] = self._erased(key, state, events)
            return
        said = [read for event in events if (read := self._read(event)) is not None]
        if len(said) < len(events):
            # What follows rests on something that can't be read.
            self._judged.counts.unjudged += len(said)
            self._closed.add(key)
            self._states.pop(key, None)
            return
        facts = [fact for fact, _ in said]
        if (actor := self._actor(state, events, facts)) is not None:
            for event, (_, idempotency_key) in zip(events, said, strict=True):
                self._identified(event, facts[0], idempotency_key, actor)
            state = self._legal(key, state, events, facts, actor)
        for event, fact in zip(events, facts, strict=True):
            state = evolve(state, fact, event.recorded_at)
        self._states[key] = state

    def _read(self, event: StoredEvent) -> tuple[Event, str | None] | None:
        """Return what happened, and under which key; None, and what stands against it, where it can't be read."""
        payload = loaded(event.payload)
        if payload is None:
            self._judged.find(event, "payload", "its payload is not that of an event")
            return None
        fact = understood(event.type, event.schema_version, payload["data"])
        if fact is None:
            text = f"{event.type} version {event.schema_version} is of a newer release, or uses a word of one"
            self._judged.not_understood(event, text)
            return None
        if not payload["data"].keys() <= fact.model_fields_set:
            self._judged.not_understood(event, f"{event.type} has fields that this release does not know")
        return fact, payload["idempotency_key"]

    def _actor(self, state: DraftState, events: Sequence[StoredEvent], facts: Sequence[Event]) -> Actor | None:
        first = events[0]
        if (actor := self._people.actor(first.issuer, first.subject, first.workspace_id.bytes)) is not None:
            return actor
        against = None
        for name in claimed(state, facts):
            against = self._people.know((first.issuer, first.subject), name)
            if against is None:
                return self._people.actor(first.issuer, first.subject, first.workspace_id.bytes)
        self._judged.find(first, "actor", against or "nobody can have done it")
        return None

    def _identified(self, event: StoredEvent, first: Event, key: str | None, actor: Actor) -> None:
        """Look at the identities that a command has from its key, and a draft from its command; `first` tells which."""
        begins = isinstance(first, DraftCreated)
        if begins and event.stream_id != derived(event.command_id, "draft"):
            self._judged.find(event, "identity", "its draft is not that of its command")
        scope = None if begins else event.stream_id
        if key is not None and event.command_id != command_identity(actor.user_id, scope, key):
            self._judged.find(event, "identity", "its command_id is not that of its person, draft and idempotency key")

    def _legal(
        self, key: bytes, state: DraftState, events: Sequence[StoredEvent], facts: list[Event], actor: Actor
    ) -> DraftState:
        """Decide again; return the state on which that was done."""
        against = _against(state, events[0], facts, actor)
        if against is not None and key in self._vague:
            supposed = assumed(state, facts, actor)
            if _against(supposed, events[0], facts, actor) is None:
                self._judged.counts.assumed += len(events)
                return supposed
        if against is not None:
            self._judged.find(events[0], "legal", against)
        return state

    def _erased(self, key: bytes, state: DraftState, events: Sequence[StoredEvent]) -> DraftState:
        self._judged.counts.erased += sum(event.payload is None for event in events)
        actor = self._people.actor(events[0].issuer, events[0].subject, events[0].workspace_id.bytes)
        if actor is None:
            # Not even the name is left by which the rest of the draft speaks of them.
            self._closed.add(key)
            return state
        try:
            state, vague = after_erased(state, events, actor, vague=key in self._vague)
        except Refusal as refusal:
            self._judged.find(events[0], "legal", f"whatever it said, it would have been refused: {refusal.detail}")
            vague = True
        if vague:
            self._vague.add(key)
        return state


def _fields(segment: SegmentAdded) -> dict[str, Any]:
    """Return a segment's data as its payload has it."""
    return {
        "segment_id": str(segment.segment_id),
        "author_id": segment.author_id,
        "content": segment.content,
        "segment_order": segment.segment_order,
    }


def _against(state: DraftState, first: StoredEvent, facts: list[Event], actor: Actor) -> str | None:
    """Return what speaks against one command's events, in a sentence; None if they are legal."""
    try:
        command = rebuilt(facts, first.command_id, first.stream_id)
        again = decide(state, command, actor, facts[0].decided_at or first.recorded_at)
    except ValidationError as invalid:
        error = invalid.errors()[0]
        return f"no such command would have been taken: {error['loc'][0]}: {error['msg']}"
    except Refusal as refusal:
        return f"it would be refused: {refusal.detail}"
    if again == facts:
        return None
    return _difference(again, facts)


def _difference(again: Sequence[Event], facts: Sequence[Event]) -> str:
    if [type(event) for event in again] != [type(event) for event in facts]:
        return f"deciding it again gives {', '.join(event.type for event in again) or 'no event'}"
    differences = [
        f"the {name} {_shown(value)}, not {_shown(getattr(fact, name))}"
        for event, fact in zip(again, facts, strict=True)
        for name, value in event
        if value != getattr(fact, name)
    ]
    return f"deciding it again gives {'; '.join(differences)}"


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)
