"""Requests written by hand, byte by byte: what no client library sends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from tests.serving import Service

PATIENCE = 10.0


class Answered(NamedTuple):
    """The first answer of a connection; `headers` by their names in lower case, `body` whatever came after them."""

    status: int
    headers: dict[str, str]
    body: bytes


@asynccontextmanager
async def connected(service: Service) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()


async def exchange(service: Service, request: bytes) -> Answered:
    """Send bytes, and return what was answered once the server closed the connection."""
    async with connected(service) as (reader, writer):
        writer.write(request)
        answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answered(int(first.split()[1]), headers, body)
