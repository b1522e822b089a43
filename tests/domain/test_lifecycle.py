"""edit-draft, lock-draft, unlock-draft, complete-draft, reopen-draft, archive-draft, three ways each."""

from datetime import timedelta
from typing import Any

import pytest

from onering.domain.commands import (
    ArchiveDraft,
    CompleteDraft,
    EditDraft,
    LockDraft,
    ReopenDraft,
    UnlockDraft,
)
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
from onering.domain.refusals import Conflict, Forbidden, NotFound
from onering.domain.values import GrantedRole, Platform, Status, Visibility
from tests.domain.telling import NOW, Given, ask, created, joined, passed

PUBLISH = NOW + timedelta(days=7)
EVERYTHING: dict[str, Any] = {
    "title": "A run",
    "description": "Fast",
    "platform": Platform.X,
    "visibility": Visibility.PUBLIC,
    "turn_limit_hours": 1,
    "target_publish_at": PUBLISH,
}
CHANGES: tuple[Event, ...] = (
    DraftRenamed(title="A run"),
    DraftDescribed(description="Fast"),
    PlatformChanged(platform=Platform.X),
    VisibilityChanged(visibility=Visibility.PUBLIC),
    TurnLimitChanged(turn_limit_hours=1),
    PublishDateChanged(target_publish_at=PUBLISH),
)


class TestEditDraft:
    def test_every_field_that_changed_is_an_event_of_its_own_in_one_commit(self) -> None:
        Given(created()).when(ask(EditDraft, **EVERYTHING), "alice").then(*CHANGES)

    @pytest.mark.parametrize(("field", "event"), list(zip(EVERYTHING, CHANGES, strict=True)))
    def test_a_field_changes_alone_and_the_same_again_stays_quiet(self, field: str, event: Event) -> None:
        command, given = ask(EditDraft, **{field: EVERYTHING[field]}), Given(created())
        given.when(command, "alice").then(event)
        given.then(event).when(command, "alice").stays_quiet()

    def test_what_may_be_absent_is_cleared_by_null(self) -> None:
        command = ask(EditDraft, platform=None, target_publish_at=None, description="")
        cleared = (DraftDescribed(description=""), PlatformChanged(), PublishDateChanged())
        Given(created(), *CHANGES).when(command, "alice").then(*cleared)
        Given(created(), *CHANGES, *cleared).when(command, "alice").stays_quiet()

    def test_without_a_field_it_stays_quiet(self) -> None:
        Given(created()).when(ask(EditDraft), "alice").stays_quiet()

    def test_only_the_owner_edits_also_while_another_holds_the_ring(self) -> None:
        given = Given(created(), joined("bob"), passed("alice", "bob"))
        given.when(ask(EditDraft, **EVERYTHING), "bob").refused(Forbidden, "Only the owner")
        given.when(ask(EditDraft, title="A run"), "alice").then(DraftRenamed(title="A run"))
        given.when(ask(EditDraft, title="A run"), "eve").refused(NotFound)


MOVES: dict[type[Any], tuple[Status, Event]] = {
    LockDraft: (Status.LOCKED, DraftLocked()),
    UnlockDraft: (Status.ACTIVE, DraftUnlocked()),
    CompleteDraft: (Status.COMPLETED, DraftCompleted()),
    ArchiveDraft: (Status.ARCHIVED, DraftArchived()),
    ReopenDraft: (Status.ACTIVE, DraftReopened()),
}
ALLOWED = {
    (Status.ACTIVE, LockDraft),
    (Status.ACTIVE, CompleteDraft),
    (Status.ACTIVE, ArchiveDraft),
    (Status.LOCKED, UnlockDraft),
    (Status.LOCKED, CompleteDraft),
    (Status.LOCKED, ArchiveDraft),
    (Status.COMPLETED, ReopenDraft),
    (Status.ARCHIVED, ReopenDraft),
}


class TestMoves:
    @pytest.mark.parametrize("model", MOVES)
    @pytest.mark.parametrize("status", Status)
    def test_where_it_leads_from_where(self, status: Status, model: type[Any]) -> None:
        given, (goal, event) = Given(created(), status=status), MOVES[model]
        asked = given.when(ask(model), "alice")
        if (status, model) in ALLOWED:
            asked.then(event)
            assert given.then(event).state.status is goal
        elif status is goal:
            asked.stays_quiet()
        else:
            asked.refused(Conflict)

    @pytest.mark.parametrize("model", MOVES)
    def test_only_the_owner_moves_it(self, model: type[Any]) -> None:
        given = Given(created(), joined("bob"), joined("vera", GrantedRole.VIEWER), passed("alice", "bob"))
        for name in ("bob", "vera"):
            given.when(ask(model), name).refused(Forbidden, "Only the owner may")
        given.when(ask(model), "eve").refused(NotFound)

    def test_a_locked_draft_is_unlocked_not_reopened(self) -> None:
        Given(created(), DraftLocked()).when(ask(ReopenDraft), "alice").refused(Conflict, "unlock it")

    def test_what_was_completed_goes_on_as_before(self) -> None:
        state = Given(created(), joined("bob"), DraftCompleted(), DraftReopened()).state
        assert state == Given(created(), joined("bob")).state
