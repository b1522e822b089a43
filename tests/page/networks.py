"""The way from a browser to the service, to be cut, to fall silent, and to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext

from scripts.soaking.proxy import Way


class Network:
    """A person's way to the service.

    Chromium's own offline mode tells pages that the network is gone, and holds back what open WebSockets say; that they
    are broken off takes a proxy.
    """

    def __init__(self, way: Way) -> None:
        self._way = way

    @property
    def url(self) -> str:
        """Where the service is found through it."""
        return f"http://127.0.0.1:{self._way.port}"

    async def cut(self, context: BrowserContext) -> None:
        """End every connection and let none begin; the browser knows that it is offline."""
        await context.set_offline(True)
        await self._way.refuse()

    async def come_back(self, context: BrowserContext) -> None:
        """Be there again."""
        await self._way.heal()
        await context.set_offline(False)

    def fall_silent(self) -> None:
        """Pass nothing on any more, and tell nobody."""
        self._way.stall()

    async def speak(self) -> None:
        """Pass on everything as it comes; what was stalled is lost, as where a router forgot about it."""
        self._way.reset()
        await self._way.heal()


@asynccontextmanager
async def network(port: int) -> AsyncIterator[Network]:
    """Lead to the service at a port of loopback until the block ends."""
    way = Way(lambda: asyncio.open_connection("127.0.0.1", port))
    await way.listen()
    try:
        yield Network(way)
    finally:
        await way.close()
