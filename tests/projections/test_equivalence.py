"""A draft read from its tables, at any lag of the projector, is the fold of its events."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from onering.domain.refusals import Refusal
from onering.domain.values import GrantedRole
from onering.log.event import StoredEvent
from projections.document import WHOLE, DraftDocument, SegmentPage, fold
from projections.drafts import read_draft, read_draft_at
from tests.projections.reading import ByHand
from tests.projections.story import Story

PEOPLE = ("alice", "bob", "carol", "dan")

bounded = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],  # making a failing story shorter takes minutes on a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# What happens next, to which of the two drafts, and who is meant; `project` moves the read model on by some events.
steps = st.tuples(
    st.sampled_from(["add", "add", "add", "hand", "hand", "let_in", "let_in", "take_out", "project", "project"]),
    st.integers(0, 1),
    st.sampled_from(PEOPLE),
    st.integers(1, 6),
)
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
    holder = story.states[draft].holder_id
    with suppress(Refusal):
        match what:
            case "add":
                await story.add(draft, f"Text {number}", who=holder)
            case "hand":
                await story.hand(draft, person, who=holder)
            case "let_in":
                role = GrantedRole.VIEWER if number == 1 else GrantedRole.CONTRIBUTOR
                await story.let_in(draft, person, role)
            case "take_out":
                await story.take_out(draft, person, who="alice" if number % 2 else person)


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
            await models.project(step[3] ** 2, "drafts")
            for draft in drafts:
                expected = folded(story.events_of(draft))
                for page in (WHOLE, *sample):
                    assert await read_draft(models.models, draft, page) == expected.paged(page)
    await models.project(1000, "drafts")
    for draft in drafts:
        expected = folded(story.events_of(draft))
        assert await version_in_tables(models, draft) == expected.version
        assert await read_draft(models.models, draft) == expected


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
