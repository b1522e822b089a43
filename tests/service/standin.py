"""A worker with a tiny application in place of OneRing's, whose faults a test can ask for by path."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from onering.metrics.peers import Place
from onering.service import worker
from onering.settings import Settings


class Process:
    def __init__(self) -> None:
        self._failure: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        match scope["path"]:
            case "/fail":
                self._failure.set_result(RuntimeError("asked for"))
            case "/hang":
                await asyncio.sleep(3600)
            case "/hang-on":
                while True:
                    try:
                        await asyncio.sleep(3600)
                    except asyncio.CancelledError:
                        continue
            case "/block":
                time.sleep(3600)  # noqa: ASYNC251 - the fault that is asked for
            case "/slow":
                await asyncio.sleep(1)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

    async def failed(self) -> BaseException:
        return await self._failure

    async def drain(self) -> None:
        print("draining")


@asynccontextmanager
async def running(settings: Settings, dsn: str, secret: bytes | None, place: Place) -> AsyncIterator[Process]:
    yield Process()
    print("closed")


if __name__ == "__main__":
    worker.main(running)
