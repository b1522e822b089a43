"""The rules: what a command does to a draft, or why it is refused."""

from datetime import datetime
from typing import assert_never

from onering.domain import lifecycle, people, turns, writing
from onering.domain.actor import Actor
from onering.domain.commands import (
    AddCollaborator,
    AddSegment,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    CreateDraft,
    DraftCommand,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRing,
    PassRingSmart,
    ReclaimRing,
    RemoveCollaborator,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.domain.events import Event
from onering.domain.state import DraftState


def decide(state: DraftState, command: DraftCommand, actor: Actor, now: datetime) -> list[Event]:
    """Return the events that `command` makes of `state`, in order; none if it changes nothing.

    `now` is for rules that depend on time; an event decided by one stores it as `decided_at`.
    A command about a segment is decided on a state whose `segment` is that one, or None if there is none.
    Raises a `Refusal` that names the rule.
    """
    match command:
        case AddSegment():  # the most frequent first: asking a model's class costs more than most rules
            return writing.add(state, command, actor)
        case PassRing():
            return turns.hand_over(state, command, actor)
        case CreateDraft():
            return writing.create(state, command, actor)
        case AmendSegment():
            return writing.amend(state, command, actor)
        case WithdrawSegment():
            return writing.withdraw(state, command, actor)
        case PassRingSmart() | ReclaimRing() | NudgeHolder():
            return turns.decide(state, command, actor, now)
        case AddCollaborator() | ChangeRole() | RemoveCollaborator() | TransferOwnership():
            return people.decide(state, command, actor)
        case EditDraft():
            return lifecycle.edit(state, command, actor)
        case LockDraft() | UnlockDraft() | CompleteDraft() | ReopenDraft() | ArchiveDraft():
            return lifecycle.move(state, command, actor)
        case _:
            assert_never(command)
