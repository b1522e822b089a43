"""People of a story: those who ask the service for things, and those who look at a screen."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from rich.console import Console
from rich.text import Text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from onering.live.ends import ACCESS_ENDED
from projections.timeline import summary

# Whoever waits longer, in seconds, waits in vain.
PATIENCE = 30.0


class Unexpected(Exception):
    """Something is not as the story has it."""


def expect(condition: object, what: str) -> None:
    """Demand that something is so. Raises Unexpected."""
    if not condition:
        raise Unexpected(what)


@dataclass
class Person:
    """Somebody who asks the service for things, in their own name; each request is told of on `console`."""

    name: str
    url: str
    console: Console

    async def ask(self, what: str, method: str, path: str, refused: str | None = None, **fields: Any) -> Any:
        """Ask, and return the answer's data. With `refused` it must be refused with that code."""
        answer = await self._answer(method, path, fields)
        body = answer.json()
        if refused is None:
            expect(answer.status_code == 200, f"{self.name} {what}: {answer.status_code} {answer.text}")
            self.console.print(Text.assemble((f"{self.name:>6} ", "bold cyan"), what))
            return body["data"]
        code = body.get("error", {}).get("code")
        expect(code == refused, f"{self.name} {what}: {refused} was expected, not {answer.status_code} {answer.text}")
        why = body["error"]["message"]
        self.console.print(Text.assemble((f"{self.name:>6} ", "bold cyan"), what, (f" - no: {why}", "yellow")))
        return body

    async def _answer(self, method: str, path: str, fields: dict[str, Any]) -> httpx.Response:
        """Ask until there is room for the request: a service may limit how often."""
        headers = {"X-User-Id": self.name}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=PATIENCE) as client:
            while True:
                answer = await client.request(method, path, json=fields or None)
                if answer.status_code != 429 or answer.json()["error"]["code"] != "rate_limited":
                    return answer
                await asyncio.sleep(int(answer.headers["Retry-After"]))


@dataclass
class Follower:
    """Somebody at a screen: applies each version once, in order, over as many connections as it takes."""

    name: str
    url: str
    draft: str
    console: Console | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)
    ended: int | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Follow until access ends, or cancelled."""
        while self.ended != ACCESS_ENDED.close_code:
            try:
                await self._connection()
            except ConnectionClosed as closed:
                self.ended = closed.rcvd.code if closed.rcvd else None
            except (OSError, TimeoutError, EOFError, InvalidHandshake):
                await asyncio.sleep(0.05)
            self._moved.set()

    async def until(self, version: int) -> None:
        """Wait until that version came. Raises Unexpected."""
        await self._until(lambda: len(self.seen) >= version, f"version {version} on {self.name}'s screen")

    async def until_ended(self) -> None:
        """Wait until access ended. Raises Unexpected."""
        await self._until(lambda: self.ended == ACCESS_ENDED.close_code, f"the end of {self.name}'s access")

    async def _until(self, condition: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise Unexpected(f"{what} did not come within {PATIENCE:g} seconds") from None

    async def _connection(self) -> None:
        url = f"{self.url.replace('http', 'ws', 1)}/v1/ws/drafts/{self.draft}"
        asked = urlencode({"after": len(self.seen), "mode": "events"})
        async with connect(
            f"{url}?{asked}", additional_headers={"X-User-Id": self.name}, ping_interval=None, proxy=None
        ) as socket:
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "events":
                    for event in frame["events"]:
                        self._apply(event)
                    self._moved.set()
            self.ended = socket.close_code

    def _apply(self, event: dict[str, Any]) -> None:
        expect(event["version"] == len(self.seen) + 1, f"{self.name} saw {event['version']} after {len(self.seen)}")
        self.seen.append(event)
        if self.console is not None:
            line = Text.assemble((f"{event['version']:>8}  ", "dim"), (f"{event['type']:<21} ", "green"))
            line.append(summary(event["type"], event["actor"]["id"], event["data"]))
            self.console.print(line, overflow="ellipsis", no_wrap=True)
