"""Answers without an end in sight: sent as they are made, for as long as somebody takes them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import NamedTuple

from starlette.types import Send

from onering.http.answers import Header


class Streamed(NamedTuple):
    """An answer made of chunks, at most one of which is in memory. `gone` returns once the client hung up.

    What goes wrong before the first chunk is a problem like any other. Later it can't be told: the connection is cut,
    and the client sees that the answer was not complete.
    """

    chunks: AsyncGenerator[bytes, None]
    gone: Callable[[], Awaitable[None]]
    media_type: bytes
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send) -> None:
        """Send it to an http scope; whoever hangs up ends it at once, in the middle of a query too."""
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(send), name="stream")
                leaving = group.create_task(self._left(), name="stream's client")
                leaving.add_done_callback(lambda _: sending.cancel())
                sending.add_done_callback(lambda _: leaving.cancel())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None

    async def _left(self) -> None:
        await self.gone()

    async def _send(self, send: Send) -> None:
        async with aclosing(self.chunks) as chunks:
            first = await anext(chunks, b"")
            headers = [(b"content-type", self.media_type), *self.headers]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
