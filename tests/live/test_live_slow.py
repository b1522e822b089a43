"""Slow readers: each costs a cursor, and nobody else anything."""

import asyncio
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed

from onering.live import transport
from onering.live.limits import Limits
from onering.live.transport import FeedProtocol
from tests.live.serving import by_header, eventually, joined, private, serving, stalled

LIMITS = replace(Limits(), feed_events=16, socket_high_water=16 * 1024)
LONG = "🦊" * 500


def connection_of(server, client):
    wanted = client.welcome["connection_id"]
    (found,) = [c for c in server.hub._connections.snapshot() if str(c.connection_id) == wanted]
    return found


async def _fill(server, draft, lagging=1):
    """Write until the stalled reader is behind, and then some more than the feed keeps."""
    async with asyncio.timeout(60):
        while server.hub.lagging < lagging:
            await asyncio.gather(*(server.node.add(draft, content=LONG) for _ in range(25)))
    for _ in range(2):
        await asyncio.gather(*(server.node.add(draft, content=LONG) for _ in range(15)))
    return server.node.seen[-1].version


@pytest.mark.parametrize("ws", [FeedProtocol, "websockets-sansio"], ids=["feed", "plain"])
async def test_a_stalled_reader_costs_a_cursor_and_catches_up_when_it_reads_again(app_dsn, ws):
    async with serving(app_dsn, limits=LIMITS, narrow=True, ws=ws) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow, joined(server, draft) as quick:
            newest = await _fill(server, draft)
            # The others have everything, at once.
            await quick.reach(newest)
            connection = connection_of(server, slow)
            assert connection.cursor.version < newest
            await eventually(lambda: connection.outlet.unsent() <= 2 * LIMITS.socket_high_water + 4096)
            assert not connection.cursor.live
            # It goes on where it stopped; what is no longer in memory comes from the log.
            slow.socket.transport.resume_reading()
            await slow.reach(newest)
            await eventually(lambda: server.hub.lagging == 0)
            await server.node.add(draft)
            await slow.reach(newest + 1)
            assert slow.versions == list(range(3, newest + 2))


async def test_without_progress_for_a_while_it_is_closed_and_cut(app_dsn):
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob"):
            await _fill(server, draft)
            server.sweep_after(0)
            server.sweep_after(29)
            assert server.hub.lagging == 1
            server.sweep_after(31)
            assert server.hub.lagging == 0
            # A stalled client can't be told; it is cut off a while later, and its slot is free at once.
            await eventually(lambda: server.hub.closes[4002] == 1)
            assert server.hub.sockets == 0


async def test_progress_keeps_a_slow_reader(app_dsn):
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow:
            await _fill(server, draft)
            connection = connection_of(server, slow)
            server.sweep_after(0)
            for _ in range(3):
                before = connection.cursor.version
                slow.socket.transport.resume_reading()
                await slow.until(lambda before=before: connection.cursor.version > before)
                slow.socket.transport.pause_reading()
                server.sweep_after(20)
                assert connection.ended is None
            slow.socket.transport.resume_reading()


async def test_a_removed_reader_that_stalls_gets_nothing_above_its_last(app_dsn):
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow:
            await _fill(server, draft)
            removed = await server.node.take_out(draft, "bob")
            await server.node.let_in(draft, "bob")
            await _fill(server, draft)
            slow.socket.transport.resume_reading()
            assert (await slow.closed())[0] == 4403
            assert slow.version == removed.version


async def test_a_catching_up_reader_that_leaves_is_forgotten(app_dsn):
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow:
            await _fill(server, draft)
            slow.socket.transport.abort()
            await eventually(lambda: server.hub.sockets == 0)
            assert server.hub.lagging == 0
            assert server.hub.closes == {1005: 1}


async def test_one_that_closes_its_half_is_cut_off_and_gets_nothing_new(app_dsn, monkeypatch):
    """What is unsent never leaves, and the transport would wait for it for ever."""
    monkeypatch.setattr(transport, "CLOSE_SECONDS", 0.2)
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow:
            await _fill(server, draft)
            slow.socket.transport.write_eof()
            await eventually(lambda: server.hub.sockets == 0)
            assert server.hub.lagging == 0


async def test_pings_are_not_queued_for_somebody_behind(app_dsn):
    async with serving(app_dsn, limits=LIMITS, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob") as slow:
            newest = await _fill(server, draft)
            server.sweep_after(0)
            server.sweep_after(26)
            slow.socket.transport.resume_reading()
            await slow.reach(newest)
            assert slow.other == []


async def test_the_database_going_away_while_catching_up_is_told(app_dsn):
    limits = replace(LIMITS, page_events=2, feed_events=1)
    async with serving(app_dsn, limits=limits) as server:
        draft = await private(server, segments=4)

        async def fail(*arguments, **named):
            raise ConnectionResetError("no database")

        server.hub._history.events = fail
        async with by_header(server, draft, query="?after=1") as client:
            assert (await client.closed())[0] == 1013


async def test_a_fault_of_ours_while_catching_up_is_told_and_logged(app_dsn, caplog):
    async with serving(app_dsn, limits=replace(LIMITS, feed_events=1)) as server:
        draft = await private(server, segments=4)

        async def fail(*arguments, **named):
            raise RuntimeError("a fault")

        server.hub._history.events = fail
        async with by_header(server, draft, query="?after=1") as client:
            assert (await client.closed())[0] == 4000
        assert "could not catch up" in caplog.text
        with pytest.raises(ConnectionClosed):
            await client.socket.recv()
