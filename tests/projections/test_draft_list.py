"""The list page: whose drafts, in which order, and how one goes on."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from onering.domain.commands import (
    ArchiveDraft,
    CompleteDraft,
    EditDraft,
    LockDraft,
    PassRing,
    ReopenDraft,
    TransferOwnership,
    UnlockDraft,
)
from onering.domain.values import GrantedRole, Role, Status, Visibility
from projections import cursors
from projections.draft_list import LIST_SEGMENTS, DraftFilter, DraftPage, list_drafts
from projections.drafts import read_draft
from projections.faults import BadCursor, TooEarly
from projections.models import ReadAt
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story, person


async def listed(models: ByHand, who: str | None = "alice", **wanted: Any) -> list[str]:
    """Return the titles on the first page."""
    page = await list_drafts(models.models, who, NOW, DraftFilter(**wanted))
    return [document.title for document in page.documents]


async def test_a_person_sees_what_they_own_and_are_in_newest_activity_first(models: ByHand, story: Story) -> None:
    mine = await story.create(title="Mine")
    theirs = await story.create("bob", title="Theirs")
    await story.create("bob", title="Not shared")
    await story.let_in(theirs, "alice", who="bob")
    await models.project()
    assert await listed(models) == ["Theirs", "Mine"]
    await story.add(mine)
    await models.project()
    assert await listed(models) == ["Mine", "Theirs"]
    assert await listed(models, "eve") == []
    assert await listed(models, None) == []


async def test_a_document_on_the_page_is_the_draft_itself(models: ByHand, story: Story) -> None:
    draft = await story.create(initial_segment="Once", description="Slow", platform="blog")
    await story.let_in(draft, "bob")
    await story.hand(draft, "bob")
    await models.project()
    page = await list_drafts(models.models, "alice", NOW)
    assert page.documents == (await read_draft(models.models, draft),)
    assert page.position == story.position


async def test_public_scope_adds_everyones_public_drafts_once(models: ByHand, story: Story) -> None:
    await story.create("bob", Visibility.PUBLIC, title="Public")
    await story.create("bob", Visibility.WORKSPACE, title="Workspace")
    await story.create("bob", title="Private")
    await story.create("alice", Visibility.PUBLIC, title="Mine, public")
    await story.create("alice", title="Mine, private")
    await models.project()
    assert await listed(models, scope="public") == ["Mine, private", "Mine, public", "Public"]
    assert await listed(models, None, scope="public") == ["Mine, public", "Public"]
    assert await listed(models) == ["Mine, private", "Mine, public"]


async def test_it_narrows_by_role_status_and_whose_turn_it_is(models: ByHand, story: Story) -> None:
    own = await story.create(title="Own")
    writes = await story.create("bob", title="Writes")
    reads = await story.create("bob", Visibility.PUBLIC, title="Reads")
    await story.let_in(own, "bob")
    await story.hand(own, "bob")
    await story.let_in(writes, "alice", who="bob")
    await story.hand(writes, "alice", who="bob")
    await story.let_in(reads, "alice", GrantedRole.VIEWER, who="bob")
    await models.project()
    assert await listed(models, role=Role.OWNER) == ["Own"]
    assert await listed(models, role=Role.CONTRIBUTOR) == ["Writes"]
    assert await listed(models, role=Role.VIEWER, scope="public") == ["Reads"]
    assert await listed(models, holding=True, scope="public") == ["Writes"]
    assert await listed(models, "bob", holding=True) == ["Reads", "Own"]
    assert await listed(models, status=Status.ACTIVE) == ["Reads", "Writes", "Own"]
    assert await listed(models, status=Status.LOCKED, scope="public") == []


async def test_it_follows_what_becomes_of_a_draft(models: ByHand, story: Story) -> None:
    draft = await story.create("bob", title="Bobs")
    await story.let_in(draft, "alice", who="bob")

    async def then(*commands: Any) -> None:
        for command in commands:
            await story.tell(command(command_id=uuid4(), draft_id=draft), "bob")
        await models.project()

    await then(partial(EditDraft, visibility=Visibility.PUBLIC))
    assert await listed(models, "eve", scope="public") == await listed(models, visibility=Visibility.PUBLIC) == ["Bobs"]
    await then(LockDraft)
    assert await listed(models, "eve", scope="public", status=Status.ACTIVE) == []
    assert await listed(models, status=Status.LOCKED) == ["Bobs"]
    await then(UnlockDraft, CompleteDraft, ReopenDraft, ArchiveDraft)
    assert await listed(models, status=Status.ARCHIVED) == ["Bobs"]
    await then(ReopenDraft, partial(EditDraft, visibility=Visibility.PRIVATE))
    assert await listed(models, "eve", scope="public") == await listed(models, visibility=Visibility.PUBLIC) == []
    assert await listed(models, "bob", holding=True, status=Status.ACTIVE) == ["Bobs"]
    await then(partial(TransferOwnership, to_user_id="alice"))
    assert await listed(models, role=Role.OWNER) == await listed(models, "bob", role=Role.CONTRIBUTOR) == ["Bobs"]


async def test_a_workspace_lists_what_its_people_may_read(models: ByHand, story: Story) -> None:
    for visibility in Visibility:
        await story.create("bob", visibility, title=f"{visibility}")
    await story.create("alice", title="Mine")
    await models.project()

    async def seen(who: str, **wanted: Any) -> list[str]:
        filter, workspace = DraftFilter("workspace", **wanted), person("bob").workspace_id
        page = await list_drafts(models.models, who, NOW, filter, workspace_id=workspace)
        return [document.title for document in page.documents]

    assert await seen("alice") == ["Mine", "public", "workspace"]
    assert await seen("bob") == ["public", "workspace", "private"]
    assert await seen("alice", visibility=Visibility.WORKSPACE) == ["workspace"]
    assert await seen("alice", visibility=Visibility.PRIVATE) == await seen("alice", role=Role.OWNER) == ["Mine"]


async def test_applied_one_by_one_or_all_at_once_access_is_the_same(models: ByHand, story: Story, conn: Any) -> None:
    draft = await story.create("bob", Visibility.PUBLIC)
    await story.let_in(draft, "alice", who="bob")
    for command in (
        LockDraft(command_id=uuid4(), draft_id=draft),
        EditDraft(command_id=uuid4(), draft_id=draft, visibility=Visibility.PRIVATE),
        UnlockDraft(command_id=uuid4(), draft_id=draft),
        PassRing(command_id=uuid4(), draft_id=draft, to_user_id="alice"),
    ):
        await story.tell(command, "bob")
    for _ in story.told:
        await models.project(1, "access")
    tables = {name: await conn.fetch(f"TABLE access_1.{name} ORDER BY 1, 2, 3") for name in ("drafts", "members")}
    await conn.execute("TRUNCATE access_1.drafts, access_1.members")
    await conn.execute("UPDATE onering.projections SET position = 0 WHERE name = 'access'")
    models.builds["access"] = models.builds["access"]._replace(position=0)
    await models.project(100, "access")
    assert tables == {name: await conn.fetch(f"TABLE access_1.{name} ORDER BY 1, 2, 3") for name in tables}


class TestPages:
    async def test_pages_end_where_the_next_begins(self, models: ByHand, story: Story) -> None:
        for n in range(7):
            await story.create(title=f"{n}")
        await models.project()
        pages = [page async for page in all_pages(models, 3)]
        assert [[d.title for d in page.documents] for page in pages] == [["6", "5", "4"], ["3", "2", "1"], ["0"]]

    async def test_a_last_page_that_is_full_has_no_cursor(self, models: ByHand, story: Story) -> None:
        for _ in range(4):
            await story.create()
        await models.project()
        assert [len(page.documents) async for page in all_pages(models, 2)] == [2, 2]

    async def test_drafts_of_one_moment_are_each_on_one_page(self, models: ByHand, story: Story, conn: Any) -> None:
        for n in range(5):
            await story.create(title=f"{n}")
        await models.project()
        await conn.execute("UPDATE drafts_1.drafts SET updated_at = '2026-01-01'")
        titles = [d.title async for page in all_pages(models, 2) for d in page.documents]
        assert sorted(titles) == ["0", "1", "2", "3", "4"]

    async def test_drafts_that_move_meanwhile_neither_repeat_nor_hide_others(
        self, models: ByHand, story: Story
    ) -> None:
        drafts = [await story.create(title=f"{n}") for n in range(6)]
        await models.project()
        first = await list_drafts(models.models, "alice", NOW, limit=3)
        for moved in (drafts[1], drafts[4]):
            await story.add(moved)
        await models.project()
        rest = await list_drafts(models.models, "alice", NOW, limit=9, cursor=first.next_cursor)
        assert [d.title for d in first.documents] == ["5", "4", "3"]
        assert [d.title for d in rest.documents] == ["2", "0"]

    async def test_a_page_of_one_and_a_page_of_two_hundred(self, models: ByHand, story: Story) -> None:
        for _ in range(3):
            await story.create()
        await models.project()
        assert len((await list_drafts(models.models, "alice", NOW, limit=1)).documents) == 1
        assert len((await list_drafts(models.models, "alice", NOW, limit=200)).documents) == 3

    async def test_public_pages_mix_own_and_others(self, models: ByHand, story: Story) -> None:
        for n in range(6):
            await story.create("alice" if n % 2 else "bob", Visibility.PUBLIC, title=f"{n}")
        await models.project()
        titles = [d.title async for page in all_pages(models, 2, scope="public") for d in page.documents]
        assert titles == ["5", "4", "3", "2", "1", "0"]


async def all_pages(models: ByHand, limit: int, **wanted: Any) -> Any:
    page = DraftPage((), "", 0)
    cursor = None
    while page.next_cursor is not None:
        page = await list_drafts(models.models, "alice", NOW, DraftFilter(**wanted), limit=limit, cursor=cursor)
        cursor = page.next_cursor
        yield page


# Well-formed, and no place in any list.
PLACES: list[tuple[str | int, ...]] = [
    (),
    (1, 2),
    ("now", "x"),
    ("9999-12-31T23:59:59-23:59", str(UUID(int=1))),
    ("2026-01-01T00:00:00+00:00", "0"),
]


class TestCursors:
    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "é", "!!!!", "bnVsbA", "W10", "a" * 10_000] + [cursors.encode("epoch", *place) for place in PLACES],
    )
    async def test_one_that_the_server_did_not_give_out_is_refused(self, models: ByHand, cursor: str) -> None:
        with pytest.raises(BadCursor, match="start again"):
            await list_drafts(models.models, "alice", NOW, cursor=cursor)

    async def test_one_from_before_a_restore_is_refused(self, models: ByHand, story: Story) -> None:
        for _ in range(2):
            await story.create()
        await models.project()
        page = await list_drafts(models.models, "alice", ReadAt("before"), limit=1)
        with pytest.raises(BadCursor, match="restored"):
            await list_drafts(models.models, "alice", ReadAt("after"), cursor=page.next_cursor)

    def test_one_is_opaque_and_comes_back_as_it_was(self) -> None:
        cursor = cursors.encode("epoch", "two", 3)
        assert cursor.isascii()
        assert cursors.decode(cursor, "epoch", str, int) == ["two", 3]


class TestWhoMaySee:
    async def test_a_removed_member_no_longer_sees_it(self, models: ByHand, story: Story) -> None:
        draft = await story.create()
        await story.let_in(draft, "bob")
        await models.project()
        assert len(await listed(models, "bob")) == 1
        await story.take_out(draft, "bob")
        await models.project()
        assert await listed(models, "bob") == []
        assert await listed(models, "bob", scope="public") == []

    async def test_nothing_newer_is_shown_than_who_may_see_it(self, models: ByHand, story: Story) -> None:
        """bob is taken out, then something secret is written; access lags behind the drafts."""
        draft = await story.create()
        await story.let_in(draft, "bob")
        await models.project()
        await story.take_out(draft, "bob")
        await story.add(draft, "Secret")
        await models.project(10, "drafts")
        with pytest.raises(TooEarly):
            await listed(models, "bob")
        await models.project(10, "access")
        assert await listed(models, "bob") == []

    async def test_access_that_is_ahead_takes_away_at_once(self, models: ByHand, story: Story) -> None:
        draft = await story.create()
        await story.let_in(draft, "bob")
        await models.project()
        await story.take_out(draft, "bob")
        await models.project(10, "access")
        assert await listed(models, "bob") == []
        assert await listed(models, "alice") == ["A walk"]

    async def test_someone_let_in_again_sees_it_again(self, models: ByHand, story: Story) -> None:
        draft = await story.create()
        for _ in range(2):
            await story.let_in(draft, "bob")
            await story.take_out(draft, "bob")
        await story.let_in(draft, "bob", GrantedRole.VIEWER)
        await models.project()
        assert await listed(models, "bob", role=Role.VIEWER) == ["A walk"]


async def test_a_long_draft_shows_its_last_segments(models: ByHand, story: Story, monkeypatch: Any) -> None:
    monkeypatch.setattr("projections.draft_list.LIST_SEGMENTS", 3)
    draft = await story.create()
    for n in range(5):
        await story.add(draft, f"{n}")
    await models.project()
    (document,) = (await list_drafts(models.models, "alice", NOW)).documents
    assert ([s.content for s in document.segments], document.segment_count) == (["2", "3", "4"], 5)
    assert LIST_SEGMENTS == 200
