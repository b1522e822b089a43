"""The promises of docs/LIVE.md, each named by its number; tests of single frames and codes stand elsewhere."""

import asyncio
import json
import random
from contextlib import AsyncExitStack
from dataclasses import replace

from websockets.exceptions import ConnectionClosed, InvalidStatus

from onering.live.limits import Limits
from onering.log.reader import read_stream
from onering.log.wire import encode_event
from tests.live.hooked import Hooked
from tests.live.serving import by_header, joined, private, refusal, serving


async def test_p1_versions_after_welcome_are_exactly_what_follows(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), sockets_per_user=100)) as server:
        draft = await private(server)

        async def write():
            for _ in range(60):
                await server.node.add(draft)

        async def follow(query):
            async with by_header(server, draft, query=query) as client:
                await client.until(lambda: client.welcome)
                await client.reach(61)
                assert client.versions == list(range(client.welcome["from"] + 1, 62))

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            for n in range(12):
                await server.node.tail.reached(n)
                for query in ("", "?after=0", "?mode=events", f"?after={n + 1}"):
                    group.create_task(follow(query))


async def test_p2_a_client_that_resumes_observes_every_event_once_across_servers_and_restarts(app_dsn):
    """The client is the one of the promise; its servers come and go, and its connections break anywhere."""
    chance = random.Random(7)
    limits = replace(Limits(), feed_events=8, page_events=3, sockets_per_user=10)
    seen: list[int] = []

    async def observe(server, until):
        query = f"?after={seen[-1] if seen else 0}"
        async with by_header(server, draft, query=query) as client:
            stop = len(seen) + chance.randint(1, 9)
            while (not seen or seen[-1] < until) and len(seen) < stop:
                frame = await client.step()
                for event in frame.get("events", ()):
                    last = seen[-1] if seen else 0
                    if event["version"] == last + 1:
                        seen.append(event["version"])
                    elif event["version"] > last:
                        return

    async def observe_all(servers, until):
        while not seen or seen[-1] < until:
            try:
                await observe(chance.choice(servers), until)
            except (ConnectionClosed, InvalidStatus, OSError):
                continue

    async with serving(app_dsn, limits=limits) as one:
        draft = await private(one)
        for restart in range(3):
            async with serving(app_dsn, limits=limits) as two, asyncio.TaskGroup() as group:
                until = 1 + 40 * (restart + 1)
                group.create_task(observe_all([one, two], until))
                for n in range(40):
                    await (one, two)[n % 2].node.add(draft)
    assert seen == list(range(1, 122))


async def test_p3_every_client_on_every_node_gets_the_same_bytes(app_dsn):
    async with serving(app_dsn) as one, serving(app_dsn) as two:
        draft = await private(one, "bob")
        async with joined(one, draft) as first, joined(two, draft, "bob") as second:
            await one.node.add(draft, content='Zwölf 🦊 \u2028 and "quotes"', key="a key")
            await first.reach(3)
            await second.reach(3)
        async with joined(two, draft, query="?after=2") as third, joined(one, draft, query="?mode=events") as fourth:
            assert third.version == fourth.version == 3
        (stored,) = await read_stream(one.node.pool, 0, draft, 2, 10)
        event = encode_event(stored, lambda issuer, subject: f"{issuer}|{subject}").decode()
        assert first.raw == second.raw == third.raw == [f'{{"type":"events","events":[{event}]}}']
        assert event in fourth.raw[0]
        assert json.loads(event)["actor"] == {"id": "test|alice"}


async def test_p4_a_range_that_cannot_be_served_is_told(app_dsn):
    async with serving(app_dsn, limits=Limits(resume_events=2)) as server:
        draft = await private(server, segments=5)
        for query in ("?after=1", "?after=2&epoch=000000000000", "?after=99"):
            async with joined(server, draft, query=query) as client:
                assert (client.welcome["mode"], client.welcome["from"]) == ("snapshot", 6)
                assert client.snapshot["version"] == 6


async def test_p5_a_ping_carries_the_head(server):
    draft = await private(server, segments=2)
    async with joined(server, draft) as client:
        server.sweep_after(0)
        server.sweep_after(24.5)
        server.sweep_after(25.5)
        await client.until(lambda: client.other)
        assert client.other == [{"type": "ping", "head": 3}]


async def test_p6_an_authors_item_is_confirmed_by_its_own_event(server):
    draft = await private(server)
    async with joined(server, draft) as author:
        outcome = await server.node.add(draft, key="my-key")
        await author.reach(2)
        (event,) = author.events
        assert (event["actor"]["id"].rpartition("|")[2], event["idempotency_key"]) == ("alice", "my-key")
        assert event["command_id"] == str(outcome.events[0].command_id)
        # The same command again is the same event: nothing new is told.
        assert (await server.node.add(draft, key="my-key")).repeated
        await server.node.add(draft, key="another")
        await author.reach(3)
        assert [e["idempotency_key"] for e in author.events] == ["my-key", "another"]


async def test_p7_removal_ends_every_connection_of_the_person_at_its_very_event(app_dsn):
    async with serving(app_dsn) as one, serving(app_dsn) as two, AsyncExitStack() as stack:
        draft = await private(one, "bob", "carol")
        bobs = [
            await stack.enter_async_context(joined(server, draft, "bob", query))
            for server in (one, two)
            for query in ("", "?after=1")
        ]
        others = [await stack.enter_async_context(joined(server, draft, "carol")) for server in (one, two)]
        await one.node.add(draft)
        await one.node.take_out(draft, "bob")
        await one.node.add(draft)
        for client in bobs:
            assert await client.closed() == (4403, "you may no longer read this draft")
            assert (client.version, client.events[-1]["type"]) == (5, "collaborator_removed")
        for client in others:
            await client.reach(6)
        for server in (one, two):
            assert await refusal(server, draft, "bob") == (404, "not_found")
            assert server.hub.closes[4403] == 2


async def test_p7_whoever_is_taken_out_and_let_in_again_at_once_ends_too_and_may_come_back(app_dsn):
    # Nothing but its poll wakes the other process: it gets all three events as one batch.
    async with serving(app_dsn, announce=False) as writer, serving(app_dsn) as server:
        draft = await private(writer, "bob")
        async with joined(server, draft, "bob") as client:
            await writer.node.take_out(draft, "bob")
            await writer.node.let_in(draft, "bob")
            position = (await writer.node.add(draft)).position.position
            await server.node.tail.reached(position)
            assert (await client.closed())[0] == 4403
            assert client.version == 3
        async with joined(server, draft, "bob", "?after=3") as again:
            assert again.versions == [4, 5]


async def test_p7_also_while_catching_up(app_dsn):
    limits = replace(Limits(), page_events=2, feed_events=1)
    async with serving(app_dsn, limits=limits, wrap=Hooked) as server:
        draft = await private(server, "bob", segments=30)

        async def act():
            await server.node.take_out(draft, "bob")
            await server.node.let_in(draft, "bob")

        server.models.arm(5, "after", act)
        async with by_header(server, draft, "bob", "?after=0") as client:
            assert (await client.closed())[0] == 4403
            assert (client.version, client.events[-1]["type"]) == (33, "collaborator_removed")
            assert not client.live
