"""The prepared-frame protocol at its edges: clients that never let go, and clients that never came."""

import asyncio
from dataclasses import replace

import uvloop

from onering.live import transport
from onering.live.ends import TOO_SLOW
from onering.live.limits import Limits
from tests.live.serving import by_header, eventually, joined, private, serving, stalled

LIMITS = replace(Limits(), socket_high_water=16 * 1024)


async def _lag(server, draft, sockets=1):
    while not server.hub.lagging:
        await asyncio.gather(*(server.node.add(draft, content="x" * 500) for _ in range(25)))
    connections = server.hub._connections.snapshot()
    assert len(connections) == sockets
    return connections[0]


def _connections(server):
    return {c for c in server.uvicorn.server_state.connections if isinstance(c, transport.FeedProtocol)}


async def test_a_stalled_client_is_told_and_then_cut(app_dsn, monkeypatch):
    monkeypatch.setattr(transport, "CLOSE_SECONDS", 0.1)
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob"):
            (await _lag(server, draft)).end(TOO_SLOW)
            assert len(_connections(server)) == 1
            await eventually(lambda: not _connections(server))


async def test_a_client_that_breaks_the_protocol_and_reads_nothing_is_cut_too(app_dsn, monkeypatch):
    monkeypatch.setattr(transport, "CLOSE_SECONDS", 0.1)
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as client:
            await _lag(server, draft)
            await client.say(type="pong", pad="x" * 70_000)
            await eventually(lambda: not _connections(server))
            assert server.hub.closes[1009] == 1


async def test_pongs_for_who_reads_nothing_are_dropped(app_dsn):
    async with serving(app_dsn, limits=replace(LIMITS, client_frames_per_minute=10**6), narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as client:
            connection = await _lag(server, draft)
            seen = connection._pulse._frames
            for number in range(600):
                await client.socket.ping(b"%0100d" % number)
            await eventually(lambda: connection._pulse._frames >= seen + 600)
            # Above the mark there may be the one page of events that was the last to find room, and no 60 KB of pongs.
            assert connection.outlet.unsent() <= 2 * LIMITS.socket_high_water


async def test_a_client_that_leaves_while_it_is_being_let_in_leaves_nothing(app_dsn):
    async with serving(app_dsn) as server:
        draft = await private(server)
        reading, go_on = asyncio.Event(), asyncio.Event()
        fetch = server.models.fetch

        async def slow(*arguments):
            reading.set()
            await go_on.wait()
            return await fetch(*arguments)

        server.models.fetch = slow

        async def join():
            async with by_header(server, draft):
                raise AssertionError("nobody is let in here")

        joining = asyncio.ensure_future(join())
        await reading.wait()
        joining.cancel()
        await asyncio.wait([joining])
        await eventually(lambda: not _connections(server))
        go_on.set()
        await eventually(lambda: server.hub.sockets == 0)
        assert server.hub.closes == {1005: 1}
        assert server.hub.lagging == 0


async def test_a_client_that_left_before_it_was_looked_at_is_lost_at_once(app_dsn):
    async with serving(app_dsn) as server:
        draft = await private(server)
        signing_in, go_on = asyncio.Event(), asyncio.Event()
        ensure = server.registration.ensure

        async def slow(actor):
            signing_in.set()
            await go_on.wait()
            await ensure(actor)

        server.registration.ensure = slow

        async def join():
            async with by_header(server, draft):
                raise AssertionError("nobody is let in here")

        joining = asyncio.ensure_future(join())
        await signing_in.wait()
        joining.cancel()
        await asyncio.wait([joining])
        await eventually(lambda: not _connections(server))
        go_on.set()
        await eventually(lambda: server.hub.closes == {1005: 1})
        assert server.hub.joins == {}


def test_all_of_it_on_uvloop_too(app_dsn):
    """The loop that the service runs on counts what is unsent in its own way."""

    async def story():
        async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
            draft = await private(server, "bob")
            async with joined(server, draft) as quick, stalled(server, draft, "bob") as slow:
                await _lag(server, draft, 2)
                newest = server.node.seen[-1].version
                await quick.reach(newest)
                slow.socket.transport.resume_reading()
                await slow.reach(newest)
                await eventually(lambda: server.hub.lagging == 0)
                removed = await server.node.take_out(draft, "bob")
                assert (await slow.closed())[0] == 4403
                assert slow.version == removed.version
            async with stalled(server, draft, "alice"):
                await _lag(server, draft)
                server.sweep_after(0)
                server.sweep_after(31)
                await eventually(lambda: server.hub.closes[4002] == 1)

    uvloop.run(story())
