"""Events of turns, people, texts and a draft's life: a forged one of each kind is found, erased or not."""

from collections.abc import Callable
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest

from onering.domain.commands import (
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRingSmart,
    ReclaimRing,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
)
from onering.domain.events import (
    CollaboratorAdded,
    DraftArchived,
    DraftCompleted,
    DraftDescribed,
    DraftLocked,
    DraftRenamed,
    DraftReopened,
    DraftUnlocked,
    Event,
    HolderNudged,
    OwnershipTransferred,
    PlatformChanged,
    PublishDateChanged,
    RingPassed,
    RoleChanged,
    SegmentAmended,
    SegmentWithdrawn,
    TurnLimitChanged,
    VisibilityChanged,
)
from onering.domain.values import GrantedRole, Strategy, Visibility
from tests.replay.scribe import Scribe, looked_at, rules

VIEWER = GrantedRole.VIEWER
DAY = timedelta(days=1)


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.register("alice", "bob", "carol")  # 1, 2, 3
    return made


def written_together(scribe: Scribe) -> UUID:
    """A public draft with a segment of alice's (order 0) and one of bob's (1), who holds the ring; carol may write."""
    draft = scribe.create(initial_segment="We left at dawn.", visibility=Visibility.PUBLIC)  # 4, 5
    scribe.let_in(draft, "bob")  # 6
    scribe.let_in(draft, "carol")  # 7
    scribe.hand(draft, "bob")  # 8
    scribe.add(draft, "bob")  # 9
    return draft


def everything(scribe: Scribe) -> UUID:
    """Let every event of a draft happen, legally."""
    draft = written_together(scribe)
    scribe.amend(draft, 1, "bob")
    scribe.withdraw(draft, 1, "bob")
    scribe.do(NudgeHolder, draft, "carol")
    scribe.now += 2 * DAY
    scribe.do(ReclaimRing, draft, "alice")
    scribe.do(PassRingSmart, draft, "alice", strategy=Strategy.MOST_INACTIVE)
    scribe.do(ChangeRole, draft, "alice", collaborator_id="carol", role=VIEWER)
    edits = {"title": "A run", "description": "D", "platform": "x", "turn_limit_hours": 2}
    scribe.do(EditDraft, draft, "alice", **edits, visibility="private", target_publish_at="2027-01-01T00:00:00Z")
    for model in (LockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ArchiveDraft, ReopenDraft):
        scribe.do(model, draft, "alice")
    scribe.do(TransferOwnership, draft, "alice", to_user_id="bob")
    scribe.take_out(draft, "alice", "alice")
    return draft


def test_a_log_with_every_event_in_it_is_clean_in_pages_of_any_size(scribe: Scribe) -> None:
    everything(scribe)
    told = {record.event.type for record in scribe.records}
    assert told >= {model.model_fields["type"].default for model in get_args(Event)}
    for page in (1, 2, 5, 100):
        judged = looked_at(scribe.records, page)
        assert (judged.findings, judged.notes, judged.counts.unjudged) == ([], [], 0)


ALICES, BOBS = 0, 1


def amended(scribe: Scribe, draft: UUID, order: int, content: str = "Or so") -> Event:
    return SegmentAmended(segment_id=scribe.segment(draft, order), segment_order=order, content=content)


def withdrawn(scribe: Scribe, draft: UUID, order: int) -> Event:
    return SegmentWithdrawn(segment_id=scribe.segment(draft, order), segment_order=order)


def reclaimed(scribe: Scribe, by: str, after: timedelta) -> Event:
    return RingPassed(from_user_id="bob", to_user_id=by, reason="reclaimed", decided_at=scribe.now + after)


def smart(to: str, **fields: object) -> Event:
    told = {"reasoning": f"{to} has waited longest since their last turn.", "candidate_count": 2} | fields
    return RingPassed.model_validate(
        {"from_user_id": "bob", "to_user_id": to, "strategy": Strategy.MOST_INACTIVE, **told}
    )


FIRST_TURN = "carol has not had a turn yet."
Forged = Callable[[Scribe, UUID], Event]
FORGERIES: list[tuple[Forged, str, str]] = [
    (lambda s, d: amended(s, d, ALICES), "bob", "Only its author, alice"),
    (lambda s, d: amended(s, d, ALICES), "alice", "bob holds the ring"),
    (lambda s, d: amended(s, d, BOBS, "And then"), "bob", "gives no event"),
    (lambda s, d: amended(s, d, BOBS, " "), "bob", "white space"),
    (lambda s, d: amended(s, d, 7), "bob", "no such segment"),
    (lambda s, d: SegmentAmended(segment_id=s.segment(d, 1), segment_order=0, content="x"), "bob", "no such segment"),
    (lambda s, d: withdrawn(s, d, ALICES), "bob", "Only its author"),
    (lambda s, d: withdrawn(s, d, 9), "bob", "no such segment"),
    (lambda s, d: smart("alice"), "bob", "gives the to_user_id 'carol'"),
    (lambda s, d: smart("carol"), "bob", "reasoning"),
    (
        lambda s, d: smart("carol", reasoning="carol has not had a turn yet.", candidate_count=3),
        "bob",
        "count 2, not 3",
    ),
    (lambda s, d: smart("carol", reasoning="carol has not had a turn yet."), "alice", "bob holds the ring"),
    (lambda s, d: reclaimed(s, "alice", DAY - timedelta(minutes=1)), "alice", "turn is not over"),
    (lambda s, d: reclaimed(s, "carol", DAY + timedelta(minutes=1)), "carol", "turn is not over"),
    (lambda s, d: reclaimed(s, "eve", 9 * DAY), "eve", "Only a member"),
    (lambda s, d: HolderNudged(user_id="bob", holder_id="bob", decided_at=s.now), "bob", "You hold the ring"),
    (lambda s, d: HolderNudged(user_id="alice", holder_id="carol", decided_at=s.now), "alice", "holder_id 'bob'"),
    (lambda s, d: HolderNudged(user_id="eve", holder_id="bob", decided_at=s.now), "eve", "Only a member"),
    (lambda s, d: RoleChanged(user_id="carol", role=VIEWER), "bob", "Only the owner"),
    (lambda s, d: RoleChanged(user_id="carol", role=GrantedRole.CONTRIBUTOR), "alice", "gives no event"),
    (lambda s, d: RoleChanged(user_id="bob", role=VIEWER), "alice", "gives ring_passed, role_changed"),
    (lambda s, d: RingPassed(from_user_id="bob", to_user_id="alice", reason="holder_demoted"), "alice", "role_changed"),
    (lambda s, d: OwnershipTransferred(from_user_id="alice", to_user_id="eve"), "alice", "eve is not one"),
    (lambda s, d: OwnershipTransferred(from_user_id="alice", to_user_id="bob"), "bob", "Only the owner"),
    (lambda s, d: CollaboratorAdded(user_id="dan", role=VIEWER, invite_id=UUID(int=5)), "alice", "invite_id"),
    (lambda s, d: DraftRenamed(title="A walk"), "alice", "gives no event"),
    (lambda s, d: DraftRenamed(title="Mine"), "bob", "Only the owner may edit"),
    (lambda s, d: DraftRenamed(title="x" * 201), "alice", "title"),
    (lambda s, d: DraftDescribed(description=""), "alice", "gives no event"),
    (lambda s, d: PlatformChanged(), "alice", "gives no event"),
    (lambda s, d: VisibilityChanged(visibility=Visibility.PUBLIC), "alice", "gives no event"),
    (lambda s, d: TurnLimitChanged(turn_limit_hours=24), "alice", "gives no event"),
    (lambda s, d: TurnLimitChanged(turn_limit_hours=0), "alice", "turn_limit_hours"),
    (lambda s, d: PublishDateChanged(), "alice", "gives no event"),
    (lambda s, d: DraftLocked(), "bob", "Only the owner may lock"),
    (lambda s, d: DraftUnlocked(), "alice", "gives no event"),
    (lambda s, d: DraftCompleted(), "carol", "Only the owner may complete"),
    (lambda s, d: DraftReopened(), "alice", "gives no event"),
    (lambda s, d: DraftArchived(), "bob", "Only the owner may archive"),
]


@pytest.mark.parametrize(("forged", "who", "said"), FORGERIES)
def test_an_event_that_the_rules_would_not_make_is_found(scribe: Scribe, forged: Forged, who: str, said: str) -> None:
    draft = written_together(scribe)
    scribe.register("eve")  # 10
    scribe.forge(draft, forged(scribe, draft), who)
    found = looked_at(scribe.records).findings
    assert rules(found) == [(11, "legal")]
    assert said in found[0].text


def test_a_withdrawn_segment_that_is_amended_or_withdrawn_again_is_found(scribe: Scribe) -> None:
    draft = written_together(scribe)
    scribe.withdraw(draft, BOBS, "bob")  # 10
    scribe.forge(draft, amended(scribe, draft, BOBS), "bob")
    scribe.forge(draft, withdrawn(scribe, draft, BOBS), "bob")
    found = looked_at(scribe.records).findings
    assert [(finding.position, finding.text.partition("; ")[0]) for finding in found] == [
        (11, "it would be refused: The segment was withdrawn."),
        (12, "deciding it again gives no event"),
    ]


def test_a_text_that_was_amended_is_the_one_to_compare_with(scribe: Scribe) -> None:
    draft = written_together(scribe)
    scribe.amend(draft, BOBS, "bob", "Or so")  # 10
    scribe.amend(draft, BOBS, "bob", "And then")  # 11
    scribe.forge(draft, amended(scribe, draft, BOBS, "And then"), "bob")
    assert rules(looked_at(scribe.records).findings) == [(12, "legal")]


def test_a_second_nudge_within_the_hour_is_found(scribe: Scribe) -> None:
    draft = written_together(scribe)
    scribe.do(NudgeHolder, draft, "alice")  # 10
    scribe.now += timedelta(minutes=59)
    scribe.forge(draft, HolderNudged(user_id="alice", holder_id="bob", decided_at=scribe.now), "alice")
    assert rules(looked_at(scribe.records).findings) == [(11, "legal")]


def test_an_edit_of_several_fields_is_one_command(scribe: Scribe) -> None:
    """One of its events left out is not seen; in another order it is."""
    draft = written_together(scribe)
    scribe.do(EditDraft, draft, "alice", title="A run", turn_limit_hours=1)  # 10, 11
    first, second = scribe.records[9].event, scribe.records[10].event
    scribe.change(10, type=second.type, payload=second.payload)
    scribe.change(11, type=first.type, payload=first.payload)
    assert (10, "legal") in rules(looked_at(scribe.records).findings)


def test_a_locked_or_closed_draft_takes_nothing(scribe: Scribe) -> None:
    draft = written_together(scribe)
    scribe.do(CompleteDraft, draft, "alice")  # 10
    for event, who in ((amended(scribe, draft, BOBS), "bob"), (DraftArchived(), "alice"), (DraftLocked(), "alice")):
        scribe.forge(draft, event, who)
    assert rules(looked_at(scribe.records).findings) == [(11, "legal"), (12, "legal"), (13, "legal")]


# ---------------------------------------------------------------------------------------------------------------------
# Erased


def test_whoever_is_erased_everything_else_is_judged(scribe: Scribe) -> None:
    everything(scribe)
    for name in ("alice", "bob", "carol"):
        lost = [r.event.position for r in scribe.records if r.event.subject == name and r.event.stream_type == "draft"]
        kept = list(scribe.records)
        scribe.erase(*lost)
        judged = looked_at(scribe.records)
        assert (judged.findings, judged.counts.erased, judged.counts.unjudged) == ([], len(lost), 0)
        scribe.records[:] = kept


@pytest.mark.parametrize(
    ("forged", "who"),
    [
        (lambda s, d: amended(s, d, ALICES), "alice"),
        (lambda s, d: withdrawn(s, d, BOBS), "carol"),
        (lambda s, d: HolderNudged(user_id="bob", holder_id="bob", decided_at=s.now), "bob"),
        (lambda s, d: RoleChanged(user_id="carol", role=VIEWER), "bob"),
        (lambda s, d: OwnershipTransferred(from_user_id="bob", to_user_id="carol"), "bob"),
        (lambda s, d: DraftRenamed(title="Mine"), "bob"),
        (lambda s, d: DraftLocked(), "carol"),
        (lambda s, d: DraftReopened(), "carol"),
        (lambda s, d: reclaimed(s, "eve", 9 * DAY), "eve"),
    ],
)
def test_an_erased_event_of_somebody_who_may_do_nothing_of_the_kind_is_found(
    scribe: Scribe, forged: Forged, who: str
) -> None:
    draft = written_together(scribe)
    scribe.register("eve")  # 10
    scribe.forge(draft, forged(scribe, draft), who)
    scribe.erase(11)
    assert rules(looked_at(scribe.records).findings) == [(11, "legal")]


def test_what_an_erased_edit_said_may_be_said_again(scribe: Scribe) -> None:
    """A to B, which was erased, and back to A: on what is left it looks as if nothing changed."""
    draft = written_together(scribe)
    scribe.amend(draft, BOBS, "bob", "Or so")  # 10
    scribe.amend(draft, BOBS, "bob", "And then")  # 11
    for fields in ({"title": "A run", "turn_limit_hours": 1}, {"title": "A walk", "turn_limit_hours": 24}):
        scribe.do(EditDraft, draft, "alice", **fields)  # 12, 13; 14, 15
    scribe.erase(10, 12, 13)
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.counts.erased, judged.counts.assumed) == ([], 3, 0)


def test_what_an_erased_transfer_or_role_may_have_said_is_assumed_and_counted(scribe: Scribe) -> None:
    draft = written_together(scribe)
    scribe.do(TransferOwnership, draft, "alice", to_user_id="carol")  # 10
    scribe.do(ChangeRole, draft, "carol", collaborator_id="alice", role=VIEWER)  # 11
    scribe.do(LockDraft, draft, "carol")  # 12
    scribe.do(UnlockDraft, draft, "carol")  # 13
    scribe.hand(draft, "carol", "bob")  # 14
    scribe.erase(10)
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.counts.assumed) == ([], 1)
    scribe.forge(draft, DraftLocked(), "bob")
    assert (15, "legal") not in rules(looked_at(scribe.records).findings)  # it may be his, for all that is known
