"""A draft read from its tables, at any lag of the projector, is the fold of its events."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from onering.domain.commands import (
    ArchiveDraft,
    ChangeRole,
    CompleteDraft,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRingSmart,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
)
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES
from onering.domain.invites import InviteState, InviteStatus
from onering.domain.refusals import Refusal
from onering.domain.values import GrantedRole
from onering.log.event import StoredEvent
from projections.document import WHOLE, DraftDocument, SegmentPage, fold
from projections.drafts import find_segment, read_draft, read_draft_at
from projections.invites import Invite, list_invites, pending_invites
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story

PEOPLE = ("alice", "bob", "carol", "dan")

bounded = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],  # making a failing story shorter takes minutes on a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

EDITS: list[dict[str, Any]] = [
    {"title": "A run", "description": "Fast"},
    {"title": "A walk", "platform": "x"},
    {"platform": "blog", "visibility": "public"},
    {"platform": None, "visibility": "workspace", "turn_limit_hours": 1},
    {"target_publish_at": "2027-01-01T00:00:00.000001+02:00", "turn_limit_hours": 48},
    {"target_publish_at": None, "description": ""},
]
MOVES = (LockDraft, UnlockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ReopenDraft, ArchiveDraft)
OFTEN = ("add", "hand", "let_in", "rewrite", "project")
KINDS = (*OFTEN, *OFTEN, "smart", "role", "take_out", "transfer", "edit", "edit", "move", "nudge", "invite", "accept")

# What happens next, to which of the two drafts, and who is meant; `project` moves the read model on by some events.
steps = st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.sampled_from(PEOPLE), st.integers(0, 11))
stories = st.lists(steps, min_size=40, max_size=60)
pages = st.builds(
    SegmentPage,
    after=st.integers(-1, 12),
    limit=st.none() | st.integers(0, 6),
    last=st.none() | st.integers(0, 8),
)


async def tell(story: Story, drafts: Sequence[UUID], step: tuple[str, int, str, int]) -> None:
    """Do what the step says; the holder and the owner act, so that most of it is accepted."""
    what, which, person, number = step
    draft = drafts[which]
    owner, holder = story.states[draft].owner_id, story.states[draft].holder_id
    role = GrantedRole.VIEWER if number % 3 == 1 else GrantedRole.CONTRIBUTOR
    with suppress(Refusal):
        match what:
            case "add":
                await story.add(draft, f"Text {number}", who=holder)
            case "rewrite":
                await story.rewrite(draft, number // 2, f"Text {number}" if number % 3 else None, who=holder)
            case "hand":
                await story.hand(draft, person, who=holder)
            case "smart":
                await story.ask(PassRingSmart, draft, holder)
            case "nudge":
                await story.ask(NudgeHolder, draft, person)
            case "invite":
                await story.invite(draft, person, owner, role=role, message="Come" if number % 2 else None)
            case "accept":
                await answer(story, number)
            case _:
                await manage(story, draft, owner, step, role)


async def manage(story: Story, draft: UUID, owner: str, step: tuple[str, int, str, int], role: GrantedRole) -> None:
    what, _, person, number = step
    match what:
        case "let_in":
            await story.let_in(draft, person, role, who=owner)
        case "role":
            await story.ask(ChangeRole, draft, owner, collaborator_id=person, role=role)
        case "take_out":
            await story.take_out(draft, person, who=owner if number % 2 else person)
        case "transfer":
            await story.ask(TransferOwnership, draft, owner, to_user_id=person)
        case "edit":
            await story.ask(EditDraft, draft, owner, **EDITS[number % len(EDITS)])
        case "move":
            await story.ask(MOVES[number % len(MOVES)], draft, owner)


async def answer(story: Story, number: int) -> None:
    """Have whoever was invited accept or decline, or whoever invited think better of it."""
    if story.invites:
        invite = list(story.invites.values())[-1 - number % min(3, len(story.invites))]
        assert invite.created is not None
        if number % 4 == 2:
            await story.revoke(invite.invite_id, invite.created.inviter_id)
        else:
            settle = story.decline if number % 4 == 3 else story.accept
            await settle(invite.invite_id, invite.created.target_user_id)


def folded(events: Sequence[StoredEvent]) -> DraftDocument:
    document = fold(None, events)
    assert document is not None
    return document


@bounded
@given(script=stories, sample=st.lists(pages, min_size=5, max_size=5))
async def test_a_draft_reads_the_same_from_tables_events_and_both(
    models: ByHand, story: Story, script: Any, sample: list[SegmentPage]
) -> None:
    drafts = [await story.create(initial_segment="Once"), await story.create(description="Slow")]
    for step in script:
        await tell(story, drafts, step)
        if step[0] == "project":
            await models.project(step[3] ** 2, "drafts", "access", "invites")
            for draft in drafts:
                expected = folded(story.events_of(draft))
                for page in (WHOLE, *sample):
                    assert await read_draft(models.models, draft, page) == expected.paged(page)
    await models.project(1000)
    for draft in drafts:
        expected = folded(story.events_of(draft))
        assert await version_in_tables(models, draft) == expected.version
        assert await read_draft(models.models, draft) == expected
        await check_segments(models, story, draft)
        await check_access(models, expected)
        await check_invites(models, story, draft)


async def everything(story: Story) -> UUID:
    """Let every event of a draft happen, and many of a kind one after the other."""
    draft = await story.create(initial_segment="Once")
    for name in ("bob", "carol", "dan"):
        await story.let_in(draft, name)
    await story.hand(draft, "bob")
    for text in ("And", "then", "it"):
        await story.add(draft, text, "bob")
    for order, content in ((1, "But"), (1, "Or"), (2, None), (1, None), (3, "rained")):
        await story.rewrite(draft, order, content, "bob")
    await story.ask(NudgeHolder, draft, "carol")
    await story.ask(PassRingSmart, draft, "bob")
    for edit in EDITS:
        await story.ask(EditDraft, draft, "alice", **edit)
    for model in (LockDraft, UnlockDraft, CompleteDraft, ReopenDraft, ArchiveDraft, ReopenDraft):
        await story.ask(model, draft, "alice")
    for role in (GrantedRole.VIEWER, GrantedRole.CONTRIBUTOR, GrantedRole.VIEWER):
        await story.ask(ChangeRole, draft, "alice", collaborator_id="dan", role=role)
    await story.take_out(draft, "carol", "carol")
    await story.let_in(draft, "carol", GrantedRole.VIEWER)
    await story.take_out(draft, "dan")
    await story.ask(TransferOwnership, draft, "alice", to_user_id="bob")
    await story.accept(await story.invite(draft, "dan", "bob", role=GrantedRole.VIEWER), "dan")
    await story.take_out(draft, "alice", "alice")
    await story.decline(await story.invite(draft, "alice", "bob"), "alice")
    await story.revoke(await story.invite(draft, "alice", "bob"), "bob")
    await story.invite(draft, "alice", "bob", message="Come back")
    return draft


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_whatever_happens_reads_the_same_in_batches_of_any_size(models: ByHand, story: Story, size: int) -> None:
    draft = await everything(story)
    assert {event.type for event in story.told} == {*EVENT_TYPES, *INVITE_EVENT_TYPES}
    for _ in range(0, len(story.told), size):
        await models.project(size, "drafts", "access", "invites")
        assert await read_draft(models.models, draft) == folded(story.events_of(draft))
    await check_segments(models, story, draft)
    await check_access(models, folded(story.events_of(draft)))
    await check_invites(models, story, draft)


async def test_a_page_is_full_whatever_was_withdrawn_since_the_tables_were_written(
    models: ByHand, story: Story
) -> None:
    draft = await story.create()
    for n in range(6):
        await story.add(draft, f"{n}")
    await models.project()
    for order in (0, 2):
        await story.rewrite(draft, order, None, "alice")
    for page in (SegmentPage(limit=2), SegmentPage(after=0, limit=3), SegmentPage(limit=2, last=5)):
        assert await read_draft(models.models, draft, page) == folded(story.events_of(draft)).paged(page)


async def check_segments(models: ByHand, story: Story, draft: UUID) -> None:
    """What rules ask of a segment is what they know of it, withdrawn ones too."""
    for fact in story.segments[draft]:
        assert await find_segment(models.models, draft, fact.segment_id) == (story.versions[draft], fact)


async def check_access(models: ByHand, document: DraftDocument) -> None:
    """Lists and their visibility: each member's row, and the draft's own."""
    people = await models.models.fetch(
        """SELECT m.user_id, m.role, m.joined_at, m.status, m.visibility, m.holding, m.active_at
             FROM {access}.members m WHERE m.draft_id = $1 ORDER BY m.version""",
        document.draft_id,
    )
    seen = (document.status, document.visibility)
    assert [tuple(row) for row in people] == [
        (m.user_id, m.role, m.joined_at, *seen, m.user_id == document.holder_id, document.updated_at)
        for m in document.members
    ]
    rows = await models.models.fetch(
        "SELECT d.workspace_id, d.visibility, d.status, d.holder_id FROM {access}.drafts d WHERE d.draft_id = $1",
        document.draft_id,
    )
    assert [tuple(row) for row in rows] == [
        (document.workspace_id, document.visibility, document.status, document.holder_id)
    ]


async def check_invites(models: ByHand, story: Story, draft: UUID) -> None:
    """Newest first, with everything that happened to each; and those that stand."""
    known = [state for state in story.invites.values() if state.created and state.created.draft_id == draft]
    page = await list_invites(models.models, draft, NOW)
    assert list(page.invites) == [invite_of(state) for state in reversed(known)]
    pending = {state.invite_id for state in known if state.status is InviteStatus.PENDING}
    assert set(await pending_invites(models.models, draft, story.told[-1].recorded_at)) == pending


def invite_of(state: InviteState) -> Invite:
    made = state.created
    assert made is not None
    assert state.created_at is not None
    settled = (state.created_at, made.expires_at, state.settled_at)
    return Invite(
        state.invite_id, made.draft_id, made.inviter_id, made.target_user_id, made.role, made.message, state.status,
        *settled,
    )  # fmt: skip


async def version_in_tables(models: ByHand, draft: UUID) -> int:
    rows = await models.models.fetch("SELECT version FROM {drafts}.drafts WHERE draft_id = $1", draft)
    return int(rows[0]["version"])


@bounded
@given(script=stories, page=pages)
async def test_a_draft_of_any_version_or_time_is_the_fold_up_to_it(
    models: ByHand, story: Story, script: Any, page: SegmentPage
) -> None:
    drafts = [await story.create(initial_segment="Once"), await story.create()]
    for step in script:
        await tell(story, drafts, step)
    events = story.events_of(drafts[0])
    for version in {1, len(events) // 2 + 1, len(events)}:
        expected = folded(events[:version])
        assert await read_draft_at(models.models, drafts[0], version, page) == expected.paged(page)
        # Events of one commit share their time, and all of them count.
        last = max(e.version for e in events if e.recorded_at <= expected.updated_at)
        assert await read_draft_at(models.models, drafts[0], expected.updated_at) == folded(events[:last])


async def test_before_its_first_event_and_after_its_last_there_is_no_version(models: ByHand, story: Story) -> None:
    draft = await story.create()
    (event,) = story.events_of(draft)
    for version in (0, -1, 2, 2**31, 10**30):
        assert await read_draft_at(models.models, draft, version) is None
    assert await read_draft_at(models.models, draft, event.recorded_at - timedelta(microseconds=1)) is None
    assert await read_draft_at(models.models, UUID(int=1), 1) is None
    assert await read_draft_at(models.models, UUID(int=1), event.recorded_at) is None


async def test_a_time_after_the_last_event_is_the_draft_as_it_is(models: ByHand, story: Story) -> None:
    draft = await story.create(initial_segment="Once")
    later = story.told[-1].recorded_at + timedelta(days=1)
    assert await read_draft_at(models.models, draft, later) == folded(story.told)


async def test_a_stream_of_another_type_is_no_draft(models: ByHand, story: Story) -> None:
    await story.sign_in("alice")
    user = story.told[-1].stream_id
    await models.project()
    assert await read_draft(models.models, user) is None
    assert await read_draft_at(models.models, user, 1) is None


async def test_the_first_of_the_last_segments_are_right_while_the_tables_lag(models: ByHand, story: Story) -> None:
    draft = await story.create()
    for n in range(10):
        await story.add(draft, f"{n}")
    await models.project(8)
    page = await read_draft(models.models, draft, SegmentPage(limit=3, last=5))
    assert page is not None
    assert [segment.segment_order for segment in page.segments] == [5, 6, 7]


async def test_a_page_beyond_any_segment_is_empty(models: ByHand, story: Story) -> None:
    draft = await story.create(initial_segment="Once")
    for after in (0, 2**31 - 1, 2**40, 10**30):
        page = await read_draft(models.models, draft, SegmentPage(after=after))
        assert page is not None
        assert (page.segments, page.segment_count) == ((), 1)


async def test_a_long_history_is_folded_page_by_page(models: ByHand, story: Story, monkeypatch: Any) -> None:
    monkeypatch.setattr("projections.drafts._EVENTS_AT_ONCE", 3)
    draft = await story.create()
    for n in range(7):
        await story.add(draft, f"{n}")
    assert await read_draft_at(models.models, draft, 8) == folded(story.told)
    assert await read_draft_at(models.models, draft, 7) == folded(story.told[:7])


async def test_a_fold_refuses_events_that_do_not_follow(story: Story) -> None:
    draft = await story.create()
    await story.add(draft)
    await story.add(draft)
    first, second, third = story.told
    for wrong in ([first, third], [second], [first, first]):
        with pytest.raises(ValueError, match="does not follow"):
            fold(None, wrong)


async def test_a_draft_begins_with_its_creation(story: Story) -> None:
    draft = await story.create()
    await story.add(draft)
    with pytest.raises(ValueError, match="begins with segment_added"):
        fold(None, [story.told[1]._replace(version=1)])
