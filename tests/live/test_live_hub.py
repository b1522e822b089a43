"""What rarely happens to a hub: a feed that lost its place, a log rewound in the middle of joining, and the like."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from onering.auth.identity import Identity, set_identity
from onering.domain.actor import Actor
from onering.live.connections import PARTS
from onering.live.ends import DONE
from onering.live.limits import Limits
from tests.live.serving import eventually, greeted, joined, private, refusal, serving
from tests.node import person


async def _call(server, draft, on_send, who="alice"):
    """Call the hub as a server would, with the person known from a header; `on_send` sees what it sends."""
    scope = {"type": "websocket", "path_params": {"draft_id": str(draft)}, "query_string": b"", "headers": []}
    scope["extensions"] = {"websocket.http.response": {}}
    set_identity(scope, Identity(person(who)))
    closed = asyncio.Event()
    messages = [{"type": "websocket.connect"}]
    sent = []

    async def receive():
        if not messages:
            await closed.wait()
            return {"type": "websocket.disconnect", "code": 1005}
        return messages.pop()

    async def send(message):
        sent.append(message)
        if message["type"] == "websocket.close":
            closed.set()
        on_send(message)

    async with asyncio.timeout(10):
        await server.hub(scope, receive, send)
    return sent


async def test_a_socket_that_ends_while_it_is_accepted_is_told_so_and_nothing_else(server):
    draft = await private(server)
    sent = await _call(server, draft, lambda message: server.hub._forget_all() if "accept" in message["type"] else None)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[1]["code"] == 4005


async def test_a_client_that_is_gone_at_accept_is_told_nothing(server):
    draft = await private(server)

    def gone(message):
        raise OSError("gone")

    assert [message["type"] for message in await _call(server, draft, gone)] == ["websocket.accept"]
    assert server.hub.closes == {1005: 1}
    assert server.hub.sockets == server.hub.lagging == 0


async def test_a_log_rewound_in_the_middle_of_joining_is_no_feed(server):
    draft = await private(server)
    entry = server.node.states.entry

    async def rewound(draft_id):
        found = await entry(draft_id)
        server.hub._forget_all()
        return found

    server.node.states.entry = rewound
    assert await refusal(server, draft) == (503, "unavailable")
    async with greeted(server, draft, {"token": server.token("alice")}) as client:
        assert (await client.closed())[0] == 4005
    assert server.hub.feeds == 0


async def test_a_feed_that_lost_its_place_is_dropped_and_its_readers_resume(server, caplog):
    draft = await private(server, segments=2)
    async with joined(server, draft) as client:
        server.hub._feeds[draft].head -= 1
        await server.node.add(draft)
        assert (await client.closed())[0] == 4000
    async with joined(server, draft, query="?after=3") as client:
        assert client.versions == [4]
    assert "lost its place" in caplog.text


async def test_a_draft_that_the_rules_have_only_as_one_about_to_be_created_is_found(app_dsn):
    async with serving(app_dsn) as one, serving(app_dsn) as two:
        draft = await private(one, segments=2)
        await two.node.tail.reached(one.node.tail.position)
        two.node.states.create(draft, uuid4())
        async with joined(two, draft, query="?after=1") as client:
            assert client.versions == [2, 3]
            await one.node.add(draft)
            await client.reach(4)
        missing = uuid4()
        two.node.states.create(missing, uuid4())
        assert await refusal(two, missing) == (404, "not_found")


async def test_a_fresh_token_of_another_workspace_may_end_access(server):
    draft = (await server.node.create(visibility="workspace")).draft_id
    now = server.time()

    async def sign_in(token):
        workspace = person(token).workspace_id
        return Identity(Actor("test", "bob", "bob", workspace), now + timedelta(seconds=60 * len(token)))

    server.hub._house = replace(server.hub._house, sign_in=sign_in)
    async with greeted(server, draft, {"token": "alice"}) as client:
        await client.until(lambda: client.live)
        await client.say(type="auth", token="somewhere else")
        assert (await client.closed())[0] == 4403


async def test_the_sweep_finds_every_socket_part_by_part(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), heartbeat_seconds=0.1)) as server, AsyncExitStack() as stack:
        draft = await private(server)
        clients = [await stack.enter_async_context(joined(server, draft)) for _ in range(2 * PARTS - 1)]
        for client in clients:
            await client.until(lambda client=client: client.one("ping"))
        connections = server.hub._connections
        parts = [connections.part(number) for number in range(PARTS)]
        assert sorted(map(len, parts)) == [1] + [2] * (PARTS - 1)
        assert len({connection for part in parts for connection in part}) == len(clients)
        # Nobody is moved when others leave, and the places that they leave are the first to be taken.
        gone = next(part for part in parts if len(part) == 2)
        for connection in gone:
            connection.end(DONE)
        await eventually(lambda: server.hub.sockets == len(clients) - 2)
        await stack.enter_async_context(joined(server, draft))
        now = [connections.part(number) for number in range(PARTS)]
        assert all(part is gone or set(part) <= set(later) for part, later in zip(parts, now, strict=True))
        assert all(now)


async def test_events_of_other_drafts_change_nothing(server):
    draft, other = await private(server), await private(server)
    async with joined(server, draft) as client:
        await server.node.add(other)
        await server.node.add(draft)
        await client.reach(2)
        assert {event["draft_id"] for event in client.events} == {str(draft)}
