"""The feed on uvicorn's own WebSocket protocol, over ASGI `send`: the same promises, without the prepared frames."""

import asyncio
import json
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed

from onering.live import outlet as outlets
from onering.live.ends import DONE, TOO_SLOW
from onering.live.limits import Limits
from onering.live.outlet import EXTENSION, PlainOutlet, outlet_of
from tests.live.serving import eventually, greeted, joined, private, refusal, serving, stalled


@pytest.fixture
async def plain(app_dsn):
    async with serving(app_dsn, ws="websockets-sansio") as server:
        yield server


async def test_snapshot_resume_and_live(plain):
    draft = await private(plain, "bob", segments=3)
    async with joined(plain, draft) as one, joined(plain, draft, "bob", "?after=2") as two:
        await plain.node.add(draft)
        await one.reach(6)
        await two.reach(6)
        assert (one.versions, two.versions) == ([6], [3, 4, 5, 6])
        await one.say(type="ping")
        await one.until(lambda: one.one("pong"))


async def test_refusals_are_statuses_with_a_header_and_codes_without(plain):
    draft = await private(plain)
    assert await refusal(plain, draft, "mallory") == (404, "not_found")
    async with greeted(plain, draft, {"token": plain.token("mallory")}) as client:
        assert (await client.closed())[0] == 4404
    async with greeted(plain, draft, "nonsense") as client:
        assert (await client.closed())[0] == 4400
    await eventually(lambda: plain.hub.sockets == 0)


async def test_removal_is_the_last_event(plain):
    draft = await private(plain, "bob")
    async with joined(plain, draft, "bob") as client:
        await plain.node.take_out(draft, "bob")
        await plain.node.add(draft)
        assert (await client.closed())[0] == 4403
        assert client.version == 3


async def test_bye_oversize_and_drain(plain):
    draft = await private(plain)
    async with joined(plain, draft) as client:
        await client.say(type="bye")
        assert (await client.closed())[0] == 1000
    async with joined(plain, draft) as client:
        await client.say(type="pong", pad="x" * 70_000)
        assert (await client.closed())[0] == 1009
    async with joined(plain, draft) as client:
        await plain.hub.drain()
        assert (await client.closed())[0] == 4001
        assert client.one("goaway")
    await eventually(lambda: plain.hub.sockets == 0)


async def test_a_client_that_vanishes_is_forgotten(plain):
    draft = await private(plain)
    async with joined(plain, draft) as client:
        client.socket.transport.abort()
        await eventually(lambda: plain.hub.sockets == 0)


async def test_a_stalled_client_is_given_up_after_the_closing_time(app_dsn, monkeypatch):
    monkeypatch.setattr(outlets, "CLOSE_SECONDS", 0.1)
    limits = replace(Limits(), socket_high_water=16 * 1024)
    async with serving(app_dsn, ws="websockets-sansio", limits=limits, narrow=True) as server:
        draft = await private(server, "bob")
        async with stalled(server, draft, "bob"):
            while not server.hub.lagging:
                await asyncio.gather(*(server.node.add(draft, content="x" * 500) for _ in range(25)))
            (connection,) = server.hub._connections.snapshot()
            connection.end(TOO_SLOW)
            await eventually(lambda: server.hub.closes[4002] == 1)


# Without a server


async def test_the_servers_own_outlet_is_taken_if_it_offers_one():
    offered = object()
    async with outlet_of({"extensions": {EXTENSION: offered}}, None) as outlet:
        assert outlet is offered


class Server:
    """An ASGI server whose client takes messages only when `room` is set."""

    def __init__(self):
        self.sent = []
        self.room = asyncio.Event()

    async def send(self, message):
        await self.room.wait()
        self.sent.append(message.get("text") or message["code"])


class Listener:
    def __init__(self):
        self.told = []

    def writable(self):
        self.told.append("writable")

    def lost(self):
        self.told.append("lost")

    def frame_received(self):
        """Nothing to do with it."""


FRAME = b"\x81\x02hi"


async def test_an_outlet_counts_what_is_unsent_and_tells_when_there_is_room():
    server, listener = Server(), Listener()
    async with outlet_of({}, server.send) as outlet:
        outlet.listen(listener, 6)
        for _ in range(3):
            outlet.write(FRAME)
        assert outlet.unsent() == 12
        server.room.set()
        await eventually(lambda: outlet.unsent() == 0)
        assert listener.told == ["writable"]
        outlet.close(DONE)
        outlet.close(TOO_SLOW)
    assert server.sent == ["hi", "hi", "hi", 1000]


async def test_an_outlet_that_is_aborted_waits_for_nobody():
    server = Server()
    async with outlet_of({}, server.send) as outlet:
        outlet.write(FRAME)
        outlet.abort()
        await asyncio.Event().wait()
    assert server.sent == []


async def test_an_outlet_without_a_close_leaves_what_is_unsent():
    server = Server()
    async with outlet_of({"extensions": None}, server.send) as outlet:
        outlet.write(FRAME)
        assert isinstance(outlet, PlainOutlet)
    assert server.sent == []


@pytest.mark.parametrize("fault", [OSError("gone"), RuntimeError("after close")])
async def test_a_server_that_says_the_client_is_gone_is_believed(fault):
    async def send(message):
        raise fault

    listener = Listener()
    async with outlet_of({}, send) as outlet:
        outlet.listen(listener, 6)
        outlet.write(FRAME)
        await eventually(lambda: listener.told == ["lost"])


async def test_the_texts_are_what_the_prepared_frames_hold(plain):
    draft = await private(plain)
    async with joined(plain, draft) as client:
        await plain.node.add(draft, content="Zwölf 🦊")
        await client.reach(2)
        assert json.loads(client.raw[0])["events"][0]["data"]["content"] == "Zwölf 🦊"
        await client.socket.close()
        with pytest.raises(ConnectionClosed):
            await client.socket.recv()
