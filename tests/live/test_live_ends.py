"""How sockets end, other than by losing access or being slow: each close code, and what brings it about."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed

from onering.auth import development
from onering.auth.faults import Unavailable
from onering.live.ends import OVERLOADED
from onering.live.limits import Limits
from onering.log.connection import Database
from onering.log.epoch import bump_epoch
from tests.live.serving import by_header, eventually, greeted, joined, private, refusal, serving, silent, store

# Heartbeats and silence


async def test_a_client_that_answers_pings_stays_and_a_silent_one_is_closed(server):
    draft = await private(server, "bob")
    async with joined(server, draft) as there, joined(server, draft, "bob") as silent:
        loop = asyncio.get_running_loop()
        connections = {c.session.user_id: c for c in server.hub._connections.snapshot()}
        connections["alice"]._pulse.heard(loop.time() + 40)
        server.sweep_after(61)
        assert await silent.closed() == (4003, "nothing was heard from you for a while")
        await there.say(type="pong", version=2)
        await server.node.add(draft)
        await there.reach(3)


async def test_a_client_that_is_told_all_the_time_is_asked_for_a_sign_of_life_too(server):
    """Else it would be closed for its silence, having never had anything to answer."""
    draft = await private(server)
    async with joined(server, draft) as client:
        await server.node.add(draft)
        await client.reach(2)
        server.sweep_after(26)
        await client.until(lambda: client.one("ping"))
        assert client.one("ping") == {"type": "ping", "head": 2}


async def test_websocket_pongs_are_signs_of_life_too(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        (connection,) = server.hub._connections.snapshot()
        before = connection._pulse._heard_at
        await client.socket.pong()
        await eventually(lambda: connection._pulse._heard_at > before)
        await (await client.socket.ping())


async def test_a_ping_of_the_client_is_answered_with_the_head(server):
    draft = await private(server, segments=2)
    async with joined(server, draft) as client:
        await client.say(type="ping")
        await client.until(lambda: client.other)
        assert client.other == [{"type": "pong", "head": 3}]


async def test_what_is_not_known_is_ignored(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.say(type="typing", on=True)
        await client.say(type="from_the_future", data={})
        await client.say(type="pong", version="?", more=1)
        await server.node.add(draft)
        await client.reach(2)


async def test_bye_is_answered_with_1000(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.say(type="bye")
        assert (await client.closed())[0] == 1000
    async with joined(server, draft):
        pass
    await eventually(lambda: server.hub.closes == {1000: 2})


# Hostile frames (threats.md §6)


@pytest.mark.parametrize("frame", ["", "{", "[]", "{}", '{"type":1}', '{"type":"auth"}', '{"type":"auth","token":1}'])
async def test_70_a_bad_frame_is_4400(server, frame):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.socket.send(frame)
        assert (await client.closed())[0] == 4400


async def test_70_a_binary_frame_is_4400(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.socket.send(b'{"type":"pong"}')
        assert (await client.closed())[0] == 4400
    async with greeted(server, draft, b'{"type":"hello"}') as client:
        assert (await client.closed())[0] == 4400


@pytest.mark.parametrize("first", ["GET / HTTP/1.1", '{"type":"pong"}', '{"type":"auth","token":"x"}', "null"])
async def test_70_whatever_comes_before_hello_is_4400_and_nothing_is_sent(server, first):
    draft = await private(server)
    async with greeted(server, draft, first) as client:
        assert (await client.closed())[0] == 4400
        assert not client.welcome
        assert client.raw == client.other == []


async def test_70_no_hello_in_time_is_4408(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), hello_seconds=0.2)) as server:
        draft = await private(server)
        async with greeted(server, draft, '{"type":"hello"', max_size=None) as early:
            assert (await early.closed())[0] == 4400
        async with silent(server, draft) as client:
            # Fragments don't buy time.
            async def trickle():
                while True:
                    yield " "
                    await asyncio.sleep(0.03)

            sending = asyncio.ensure_future(client.socket.send(trickle()))
            assert (await client.closed())[0] == 4408
            with pytest.raises(ConnectionClosed, match="4408"):
                await sending


async def test_71_a_token_in_the_url_is_refused(server):
    draft = await private(server)
    assert await refusal(server, draft, "alice", f"?token={server.token('alice')}") == (400, "validation_error")


async def test_72_a_token_among_the_subprotocols_is_not_echoed(server):
    draft = await private(server)
    token = server.token("alice")
    async with greeted(server, draft, {"token": token}, subprotocols=[token, "onering.v1"]) as client:
        await client.until(lambda: client.live)
        assert client.socket.subprotocol == "onering.v1"
    async with greeted(server, draft, {"token": token}, subprotocols=None) as client:
        await client.until(lambda: client.live)
        assert client.socket.subprotocol is None


async def test_76_a_frame_over_64_kib_is_1009(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.say(type="pong", pad="x" * 65_000)
        await client.say(type="pong", pad="x" * 66_000)
        assert (await client.closed())[0] == 1009
    await eventually(lambda: server.hub.closes[1009] == 1)


async def test_76_a_hello_over_16_kib_is_4413(server):
    draft = await private(server)
    for pad in ("x" * 16_400, "ü" * 8_200):
        hello = json.dumps({"type": "hello", "pad": pad}, ensure_ascii=False)
        async with greeted(server, draft, hello) as client:
            assert await client.closed() == (4413, "a hello has at most 16384 bytes")


async def test_76_too_many_frames_are_4429(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), client_frames_per_minute=50)) as server:
        draft = await private(server)
        async with joined(server, draft) as client:
            for _ in range(50):
                await client.say(type="pong")
            await client.say(type="pong")
            assert await client.closed() == (4429, "too many frames")
        async with joined(server, draft) as client:
            # Control frames count, too.
            for _ in range(51):
                await client.socket.ping()
            assert (await client.closed())[0] == 4429


async def test_76_fragments_without_end_are_closed(server):
    draft = await private(server)

    async def endless():
        while True:
            yield ""
            await asyncio.sleep(0)

    async with joined(server, draft) as client:
        with pytest.raises(Exception, match=r"4429|no close frame"):
            await client.socket.send(endless())
    await eventually(lambda: server.hub.sockets == 0)


async def test_78_another_drafts_epoch_or_version_leaks_nothing(server):
    mine, theirs = await private(server), await private(server, segments=9)
    async with joined(server, mine, query=f"?after=9&epoch={server.node.tail.epoch}") as client:
        assert (client.welcome["mode"], client.welcome["from"]) == ("snapshot", 1)
    assert await refusal(server, theirs, "mallory", "?after=9") == (404, "not_found")


# Tokens


async def test_a_token_is_asked_for_once_and_a_fresh_one_accepted(server):
    draft = await private(server)
    async with greeted(server, draft, {"token": server.token("alice", seconds=60)}) as client:
        await client.until(lambda: client.live)
        server.sweep_after(0)
        assert not client.other
        server.time.pass_by(52.5)
        server.sweep_after(0)
        server.sweep_after(0)
        await client.until(lambda: client.other)
        assert client.other == [{"type": "token_expiring", "token_expires_at": client.welcome["token_expires_at"]}]
        # The very same token extends nothing: it is ignored.
        await client.say(type="auth", token=server.token("alice", seconds=1))
        await client.say(type="auth", token=server.token("alice", seconds=60))
        await client.until(lambda: len(client.other) == 2)
        assert client.other[1]["type"] == "token_accepted"
        assert client.other[1]["token_expires_at"] > client.welcome["token_expires_at"]
        server.time.pass_by(53)
        server.sweep_after(0)
        await client.until(lambda: len(client.other) == 3)
        assert client.other[2]["type"] == "token_expiring"


async def test_74_at_expiry_and_grace_the_socket_is_closed(server):
    draft = await private(server)
    async with greeted(server, draft, {"token": server.token("alice", seconds=60)}) as client:
        await client.until(lambda: client.live)
        server.time.pass_by(72)
        server.sweep_after(0)
        await server.node.add(draft)
        await client.reach(2)
        server.time.pass_by(3)
        server.sweep_after(0)
        await server.node.add(draft)
        assert await client.closed() == (4401, "the token has expired; sign in again")
        assert client.version == 2


async def test_73_somebody_elses_token_is_4403(server):
    draft = await private(server, "bob")
    public = (await server.node.create(visibility="public")).draft_id
    async with joined(server, draft) as client:
        await client.say(type="auth", token=server.token("bob", seconds=7200))
        assert await client.closed() == (4403, "the new token is somebody else's")
    async with joined(server, public, None) as client:
        await client.say(type="auth", token=server.token("bob"))
        assert (await client.closed())[0] == 4403


async def test_a_bad_token_for_refresh_is_4401(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.say(type="auth", token=development.mint("alice", b"x" * 32, now=server.time()))
        assert (await client.closed())[0] == 4401


async def test_without_keys_a_refresh_is_to_be_tried_again_and_a_hello_is_1013(server):
    draft = await private(server)

    async def no_keys(token):
        raise Unavailable(5)

    server.hub._house = replace(server.hub._house, sign_in=no_keys)
    async with joined(server, draft) as client:
        await client.say(type="auth", token="any")
        await client.until(lambda: client.other)
        assert (client.other[0]["code"], client.other[0]["retry"]) == ("unavailable", True)
        async with greeted(server, draft, {"token": "any"}) as other:
            assert (await other.closed())[0] == 1013
        await server.node.add(draft)
        await client.reach(2)


# The service


async def test_a_draft_with_an_event_of_a_newer_release_is_followed_but_has_no_snapshot(server, owner):
    draft = await private(server, "bob")
    async with joined(server, draft) as early, joined(server, draft, "bob") as bob:
        await store(server, draft, 2, "draft_sung")
        await early.reach(3)
        assert early.events[-1]["type"] == "draft_sung"
        assert await refusal(server, draft) == (503, "unavailable")
        async with greeted(server, draft, {"token": server.token("alice")}) as client:
            assert (await client.closed())[0] == 1013
        async with joined(server, draft, query="?mode=events") as all_of_it:
            assert all_of_it.versions == [1, 2, 3]
        async with joined(server, draft, query="?after=2") as late:
            assert late.versions == [3]
        await bob.reach(3)
    # A process that opens the feed only now, with more of it unknown to the rules.
    async with serving(server.dsn) as other:
        async with joined(other, draft, "bob", "?mode=events") as bob:
            assert bob.versions == [1, 2, 3]
            await store(other, draft, 3, "collaborator_removed", '{"user_id":"bob"}')
            assert (await bob.closed())[0] == 4403
            assert bob.version == 4
        async with serving(server.dsn) as third:
            # Known events after an unknown one still count.
            assert await refusal(third, draft, "bob", "?mode=events") == (404, "not_found")


async def test_a_rewound_log_sends_everybody_to_resync(server, admin_dsn):
    draft = await private(server, segments=3)
    epoch = server.node.tail.epoch
    async with joined(server, draft) as one, joined(server, draft, query="?after=1") as two:
        conn = await Database(admin_dsn).connect("test")
        await bump_epoch(conn)
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onering tail'"
        )
        conn.terminate()
        for client in (one, two):
            assert await client.closed() == (4005, "the log was restored; join again without `after`")
    await eventually(lambda: server.node.tail.connected)
    assert server.hub.feeds == 0
    async with joined(server, draft, query=f"?after=2&epoch={epoch}") as client:
        assert client.welcome["mode"] == "snapshot"
        assert client.welcome["epoch"] == server.node.tail.epoch != epoch


async def test_without_a_database_joining_is_1013_or_503(server):
    draft = await private(server)

    class Away:
        def __getattr__(self, name):
            async def fail(*arguments):
                raise asyncpg.InterfaceError("away")

            return fail

    server.models.pool = Away()
    assert await refusal(server, draft) == (503, "unavailable")
    async with greeted(server, draft, {"token": server.token("alice")}) as client:
        assert (await client.closed())[0] == 1013


async def test_a_crowd_on_a_draft_that_can_t_be_read_hears_so_within_one_deadline(server, owner):
    """They wait behind one lock: each trying for itself, the last would hear it after as many statements' timeouts."""
    draft = await private(server)
    async with serving(server.dsn, limits=replace(Limits(), join_seconds=0.3)) as cold:
        hello = {"token": cold.token("alice")}
        async with owner.transaction(), AsyncExitStack() as stack:
            await owner.execute("LOCK TABLE onering.events")
            crowd = [await stack.enter_async_context(greeted(cold, draft, hello)) for _ in range(12)]
            assert await refusal(cold, draft) == (503, "unavailable")
            assert {await client.closed() for client in crowd} == {(1013, OVERLOADED.reason)}
        async with joined(cold, draft) as client:
            assert client.snapshot["version"] == 1


async def test_a_fault_of_ours_is_4000_or_500_and_logged(server, caplog):
    draft = await private(server)

    async def fail(*arguments):
        raise RuntimeError("a fault")

    server.models.fetch = fail
    assert await refusal(server, draft) == (500, "internal_error")
    async with greeted(server, draft, {"token": server.token("alice")}) as client:
        assert (await client.closed())[0] == 4000
    assert caplog.text.count("a connection failed") == 2


async def test_a_drain_sends_everybody_elsewhere_in_time(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), drain_seconds=0.5, sockets_per_user=50)) as server:
        draft = await private(server)
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(joined(server, draft)) for _ in range(30)]
            waiting = await stack.enter_async_context(silent(server, draft))
            await eventually(lambda: server.hub.sockets == 31)
            loop = asyncio.get_running_loop()
            began = loop.time()
            draining = asyncio.ensure_future(server.hub.drain())
            await clients[0].until(lambda: clients[0].other)
            assert clients[0].other == [{"type": "goaway", "reason": "restart", "window": 0.5}]
            assert await refusal(server, draft) == (503, "unavailable")
            async with greeted(server, draft, {"token": server.token("alice")}) as late:
                assert (await late.closed())[0] == 1012
            await draining
            assert loop.time() - began < 2
            assert {(await client.closed())[0] for client in clients} == {4001}
            assert (await waiting.closed())[0] == 1012
            await eventually(lambda: server.hub.sockets == 0)


async def test_a_feed_outlives_its_last_reader_for_a_while(server):
    draft = await private(server)
    async with joined(server, draft):
        server.sweep_after(0)
    await eventually(lambda: server.hub.sockets == 0)
    server.sweep_after(0)
    server.sweep_after(299)
    assert server.hub.feeds == 1
    async with by_header(server, draft, query="?after=0") as client:
        await client.until(lambda: client.live)
        server.sweep_after(40)
    await eventually(lambda: server.hub.sockets == 0)
    server.sweep_after(0)
    server.sweep_after(301)
    assert server.hub.feeds == 0
