"""A process with a live feed on a real uvicorn; several of them on one database are several processes to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socket import SO_RCVBUF, SO_SNDBUF, SOL_SOCKET, socket
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from onering.auth import development
from onering.auth.clock import Clock
from onering.auth.composition import build
from onering.domain.actor import Actor
from onering.live.connections import PARTS
from onering.live.hub import Hub
from onering.live.limits import Limits
from onering.live.neighbours import Neighbours
from onering.live.presence import Presence
from onering.live.transport import FeedProtocol
from onering.log.append import Append, NewEvent, Write
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.settings import Environment, Settings
from onering.tasks import Tasks
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.models import ReadModels
from projections.rebuild import prepare
from tests.conformance import check_frame
from tests.node import Node, node, person

SECRET = b"s" * 32
SECONDS = 10.0


class HeldTime:
    """The wall clock of a test: the real time, and what the test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_by(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


async def refuse(scope: Any, receive: Any, send: Any, fault: Any) -> None:
    """Answer an End or an AuthFault; Starlette's response uses the websocket extension by itself."""
    detail = getattr(fault, "reason", None) or getattr(fault, "detail", "")
    body = {"status": fault.status, "code": fault.code, "detail": detail}
    await JSONResponse(body, fault.status, media_type="application/problem+json")(scope, receive, send)


async def _no_registrar(actor: Actor) -> None:
    """Nobody needs a row here."""


@dataclass
class Server:
    """One process: its commands (`node`), its feeds (`hub`) and its port."""

    node: Node
    hub: Hub
    dsn: str
    models: ReadModels
    time: HeldTime
    registration: Any
    presence: Presence
    uvicorn: Any = None
    port: int = 0
    tasks: Tasks = field(default_factory=Tasks)

    def url(self, draft: object, query: str = "") -> str:
        return f"ws://127.0.0.1:{self.port}/v1/ws/drafts/{draft}{query}"

    def token(self, who: str, seconds: int = 3600) -> str:
        return development.mint(who, SECRET, now=self.time(), seconds=seconds)

    def pass_by(self, seconds: float) -> None:
        """Let time pass for presence, of this process alone."""
        self.time.pass_by(seconds)

    def sweep_after(self, seconds: float) -> None:
        """Look at every socket as if so much time had passed."""
        now = asyncio.get_running_loop().time() + seconds
        for part in range(PARTS):
            self.hub.sweep(part, now)
        self.hub.sweep_feeds(now)


@asynccontextmanager
async def serving(
    dsn: str,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    anonymous_read: bool = True,
    ws: Any = FeedProtocol,
    port: int = 0,
    narrow: bool = False,
    wrap: Callable[[ReadModels], ReadModels] = lambda models: models,
    **options: Any,
) -> AsyncIterator[Server]:
    """Run a process until the block ends; a task of it that died is an error of the test."""
    database = Database(dsn)
    await prepare(database, LANE)
    async with node(dsn, **options) as made, httpx.AsyncClient(trust_env=False) as client:
        time = HeldTime()
        settings = Settings(env=Environment.TEST)
        clock = Clock(wall=lambda: time().timestamp())
        auth = build(settings, registrar=_no_registrar, http_client=client, development_secret=SECRET, clock=clock)
        models = wrap(ReadModels(made.pool, Checkpoints(made.pool, LANE, PROJECTIONS)))
        presence = Presence(limits, lambda: time().timestamp())
        hub = Hub(
            tail=made.tail,
            states=made.states,
            models=models,
            presence=presence,
            principal=auth.principal,
            sign_in=auth.sign_in,
            limits=limits,
            anonymous_read=anonymous_read,
            refuse=refuse,
            clock=time,
        )
        server = Server(made, hub, dsn, models, time, auth._registration, presence)
        routes = [
            WebSocketRoute("/v1/ws/drafts/{draft_id}", _Endpoint(hub)),
            Route("/v1/collab/drafts/{draft_id}/events", _Endpoint(hub.stream)),
        ]
        application = auth.middleware(Starlette(routes=routes), refuse=refuse)
        neighbours = Neighbours(Database(dsn), presence, limits)
        server.tasks.start(
            {"hub": hub.run, "names": hub.names.run, "presence": presence.run, "neighbours": neighbours.run}
        )
        async with listening(application, server, ws, limits, port=port, narrow=narrow):
            yield server
        assert server.tasks.alive
        await server.tasks.stop(5)


class _Endpoint:
    """A class, not a function, so that Starlette takes it for an ASGI application."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._application(scope, receive, send)


@asynccontextmanager
async def listening(
    application: Any, server: Server, ws: Any, limits: Limits, *, port: int, narrow: bool
) -> AsyncIterator[None]:
    """Serve on loopback until the block ends."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        http="httptools",
        ws=ws,
        ws_max_size=limits.socket_frame_limit,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    running = server.uvicorn = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(running._serve(), name="uvicorn")
        async with asyncio.timeout(SECONDS):
            while not running.started:
                await asyncio.sleep(0.005)
        listener = running.servers[0].sockets[0]
        server.port = listener.getsockname()[1]
        if narrow:
            # Accepted sockets inherit it: little is under way to a client that does not read.
            listener.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096)
        try:
            yield
        finally:
            running.should_exit = True


@dataclass
class Client:
    """A client that applies what it is told, and complains about a gap, a repetition or a disorder (P1)."""

    socket: ClientConnection
    welcome: Mapping[str, Any] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None
    version: int = 0
    live: bool = False
    events: list[Mapping[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    other: list[Mapping[str, Any]] = field(default_factory=list)
    presence: list[Mapping[str, Any]] = field(default_factory=list)
    here: set[str] = field(default_factory=set)

    @property
    def versions(self) -> list[int]:
        return [event["version"] for event in self.events]

    async def step(self) -> Mapping[str, Any]:
        """Take one frame."""
        async with asyncio.timeout(SECONDS):
            text = await self.socket.recv()
        assert isinstance(text, str)
        frame: Mapping[str, Any] = json.loads(text)
        assert text.startswith('{"type":"')
        check_frame(frame)
        match frame["type"]:
            case "welcome":
                assert not self.welcome
                self.welcome, self.version = frame, frame["from"]
            case "snapshot":
                assert frame["version"] == self.welcome["from"]
                self.snapshot = frame
            case "events":
                self._apply(text, frame["events"])
            case "live":
                assert frame["version"] == self.version
                assert not self.live
                self.live = True
            case "presence":
                self._see(frame)
            case _:
                self.other.append(frame)
        return frame

    def _see(self, frame: Mapping[str, Any]) -> None:
        assert self.live
        assert (frame["mode"] == "diff") <= bool(self.presence)
        people, left = set(frame["people"]), set(frame["left"])
        if frame["mode"] == "diff":
            assert left <= self.here
            assert not people & self.here
            people |= self.here - left
        self.here = people
        self.presence.append(frame)

    def _apply(self, text: str, events: list[Mapping[str, Any]]) -> None:
        assert self.welcome
        for event in events:
            assert event["version"] == self.version + 1, (self.version, event)
            self.version += 1
            self.events.append(event)
        self.raw.append(text)

    async def until(self, condition: Callable[[], Any]) -> None:
        """Take frames until something is so."""
        while not condition():
            await self.step()

    async def reach(self, version: int) -> None:
        await self.until(lambda: self.version >= version)

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def closed(self) -> tuple[int, str]:
        """Take frames until the server closes; return its code and reason."""
        try:
            while True:
                await self.step()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")

    def one(self, type: str) -> Mapping[str, Any] | None:
        return next((frame for frame in self.other if frame["type"] == type), None)


@asynccontextmanager
async def greeted(server: Server, draft: object, hello: Any, **options: Any) -> AsyncIterator[Client]:
    """Connect as a browser does; `hello` is the first message, as text or fields."""
    async with connect(server.url(draft), proxy=None, compression=None, ping_interval=None, **options) as socket:
        with suppress(ConnectionClosed):
            await socket.send(hello if isinstance(hello, str | bytes) else json.dumps({"type": "hello"} | hello))
        yield Client(socket)


@asynccontextmanager
async def silent(server: Server, draft: object) -> AsyncIterator[Client]:
    """Connect as a browser does, and say nothing."""
    async with connect(server.url(draft), proxy=None, compression=None, ping_interval=None) as socket:
        yield Client(socket)


@asynccontextmanager
async def joined(
    server: Server, draft: object, who: str | None = "alice", query: str = "", **options: Any
) -> AsyncIterator[Client]:
    """Connect with a header, or without `who` as nobody, and go on until live."""
    if who is None:
        async with greeted(server, draft, {}, **options) as client:
            await client.until(lambda: client.live)
            yield client
        return
    async with by_header(server, draft, who, query, **options) as client:
        await client.until(lambda: client.live)
        yield client


@asynccontextmanager
async def by_header(
    server: Server, draft: object, who: str = "alice", query: str = "", **options: Any
) -> AsyncIterator[Client]:
    """Connect with an Authorization header."""
    headers = {"Authorization": f"Bearer {server.token(who)}"}
    url = server.url(draft, query)
    async with connect(
        url, proxy=None, compression=None, ping_interval=None, additional_headers=headers, **options
    ) as socket:
        yield Client(socket)


async def refusal(server: Server, draft: object, who: str = "alice", query: str = "", **options: Any) -> Any:
    """Return the status and the code of a refused handshake."""
    with pytest.raises(InvalidStatus) as refused:
        async with by_header(server, draft, who, query, **options):
            pass
    response = refused.value.response
    body = json.loads(response.body)
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


async def eventually(condition: Callable[[], Any]) -> None:
    """Wait until something of this process is so."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


async def private(server: Server, *members: str, segments: int = 0) -> UUID:
    """Return a private draft of alice's with these members; its version is 1 + members + segments."""
    draft = (await server.node.create(visibility="private")).draft_id
    for member in members:
        await server.node.let_in(draft, member)
    for number in range(segments):
        await server.node.add(draft, content=f"Segment {number}")
    return draft


@asynccontextmanager
async def stalled(server: Server, draft: object, who: str) -> AsyncIterator[Client]:
    """Join through as narrow a pipe as there is, and stop reading; `reading` of the transport goes on."""
    narrow = socket()
    narrow.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", server.port))
    async with joined(server, draft, who, sock=narrow, max_queue=1) as client:
        client.socket.transport.pause_reading()
        yield client
        client.socket.transport.abort()


async def store(server: Server, draft: UUID, version: int, type: str, data: str = "{}") -> None:
    """Store an event after `version` that no command of this release would make."""
    alice = person("alice")
    payload = f'{{"idempotency_key":null,"data":{data}}}'
    write = Write(draft, "draft", alice.workspace_id, version, (NewEvent(uuid4(), type, 1, payload),))
    await server.node.batcher.submit(
        Append(uuid4(), b"\x01" * 33, alice.issuer, alice.subject, None, "request-1", (write,))
    )
