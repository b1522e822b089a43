"""The feed as Server-Sent Events: the same events, bytes, promises and ends as on a socket."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from socket import SO_RCVBUF, SOL_SOCKET
from uuid import uuid4

import httpx
import pytest

from onering.live import frames
from onering.live.ends import DONE
from onering.live.limits import Limits
from onering.live.server_sent import Speech, last_words
from onering.log.reader import read_stream
from onering.log.wire import encode_event
from tests.live.event_source import EventSource
from tests.live.serving import eventually, joined, private, serving


def events_url(server, draft):
    return f"http://127.0.0.1:{server.port}/v1/collab/drafts/{draft}/events"


@pytest.fixture
async def http():
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None)) as client:
        yield client


def source_of(http, server, draft, who="alice", seconds=3600):
    headers = {} if who is None else {"Authorization": f"Bearer {server.token(who, seconds)}"}
    return EventSource(http, events_url(server, draft), headers)


@asynccontextmanager
async def streamed(http, server, draft, who="alice", **query):
    """Follow a draft, from when it is live."""
    async with source_of(http, server, draft, who).open(**query) as source:
        await source.until(lambda: source.one("live"))
        yield source


async def test_a_stream_tells_what_a_socket_tells_in_the_same_bytes(server, http):
    draft = await private(server, segments=1)
    async with streamed(http, server, draft) as source, joined(server, draft) as socket:
        assert [block.event for block in source.blocks] == ["welcome", "snapshot", "live"]
        assert source.one("snapshot")["draft"] == socket.snapshot["draft"]
        epoch = source.one("welcome")["epoch"]
        # Nothing was there to go on after, before the snapshot was whole.
        assert [block.id for block in source.blocks] == ["", f"{epoch}.2", f"{epoch}.2"]
        headers = source.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert "content-encoding" not in headers
        await server.node.add(draft, content='Zwölf 🦊 \u2028 and "quotes"')
        await server.node.let_in(draft, "bob")
        await source.reach(4)
        stored = await read_stream(server.node.pool, 0, draft, 2, 10)
        encoded = [encode_event(event, lambda issuer, subject: f"{issuer}|{subject}").decode() for event in stored]
        assert source.events == [
            (f"{epoch}.3", "segment_added", encoded[0]),
            (f"{epoch}.4", "collaborator_added", encoded[1]),
        ]


async def test_it_goes_on_after_the_last_id_of_an_event(server, http):
    draft = await private(server, segments=3)
    source = source_of(http, server, draft)
    async with source.open(after=1, mode="events"):
        await source.reach(2)
        cut = source.last_event_id
    source.last_event_id = f"{cut.partition('.')[0]}.2"
    # The URL is the one of the first time; the id is newer.
    async with source.open(after=1):
        await source.until(lambda: source.one("live"))
        assert source.one("welcome")["mode"] == "resume"
        assert source.versions == [3, 4]
    async with source.open():
        await source.until(lambda: source.one("live"))
        assert source.events == []
        await server.node.add(draft)
        await source.reach(5)


@pytest.mark.parametrize("query", [{"after": "0"}, {"mode": "events"}, {"after": "epoch.0"}])
async def test_it_begins_where_the_query_says(server, http, query):
    draft = await private(server, segments=2)
    query = {name: value.replace("epoch", server.node.tail.epoch) for name, value in query.items()}
    async with streamed(http, server, draft, **query) as source:
        assert source.versions == [1, 2, 3]
        assert source.one("snapshot") is None


@pytest.mark.parametrize("last", ["000000000000.1", "99"])
async def test_a_range_that_cannot_be_served_is_told(server, http, last):
    draft = await private(server, segments=2)
    source = source_of(http, server, draft)
    source.last_event_id = last
    async with source.open():
        await source.until(lambda: source.one("live"))
        assert source.one("welcome")["mode"] == "snapshot"
        assert source.one("snapshot")["version"] == 3


async def test_what_is_refused_before_it_begins_is_an_ordinary_problem(app_dsn, http):
    async with serving(app_dsn, limits=replace(Limits(), sockets_per_user=1)) as server:
        draft = await private(server)
        assert await source_of(http, server, draft, None).problem() == (401, "unauthorized")
        assert await source_of(http, server, draft, "mallory").problem() == (404, "not_found")
        assert await source_of(http, server, uuid4()).problem() == (404, "not_found")
        assert await source_of(http, server, draft).problem(after="-1") == (400, "validation_error")
        nonsense = source_of(http, server, draft)
        nonsense.last_event_id = "nonsense"
        assert await nonsense.problem() == (400, "validation_error")
        # A reader counts as a socket, of the person and of the process, while it is there.
        async with streamed(http, server, draft):
            assert server.hub.sockets == 1
            assert await source_of(http, server, draft).problem() == (429, "limit_exceeded")
        await eventually(lambda: server.hub.sockets == 0)
        async with streamed(http, server, draft):
            pass
        await eventually(lambda: server.hub.closes[1005] == 2)


async def test_p7_removal_is_the_last_event_on_every_server(app_dsn, http):
    async with serving(app_dsn) as one, serving(app_dsn) as two:
        draft = await private(one, "bob")
        async with streamed(http, one, draft, "bob") as here, streamed(http, two, draft, "bob", after=1) as there:
            await one.node.take_out(draft, "bob")
            await one.node.let_in(draft, "bob")
            await one.node.add(draft)
            for source in (here, there):
                assert await source.ended() == (4403, "you may no longer read this draft")
                assert source.versions[-1] == 3
        assert (one.hub.closes[4403], two.hub.closes[4403]) == (1, 1)
        # Current access decides.
        async with streamed(http, two, draft, "bob", after=3) as again:
            await again.reach(5)
            assert again.versions == [4, 5]


async def test_it_ends_with_its_token(server, http):
    draft = await private(server)
    source = source_of(http, server, draft, seconds=20)
    async with source.open():
        await source.until(lambda: source.one("live"))
        server.time.pass_by(13)
        await source.until(lambda: source.one("token_expiring"))
        server.time.pass_by(23)
        assert await source.ended() == (4401, "the token has expired; sign in again")


async def test_a_heartbeat_tells_the_head_and_nobody_has_to_answer(server, http):
    draft = await private(server, segments=2)
    async with streamed(http, server, draft) as source:
        for number, seconds in enumerate((0, 26, 52, 78)):
            server.sweep_after(seconds)
            await source.until(lambda number=number: [b.event for b in source.blocks].count("ping") == number)
        assert source.one("ping") == {"type": "ping", "head": 3}
        await server.node.add(draft)
        await source.reach(4)


async def test_a_process_that_stops_sends_its_readers_elsewhere(app_dsn, http):
    async with serving(app_dsn, limits=replace(Limits(), drain_seconds=0.2)) as server:
        draft = await private(server)
        async with streamed(http, server, draft) as source:
            await server.hub.drain()
            assert (await source.ended())[0] == 4001
            assert source.one("goaway")["window"] == 0.2
            assert 0 <= source.retry <= 200
        assert await source_of(http, server, draft).problem() == (503, "unavailable")


async def test_a_log_that_was_restored_ends_it(server, http):
    draft = await private(server)
    async with streamed(http, server, draft) as source:
        server.hub._forget_all()
        assert (await source.ended())[0] == 4005


async def test_a_slow_reader_costs_a_cursor_and_catches_up(app_dsn):
    limits = replace(Limits(), feed_events=16, socket_high_water=16 * 1024)
    narrow = httpx.AsyncHTTPTransport(socket_options=[(SOL_SOCKET, SO_RCVBUF, 4096)])
    async with serving(app_dsn, limits=limits, narrow=True) as server, httpx.AsyncClient(transport=narrow) as http:
        draft = await private(server)
        async with streamed(http, server, draft) as slow, joined(server, draft) as quick:
            async with asyncio.timeout(60):
                while not server.hub.lagging:
                    await asyncio.gather(*(server.node.add(draft, content="🦊" * 500) for _ in range(25)))
            newest = server.node.seen[-1].version
            await quick.reach(newest)
            (connection,) = (c for c in server.hub._connections.snapshot() if not c.cursor.live)
            assert connection.cursor.version < newest
            assert connection.outlet.unsent() <= 2 * limits.socket_high_water
            await slow.reach(newest)
            assert slow.versions == list(range(2, newest + 1))
            await eventually(lambda: not server.hub.lagging)


async def test_its_reader_is_there_like_everybody_else(app_dsn, http):
    async with serving(app_dsn, limits=replace(Limits(), presence_batch_ms=10)) as server:
        draft = await private(server, "bob")
        async with joined(server, draft) as alice:
            async with streamed(http, server, draft, "bob") as bob:
                await bob.until(lambda: bob.one("presence"))
                assert bob.one("presence")["people"] == ["alice", "bob"]
                await alice.until(lambda: alice.here == {"alice", "bob"})
            await eventually(lambda: server.hub.sockets == 1)
            server.pass_by(11)
            await alice.until(lambda: alice.here == {"alice"})


def test_lines_within_an_event_stay_one_event():
    speech = Speech()
    event = b'{"type":"x",\n"version":7,\r\n"data":1}'
    assert (
        speech.told(frames.events([event]))
        == b'id: .7\nevent: x\ndata: {"type":"x",\ndata: "version":7,\ndata: "data":1}\n\n'
    )
    said = last_words(DONE).decode()
    assert said.startswith("event: end\ndata: ")
    assert json.loads(said.partition("data: ")[2]) == {"type": "end", "code": 1000, "reason": "done"}
