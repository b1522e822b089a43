"""Reading one's own writes: a read waits for its position, whoever projects it, and not for ever."""

import asyncio
from typing import Any

import pytest

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.draft_list import list_drafts
from projections.faults import TooEarly
from projections.models import ReadAt, ReadModels
from projections.timeline import read_timeline
from tests.projections.reading import ByHand, process
from tests.projections.story import Story

NAMES = tuple(projection.name for projection in PROJECTIONS)


def subject(issuer: str, subject: str) -> str:
    return subject


async def test_a_list_waits_for_what_its_reader_just_wrote(database: Database, story: Story) -> None:
    async with process(database) as one:
        for _ in range(10):
            draft = await story.create()
            page = await list_drafts(one.models, "alice", ReadAt(one.tail.epoch, story.position))
            assert page.documents[0].draft_id == draft
            assert page.position >= story.position


async def test_a_read_waits_for_what_another_process_projects(database: Database, story: Story, pool: Any) -> None:
    async with process(database) as leader:
        await leader.reached(0)
        follower = ReadModels(pool, Checkpoints(pool, LANE, PROJECTIONS))
        for _ in range(10):
            draft = await story.create()
            read_at = ReadAt("e", story.position)
            entries = (await read_timeline(follower, draft, read_at, subject)).entries
            assert [entry["type"] for entry in entries] == ["draft_created"]
            assert (await list_drafts(follower, "alice", read_at)).documents[0].draft_id == draft


async def test_many_who_wait_share_the_question(models: ByHand, story: Story, pool: Any) -> None:
    """The one that asks is cancelled half-way; the next goes on asking."""
    await story.create()
    checkpoints = Checkpoints(pool, LANE, PROJECTIONS)
    waiting = [asyncio.create_task(checkpoints.wait(NAMES, 1, 20)) for _ in range(20)]
    await asyncio.sleep(0)
    assert checkpoints.awaited.is_set()
    waiting.pop(0).cancel()
    await models.project()
    assert all(await asyncio.gather(*waiting))
    assert not checkpoints.awaited.is_set()


async def test_a_position_that_is_not_reached_in_time_is_too_early(models: ByHand, story: Story) -> None:
    draft = await story.create()
    for read_at in (ReadAt("e", 1, 0.0), ReadAt("e", 1, 0.05), ReadAt("e", 2**62, 0.05)):
        with pytest.raises(TooEarly) as early:
            await list_drafts(models.models, "alice", read_at)
        assert early.value.retry_after > 0
        with pytest.raises(TooEarly):
            await read_timeline(models.models, draft, read_at, subject)


async def test_without_a_position_nothing_is_waited_for(models: ByHand, story: Story) -> None:
    await story.create()
    page = await list_drafts(models.models, "alice", ReadAt("e", 0, 0.0))
    assert (page.documents, page.position) == ((), 0)


async def test_a_read_without_time_is_answered_if_the_models_are_there(models: ByHand, story: Story, pool: Any) -> None:
    await story.create()
    await models.project()
    other = ReadModels(pool, Checkpoints(pool, LANE, PROJECTIONS))
    assert (await list_drafts(other, "alice", ReadAt("e", 1, 0.0))).position == 1


async def test_the_time_of_a_read_is_one_however_many_models_it_waits_for(models: ByHand, story: Story) -> None:
    await story.create()
    await models.project(1, "drafts")
    started = asyncio.get_running_loop().time()
    with pytest.raises(TooEarly):
        await list_drafts(models.models, "alice", ReadAt("e", 1, 0.2))
    assert asyncio.get_running_loop().time() - started < 2


async def test_a_writer_that_resigns_sends_its_waiters_to_the_database(
    models: ByHand, story: Story, pool: Any, conn: Any
) -> None:
    await story.create()
    checkpoints = models.models.checkpoints
    waiting = asyncio.create_task(checkpoints.wait(["drafts"], 1, 20))
    await asyncio.sleep(0)
    await conn.execute("UPDATE onering.projections SET position = 1")
    checkpoints.resigned("drafts")
    assert await waiting


async def test_an_older_answer_never_takes_a_newer_ones_place(models: ByHand) -> None:
    checkpoints = models.models.checkpoints
    for version, position in ((1, 5), (1, 4), (2, 3), (1, 9)):
        checkpoints.advanced("drafts", version, position)
    assert (await checkpoints.live())["drafts"] == (2, 3)


async def test_what_was_known_of_a_rewound_log_is_asked_again(models: ByHand) -> None:
    checkpoints = models.models.checkpoints
    checkpoints.advanced("drafts", 1, 1000)
    checkpoints.forget()
    assert (await checkpoints.live())["drafts"] == (1, 0)
    assert not await checkpoints.wait(["drafts"], 1, 0)
