"""The timeline: every event of a draft as one line, in both directions."""

from typing import Any, get_args
from uuid import UUID

import orjson
import pytest

from onering.domain.events import Event
from onering.log.wire import timestamp
from projections import cursors
from projections.faults import BadCursor
from projections.timeline import TimelinePage, read_timeline, summary
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story

SENTENCES = [
    ("draft_created", {"title": "A walk", "creator_id": "alice"}, "alice started “A walk”."),
    ("segment_added", {"segment_order": 0}, "alice wrote segment 1."),
    ("ring_passed", {"from_user_id": "alice", "to_user_id": "bob"}, "alice passed the ring to bob."),
    ("ring_passed", {"from_user_id": "alice", "to_user_id": "alice"}, "alice kept the ring."),
    (
        "ring_passed",
        {"from_user_id": "bob", "to_user_id": "alice", "reason": "holder_removed"},
        "The ring went back to alice, since bob was removed.",
    ),
    (
        "ring_passed",
        {"from_user_id": "alice", "to_user_id": "bob", "reason": "holder_removed"},
        "The ring went back to bob, since alice left.",
    ),
    (
        "ring_passed",
        {"from_user_id": "bob", "to_user_id": "alice", "reason": "holder_demoted"},
        "The ring went back to alice, since bob became a viewer.",
    ),
    (
        "ring_passed",
        {"from_user_id": "bob", "to_user_id": "alice", "reason": "reclaimed"},
        "alice reclaimed the ring from bob.",
    ),
    (
        "ring_passed",
        {"from_user_id": "alice", "to_user_id": "bob", "strategy": "most_inactive", "reasoning": "Never wrote."},
        "alice passed the ring to bob, chosen by most inactive.",
    ),
    ("holder_nudged", {"holder_id": "bob"}, "alice reminded bob that it is their turn."),
    ("segment_amended", {"segment_order": 1}, "alice amended segment 2."),
    ("segment_withdrawn", {"segment_order": 1}, "alice withdrew segment 2."),
    ("collaborator_added", {"user_id": "bob", "role": "viewer"}, "alice added bob as a viewer."),
    ("collaborator_added", {"user_id": "alice", "role": "viewer"}, "alice joined as a viewer."),
    ("role_changed", {"user_id": "bob", "role": "contributor"}, "alice made bob a contributor."),
    ("collaborator_removed", {"user_id": "bob"}, "alice removed bob."),
    ("collaborator_removed", {"user_id": "alice"}, "alice left."),
    ("ownership_transferred", {"from_user_id": "alice", "to_user_id": "bob"}, "alice gave the draft to bob."),
    ("draft_renamed", {"title": "A climb"}, "alice renamed the draft “A climb”."),
    ("draft_described", {}, "alice changed the description."),
    ("platform_changed", {"platform": "blog"}, "alice chose blog as the platform."),
    ("platform_changed", {}, "alice changed the platform."),
    ("visibility_changed", {"visibility": "private"}, "alice made the draft private."),
    ("visibility_changed", {"visibility": "workspace"}, "alice made the draft visible to its workspace."),
    ("visibility_changed", {"visibility": "house"}, "alice: visibility changed."),
    ("turn_limit_changed", {"turn_limit_hours": 48}, "alice set turns to 48 hours."),
    ("turn_limit_changed", {"turn_limit_hours": 1}, "alice set turns to 1 hour."),
    (
        "publish_date_changed",
        {"target_publish_at": "2026-12-24T18:00:00Z"},
        "alice set the date of publication to 2026-12-24T18:00:00Z.",
    ),
    ("publish_date_changed", {}, "alice changed the date of publication."),
    ("draft_locked", {}, "alice locked the draft."),
    ("draft_unlocked", {}, "alice unlocked the draft."),
    ("draft_completed", {}, "alice completed the draft."),
    ("draft_reopened", {}, "alice reopened the draft."),
    ("draft_archived", {}, "alice archived the draft."),
]


def principal(issuer: str, subject: str) -> str:
    return f"{issuer}|{subject}"


async def read(models: ByHand, draft: UUID, **wanted: Any) -> TimelinePage:
    return await read_timeline(models.models, draft, NOW, principal, **wanted)


async def told(story: Story, models: ByHand) -> UUID:
    """A draft of 6 events, projected."""
    draft = await story.create(initial_segment="Once")
    await story.let_in(draft, "bob")
    await story.hand(draft, "bob")
    await story.take_out(draft, "bob")
    await models.project()
    return draft


async def test_an_entry_says_what_happened_when_and_by_whom(models: ByHand, story: Story) -> None:
    draft = await told(story, models)
    page = await read(models, draft)
    event = story.told[1]
    assert page.entries[1] == {
        "event_id": str(event.event_id),
        "ts": timestamp(event.recorded_at),
        "type": "segment_added",
        "actor_user_id": "test|alice",
        "draft_id": str(draft),
        "summary": "test|alice wrote segment 1.",
        "meta": {"segment_id": page.entries[1]["meta"]["segment_id"], "author_id": "alice", "segment_order": 0},
    }
    assert page.position == story.position


async def test_it_goes_both_ways_over_the_same_entries(models: ByHand, story: Story) -> None:
    draft = await told(story, models)
    up = (await read(models, draft)).entries
    down = (await read(models, draft, ascending=False)).entries
    assert [entry["event_id"] for entry in up] == [str(event.event_id) for event in story.told]
    assert down == up[::-1]


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 5, 6, 500])
async def test_pages_have_every_entry_once(models: ByHand, story: Story, ascending: bool, limit: int) -> None:
    draft = await told(story, models)
    found: list[Any] = []
    cursor: str | None = None
    while cursor is not None or not found:
        page = await read(models, draft, limit=limit, ascending=ascending, cursor=cursor)
        assert len(page.entries) <= limit
        found += page.entries
        cursor = page.next_cursor
    assert tuple(found) == (await read(models, draft, ascending=ascending)).entries


async def test_a_cursor_stays_good_while_the_draft_goes_on(models: ByHand, story: Story) -> None:
    draft = await told(story, models)
    first = await read(models, draft, limit=6)
    assert first.next_cursor is None
    partly = await read(models, draft, limit=5)
    await story.add(draft)
    await models.project()
    rest = await read(models, draft, cursor=partly.next_cursor)
    assert [entry["type"] for entry in rest.entries] == ["collaborator_removed", "segment_added"]


@pytest.mark.parametrize("cursor", ["", "x", cursors.encode("epoch", "1"), cursors.encode("epoch", True), "{}"])
async def test_a_cursor_that_is_none_of_ours_is_refused(models: ByHand, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await read(models, UUID(int=1), cursor=cursor)


async def test_a_cursor_beyond_every_version_ends_the_timeline(models: ByHand, story: Story) -> None:
    draft = await told(story, models)
    for version in (-5, 2**60):
        pages = [
            await read(models, draft, ascending=up, cursor=cursors.encode("epoch", version)) for up in (True, False)
        ]
        assert sorted(len(page.entries) for page in pages) == [0, 6]
    with pytest.raises(BadCursor, match="restored"):
        await read(models, draft, cursor=cursors.encode("other", 1))


async def test_a_draft_without_events_has_an_empty_timeline(models: ByHand, story: Story) -> None:
    await told(story, models)
    assert await read(models, UUID(int=1)) == TimelinePage((), None, story.position)


async def test_long_texts_are_told_elsewhere(models: ByHand, story: Story) -> None:
    draft = await story.create(description="Long", initial_segment="Secret text")
    segment = story.events_of(draft)[1].payload
    assert segment is not None
    of_it = orjson.loads(segment)["data"] | {"content": "Another text"}
    await story.unknown(draft, "segment_amended", data=orjson.dumps(of_it).decode())
    await story.unknown(draft, "draft_described", data='{"description": "Longer"}')
    await models.project(1000, "timeline")
    for entry in (await read(models, draft)).entries:
        assert not {"content", "description", "decided_at"} & entry["meta"].keys()


async def test_an_erased_event_keeps_its_place_without_its_words(models: ByHand, story: Story, owner: Any) -> None:
    draft = await told(story, models)
    await owner.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
    await owner.execute("UPDATE onering.events SET payload = NULL, salt = NULL")
    await owner.execute("DELETE FROM timeline_1.entries; UPDATE onering.projections SET position = 0")
    models.builds["timeline"] = models.builds["timeline"]._replace(position=0)
    await models.project(100, "timeline")
    page = await read(models, draft)
    assert [entry["meta"] for entry in page.entries] == [{}] * 6
    assert page.entries[0]["summary"] == "test|alice: draft created."


@pytest.mark.parametrize(("type", "meta", "sentence"), SENTENCES)
def test_each_event_reads_as_a_sentence(type: str, meta: dict[str, Any], sentence: str) -> None:
    assert summary(type, "alice", meta) == sentence


def test_no_type_of_event_is_without_a_sentence() -> None:
    types = {model.model_fields["type"].default for model in get_args(Event)}
    assert types == {type for type, _, _ in SENTENCES}


def test_an_event_without_words_is_named_by_its_type() -> None:
    assert summary("draft_sung", "alice", {}) == "alice: draft sung."


async def test_what_an_event_of_every_type_left_in_the_log_has_its_sentence(models: ByHand, story: Story) -> None:
    draft = await told(story, models)
    assert [entry["summary"] for entry in (await read(models, draft)).entries] == [
        "test|alice started “A walk”.",
        "test|alice wrote segment 1.",
        "test|alice added bob as a contributor.",
        "test|alice passed the ring to bob.",
        "The ring went back to alice, since bob was removed.",
        "test|alice removed bob.",
    ]
