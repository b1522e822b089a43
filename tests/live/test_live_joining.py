"""Joining: by header or by hello, who may, and from where they go on."""

from dataclasses import replace
from uuid import uuid4

import pytest

from onering.live.limits import Limits
from tests.live.serving import by_header, eventually, greeted, joined, private, refusal, serving


async def test_without_after_a_client_gets_a_snapshot_and_goes_on_from_it(server):
    draft = await private(server, "bob", segments=3)
    async with joined(server, draft, "bob") as client:
        assert client.welcome["mode"] == "snapshot"
        assert client.welcome["from"] == client.welcome["head"] == client.snapshot["version"] == 5
        shown = client.snapshot["draft"]
        assert [s["content"] for s in shown["segments"]] == ["Segment 0", "Segment 1", "Segment 2"]
        assert [m["user_id"] for m in shown["members"]] == ["alice", "bob"]
        await server.node.add(draft)
        await client.reach(6)
    assert server.hub.joins == {"snapshot": 1}


async def test_a_snapshot_has_the_last_200_segments(server):
    draft = await private(server, segments=203)
    async with joined(server, draft) as client:
        orders = [segment["segment_order"] for segment in client.snapshot["draft"]["segments"]]
        assert orders == list(range(3, 203))


async def test_the_welcome_says_everything(server):
    draft = await private(server)
    token = server.token("alice", seconds=60)
    async with greeted(server, draft, {"token": token}, subprotocols=["other", "onering.v1"]) as client:
        await client.until(lambda: client.live)
        welcome = client.welcome
        assert client.socket.subprotocol == "onering.v1"
    assert list(welcome) == [
        "type",
        "connection_id",
        "draft_id",
        "user_id",
        "epoch",
        "from",
        "head",
        "mode",
        "wire",
        "heartbeat_seconds",
        "token_expires_at",
    ]
    assert (welcome["draft_id"], welcome["user_id"]) == (str(draft), "alice")
    assert (welcome["epoch"], welcome["wire"], welcome["heartbeat_seconds"]) == (server.node.tail.epoch, 1, 25.0)
    assert welcome["token_expires_at"].endswith("Z")


async def test_after_resumes_behind_the_last_version_applied(server):
    draft = await private(server, segments=4)
    epoch = server.node.tail.epoch
    async with by_header(server, draft, "alice", f"?after=2&epoch={epoch}") as client:
        await client.until(lambda: client.live)
        assert (client.welcome["mode"], client.welcome["from"], client.welcome["head"]) == ("resume", 2, 5)
        assert client.versions == [3, 4, 5]
        assert client.snapshot is None
    async with greeted(server, draft, {"token": server.token("alice"), "after": 5}) as client:
        await client.until(lambda: client.live)
        assert (client.welcome["mode"], client.versions) == ("resume", [])


async def test_more_than_a_gap_behind_gets_a_snapshot(app_dsn):
    async with serving(app_dsn, limits=Limits(resume_events=3)) as server:
        draft = await private(server, segments=5)
        async with joined(server, draft, query="?after=3") as client:
            assert client.welcome["mode"] == "resume"
        async with joined(server, draft, query="?after=2") as client:
            assert client.welcome["mode"] == "snapshot"


async def test_who_must_see_every_event_is_paged_from_the_log(app_dsn):
    limits = Limits(resume_events=3, feed_events=4, page_events=5)
    async with serving(app_dsn, limits=limits) as server:
        draft = await private(server, segments=22)
        async with joined(server, draft, query="?mode=events&after=1") as client:
            assert (client.welcome["mode"], client.welcome["from"]) == ("events", 1)
            assert client.versions == list(range(2, 24))
        async with greeted(server, draft, {"token": server.token("alice"), "mode": "events"}) as client:
            await client.until(lambda: client.live)
            assert client.versions == list(range(1, 24))
        assert server.hub.joins == {"events": 2}


async def test_another_epoch_gets_a_snapshot(server):
    draft = await private(server, segments=2)
    for query in ("?after=2&epoch=000000000000", "?after=2&epoch=000000000000&mode=events"):
        async with joined(server, draft, query=query) as client:
            assert client.welcome["mode"] == "snapshot"


@pytest.mark.parametrize("after", [4, 2**31 - 1, 2**31, 10**17])
async def test_beyond_the_head_gets_a_snapshot(server, after):
    draft = await private(server, segments=2)
    async with joined(server, draft, query=f"?after={after}") as client:
        assert (client.welcome["mode"], client.welcome["from"]) == ("snapshot", 3)


async def test_a_client_that_was_on_a_faster_process_resumes(app_dsn):
    async with serving(app_dsn, announce=False) as fast, serving(app_dsn) as slow:
        draft = await private(fast, segments=2)
        async with joined(slow, draft):
            await fast.node.add(draft)
            async with joined(slow, draft, query="?after=4") as client:
                assert (client.welcome["mode"], client.welcome["from"]) == ("resume", 4)


async def test_whoever_was_let_in_a_moment_ago_elsewhere_may_join(app_dsn):
    async with serving(app_dsn, announce=False) as fast, serving(app_dsn) as slow:
        draft = await private(fast)
        async with joined(slow, draft):
            for version, (name, query) in enumerate([("bob", ""), ("carol", "?after=1")], 2):
                await fast.node.let_in(draft, name)
                async with joined(slow, draft, name, query) as client:
                    await client.reach(version)


async def test_a_stranger_and_a_missing_draft_look_the_same(server):
    draft = await private(server)
    for name in (draft, uuid4(), "nonsense", f"{{{draft}}}", str(draft).replace("-", "")):
        assert await refusal(server, name, "mallory") == (404, "not_found")
        assert await refusal(server, name, "mallory", "?after=1") == (404, "not_found")
        async with greeted(server, name, {"token": server.token("mallory")}) as client:
            assert (await client.closed())[0] == 4404
            assert not client.welcome
    assert server.hub.sockets == 0


async def test_the_id_may_be_spelled_in_capitals(server):
    draft = await private(server)
    async with joined(server, str(draft).upper()) as client:
        assert client.welcome["draft_id"] == str(draft)


async def test_nobody_reads_public_drafts_only(server):
    public = (await server.node.create(visibility="public")).draft_id
    async with joined(server, public, None) as client:
        assert client.welcome["user_id"] is None
        assert client.welcome["token_expires_at"] is None
        await server.node.add(public)
        await client.reach(2)
    for draft in (await private(server), uuid4(), "nonsense"):
        async with greeted(server, draft, {}) as client:
            assert (await client.closed())[0] == 4401


async def test_nobody_reads_nothing_where_that_is_off(app_dsn):
    async with serving(app_dsn, anonymous_read=False) as server:
        public = (await server.node.create(visibility="public")).draft_id
        async with greeted(server, public, {}) as client:
            assert (await client.closed())[0] == 4401
        async with joined(server, public, "mallory") as client:
            assert client.live


async def test_a_workspace_draft_is_its_workspaces(server):
    draft = (await server.node.create(visibility="workspace")).draft_id
    assert await refusal(server, draft, "mallory") == (404, "not_found")


async def test_in_local_and_test_a_plain_header_names_the_reader(server):
    draft = await private(server, "bob")
    header = {"X-User-Id": "bob"}
    async with greeted(server, draft, {"type": "whatever"}, additional_headers=header) as client:
        await client.until(lambda: client.live)
        assert (client.welcome["user_id"], client.welcome["token_expires_at"]) == ("bob", None)


async def test_a_bad_header_is_a_status_and_a_bad_hello_a_code(server):
    draft = await private(server)
    bad = {"Authorization": "Bearer nonsense"}
    with pytest.raises(Exception, match="401"):
        async with greeted(server, draft, {}, additional_headers=bad):
            pass
    async with greeted(server, draft, {"token": "nonsense"}) as client:
        assert await client.closed() == (4401, "the token is not valid; sign in again")


async def test_after_that_is_no_version_is_refused(server):
    draft = await private(server)
    for after in ("-1", "x", "1.5", "", "1" * 30):
        assert await refusal(server, draft, "alice", f"?after={after}") == (400, "validation_error")
    assert await refusal(server, draft, "alice", "?mode=all") == (400, "validation_error")
    for fields in ({"after": -1}, {"after": "1"}, {"after": True}, {"after": 1.5}, {"mode": "all"}, {"token": 1}):
        async with greeted(server, draft, {"token": server.token("alice")} | fields) as client:
            assert (await client.closed())[0] == 4400


async def test_a_second_hello_changes_nothing(server):
    draft = await private(server)
    async with joined(server, draft) as client:
        await client.say(type="hello", after=0)
        await client.until(lambda: client.one("error"))
        assert client.one("error")["code"] == "already_joined"
        await server.node.add(draft)
        await client.reach(2)


async def test_no_more_sockets_than_a_person_may_have(app_dsn):
    async with serving(app_dsn, limits=Limits(sockets_per_user=2)) as server:
        draft = await private(server, "bob")
        async with joined(server, draft) as first, joined(server, draft):
            assert await refusal(server, draft, "alice") == (429, "limit_exceeded")
            async with greeted(server, draft, {"token": server.token("alice")}) as client:
                assert (await client.closed())[0] == 4429
            async with joined(server, draft, "bob"):
                pass
            await first.socket.close()
            await eventually(lambda: server.hub.sockets == 1)
            async with joined(server, draft):
                pass
        assert server.hub.closes[4429] == 2


async def test_no_more_sockets_than_a_process_may_have(app_dsn):
    async with serving(app_dsn, limits=replace(Limits(), sockets_per_process=1)) as server:
        draft = await private(server)
        async with joined(server, draft):
            assert await refusal(server, draft) == (429, "limit_exceeded")
            async with greeted(server, draft, {}) as client:
                assert (await client.closed())[0] == 4429
