"""The proxy that faults are made with: it leaves nothing behind of whom it let in."""

import asyncio
import gc
import socket
from urllib.parse import urlsplit

import pytest

from scripts.soaking.proxy import Proxy


@pytest.mark.parametrize("turns", range(8))
async def test_refusing_while_somebody_is_being_let_in_leaves_no_socket_open(turns: int) -> None:
    """Whatever turn of the event loop it comes in; an open one would be told of as it is collected."""
    unhandled: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    proxy = Proxy("postgresql://nobody@/nothing?host=/nowhere")
    await proxy.listen()
    client = socket.create_connection(("127.0.0.1", urlsplit(proxy.dsn).port or 0))
    for _ in range(turns):
        await asyncio.sleep(0)
    await proxy.refuse()
    await proxy.close()
    client.close()
    gc.collect()
    assert unhandled == []
