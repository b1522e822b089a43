"""Several `onering serve` on one database, as on as many machines, restarted one after the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.service.serving import Service
from tests.serving import Person

ENVIRONMENT = {
    "ONERING_HEARTBEAT_SECONDS": "1",
    "ONERING_DRAIN_SECONDS": "0.5",
    "ONERING_SOCKETS_PER_USER": "200",
    "ONERING_LOG_LEVEL": "error",
}


@dataclass
class Fleet:
    """Servers by their place; each keeps its port."""

    dsn: str
    home: Path
    servers: list[Service] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self.servers]

    @property
    def ports(self) -> list[int]:
        return [int(url.rpartition(":")[2]) for url in self.urls]

    def launch(self, place: int, port: int = 0) -> Service:
        options = ("--port", str(port), "--data", str(self.home / str(place)))
        return Service(options, ENVIRONMENT | {"DATABASE_URL": self.dsn}, self.home)

    async def restart(self, place: int) -> None:
        """Stop one with SIGTERM, see that it ended well and without complaint, and start it again."""
        old, port = self.servers[place], self.ports[place]
        code = await asyncio.to_thread(old.stop)
        assert (code, old.err) == (0, [])
        old.end()
        self.servers[place] = self.launch(place, port)
        await asyncio.to_thread(self.servers[place].ready)

    async def create(self) -> str:
        """Create a draft that everybody may read."""
        async with httpx.AsyncClient(base_url=self.urls[0], headers={"X-User-Id": "alice"}, trust_env=False) as client:
            return await Person(client).create(visibility="public")


@asynccontextmanager
async def fleet(dsn: str, home: Path, number: int) -> AsyncIterator[Fleet]:
    """Serve a database so many times until the block ends."""
    made = Fleet(dsn, home)
    try:
        made.servers += [made.launch(place) for place in range(number)]
        for server in made.servers:
            await asyncio.to_thread(server.ready)
        yield made
    finally:
        for server in made.servers:
            server.end()
