"""Search in the list: what is found where, by whom, and what one search goes through at most."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from onering.domain.ids import derived
from onering.domain.values import Status, Visibility
from onering.log.append import NewEvent
from projections import draft_list
from projections.draft_list import DraftFilter, DraftPage, list_drafts
from projections.models import ReadAt
from projections.search import PAGE_SEGMENTS, Snippet, snippet_of
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story, person


async def found(models: ByHand, search: str, who: str | None = "alice", **wanted: Any) -> list[str]:
    """Return the titles of what is found."""
    page = await list_drafts(models.models, who, NOW, DraftFilter(search=search, **wanted))
    return [document.title for document in page.documents]


async def happened(story: Story, draft: UUID, type: str, **data: Any) -> None:
    """Store an event of a draft as it is."""
    identity = uuid4()
    payload = orjson.dumps({"idempotency_key": None, "data": data}).decode()
    await story.store(draft, identity, person("alice"), NewEvent(derived(identity, "event"), type, 1, payload))


async def written(story: Story, draft: UUID, texts: Sequence[str]) -> None:
    """Add segments in one commit."""
    identity, first = uuid4(), story.states[draft].segment_count
    new = []
    for n, text in enumerate(texts):
        data = {"segment_id": str(uuid4()), "author_id": "alice", "content": text, "segment_order": first + n}
        payload = orjson.dumps({"idempotency_key": None, "data": data}).decode()
        new.append(NewEvent(derived(identity, "event", n), "segment_added", 1, payload))
    await story.store(draft, identity, person("alice"), *new)


@pytest.fixture
async def walk(models: ByHand, story: Story) -> UUID:
    """Return a draft with a title and three segments."""
    draft = await story.create(title="A walk", initial_segment="We left at dawn.")
    await story.add(draft, "It rained: the old man said nothing.")
    await story.add(draft, "Später schien die Sonne.")
    await models.project()
    return draft


FOUND = [
    *("walk", "WALK", "dawn", "dawn rained", "rained -snow", "snow or rained", '"old man"', "später", "sonne"),
    *("rai", "we lef", "dawn walk", '"old man" say or said', "the said"),
]
NOT_FOUND = [
    *("snow", "dawn snow", "rained -dawn", '"man old"', "rai walk", '"old ma"', "-walk", "-wal walk snow"),
    *("!!!", "&", "'", "':*", '"', "((", "a & | b", "<->", "\\", "%", "or", "-", "x" * 200, "🌧", "dawn:*zz"),
]


@pytest.mark.usefixtures("walk")
async def test_words_are_found_in_title_and_segments_and_whatever_is_asked_breaks_nothing(models: ByHand) -> None:
    answers = {search: await found(models, search) for search in FOUND + NOT_FOUND}
    assert answers == {search: ["A walk"] for search in FOUND} | {search: [] for search in NOT_FOUND}


async def test_nothing_to_search_for_is_no_search(models: ByHand, story: Story, walk: UUID) -> None:
    await story.create(title="Another")
    await models.project()
    for nothing in ("", "  ", "\n"):
        assert await found(models, nothing) == ["Another", "A walk"]


async def snippet(models: ByHand, search: str) -> Snippet:
    """Return the only draft's snippet."""
    page = await list_drafts(models.models, "alice", NOW, DraftFilter(search=search))
    (only,) = page.snippets.values()
    return only


@pytest.mark.usefixtures("walk")
async def test_a_snippet_says_where_it_is_from_and_what_matches(models: ByHand) -> None:
    assert await snippet(models, "rain") == Snippet(1, "It rained: the old man said nothing.", ((3, 9),))
    assert await snippet(models, "walk") == Snippet(None, "A walk", ((2, 6),))
    assert await snippet(models, "dawn -snow man old") == Snippet(
        1, "It rained: the old man said nothing.", ((15, 18), (19, 22))
    )
    assert (await snippet(models, "-snow")).matches == ()


def test_matches_are_counted_in_code_points() -> None:
    assert snippet_of(-1, "🌧 \x02rain\x03 \x02b\x03") == Snippet(None, "🌧 rain b", ((2, 6), (7, 8)))


class TestWhatChanges:
    async def test_an_amended_segment_is_found_by_its_new_text_only(
        self, models: ByHand, story: Story, walk: UUID
    ) -> None:
        await happened(story, walk, "segment_amended", segment_id=str(uuid4()), segment_order=1, content="It snowed.")
        await models.project()
        assert await found(models, "rained") == []
        assert await snippet(models, "snowed") == Snippet(1, "It snowed.", ((3, 9),))
        assert await found(models, "dawn sonne walk") == ["A walk"]

    async def test_a_withdrawn_segment_is_not_found(self, models: ByHand, story: Story, walk: UUID) -> None:
        await happened(story, walk, "segment_withdrawn", segment_id=str(uuid4()), segment_order=1)
        await models.project()
        assert await found(models, "rained") == []
        assert await found(models, "dawn sonne walk") == ["A walk"]

    async def test_a_draft_is_found_by_the_title_it_has(self, models: ByHand, story: Story, walk: UUID) -> None:
        await happened(story, walk, "draft_renamed", title="A run")
        await models.project()
        assert await found(models, "walk") == []
        assert await found(models, "run dawn") == ["A run"]

    async def test_of_several_changes_at_once_the_last_counts(self, models: ByHand, story: Story) -> None:
        draft = await story.create(initial_segment="Once")
        await story.add(draft, "two")
        for word in ("three", "four"):
            await happened(story, draft, "segment_amended", segment_id=str(uuid4()), segment_order=1, content=word)
        await happened(story, draft, "segment_amended", segment_id=str(uuid4()), segment_order=0, content="five")
        await happened(story, draft, "segment_withdrawn", segment_id=str(uuid4()), segment_order=0)
        await models.project()
        assert [bool(await found(models, word)) for word in ("once", "two", "three", "four", "five")] == [
            *(False, False, False),
            *(True, False),
        ]

    async def test_applied_one_by_one_or_all_at_once_makes_the_same_tables(
        self, models: ByHand, story: Story, conn: Any, walk: UUID
    ) -> None:
        """A rebuild applies thousands of events where the projector applied one."""
        await written(story, walk, [f"Segment number {n} of many" for n in range(40)])
        await happened(story, walk, "segment_amended", segment_id=str(uuid4()), segment_order=20, content="Changed it")
        await happened(story, walk, "segment_withdrawn", segment_id=str(uuid4()), segment_order=33)
        await happened(story, walk, "draft_renamed", title="A run")
        for _ in story.told:
            await models.project(1, "search")
        tables = {name: await conn.fetch(f"TABLE search_1.{name} ORDER BY 1, 2, 3") for name in ("texts", "pages")}
        await conn.execute("TRUNCATE search_1.texts, search_1.pages")
        await conn.execute("UPDATE onering.projections SET position = 0 WHERE name = 'search'")
        models.builds["search"] = models.builds["search"]._replace(position=0)
        await models.project(1000, "search")
        assert tables == {name: await conn.fetch(f"TABLE search_1.{name} ORDER BY 1, 2, 3") for name in tables}
        assert len(tables["pages"]) == 3


class TestAccess:
    @pytest.fixture
    async def drafts(self, models: ByHand, story: Story) -> None:
        for visibility in Visibility:
            await story.create("bob", visibility, title=f"{visibility}", initial_segment="rain")
        await story.create("alice", title="Mine", initial_segment="rain")
        await models.project()

    @pytest.mark.usefixtures("drafts")
    async def test_only_what_may_be_read_is_found(self, models: ByHand) -> None:
        assert await found(models, "rain") == ["Mine"]
        assert await found(models, "rain", scope="public") == ["Mine", "public"]
        assert await found(models, "rain", None, scope="public") == ["public"]
        assert await found(models, "rain", None) == []
        assert await found(models, "rain", "eve") == []

    @pytest.mark.usefixtures("drafts")
    async def test_a_workspace_finds_what_it_may_read(self, models: ByHand) -> None:
        wanted = DraftFilter(scope="workspace", search="rain")
        page = await list_drafts(models.models, "eve", NOW, wanted, workspace_id=person("bob").workspace_id)
        assert [document.title for document in page.documents] == ["workspace", "public"][::-1]
        assert await found(models, "rain", "eve", scope="workspace") == []

    @pytest.mark.usefixtures("drafts")
    async def test_a_search_is_narrowed_as_the_list_is(self, models: ByHand) -> None:
        assert await found(models, "rain", scope="public", visibility=Visibility.PUBLIC) == ["public"]
        assert await found(models, "rain", status=Status.LOCKED) == []
        assert await found(models, "rain", "bob", holding=True, visibility=Visibility.PRIVATE) == ["private"]

    async def test_whoever_was_taken_out_finds_nothing_from_then_on(self, models: ByHand, story: Story) -> None:
        draft = await story.create(initial_segment="rain")
        await story.let_in(draft, "bob")
        await models.project()
        assert await found(models, "rain", "bob") == ["A walk"]
        await story.take_out(draft, "bob")
        await story.add(draft, "snow")
        await models.project()
        assert await found(models, "rain", "bob") == await found(models, "snow", "bob") == []


class TestBounds:
    async def test_a_search_that_ends_goes_on_where_it_ended(
        self, models: ByHand, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(draft_list, "CANDIDATES", 4)
        for n in range(10):
            await story.create(title=f"{n}", initial_segment="rain" if n in (0, 5, 9) else "sun")
        await models.project()
        pages = [page async for page in all_pages(models, "rain", 9)]
        assert [[d.title for d in page.documents] for page in pages] == [["9"], ["5"], ["0"]]
        pages = [page async for page in all_pages(models, "rain", 1)]
        assert [d.title for page in pages for d in page.documents] == ["9", "5", "0"]

    async def test_a_draft_that_is_not_looked_through_is_left_for_the_next_page(
        self, models: ByHand, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(draft_list, "CANDIDATES", 4)
        for title in ("0", "1"):
            draft = await story.create(title=title)
            await written(story, draft, ["sun"] * (2 * PAGE_SEGMENTS) + ["rain"])
        await models.project()
        pages = [page async for page in all_pages(models, "rain", 9)]
        assert [[d.title for d in page.documents] for page in pages] == [["1"], ["0"]]

    async def test_of_one_draft_no_more_is_looked_through_than_a_search_may(
        self, models: ByHand, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(draft_list, "CANDIDATES", 2)
        draft = await story.create(title="Long")
        await written(story, draft, ["sun"] * (3 * PAGE_SEGMENTS) + ["rain"])
        await story.create(title="Short", initial_segment="rain")
        await models.project()
        pages = [page async for page in all_pages(models, "rain", 9)]
        assert [d.title for page in pages for d in page.documents] == ["Short"]
        pages = [page async for page in all_pages(models, "sun", 9)]
        assert [d.title for page in pages for d in page.documents] == ["Long"]


async def all_pages(models: ByHand, search: str, limit: int) -> Any:
    page, cursor = DraftPage((), "", 0), None
    while page.next_cursor is not None:
        wanted = DraftFilter(search=search)
        page = await list_drafts(models.models, "alice", NOW, wanted, limit=limit, cursor=cursor)
        cursor = page.next_cursor
        yield page


async def test_a_text_that_came_after_its_reader_left_is_not_shown(models: ByHand, story: Story) -> None:
    """Search may be ahead of access for a moment; then it waits."""
    draft = await story.create(initial_segment="rain")
    await story.let_in(draft, "bob")
    await models.project()
    await story.take_out(draft, "bob")
    await story.add(draft, "snow")
    await models.project(10, "search")
    with pytest.raises(Exception, match="not as new"):
        await list_drafts(models.models, "bob", ReadAt("epoch", seconds=0.1), DraftFilter(search="snow"))
