"""Snapshots are read once for a crowd, and never older than the feed."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import asyncpg
import pytest

from onering.live import snapshots
from onering.live.limits import Limits
from onering.live.snapshots import Snapshots
from tests.live.hooked import Hooked
from tests.live.serving import joined, private, refusal, serving


@pytest.fixture
async def hooked(app_dsn):
    async with serving(app_dsn, wrap=Hooked, limits=replace(Limits(), sockets_per_user=50)) as server:
        yield server


async def test_a_crowd_reads_the_draft_once(hooked):
    draft = await private(hooked, segments=3)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        hooked.models.arm(0, "before", None)
        for _ in range(30):
            group.create_task(stack.enter_async_context(joined(hooked, draft)))
    assert hooked.models.reads == 2  # the draft, and the names


async def test_what_happened_since_is_read_again(hooked):
    draft = await private(hooked, segments=1)
    for version in (2, 3):
        async with joined(hooked, draft) as client:
            assert client.welcome["from"] == version
        await hooked.node.add(draft)


async def test_it_is_not_kept_for_long(hooked, monkeypatch):
    monkeypatch.setattr(snapshots, "_GOOD_FOR", 0.0)
    draft = await private(hooked)
    kept = Snapshots(hooked.models)
    assert await kept.read(draft, 1) is not await kept.read(draft, 1)


async def test_few_are_kept_and_none_of_another_log(hooked, monkeypatch):
    monkeypatch.setattr(snapshots, "_MOST", 2)
    kept = Snapshots(hooked.models)
    drafts = [await private(hooked) for _ in range(3)]
    read = [await kept.read(draft, 1) for draft in drafts]
    assert [await kept.read(draft, 1) is snapshot for draft, snapshot in zip(drafts[1:], read[1:], strict=True)] == [
        True,
        True,
    ]
    kept.forget()
    assert await kept.read(drafts[2], 1) is not read[2]


async def test_what_was_read_while_the_log_was_rewound_is_not_kept(hooked):
    kept = Snapshots(hooked.models)
    draft = await private(hooked)

    async def rewind():
        kept.forget()

    hooked.models.arm(0, "after", rewind)
    first = await kept.read(draft, 1)
    assert await kept.read(draft, 1) is not first


async def test_who_is_taken_out_is_not_shown_what_was_read_before(hooked):
    draft = await private(hooked, "bob")
    async with joined(hooked, draft, "bob"):
        await hooked.node.take_out(draft, "bob")
    assert await refusal(hooked, draft, "bob") == (404, "not_found")


async def test_a_failed_read_is_not_everybodys(hooked):
    draft = await private(hooked)

    async def fail():
        hooked.models.act = None
        raise asyncpg.InterfaceError("away")

    hooked.models.arm(0, "before", fail)
    assert await refusal(hooked, draft) == (503, "unavailable")
    async with joined(hooked, draft) as client:
        assert client.welcome["mode"] == "snapshot"
