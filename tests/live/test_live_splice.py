"""The splice of catching up and live, with events at every await of joining: no gap, no repetition, nobody too many."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from onering.live.limits import Limits
from tests.live.hooked import Hooked
from tests.live.serving import by_header, private, refusal, serving, store

# Nothing in memory: every page is a read of the log.
LIMITS = Limits(feed_events=1, page_events=2)
PLACES = [(number, when) for number in range(4) for when in ("before", "after")]
QUERIES = ["", "?after=2", "?mode=events", "?after=9"]


@pytest.fixture
async def hooked(app_dsn):
    async with serving(app_dsn, limits=LIMITS, wrap=Hooked) as server:
        yield server


@pytest.mark.parametrize("query", QUERIES)
async def test_events_at_any_await_are_neither_lost_nor_repeated(hooked, query):
    for number, when in PLACES:
        draft = await private(hooked, segments=8)

        async def act(draft=draft):
            for _ in range(3):
                await hooked.node.add(draft)

        hooked.models.arm(number, when, act)
        async with by_header(hooked, draft, query=query) as client:
            await client.until(lambda: client.live)
            hooked.models.act = None
            await hooked.node.add(draft)
            newest = hooked.node.seen[-1].version
            await client.reach(newest)
            assert client.versions == list(range(client.welcome["from"] + 1, newest + 1))


@pytest.mark.parametrize("again", [False, True], ids=["removed", "removed and let in again"])
@pytest.mark.parametrize("query", QUERIES)
async def test_a_removal_at_any_await_is_the_last_event_or_the_person_never_joins(hooked, query, again):
    for number, when in PLACES:
        draft = await private(hooked, "bob", segments=7)
        removed = []

        async def act(draft=draft, removed=removed):
            removed.append((await hooked.node.take_out(draft, "bob")).version)
            if again:
                await hooked.node.let_in(draft, "bob")
            await hooked.node.add(draft)

        hooked.models.arm(number, when, act)
        outcome = await _follow(hooked, draft, query, removed)
        if not removed:
            continue
        if outcome is None:  # it was refused: only what was judged before the removal is let in
            assert not again
            continue
        code, client = outcome
        if code is None:
            # Only what was judged after he came back lets him live on.
            assert again
            assert client.welcome["head"] > removed[0]
        else:
            assert (code, client.version) == (4403, removed[0])
            assert client.welcome["from"] <= removed[0]


async def _follow(server, draft, query, removed):
    """Follow as bob to the end: the close code, None while he lives on; or no outcome if he was not let in."""
    try:
        async with by_header(server, draft, "bob", query) as client:
            try:
                while not (client.version > removed[0] if removed else client.live):
                    await client.step()
            except ConnectionClosed as closed:
                return closed.rcvd.code, client
            return None, client
    except InvalidStatus:
        return None


async def test_a_snapshot_may_be_ahead_of_the_tail(app_dsn):
    async with serving(app_dsn, announce=False) as fast, serving(app_dsn) as slow:
        draft = await private(fast, "bob", segments=2)
        async with by_header(slow, draft, query="?after=4") as early:
            await early.until(lambda: early.live)
            await fast.node.take_out(draft, "bob")
            await fast.node.let_in(draft, "bob")
            await fast.node.add(draft)
            assert slow.node.tail.position < fast.node.tail.position
            # What ended access before the snapshot is not held against him.
            async with by_header(slow, draft, "bob") as late:
                await late.until(lambda: late.live)
                assert (late.welcome["mode"], late.welcome["from"], late.versions) == ("snapshot", 7, [])
                await fast.node.add(draft)
                slow.node.tail._wake.set()
                await late.reach(8)
                await early.reach(8)
                assert early.versions == [5, 6, 7, 8]


async def test_a_draft_that_was_just_created_elsewhere_can_be_joined(app_dsn):
    async with serving(app_dsn, announce=False) as fast, serving(app_dsn) as slow:
        for query in ("", "?mode=events", "?after=0"):
            draft = await private(fast)
            async with by_header(slow, draft, query=query) as client:
                await client.until(lambda: client.live)
                assert client.version == 1


@pytest.mark.parametrize("query", ["?after=2", "?mode=events"])
async def test_also_where_the_rules_stopped_at_an_event_of_a_newer_release(hooked, query):
    for number, when in PLACES:
        draft = await private(hooked, "bob", segments=3)
        await store(hooked, draft, 5, "draft_sung")

        async def act(draft=draft):
            await store(hooked, draft, 6, "draft_danced")
            await store(hooked, draft, 7, "collaborator_removed", '{"user_id":"bob"}')
            await store(hooked, draft, 8, "draft_sung")

        hooked.models.arm(number, when, act)
        async with by_header(hooked, draft, query=query) as client:
            await client.until(lambda: client.live)
            if hooked.node.seen[-1].version == 6:
                await act()
            await client.reach(9)
            assert client.versions == list(range(client.welcome["from"] + 1, 10))
        assert await refusal(hooked, draft, "bob", query) == (404, "not_found")
