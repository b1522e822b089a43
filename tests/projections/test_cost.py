"""What a read costs, in blocks of the database: it does not grow with what is not shown."""

import json
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from onering.domain.ids import derived
from onering.log.append import NewEvent
from projections.document import SegmentPage
from projections.drafts import _READ, read_draft
from projections.projection import in_schemas
from tests.projections.reading import ByHand
from tests.projections.story import Story, person


async def long_draft(story: Story, segments: int) -> UUID:
    """Create a draft with that many segments; one commit, or it would take long itself."""
    draft, identity = await story.create(), uuid4()
    new = []
    for n in range(segments):
        data = {"segment_id": str(uuid4()), "author_id": "alice", "content": "And then " * 20, "segment_order": n}
        payload = orjson.dumps({"idempotency_key": None, "data": data}).decode()
        new.append(NewEvent(derived(identity, "event", n), "segment_added", 1, payload))
    await story.store(draft, identity, person("alice"), *new)
    return draft


async def blocks(models: ByHand, draft: UUID, page: SegmentPage) -> int:
    """Return how many blocks reading a page touches."""
    sql = in_schemas(_READ, await models.models.checkpoints.schemas())
    last = 2**31 - 1 if page.last is None else page.last
    arguments = (0, draft, page.after, page.limit or 2**31 - 1, last)
    (plan,) = await models.models.pool.fetchrow("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, *arguments)
    found = json.loads(plan)[0]["Plan"]
    return int(found["Shared Hit Blocks"] + found["Shared Read Blocks"])


@pytest.mark.parametrize("page", [SegmentPage(after=5, limit=20), SegmentPage(last=20)])
async def test_a_page_of_a_long_draft_costs_what_one_of_a_short_one_does(
    models: ByHand, story: Story, page: SegmentPage
) -> None:
    short, long = await long_draft(story, 40), await long_draft(story, 5000)
    await models.project()
    assert await blocks(models, long, page) < await blocks(models, short, page) + 20
    document = await read_draft(models.models, long, page)
    assert document is not None
    assert (len(document.segments), document.segment_count) == (20, 5000)


async def test_a_batch_of_one_event_costs_the_same_on_a_long_log(models: ByHand, story: Story, conn: Any) -> None:
    await long_draft(story, 5000)
    draft = await story.create()
    await models.project()
    assert [await touched(models, story, conn, draft) for _ in range(3)][-1] < 200


async def touched(models: ByHand, story: Story, conn: Any, draft: UUID) -> int:
    """Return how many blocks the read models touch for one more segment."""
    await story.add(draft)
    counted = "SELECT sum(pg_stat_get_xact_blocks_fetched(oid))::int FROM pg_class WHERE relkind IN ('r', 'i')"
    async with conn.transaction():
        before = await conn.fetchval(counted)
        await models.project()
        return int(await conn.fetchval(counted) - before)


async def test_plans_made_on_a_short_log_serve_a_long_one(models: ByHand, story: Story, conn: Any) -> None:
    """A session keeps its plans: one that suits an empty table must not be one that reads all of a large one."""
    draft = await story.create()
    await story.let_in(draft, "bob")
    await touched(models, story, conn, draft)
    await long_draft(story, 5000)
    for _ in range(100):
        await story.create()
    await models.project()
    assert [await touched(models, story, conn, draft) for _ in range(3)][-1] < 200
