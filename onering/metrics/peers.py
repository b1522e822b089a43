"""The workers of one service as they ask each other: whichever of them is asked for metrics answers for all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import orjson
from prometheus_client.core import GaugeMetricFamily

from onering.metrics.exposition import Exposed, exposed, merged

logger = logging.getLogger(__name__)

# Prometheus waits ten; a worker that hangs must not cost the others their answer.
PATIENCE_SECONDS = 3.0


class Place(NamedTuple):
    """A worker's number, from 1 on, and the folder in which each has its socket; None for a worker that is alone."""

    number: int = 1
    folder: Path | None = None


ALONE = Place()


class Peers:
    """A worker among those of its service. `own` gives what it has to say itself."""

    def __init__(self, place: Place, own: Callable[[], Awaitable[Exposed]]) -> None:
        self._place = place
        self._own = own

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer the others until the block ends."""
        if self._place.folder is None:
            yield
            return
        socket = self._place.folder / str(self._place.number)
        server = None
        try:
            socket.unlink(missing_ok=True)  # of a worker that was killed
            server = await asyncio.start_unix_server(self._answer, socket)
        except OSError as fault:
            logger.warning("this worker's metrics can be read from itself alone: %s", fault)
        try:
            yield
        finally:
            if server is not None:
                server.close()
                with suppress(OSError):
                    socket.unlink()

    async def gathered(self) -> bytes:
        """Return the text of all workers, and how many of them said nothing."""
        own, *others = await asyncio.gather(self._own(), *map(self._ask, self._others()))
        silent = GaugeMetricFamily("onering_workers_silent", "Workers that did not answer in time, or died.")
        silent.add_metric((), others.count(None))
        told = [answer for answer in (own, *others) if answer is not None]
        return merged([*told, exposed([silent], self._place.number)])

    def _others(self) -> list[Path]:
        folder = self._place.folder
        if folder is None or not folder.is_dir():
            return []
        return sorted(socket for socket in folder.iterdir() if socket.name != str(self._place.number))

    async def _ask(self, socket: Path) -> Exposed | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_unix_connection(socket)
                try:
                    said = await reader.read()
                finally:
                    writer.close()
            answer: Exposed = orjson.loads(said)
        except (OSError, TimeoutError, orjson.JSONDecodeError):
            return None
        return answer

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                writer.write(orjson.dumps(await self._own()))
                await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asked went away, and counts this worker as silent
        finally:
            writer.close()
