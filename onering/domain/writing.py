"""Rules of writing: how a draft begins, and what becomes of its segments."""

from onering.domain.actor import Actor
from onering.domain.commands import AddSegment, AmendSegment, CreateDraft, WithdrawSegment
from onering.domain.events import DraftCreated, Event, SegmentAdded, SegmentAmended, SegmentWithdrawn
from onering.domain.ids import derived
from onering.domain.refusals import Conflict, Forbidden, NotFound
from onering.domain.rules import require_holder, require_unlocked
from onering.domain.state import DraftState, SegmentFact, mark
from onering.domain.values import Visibility


def create(state: DraftState, command: CreateDraft, actor: Actor) -> list[Event]:
    """Begin a draft."""
    if state.exists:
        raise Conflict("This draft exists already.")
    created = DraftCreated(
        creator_id=actor.user_id,
        title=command.title,
        description=command.description,
        platform=command.platform,
        visibility=command.visibility or Visibility.PRIVATE,
    )
    if command.initial_segment is None:
        return [created]
    return [created, _segment(command, actor, command.initial_segment, order=0)]


def add(state: DraftState, command: AddSegment, actor: Actor) -> list[Event]:
    """Write the next segment."""
    require_holder(state, actor, "add a segment")
    require_unlocked(state)
    return [_segment(command, actor, command.content, order=state.segment_count)]


def amend(state: DraftState, command: AmendSegment, actor: Actor) -> list[Event]:
    """Give a segment another text; the same one changes nothing."""
    segment = _own_segment(state, actor, "amend a segment")
    if segment.withdrawn:
        raise Conflict("The segment was withdrawn.")
    if segment.mark == mark(command.content):
        return []
    return [SegmentAmended(segment_id=segment.segment_id, segment_order=segment.segment_order, content=command.content)]


def withdraw(state: DraftState, command: WithdrawSegment, actor: Actor) -> list[Event]:
    """Take a segment out; one that is out stays out."""
    segment = _own_segment(state, actor, "withdraw a segment")
    if segment.withdrawn:
        return []
    return [SegmentWithdrawn(segment_id=segment.segment_id, segment_order=segment.segment_order)]


def _own_segment(state: DraftState, actor: Actor, what: str) -> SegmentFact:
    require_holder(state, actor, what)
    require_unlocked(state)
    if state.segment is None:
        raise NotFound("The draft has no such segment.")
    if state.segment.author_id != actor.user_id:
        raise Forbidden(f"Only its author, {state.segment.author_id}, may {what}.")
    return state.segment


def _segment(command: CreateDraft | AddSegment, actor: Actor, content: str, order: int) -> SegmentAdded:
    return SegmentAdded(
        segment_id=derived(command.command_id, "segment"),
        author_id=actor.user_id,
        content=content,
        segment_order=order,
    )
