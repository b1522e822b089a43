"""The log by person, draft, workspace, type and time, as auditors ask for it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from onering.domain.ids import derived
from onering.log.append import Append, NewEvent, Write, append
from projections import audit
from projections.audit import AuditFilter, Span, audit_page, audited_span
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story, person


async def positions(models: ByHand, after: int = 0, limit: int = 100, **wanted: Any) -> list[int]:
    """Return where all wanted events are, gone through page by page."""
    filter, found = AuditFilter(**wanted), list[int]()
    span = await audited_span(models.models, NOW, filter, after)
    while True:
        page = await audit_page(models.models, filter, span, limit)
        assert len(page.events) <= limit
        found += [event.position for event in page.events]
        if page.ended is None:
            return found
        assert page.ended > span.after
        span = span._replace(after=page.ended)


async def invited(conn: Any, draft: UUID) -> None:
    """Store an invite to a draft, by bob."""
    identity, bob = uuid4(), person("bob")
    event = NewEvent(derived(identity, "event"), "invite_created", 1, f'{{"data":{{"draft_id":"{draft}"}}}}')
    write = Write(uuid4(), "invite", person("alice").workspace_id, 0, (event,))
    await append(conn, 0, [Append(identity, b"\1" * 33, bob.issuer, bob.subject, None, "request", (write,))])


@pytest.fixture
async def drafts(models: ByHand, story: Story, conn: Any) -> tuple[UUID, UUID]:
    """Return two drafts; positions 1 to 9 are what happened to them, 10 what no release knows yet."""
    one = await story.create(initial_segment="Once")
    two = await story.create("bob")
    await story.let_in(one, "bob")
    await story.hand(one, "bob")
    await story.add(one, who="bob")
    await story.sign_in("carol")
    await invited(conn, one)
    await story.add(two, who="bob")
    await story.unknown(two, type="draft_sung")
    await models.project(100, "audit")
    return one, two


async def test_every_filter_finds_what_it_says_in_the_logs_order(
    models: ByHand, story: Story, drafts: tuple[UUID, UUID]
) -> None:
    one, _ = drafts
    assert await positions(models) == list(range(1, 11))
    assert await positions(models, draft_id=one) == [1, 2, 4, 5, 6, 8]
    assert await positions(models, people=[("test", "bob")]) == [3, 6, 8, 9]
    assert await positions(models, people=[("test", "carol"), ("test", "alice")]) == [1, 2, 4, 5, 7, 10]
    assert await positions(models, type="segment_added") == [2, 6, 9]
    assert await positions(models, type="draft_created") == [1, 3]
    assert await positions(models, type="user_registered") == [7]
    assert await positions(models, type="draft_sung") == [10]
    assert await positions(models, workspace_id=person("bob").workspace_id) == [3, 9, 10]
    assert await positions(models, people=[("elsewhere", "bob")]) == []
    assert await positions(models, draft_id=uuid4()) == []


async def test_filters_narrow_each_other(models: ByHand, drafts: tuple[UUID, UUID]) -> None:
    one, _ = drafts
    bob, workspace = [("test", "bob")], person("bob").workspace_id
    assert await positions(models, people=bob, type="segment_added") == [6, 9]
    assert await positions(models, people=bob, draft_id=one) == [6, 8]
    assert await positions(models, people=bob, workspace_id=workspace) == [3, 9]
    assert await positions(models, draft_id=one, workspace_id=workspace) == []
    assert await positions(models, type="draft_created", workspace_id=workspace) == [3]
    assert await positions(models, 3, type="draft_created") == []


async def test_times_are_inclusive(models: ByHand, story: Story, drafts: tuple[UUID, UUID]) -> None:
    at = {event.position: event.recorded_at for event in story.told}
    instant = timedelta(microseconds=1)
    assert await positions(models, since=at[4]) == [4, 5, 6, 7, 8, 9, 10]
    assert await positions(models, until=at[4]) == [1, 2, 3, 4]
    assert await positions(models, since=at[4] + instant, until=at[6] - instant) == [5]
    assert await positions(models, since=at[1], until=at[10]) == list(range(1, 11))
    assert await positions(models, since=at[10] + instant) == await positions(models, until=at[1] - instant) == []
    assert await positions(models, 5, since=at[4], until=at[7]) == [6, 7]
    assert await positions(models, since=at[1], until=at[2]) == [1, 2]  # they share their commit


async def test_pages_hold_what_they_may_and_look_at_no_more(
    models: ByHand, drafts: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await positions(models, limit=1, type="segment_added") == [2, 6, 9]
    assert await positions(models, limit=10) == await positions(models, limit=3) == list(range(1, 11))
    monkeypatch.setattr(audit, "EXAMINED", 4)
    span = Span(0, 10, 10)
    page = await audit_page(models.models, AuditFilter(type="segment_added"), span, 3)
    assert ([event.position for event in page.events], page.ended) == ([2], 4)
    assert await positions(models, limit=3, type="segment_added") == [2, 6, 9]
    assert await positions(models, limit=3, people=[("test", "bob")], type="draft_sung") == []


async def test_an_empty_log_has_nothing_to_audit(models: ByHand, story: Story) -> None:
    assert await positions(models) == []
    await story.create()
    await models.project(100, "audit")
    at = story.told[0].recorded_at
    assert await positions(models, since=at, until=at) == [1]
