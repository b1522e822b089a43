"""The server stack without us: an application that only keeps its sockets, and writes prepared frames to them. A socket
that is opened with `?bytes=N` gets one of that length at once.

    GET /flood?seconds=S           as fast as it can: one prepared frame to every socket, and again
    GET /pace?seconds=S&rate=R     R times a second, a frame that says when it was made, to each path's sockets in turn

Both answer how many frames were made.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from onering.live import frames
from onering.live.outlet import EXTENSION, Outlet
from onering.log.event import StoredEvent
from onering.log.wire import encode_event
from onering.metrics.peers import Place
from onering.service import worker
from onering.settings import Settings
from scripts.benchmark.people import CONTENT, WRITER
from scripts.benchmark.stack import Process, answer, asked

# Unsent bytes of a socket at which the loop waits for the readers, as the feed would.
FULL = 64 * 1024
PAUSE = 0.001

_ID = UUID(int=0x6C8A97BD7C815203BA2C4821C7A898F8)


def frame_of(number: int) -> bytes:
    """Return a frame like those of the feed, byte for byte in size, of an event that is recorded now."""
    key = f"{time.time_ns()}-0-{number}-{time.time_ns()}"
    data = {"segment_id": str(_ID), "author_id": WRITER, "content": CONTENT, "segment_order": number}
    payload = json.dumps({"idempotency_key": key, "data": data}, separators=(",", ":"))
    at = datetime.now(UTC)
    who = ("onering:local", WRITER, None, _ID, "request", None, at)
    event = StoredEvent(0, 10_000 + number, _ID, "draft", number + 1, _ID, _ID, "segment_added", 1, payload, *who)
    return frames.events([encode_event(event, lambda issuer, subject: subject)])


class Application:
    """Sockets by the path that they were opened at, and what writes to them."""

    def __init__(self) -> None:
        self._outlets: dict[str, list[Outlet]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._keep(scope, receive, send)
        else:
            query = {name: float(value) for name, value in asked(scope).items()}
            await answer(send, await (self._flood if scope["path"] == "/flood" else self._pace)(**query))

    async def _keep(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        outlet: Outlet = scope["extensions"][EXTENSION]
        together = self._outlets.setdefault(scope["path"], [])
        together.append(outlet)
        if length := int(asked(scope).get("bytes", 0)):
            outlet.write(frames.text_frame(b" " * length))
        outlet.write(frames.live(0))
        while (await receive())["type"] != "websocket.disconnect":
            continue
        together.remove(outlet)

    async def _flood(self, seconds: float) -> int:
        frame, number = frame_of(1000), 0
        outlets = [outlet for together in self._outlets.values() for outlet in together]
        writes = [outlet.write for outlet in outlets]
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for write in writes:
                write(frame)
            number += 1
            await asyncio.sleep(0)
            while outlets[-1].unsent() > FULL:  # noqa: ASYNC110 - a transport has no event of ours
                await asyncio.sleep(PAUSE)
        return number

    async def _pace(self, seconds: float, rate: float) -> int:
        started, number = time.perf_counter(), 0
        # Those who read in an earlier round have left.
        paths = [path for path, together in self._outlets.items() if together]
        while (due := started + number / rate) < started + seconds:
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            frame = frame_of(number)
            for outlet in self._outlets[paths[number % len(paths)]]:
                outlet.write(frame)
            number += 1
        return number


@asynccontextmanager
async def running(
    settings: Settings, dsn: str, development_secret: bytes | None, place: Place
) -> AsyncIterator[Process]:
    """Make the process that a worker serves."""
    yield Process(Application())


if __name__ == "__main__":
    worker.main(running)
