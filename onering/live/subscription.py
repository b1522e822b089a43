"""One reader of Server-Sent Events: the feed that sockets have, over an answer that does not end."""

import asyncio
from contextlib import AbstractAsyncContextManager

from onering.auth.identity import identity_of
from onering.live.connection import Connection
from onering.live.ends import GONE, OVERLOADED, End, Ended
from onering.live.house import House, Request, end_of, hello_of
from onering.live.joining import Joined
from onering.live.outlet import Message, Outlet, PlainOutlet, Send, emptied
from onering.live.server_sent import Speech, last_words

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Proxies that collect an answer before they pass it on would pass on nothing, ever.
    (b"x-accel-buffering", b"no"),
]


class StreamOutlet(PlainOutlet):
    """Frames as blocks of one answer's body; a close is its last block."""

    def __init__(self, send: Send, deadline: asyncio.Timeout) -> None:
        super().__init__(send, deadline)
        self._speech = Speech()

    def message(self, frame: bytes) -> Message:
        return {"type": "http.response.body", "body": self._speech.told(frame), "more_body": True}

    def closing_message(self, end: End) -> Message:
        return {"type": "http.response.body", "body": last_words(end)}


def stream_outlet(send: Send) -> AbstractAsyncContextManager[Outlet]:
    """Give an outlet whose frames become the body of an answer. Leaving waits for a close under way."""
    return emptied(lambda deadline: StreamOutlet(send, deadline))


class Subscription:
    """From the request to the end of the answer. Before that has begun, a refusal is an ordinary problem."""

    def __init__(self, house: House, connection: Connection, request: Request) -> None:
        self._house = house
        self._connection = connection
        self._request = request

    async def run(self) -> None:
        """Stream until the end."""
        try:
            joined = await self._join()
            await self._start()
        except Ended as ended:
            await self._refuse(ended.end)
        except Exception as fault:
            await self._refuse(end_of(fault))
        else:
            await self._follow(joined)

    async def _join(self) -> Joined:
        house, connection, scope = self._house, self._connection, self._request.scope
        house.connections.enter(connection)
        return await house.admit(connection, identity_of(scope), scope["path_params"]["draft_id"], hello_of(scope))

    async def _start(self) -> None:
        """Begin the answer. Whatever ended it until then can still be a refusal."""
        self._connection.check()
        self._connection.accepted = True
        await self._request.send({"type": "http.response.start", "status": 200, "headers": HEADERS})

    async def _refuse(self, end: End) -> None:
        self._connection.end(end)
        if end is not GONE and not self._connection.accepted:
            await self._house.refuse(*self._request, end if end.status is not None else OVERLOADED)

    async def _follow(self, joined: Joined) -> None:
        connection = self._connection
        async with asyncio.TaskGroup() as tasks:
            try:
                self._house.welcome(connection, joined, tasks)
                await self._left()
            except Ended:
                # It came to an end while it began, and its outlet was told so.
                await self._left()
            except Exception as fault:
                connection.end(end_of(fault))
            finally:
                connection.leave()

    async def _left(self) -> None:
        """Return once the client hung up, or has the whole answer."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self._connection.lost()
