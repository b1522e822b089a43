"""Sockets of pages, clients and people who mean no good (docs/ATTACKS.md, 69 to 78)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from onering.live.ends import GONE, TOO_MANY_FRAMES
from onering.live.transport import MOST_FRAGMENTS, SLICE_BYTES
from onering.settings import Settings
from tests.attacks.production import PAGE, bearing, producing, token
from tests.auth.held_clock import HeldClock
from tests.live.serving import Client, eventually, greeted, joined, silent, stalled
from tests.serving import Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPTIONS: dict[str, Any] = {"proxy": None, "compression": None, "ping_interval": None}
# What the event loop reads of a socket at once.
READ_BYTES = 256 * 1024
# Frames of a client, masked with zeros (RFC 6455 §5.3).
FLOODS = {
    "texts": b'\x81\x8c\0\0\0\0{"type":"x"}',
    "pings": b"\x89\x80\0\0\0\0",
    "pongs": b"\x8a\x80\0\0\0\0",
    "fragments": b"\x00\x80\0\0\0\0",
}
# Small enough to be reached in a moment.
SMALL = {
    "sockets_per_user": 5,
    "client_frames_per_minute": 50,
    "socket_high_water": 16 * 1024,
    "feed_events": 16,
    "hello_seconds": 0.3,
}


class Feeds:
    """The feeds of a service, as the clients of tests/live find them."""

    def __init__(self, service: Service, clock: HeldClock | None = None) -> None:
        self.service = service
        self.port = service.port
        self.hub = service.process.hub
        self.clock = clock

    def url(self, draft: object, query: str = "") -> str:
        return f"ws://127.0.0.1:{self.port}/v1/ws/drafts/{draft}{query}"

    def token(self, who: str, seconds: int = 600) -> str:
        return token(who, seconds=seconds, **({} if self.clock is None else {"clock": self.clock.clock()}))

    def connection(self, client: Client) -> Any:
        wanted = client.welcome["connection_id"]
        (found,) = [c for c in self.hub._connections.snapshot() if str(c.connection_id) == wanted]
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def feeds(production: Service) -> Feeds:
    return Feeds(production)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def small(shared_dsn: str) -> AsyncIterator[Feeds]:
    """Serve within limits that are small enough to be reached in a moment."""
    async with producing(shared_dsn, **SMALL) as service:
        yield Feeds(service)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(alice: Person) -> str:
    """Return a private draft of alice's and bob's."""
    return await between(alice, "bob")


async def between(alice: Person, *others: str) -> str:
    draft = await alice.create(visibility="private")
    for other in others:
        assert (await alice.let_in(draft, other)).status_code == 200
    return draft


async def refused(feeds: Feeds, draft: str, query: str = "", **headers: str) -> tuple[int, str]:
    """Return the status and the code with which a handshake was refused, before it was accepted."""
    with pytest.raises(InvalidStatus) as found:
        async with connect(feeds.url(draft, query), additional_headers=headers, **OPTIONS):
            pass
    response = found.value.response
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.body)["error"]["code"]


class TestOrigin:
    FOREIGN = (
        *("https://evil.example", "null", "", "file://", "http://write.example", PAGE + ":8443", PAGE + "/"),
        *("https://write.example.evil.tld", "https://write.evil.tld", "https://xwrite.example", f"{PAGE} {PAGE}"),
        *("http://127.0.0.1:1", "https://127.0.0.1", "http://localhost"),
    )

    @pytest.mark.attack(69)
    @pytest.mark.parametrize("origin", FOREIGN)
    async def test_a_page_of_another_origin_is_refused_before_it_is_accepted_whoever_looks_at_it(
        self, feeds: Feeds, shared: str, origin: str
    ) -> None:
        for beside in ({}, bearing("alice"), {"Cookie": "session=x"}):
            assert await refused(feeds, shared, Origin=origin, **beside) == (403, "forbidden")

    @pytest.mark.attack(69)
    async def test_a_cookie_without_an_origin_is_refused(self, feeds: Feeds, shared: str) -> None:
        assert await refused(feeds, shared, Cookie="session=x") == (403, "forbidden")

    @pytest.mark.attack(69)
    async def test_the_page_that_is_listed_may_join(self, feeds: Feeds, shared: str) -> None:
        async with greeted(feeds, shared, {"token": feeds.token("alice")}, origin=PAGE) as client:
            await client.until(lambda: client.live)


class TestHello:
    @pytest.mark.attack(70)
    @pytest.mark.parametrize(
        "first",
        [
            *("GET / HTTP/1.1", "", "null", "[]", "{", b"\x00\xff", b'{"type":"hello"}', '{"type":1}'),
            *('{"type":"subscribe"}', '{"type":"auth","token":"x.y.z"}', '{"type":"pong"}', '{"type":"typing"}'),
        ],
    )
    async def test_whoever_does_not_begin_with_a_hello_is_closed_and_told_nothing(
        self, feeds: Feeds, shared: str, first: str | bytes
    ) -> None:
        async with greeted(feeds, shared, first) as client:
            assert (await client.closed())[0] == 4400
            assert_told_nothing(client)

    @pytest.mark.attack(70)
    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            (b"\x81\x82\0\0\0\0\xff\xff", 1007),
            (b"\x81\x02{}", 1002),
            (b"\xc1\x82\0\0\0\0{}", 1002),
            (b"\x83\x82\0\0\0\0{}", 1002),
            (b"\x80\x82\0\0\0\0{}", 1002),
            (b"\x89\xfe\0\x7e\0\0\0\0" + bytes(126), 1002),
            (b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0", 1009),
        ],
        ids=["no text", "not masked", "compressed", "no opcode", "nothing to go on", "a long ping", "2^64 bytes"],
    )
    async def test_whoever_does_not_speak_the_protocol_is_closed_and_told_nothing(
        self, feeds: Feeds, shared: str, frame: bytes, code: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with silent(feeds, shared) as client:
            client.socket.transport.write(frame)
            assert (await client.closed())[0] == code
            assert_told_nothing(client)
        # Anybody could fill the log with what looks like faults of ours.
        assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []

    @pytest.mark.attack(70)
    @pytest.mark.parametrize("hello", [{}, {"token": "x.y.z"}, {"token": ""}, {"token": "a" * 9000}])
    async def test_whoever_does_not_sign_in_is_closed_and_told_nothing(
        self, feeds: Feeds, shared: str, hello: dict[str, str]
    ) -> None:
        async with greeted(feeds, shared, hello) as client:
            assert (await client.closed())[0] == 4401
            assert_told_nothing(client)

    @pytest.mark.attack(70)
    async def test_whoever_says_nothing_is_closed_in_time(self, small: Feeds, shared: str) -> None:
        assert Settings().hello_seconds == 5
        async with silent(small, shared) as client:
            assert await client.closed() == (4408, "no hello in time")
            assert_told_nothing(client)


def assert_told_nothing(client: Client) -> None:
    assert (client.welcome, client.snapshot, client.raw, client.other, client.presence) == ({}, None, [], [], [])


class TestTokens:
    @pytest.mark.attack(71)
    @pytest.mark.parametrize("name", ["token", "access_token", "Authorization", "anything"])
    async def test_a_token_in_the_url_is_refused_and_not_logged(self, feeds: Feeds, shared: str, name: str) -> None:
        secret = feeds.token("alice")
        with structlog.testing.capture_logs() as lines:
            answer = await refused(feeds, shared, f"?{name}={secret}", **bearing("alice"))
        assert answer == (400, "validation_error")
        assert lines
        assert not [part for part in secret.split(".") if part in str(lines)]

    @pytest.mark.attack(72)
    async def test_a_token_among_the_subprotocols_is_never_echoed_and_signs_nobody_in(
        self, feeds: Feeds, shared: str
    ) -> None:
        secret = feeds.token("alice")
        async with greeted(feeds, shared, {"token": secret}, subprotocols=["onering.v1", secret]) as client:
            await client.until(lambda: client.live)
            assert client.socket.subprotocol == "onering.v1"
        async with greeted(feeds, shared, {}, subprotocols=[secret]) as client:
            assert client.socket.subprotocol is None
            assert secret not in str(client.socket.response.headers)
            assert (await client.closed())[0] == 4401

    @pytest.mark.attack(73)
    async def test_a_fresh_token_of_somebody_else_ends_the_socket(self, feeds: Feeds, shared: str) -> None:
        async with greeted(feeds, shared, {"token": feeds.token("alice")}) as client:
            await client.until(lambda: client.live)
            await client.say(type="auth", token=feeds.token("bob", seconds=900))
            assert await client.closed() == (4403, "the new token is somebody else's")

    @pytest.mark.attack(74)
    async def test_a_token_that_expires_ends_the_socket_within_its_grace_and_nothing_follows(
        self, shared_dsn: str
    ) -> None:
        held = HeldClock()
        async with producing(shared_dsn, clock=held.clock()) as service:
            feeds, alice = Feeds(service, held), Person(service.client(None, **bearing("alice", clock=held.clock())))
            draft = await between(alice)
            async with greeted(feeds, draft, {"token": feeds.token("alice", seconds=60)}) as client:
                await client.until(lambda: client.live)
                held.advance(60 + 14)
                await alice.add(draft, "Within the grace")
                await client.reach(2)
                held.advance(1)
                await eventually(lambda: service.process.hub.closes[4401] == 1)
                await alice.add(draft, "After it")
                assert await client.closed() == (4401, "the token has expired; sign in again")
                assert client.version == 2


class TestAccess:
    @pytest.mark.attack(75)
    async def test_whoever_is_taken_out_hears_nothing_of_what_follows(self, feeds: Feeds, alice: Person) -> None:
        draft, other = await between(alice, "bob"), await between(alice, "bob")
        async with joined(feeds, draft, "bob") as client, joined(feeds, other, "bob") as elsewhere:
            taken = (await alice.take_out(draft, "bob")).json()["data"]["version"]
            await asyncio.gather(*[alice.add(draft, "Without bob") for _ in range(5)])
            assert (await client.closed())[0] == 4403
            assert client.version == taken
            await alice.add(other, "With bob")
            await elsewhere.reach(3)
        assert await refused(feeds, draft, **bearing("bob")) == (404, "not_found")

    @pytest.mark.attack(78)
    @pytest.mark.parametrize("after", [-1, -(2**63), "1", 1.5, True, [1], {}])
    async def test_a_place_that_is_no_version_is_refused(self, feeds: Feeds, shared: str, after: Any) -> None:
        async with greeted(feeds, shared, {"token": feeds.token("alice"), "after": after}) as client:
            assert (await client.closed())[0] == 4400
            assert_told_nothing(client)

    @pytest.mark.attack(78)
    @pytest.mark.parametrize("hello", [{"after": 10_000}, {"after": 1, "epoch": "0" * 12}, {"after": 2**62}])
    async def test_a_place_that_never_was_is_answered_with_a_snapshot(
        self, feeds: Feeds, shared: str, hello: dict[str, Any]
    ) -> None:
        async with greeted(feeds, shared, {"token": feeds.token("alice")} | hello) as client:
            await client.until(lambda: client.live)
        assert client.welcome["mode"] == "snapshot"
        assert client.snapshot is not None
        assert client.snapshot["draft"]["draft_id"] == shared

    @pytest.mark.attack(78)
    @pytest.mark.parametrize("after", [0, 1, 2, 99])
    async def test_a_place_in_somebody_elses_draft_leads_nowhere(self, feeds: Feeds, shared: str, after: int) -> None:
        async with greeted(feeds, shared, {"token": feeds.token("mallory"), "after": after}) as client:
            assert (await client.closed())[0] == 4404
            assert_told_nothing(client)


class TestFlood:
    """Memory is bounded where it would grow: what was received and not read, and what was written and not sent. Both
    are asserted as the service counts them, since what the process holds in all depends on what ran before.
    """

    @pytest.mark.attack(76)
    async def test_a_frame_that_is_too_long_ends_the_socket_alone(self, feeds: Feeds, shared: str) -> None:
        assert Settings().socket_frame_limit == 64 * 1024
        async with joined(feeds, shared, "bob") as other, joined(feeds, shared, "alice") as client:
            await client.say(type="pong", pad="x" * 64_000)
            await client.say(type="pong", pad="x" * 64 * 1024)
            assert (await client.closed())[0] == 1009
            await other.say(type="ping")
            await other.until(lambda: other.one("pong"))

    @pytest.mark.attack(76)
    async def test_a_hello_that_is_too_long_ends_the_socket(self, feeds: Feeds, shared: str) -> None:
        hello = {"token": feeds.token("alice"), "pad": "x" * 16 * 1024}
        async with greeted(feeds, shared, hello) as client:
            assert await client.closed() == (4413, "a hello has at most 16384 bytes")
            assert_told_nothing(client)

    @pytest.mark.attack(76)
    @pytest.mark.parametrize("kind", FLOODS)
    async def test_a_flood_of_tiny_frames_ends_the_socket_at_the_limit(
        self, small: Feeds, shared: str, kind: str
    ) -> None:
        """Up to a million of them, written past the client library, which would wait for each."""
        frame = FLOODS[kind]
        async with joined(small, shared, "bob") as other, joined(small, shared, "alice") as client:
            connection = small.connection(client)
            protocol = connection.outlet._protocol
            for _ in range(20):
                client.socket.transport.write(frame * 50_000)
                await asyncio.sleep(0)
                assert protocol.queue.qsize() * len(frame) <= READ_BYTES
                assert len(protocol.frames) <= MOST_FRAGMENTS
                assert protocol.transport.get_write_buffer_size() <= 2 * SMALL["socket_high_water"]
                if connection.ended is not None:
                    break
            # What came with the one too many was parsed; nothing is that came after it.
            assert connection._pulse._frames <= SMALL["client_frames_per_minute"] + SLICE_BYTES // len(frame) + 1
            # Whoever never ends a message is cut off; it has no room for a reason either.
            assert connection.ended in ((TOO_MANY_FRAMES, GONE) if kind == "fragments" else (TOO_MANY_FRAMES,))
            await other.say(type="ping")
            await other.until(lambda: other.one("pong"))
            client.socket.transport.abort()

    @pytest.mark.attack(76)
    async def test_a_client_that_never_reads_lags_behind_and_holds_up_nobody(self, small: Feeds, alice: Person) -> None:
        draft = await between(alice, "bob")
        async with stalled(small, draft, "bob") as slow, joined(small, draft, "alice") as quick:
            connection = small.connection(slow)
            connection.outlet._protocol.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, 4096)
            version = 2
            while small.hub.lagging == 0 or version < 100:
                version = await written(alice, draft)
            await quick.reach(version)
            assert connection.cursor.version < version
            assert connection.outlet.unsent() <= 3 * SMALL["socket_high_water"]
            assert len(connection.cursor.feed._ring) <= SMALL["feed_events"]


class TestCrowds:
    @pytest.mark.attack(77)
    async def test_of_a_thousand_sockets_of_one_person_only_the_first_few_are_let_in(
        self, small: Feeds, shared: str
    ) -> None:
        """The limit is twenty where nobody set it, and five here."""
        assert Settings().sockets_per_user == 20
        async with AsyncExitStack() as held:
            for _ in range(5):
                await held.enter_async_context(joined(small, shared, "alice"))
            for start in range(0, 1000, 50):
                trying = [refused(small, shared, **bearing("alice")) for _ in range(50)]
                assert set(await asyncio.gather(*trying)) == {(429, "limit_exceeded")}, start
            async with greeted(small, shared, {"token": small.token("alice")}) as client:
                assert (await client.closed())[0] == 4429
            async with joined(small, shared, "bob"):
                assert small.hub.sockets == 6
        await eventually(lambda: small.hub.sockets == 0)
        async with joined(small, shared, "alice"):
            pass


async def written(alice: Person, draft: str) -> int:
    """Have alice write twenty long segments; return the version of the draft."""
    commands = [
        {"type": "add-segment", "draft_id": draft, "content": "🦊" * 500, "idempotency_key": uuid4().hex}
        for _ in range(20)
    ]
    answer = await alice.http.post("/v1/commands", json=commands)
    version: int = answer.json()["data"][-1]["data"]["version"]
    return version
