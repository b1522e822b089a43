"""The whole service in this process, on a real uvicorn at a free port, as a worker runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import uvicorn

from onering.app import Process, running
from onering.auth.clock import Clock
from onering.service.handshakes import ServiceSockets
from onering.service.protocol import ServiceProtocol
from onering.settings import Environment, Settings
from tests.conformance import check_answer

SECRET = b"s" * 32


@dataclass
class Service:
    """A serving process, and people who talk to it."""

    port: int
    process: Process
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, user: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Return a client of that person; None is somebody without credentials."""
        who = {} if user is None else {"X-User-Id": user}
        client = httpx.AsyncClient(
            base_url=self.url,
            headers=who | headers,
            timeout=15,
            trust_env=False,
            event_hooks={"response": [check_answer]},
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


class Person:
    """Commands and reads by name, over HTTP; each returns the response."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.http = client

    async def submit(self, type: str, key: str | None = None, **fields: Any) -> httpx.Response:
        body = {"type": type, **fields}
        return await self.http.post("/v1/commands", json=body, headers={"Idempotency-Key": key or uuid4().hex})

    async def create(self, **fields: Any) -> str:
        fields.setdefault("title", "A walk")
        answer = await self.http.post("/v1/collab/drafts", json=fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["draft_id"])

    async def add(self, draft: str, content: str = "And then", **headers: str) -> httpx.Response:
        return await self.http.post(f"/v1/collab/drafts/{draft}/segments", json={"content": content}, headers=headers)

    async def hand(self, draft: str, to: str, **headers: str) -> httpx.Response:
        return await self.http.post(f"/v1/collab/drafts/{draft}/pass-ring", json={"to_user_id": to}, headers=headers)

    async def let_in(self, draft: str, name: str, role: str = "contributor", **headers: str) -> httpx.Response:
        body = {"collaborator_id": name, "role": role}
        return await self.http.post(f"/v1/collab/drafts/{draft}/collaborators", json=body, headers=headers)

    async def take_out(self, draft: str, name: str, **headers: str) -> httpx.Response:
        return await self.http.delete(f"/v1/collab/drafts/{draft}/collaborators/{name}", headers=headers)

    async def draft(self, draft: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/v1/collab/drafts/{draft}", params=query)

    async def drafts(self, **query: Any) -> httpx.Response:
        return await self.http.get("/v1/collab/drafts", params=query)

    async def events(self, draft: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/v1/collab/drafts/{draft}/events", params=query)

    async def timeline(self, draft: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/v1/timeline/drafts/{draft}", params=query)


@asynccontextmanager
async def serving(
    dsn: str,
    *,
    development_secret: bytes | None = SECRET,
    clock: Clock = Clock(),  # noqa: B008 - frozen
    **settings: Any,
) -> AsyncIterator[Service]:
    """Serve the database at `dsn`; settings are given by their names, tokens are judged by `clock`.

    A task that died is an error of the test.
    """
    values = Settings(**({"env": Environment.TEST, "rate_limit": "off"} | settings))
    async with running(values, dsn, development_secret, clock=clock) as process:
        server = uvicorn.Server(_config(process, values))
        async with asyncio.TaskGroup() as group:
            group.create_task(server._serve(), name="uvicorn")
            async with asyncio.timeout(20):
                while not server.started:
                    await asyncio.sleep(0.005)
            service = Service(server.servers[0].sockets[0].getsockname()[1], process)
            try:
                yield service
                assert process.tasks.alive
            finally:
                await service.close()
                await process.hub.drain()
                server.should_exit = True


def _config(process: Process, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        process.asgi,
        host="127.0.0.1",
        port=0,
        http=ServiceProtocol,
        proxy_headers=False,
        ws=ServiceSockets,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws_max_size=settings.socket_frame_limit,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=5,
    )
