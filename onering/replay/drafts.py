"""Whether what one command did to a draft is legal."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from onering.domain.actor import Actor
from onering.domain.decide import decide
from onering.domain.events import DraftCreated, Event
from onering.domain.ids import command_identity, derived
from onering.domain.legality import rebuilt
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, SegmentFact, evolve
from onering.log.codec import understood
from onering.log.event import StoredEvent
from onering.replay.erasure import after_erased
from onering.replay.findings import Judged
from onering.replay.known import Known
from onering.replay.payload import loaded
from onering.replay.people import claimed
from onering.replay.supposed import as_far_as_known, supposed

Understood = Callable[[str, int, Any], BaseModel | None]


def judge_on_draft(known: Known, events: Sequence[StoredEvent]) -> None:
    """Judge the events of one command on one draft."""
    key = events[0].stream_id.bytes
    if key in known.closed:
        known.judged.counts.unjudged += len(events)
        return
    state = known.draft_of(events[0])
    if None in [event.payload for event in events]:
        _erased(known, key, state, events)
        return
    said = read(known.judged, events, understood)
    if said is None:
        known.close(key)
        return
    facts: list[Event] = [fact for fact, _ in said]
    if (actor := known.actor_of(events[0], claimed(state, facts))) is not None:
        for event, (_, idempotency_key) in zip(events, said, strict=True):
            _identified(known.judged, event, facts[0], idempotency_key, actor)
        state = _legal(known, key, state, events, facts, actor)
    take(known, events, facts, state)


def read(judged: Judged, events: Sequence[StoredEvent], understood: Understood) -> list[tuple[Any, str | None]] | None:
    """Return what happened, as a stream's events are `understood`, and under which key.

    None, and what stands against it, where it can't be read: what follows rests on something that is not known then.
    """
    said = [found for event in events if (found := _read(judged, event, understood)) is not None]
    if len(said) == len(events):
        return said
    judged.counts.unjudged += len(said)
    return None


def _read(judged: Judged, event: StoredEvent, understood: Understood) -> tuple[Any, str | None] | None:
    payload = loaded(event.payload)
    if payload is None:
        judged.find(event, "payload", "its payload is not that of an event")
        return None
    fact = understood(event.type, event.schema_version, payload["data"])
    if fact is None:
        text = f"{event.type} version {event.schema_version} is of a newer release, or uses a word of one"
        judged.not_understood(event, text)
        return None
    if not payload["data"].keys() <= fact.model_fields_set:
        judged.not_understood(event, f"{event.type} has fields that this release does not know")
    return fact, payload["idempotency_key"]


def take(known: Known, events: Sequence[StoredEvent], facts: Sequence[Event], state: DraftState | None = None) -> None:
    """Take note of what happened to a draft, whether or not it was legal; `state` is the one before."""
    key = events[0].stream_id.bytes
    state = known.draft_of(events[0]) if state is None else state
    for event, fact in zip(events, facts, strict=True):
        state = evolve(state, fact, event.recorded_at)
        known.written.take(key, fact)
    known.drafts[key] = state


def _identified(judged: Judged, event: StoredEvent, first: Event, key: str | None, actor: Actor) -> None:
    """Look at the identities that a command has from its key, and a draft from its command; `first` tells which."""
    begins = isinstance(first, DraftCreated)
    if begins and event.stream_id != derived(event.command_id, "draft"):
        judged.find(event, "identity", "its draft is not that of its command")
    scope = None if begins else event.stream_id
    if key is not None and event.command_id != command_identity(actor.user_id, scope, key):
        judged.find(event, "identity", "its command_id is not that of its person, draft and idempotency key")


def _legal(
    known: Known, key: bytes, state: DraftState, events: Sequence[StoredEvent], facts: Sequence[Event], actor: Actor
) -> DraftState:
    """Decide again; return the state on which that was done."""
    segment = known.written.find(key, facts[0], (actor.user_id, *state.members))
    against = _against(state, segment, events[0], facts, actor)
    if against is not None and key in known.vague:
        told = as_far_as_known(facts)
        other = supposed(state, told, actor)
        if _against(other, segment, events[0], told, actor) is None:
            known.judged.counts.assumed += len(events)
            return other
    if against is not None:
        known.judged.find(events[0], "legal", against)
    return state


def _against(
    state: DraftState, segment: SegmentFact | None, first: StoredEvent, facts: Sequence[Event], actor: Actor
) -> str | None:
    """Return what speaks against one command's events, in a sentence; None if they are legal."""
    try:
        command = rebuilt(facts, first.command_id, first.stream_id)
        on = state if segment is None else state._replace(segment=segment)
        again = decide(on, command, actor, facts[0].decided_at or first.recorded_at)
    except ValidationError as invalid:
        return untaken(invalid)
    except Refusal as refusal:
        return f"it would be refused: {refusal.detail}"
    return None if again == facts else difference(again, facts)


def untaken(invalid: ValidationError) -> str:
    """Return that nobody can have asked for this, in a sentence."""
    error = invalid.errors()[0]
    return f"no such command would have been taken: {'.'.join(map(str, error['loc']))}: {error['msg']}"


def difference(again: Sequence[BaseModel], facts: Sequence[BaseModel]) -> str:
    """Return how events that were decided again are not those that are there, in a sentence."""
    if [type(event) for event in again] != [type(event) for event in facts]:
        return f"deciding it again gives {', '.join(str(event.type) for event in again) or 'no event'}"  # type: ignore[attr-defined]
    differences = [
        f"the {name} {_shown(value)}, not {_shown(getattr(fact, name))}"
        for event, fact in zip(again, facts, strict=True)
        for name, value in event
        if value != getattr(fact, name)
    ]
    return f"deciding it again gives {'; '.join(differences)}"


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)


def _erased(known: Known, key: bytes, state: DraftState, events: Sequence[StoredEvent]) -> None:
    known.judged.counts.erased += sum(event.payload is None for event in events)
    first = events[0]
    actor = known.people.actor(first.issuer, first.subject, first.workspace_id.bytes)
    if actor is None:
        # Not even the name is left by which the rest of the draft speaks of them.
        known.close(key)
        return
    vague = key in known.vague
    try:
        left = after_erased(state, events, actor, vague=vague)
    except Refusal as refusal:
        known.judged.find(first, "legal", f"whatever it said, it would have been refused: {refusal.detail}")
        known.vague.add(key)
        return
    known.drafts[key] = left.state
    for event in left.events:
        known.written.take(key, event, erased=True)
    if vague or left.vague:
        known.vague.add(key)
