"""One socket's conversation: handshake, hello, and what the client says after."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from onering.auth.faults import InvalidToken, Unavailable
from onering.auth.identity import Identity, identity_of, set_identity
from onering.live import frames
from onering.live.connection import Connection
from onering.live.ends import (
    ACCESS_ENDED,
    BAD_FRAME,
    DONE,
    GONE,
    HELLO_TOO_BIG,
    NO_HELLO,
    OTHER_PERSON,
    OVERLOADED,
    End,
    Ended,
)
from onering.live.house import House, Request, end_of, hello_of
from onering.live.joining import Joined
from onering.live.messages import (
    Auth,
    BadMessage,
    Bye,
    Hello,
    Ignored,
    Message,
    Ping,
    Pong,
    Typing,
    parse,
)

SUBPROTOCOL = "onering.v1"
# The close code of a socket that was closed without one (RFC 6455 §7.4.1).
_NO_CODE = 1005


class Conversation:
    """From the handshake to the close. Every fault in it ends this socket alone, with a code that says what to do."""

    def __init__(self, house: House, connection: Connection, request: Request) -> None:
        self._house = house
        self._connection = connection
        self._request = request
        self._code: int | None = None

    @property
    def code(self) -> int:
        """The close code that it ended with, ours or the client's."""
        ended = self._connection.ended
        if ended is not None and ended is not GONE:
            return ended.close_code
        # Private codes are the client's own affair: counting each would let it make up counters.
        return 1000 if self._code is not None and self._code >= 3000 else self._code or _NO_CODE

    async def run(self) -> None:
        """Talk until the end."""
        try:
            joined = await self._joined()
            if joined is not None:
                await self._follow(joined)
        except Ended as ended:
            await self._end(ended.end)
        except Exception as fault:
            await self._end(end_of(fault))

    async def _joined(self) -> Joined | None:
        """Join with the identity of the handshake's header, or accept and let a hello say who it is."""
        scope, connection = self._request.scope, self._connection
        if (identity := identity_of(scope)) is not None:
            await self._house.arrivals.count(scope, identity)
            self._house.connections.enter(connection)
            joined = await self._join(identity, hello_of(scope))
            await self._accept()
            return joined
        await self._accept()
        self._house.arrivals.check(scope)
        self._house.connections.enter(connection)
        hello, identity = await self._introduced()
        return None if hello is None else await self._join(identity, hello)

    async def _introduced(self) -> tuple[Hello | None, Identity | None]:
        """Return the hello and who says it; whoever does not say it well counts as the address they come from."""
        identity = None
        try:
            hello = await self._hello()
            identity = await self._sign_in(hello) if hello is not None else None
            set_identity(self._request.scope, identity)
        except InvalidToken as refused:
            # Whose token was revoked is for the record alone: they go no further.
            set_identity(self._request.scope, refused.identity)
            raise
        finally:
            await self._house.arrivals.count(self._request.scope, identity)
        return hello, identity

    async def _join(self, identity: Identity | None, hello: Hello) -> Joined:
        scope = self._request.scope
        if identity is not None:
            self._house.witness.joined(scope, identity)
        return await self._house.admit(self._connection, identity, scope["path_params"]["draft_id"], hello)

    async def _accept(self) -> None:
        self._connection.check()
        offered = self._request.scope.get("subprotocols") or ()
        protocol = SUBPROTOCOL if SUBPROTOCOL in offered else None
        try:
            await self._request.send({"type": "websocket.accept", "subprotocol": protocol})
        except OSError:
            raise Ended(GONE) from None
        self._connection.accepted = True
        if (ended := self._connection.ended) is not None:
            # It came to an end while it was being accepted, so nobody has told the client yet.
            self._connection.outlet.close(ended)
            raise Ended(ended)

    async def _hello(self) -> Hello | None:
        """Return the first message, which is a hello and comes in time; None if the client left instead."""
        try:
            async with asyncio.timeout(self._house.limits.hello_seconds):
                text = await self._text()
        except TimeoutError:
            raise Ended(NO_HELLO) from None
        if text is None:
            return None
        if len(text.encode()) > (most := self._house.limits.hello_limit):
            raise Ended(replace(HELLO_TOO_BIG, reason=f"a hello has at most {most} bytes"))
        if not isinstance(hello := _parsed(text), Hello):
            raise Ended(replace(BAD_FRAME, reason="the first message is a hello"))
        return hello

    async def _sign_in(self, hello: Hello) -> Identity | None:
        return None if hello.token is None else await self._house.sign_in(hello.token)

    async def _follow(self, joined: Joined) -> None:
        async with asyncio.TaskGroup() as tasks:
            try:
                self._house.welcome(self._connection, joined, tasks)
                while (text := await self._text()) is not None:
                    await self._heed(_parsed(text))
            except Ended as ended:
                await self._end(ended.end)
            except Exception as fault:
                await self._end(end_of(fault))
            finally:
                self._connection.leave()

    async def _text(self) -> str | None:
        """Return the client's next message; None once the socket is closed. Raises Ended."""
        message = await self._request.receive()
        if message["type"] == "websocket.disconnect":
            self._code = message.get("code")
            return None
        self._connection.frame_received()
        self._connection.check()
        text: str | None = message.get("text")
        if text is None:
            raise Ended(replace(BAD_FRAME, reason="messages are text"))
        return text

    async def _heed(self, message: Message) -> None:
        connection = self._connection
        match message:
            case Auth():
                await self._renew(message.token)
            case Ping():
                if connection.cursor is not None:
                    connection.tell(frames.pong(connection.cursor.head))
            case Typing():
                if connection.cursor is not None:
                    self._house.presence.typing(connection.cursor.feed, connection.session)
            case Bye():
                raise Ended(DONE)
            case Hello():
                connection.tell(frames.error("already_joined", "This connection has joined already.", retry=False))
            case Pong() | Ignored():
                pass

    async def _renew(self, token: str) -> None:
        """Go on with a fresh token. Without keys to judge it by, the old one still counts."""
        connection = self._connection
        try:
            identity = await self._house.sign_in(token)
        except Unavailable as fault:
            connection.tell(frames.error(fault.code, fault.detail, retry=True))
            return
        connection.check()
        if not connection.session.is_of(identity):
            raise Ended(OTHER_PERSON)
        self._house.witness.joined(self._request.scope, identity)
        if connection.session.renew(identity):
            if connection.cursor is not None and not connection.cursor.may_read(connection.cursor.feed.state):
                # The token may be for another workspace.
                raise Ended(ACCESS_ENDED)
            connection.tell(frames.token_accepted(identity.expires_at))

    async def _end(self, end: End) -> None:
        """Close with a code, or refuse the handshake with a status."""
        self._connection.end(end)
        if not self._connection.accepted and end is not GONE:
            with suppress(OSError):  # the client is gone
                await self._house.refuse(*self._request, end if end.status is not None else OVERLOADED)


def _parsed(text: str) -> Message:
    try:
        return parse(text)
    except BadMessage as bad:
        raise Ended(replace(BAD_FRAME, reason=str(bad))) from None
