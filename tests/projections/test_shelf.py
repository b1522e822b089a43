"""What lists show is kept as it was sent, and shown again only where it would be the same now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from onering.http.shelf import Shelf
from onering.log.connection import Database
from projections.draft_list import DraftPage, list_drafts
from projections.people import display_names
from projections.rebuild import rebuild
from projections.rendering import people_of, render_draft
from tests.projections.reading import NOW, ByHand
from tests.projections.story import Story


@dataclass
class Listing:
    """A shelf, and how many documents were read for each page of it."""

    models: ByHand
    shelf: Shelf
    read: list[int] = field(default_factory=list)

    async def shown(self, who: str = "alice") -> list[Any]:
        """Return the page, after holding it against what it is without a shelf."""
        self.read.append(0)

        async def ask(known: Mapping[UUID, int] | None) -> DraftPage:
            page = await list_drafts(self.models.models, who, NOW, known=known)
            self.read[-1] += len(page.documents)
            return page

        page, bodies = await self.shelf.page("epoch", ask)
        shown = [orjson.loads(body) for body in bodies]
        documents = (await list_drafts(self.models.models, who, NOW)).documents
        names = await display_names(self.models.models.pool, people_of(*documents))
        assert shown == [orjson.loads(orjson.dumps(render_draft(document, names))) for document in documents]
        assert list(page.versions) == [document.draft_id for document in documents]
        return shown


def on_shelf(models: ByHand, capacity: int = 1 << 20) -> Listing:
    return Listing(models, Shelf(models.models, capacity))


async def test_a_draft_that_did_not_change_is_not_read_again(models: ByHand, story: Story) -> None:
    drafts = [await story.create(initial_segment="Once") for _ in range(3)]
    await story.let_in(drafts[0], "bob")
    await models.project()
    listing = on_shelf(models)
    assert await listing.shown() == await listing.shown()
    assert await listing.shown("bob")
    assert await listing.shown("eve") == []
    await story.add(drafts[1])
    await models.project()
    await listing.shown()
    assert listing.read == [3, 0, 0, 0, 1]


async def test_people_go_by_the_names_they_have_now(models: ByHand, story: Story, owner: Any) -> None:
    await story.create(initial_segment="Once")
    await models.project()
    listing = on_shelf(models)
    await listing.shown()
    await owner.execute(
        "INSERT INTO onering.app_users (issuer, subject, user_id, display_name) VALUES ('test', 'alice', 'alice', 'Al')"
    )
    (shown,) = await listing.shown()
    assert shown["segments"][0]["author_display"] == "Al"
    await listing.shown()
    assert listing.read == [1, 1, 0]


async def test_a_new_build_is_read_anew(models: ByHand, story: Story, database: Database) -> None:
    await story.create()
    await models.project()
    listing = on_shelf(models)
    await listing.shown()
    await rebuild(database, 0, "drafts")
    models.models.checkpoints.forget()
    await listing.shown()
    assert listing.read == [1, 1]


async def test_what_was_listed_longest_ago_leaves_first(models: ByHand, story: Story) -> None:
    for who in ("alice", "bob", "carol"):
        await story.create(who)
    await models.project()
    body = len(orjson.dumps((await on_shelf(models).shown())[0]))
    listing = on_shelf(models, capacity=2 * (body + 1024) + 512)
    for who in ("alice", "bob", "alice", "carol", "alice", "bob"):
        await listing.shown(who)
    assert listing.read == [1, 1, 0, 1, 0, 1]
    nothing = on_shelf(models, capacity=0)
    for _ in range(2):
        await nothing.shown()
    assert nothing.read == [1, 1]
