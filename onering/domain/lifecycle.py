"""Rules of the draft itself: what it is called, how it is run, and where it stands in its life."""

from collections.abc import Iterator
from typing import assert_never

from onering.domain.actor import Actor
from onering.domain.commands import ArchiveDraft, CompleteDraft, EditDraft, LockDraft, ReopenDraft, UnlockDraft
from onering.domain.events import (
    DraftArchived,
    DraftCompleted,
    DraftDescribed,
    DraftLocked,
    DraftRenamed,
    DraftReopened,
    DraftUnlocked,
    Event,
    PlatformChanged,
    PublishDateChanged,
    TurnLimitChanged,
    VisibilityChanged,
)
from onering.domain.refusals import Conflict
from onering.domain.rules import require_open, require_owner
from onering.domain.state import DraftState, mark
from onering.domain.values import Status


def edit(state: DraftState, command: EditDraft, actor: Actor) -> list[Event]:
    """Change the fields that are set and differ, each by an event."""
    require_owner(state, actor, "edit the draft")
    require_open(state)
    return list(_changes(state, command))


def _changes(state: DraftState, command: EditDraft) -> Iterator[Event]:
    said = command.model_fields_set
    if "title" in said and mark(command.title) != state.title_mark:
        yield DraftRenamed(title=command.title)
    if "description" in said and mark(command.description) != state.description_mark:
        yield DraftDescribed(description=command.description)
    if "platform" in said and command.platform is not state.platform:
        yield PlatformChanged(platform=command.platform)
    if "visibility" in said and command.visibility is not state.visibility:
        yield VisibilityChanged(visibility=command.visibility)
    if "turn_limit_hours" in said and command.turn_limit_hours != state.turn_limit_hours:
        yield TurnLimitChanged(turn_limit_hours=command.turn_limit_hours)
    if "target_publish_at" in said and command.target_publish_at != state.target_publish_at:
        yield PublishDateChanged(target_publish_at=command.target_publish_at)


def move(
    state: DraftState,
    command: LockDraft | UnlockDraft | CompleteDraft | ReopenDraft | ArchiveDraft,
    actor: Actor,
) -> list[Event]:
    """Move a draft on in its life; where it is already, nothing happens."""
    require_owner(state, actor, f"{command.type.removesuffix('-draft')} the draft")
    match command:
        case LockDraft():
            return _unless(state, Status.LOCKED, DraftLocked())
        case UnlockDraft():
            return _unless(state, Status.ACTIVE, DraftUnlocked())
        case CompleteDraft():
            return _unless(state, Status.COMPLETED, DraftCompleted())
        case ArchiveDraft():
            return _unless(state, Status.ARCHIVED, DraftArchived())
        case ReopenDraft():
            return _reopened(state)
        case _:
            assert_never(command)


def _unless(state: DraftState, goal: Status, event: Event) -> list[Event]:
    if state.status is goal:
        return []
    require_open(state)
    return [event]


def _reopened(state: DraftState) -> list[Event]:
    match state.status:
        case Status.ACTIVE:
            return []
        case Status.LOCKED:
            raise Conflict("The draft is locked, not closed; unlock it.")
        case Status.COMPLETED | Status.ARCHIVED:
            return [DraftReopened()]
        case _:
            assert_never(state.status)
