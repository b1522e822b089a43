"""A TCP proxy that breaks the way between the service and its Postgres, or to the service, on purpose."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit, urlunsplit

CHUNK = 64 * 1024
# SO_LINGER with no time: closing sends RST and throws away what is under way.
AT_ONCE = struct.pack("ii", 1, 0)

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


# Turns of the event loop after which whoever was let in has a task: accepted, connected, called back.
ACCEPTING = 5


@dataclass
class Delay:
    """How much later each chunk arrives, in seconds: `least`, and up to `jitter` more."""

    least: float = 0.0
    jitter: float = 0.0

    async def pause(self) -> None:
        """Wait as long as the next chunk does."""
        if self.least or self.jitter:
            await asyncio.sleep(self.least + random.uniform(0, self.jitter))


class Link:
    """One client's connection and ours to the server behind; bytes go on while `flowing` is set."""

    def __init__(self, client: Pair, server: Pair, delay: Delay) -> None:
        self.flowing = asyncio.Event()
        self._client, self._server, self._delay = client, server, delay
        self._silent = False

    async def run(self) -> None:
        """Pass bytes on, both ways, until both ends are done or one of them broke."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(self._client[0], self._server[1]), name="to the server")
                group.create_task(self._pass_on(self._server[0], self._client[1]), name="to the client")
        except* OSError:
            pass
        finally:
            for _, writer in (self._client, self._server):
                writer.close()

    def reset(self) -> None:
        """Break it off as a crashed machine or a firewall does: with RST, to both ends."""
        for _, writer in (self._client, self._server):
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()
        self.flowing.set()

    def half_close(self) -> None:
        """Tell the client that the server has said all it had to; the client may go on."""
        self._silent = True
        with suppress(OSError):
            self._client[1].write_eof()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            await self.flowing.wait()
            await self._delay.pause()
            if self._silent and writer is self._client[1]:
                continue
            writer.write(data)
            await writer.drain()
        await self.flowing.wait()
        writer.write_eof()


class Way:
    """Listens on a port of loopback, and leads whoever comes to where `connect` connects."""

    def __init__(self, connect: Callable[[], Awaitable[Pair]]) -> None:
        self._connect = connect
        self._port = 0
        self._links: set[Link] = set()
        self._forgotten: set[Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._delay = Delay()
        self._stalled = False
        self._listener: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens; the same port every time."""
        return self._port

    def slow(self, seconds: float, jitter: float) -> None:
        """Delay everything that passes."""
        self._delay.least, self._delay.jitter = seconds, jitter

    def reset(self) -> None:
        """Break off every connection."""
        for link in self._links:
            link.reset()

    def half_close(self) -> None:
        """Close one direction of every connection."""
        for link in self._links:
            link.half_close()

    def stall(self) -> None:
        """Accept connections and pass nothing on, on those that are open either."""
        self._stalled = True
        for link in self._links:
            link.flowing.clear()

    async def refuse(self) -> None:
        """Break off every connection and let nobody in."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            await _stop(listener)
        self.reset()

    async def heal(self, *, forgetful: bool = False) -> None:
        """Pass on everything as it comes. A forgetful one leaves stalled connections stalled for ever, as a firewall
        that lost track of them: only new ones work.
        """
        self.slow(0, 0)
        self._stalled = False
        if forgetful:
            # In the end the server's keepalive tells it of those that were forgotten before.
            for link in self._forgotten:
                link.reset()
            self._forgotten = {link for link in self._links if not link.flowing.is_set()}
        else:
            for link in self._links:
                link.flowing.set()
        if self._listener is None:
            await self.listen()

    async def listen(self) -> None:
        """Let clients in, at the same port every time."""
        self._listener = await asyncio.start_server(self._accepted, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Break off everything and wait for the end of it."""
        await self.refuse()
        await asyncio.gather(*self._serving)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            server = await self._connect()
        except OSError:
            writer.close()
        else:
            await self._link(Link((reader, writer), server, self._delay))
        finally:
            self._serving.discard(task)

    async def _link(self, link: Link) -> None:
        self._links.add(link)
        if self._listener is None:
            link.reset()
        elif not self._stalled:
            link.flowing.set()
        await link.run()
        self._links.discard(link)


class Proxy(Way):
    """The way to the Postgres whose Unix socket is in the folder that `dsn` names."""

    def __init__(self, dsn: str) -> None:
        super().__init__(lambda: asyncio.open_unix_connection(self._socket))
        self._dsn = dsn

    @property
    def _socket(self) -> str:
        return parse_qs(urlsplit(self._dsn).query)["host"][0] + "/.s.PGSQL.5432"

    @property
    def dsn(self) -> str:
        """The DSN that leads through it."""
        parts = urlsplit(self._dsn)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}", query=""))


async def _stop(listener: asyncio.Server) -> None:
    """Accept nobody any more, and close once whoever was accepted a moment ago belongs to the listener.

    Closed under them, it refuses to have them, and their sockets stay open (CPython's issue 109564).
    """
    loop = asyncio.get_running_loop()
    for accepting in listener.sockets:
        loop.remove_reader(accepting.fileno())
    for _ in range(ACCEPTING):
        await asyncio.sleep(0)
    listener.close()


@asynccontextmanager
async def proxied(dsn: str) -> AsyncIterator[Proxy]:
    """Run a proxy until the block ends."""
    proxy = Proxy(dsn)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.close()
