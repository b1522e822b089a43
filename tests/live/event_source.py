"""A client of Server-Sent Events, as browsers have one: it reads blocks, keeps the last id, and resumes with it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from tests.conformance import check_frame

SECONDS = 10.0
# Frames that are no events of the draft have these types.
FRAMES = {"welcome", "snapshot", "live", "ping", "people", "presence", "typing", "token_expiring", "goaway", "end"}


class Block(NamedTuple):
    """What lies between two empty lines; `id` is the last one that was said, here or before."""

    id: str
    event: str
    data: str


async def _lines(response: httpx.Response) -> AsyncIterator[str]:
    """Split as the specification does: other line breaks of Unicode are text."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode()
    assert not rest


@dataclass
class EventSource:
    """Reads `url` as whoever `headers` say; `last_event_id` is what it goes on after."""

    client: httpx.AsyncClient
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    last_event_id: str = ""
    retry: int | None = None
    blocks: list[Block] = field(default_factory=list)
    response: Any = None

    @asynccontextmanager
    async def open(self, **query: Any) -> AsyncIterator["EventSource"]:
        """Connect, from where it is."""
        headers = {"Accept": "text/event-stream"} | self.headers
        headers |= {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
        async with self.client.stream("GET", self.url, params=query, headers=headers, timeout=SECONDS) as response:
            self.response, self.blocks = response, []
            self._lines = _lines(response)
            yield self

    async def problem(self, **query: Any) -> tuple[int, str]:
        """Return the status and the code of a refusal."""
        async with self.open(**query):
            body = json.loads(await self.response.aread())
            return self.response.status_code, body.get("code") or body["error"]["code"]

    async def step(self) -> Block | None:
        """Read one block; None at the end of the answer."""
        said: dict[str, list[str]] = {}
        async with asyncio.timeout(SECONDS):
            async for line in self._lines:
                if not line:
                    return self._dispatch(said)
                name, _, value = line.partition(": ")
                said.setdefault(name, []).append(value)
        assert not said, "the answer ended within a block"
        return None

    def _dispatch(self, said: dict[str, list[str]]) -> Block:
        assert said.keys() <= {"id", "event", "data", "retry"}
        self.last_event_id = said.get("id", [self.last_event_id])[0]
        self.retry = int(said["retry"][0]) if "retry" in said else self.retry
        (event,), data = said["event"], "\n".join(said["data"])
        block = Block(self.last_event_id, event, data)
        if event in FRAMES - {"end"}:
            check_frame(json.loads(data))
            assert json.loads(data)["type"] == event
        self.blocks.append(block)
        return block

    async def until(self, condition: Callable[[], Any]) -> None:
        """Read blocks until something is so."""
        while not condition():
            assert await self.step() is not None, "the answer ended"

    async def reach(self, version: int) -> None:
        await self.until(lambda: version in self.versions)

    async def ended(self) -> tuple[int, str]:
        """Read to the end of the answer, and return what its last block says."""
        while await self.step() is not None:
            pass
        said = self.one("end")
        assert self.blocks[-1].event == "end"
        return said["code"], said["reason"]

    def one(self, event: str) -> Any:
        """Return what the first block of that type says, if there is one."""
        return next((json.loads(block.data) for block in self.blocks if block.event == event), None)

    @property
    def events(self) -> list[Block]:
        return [block for block in self.blocks if block.event not in FRAMES]

    @property
    def versions(self) -> list[int]:
        return [json.loads(block.data)["version"] for block in self.events]
