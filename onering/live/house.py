"""What every reader of a process goes through, by any transport: admission, the welcome, how a fault ends it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import parse_qsl

from onering.auth.faults import AuthFault, Unavailable
from onering.auth.identity import Identity
from onering.auth.middleware import Receive, Scope, Send
from onering.live import frames
from onering.live.arrivals import Arrivals
from onering.live.connection import Connection
from onering.live.connections import Connections
from onering.live.ends import BAD_FRAME, OVERLOADED, SERVER_ERROR, TOKEN_REFUSED, End, Ended
from onering.live.joining import Joined, Joining
from onering.live.limits import Limits
from onering.live.messages import BadMessage, Hello, hello_of_query
from onering.live.presence import Presence
from onering.live.witness import Witness
from onering.log.batcher import AppendFailed
from onering.log.connection import DATABASE_FAULTS, said
from onering.log.tail import Tail
from projections.faults import ReadFault

logger = logging.getLogger(__name__)

Refuse = Callable[[Scope, Receive, Send, End], Awaitable[None]]
SignIn = Callable[[str], Awaitable[Identity]]
# Whether what this person signed in with counts no more.
Revoked = Callable[[Identity], bool]


class Request(NamedTuple):
    """A handshake, or a request for a stream, as ASGI hands it over."""

    scope: Scope
    receive: Receive
    send: Send


@dataclass(frozen=True, slots=True)
class House:
    """What all readers of a process share."""

    connections: Connections
    joining: Joining
    presence: Presence
    tail: Tail
    limits: Limits
    sign_in: SignIn
    refuse: Refuse
    arrivals: Arrivals
    witness: Witness
    revoked: Revoked

    async def admit(self, connection: Connection, identity: Identity | None, draft: str, hello: Hello) -> Joined:
        """Join within the deadline, which is one for all of a crowd: they wait for each other.

        Raises Ended, TimeoutError, DATABASE_FAULTS, ReadFault.
        """
        self.connections.sign_in(connection, identity)
        async with asyncio.timeout(self.limits.join_seconds):
            return await self.joining.join(connection, draft, hello)

    def welcome(self, connection: Connection, joined: Joined, tasks: asyncio.TaskGroup) -> None:
        """Write what comes before the events, and go on with them in the same step. Raises Ended."""
        # From this step on, whoever is revoked is found among the connections; until now nobody was looked for.
        if (identity := connection.session.identity) is not None and self.revoked(identity):
            connection.end(TOKEN_REFUSED)
        connection.check()
        cursor = connection.cursor
        assert cursor is not None
        self.connections.joins[joined.mode] += 1
        connection.outlet.write(
            frames.welcome(
                connection_id=connection.connection_id,
                draft_id=cursor.feed.draft_id,
                user_id=connection.session.user_id,
                epoch=self.tail.epoch,
                start=cursor.version,
                head=cursor.head,
                mode=joined.mode,
                heartbeat_seconds=self.limits.heartbeat_seconds,
                token_expires_at=connection.session.expires_at,
            )
        )
        if joined.snapshot is not None:
            connection.outlet.write(joined.snapshot)
        cursor.begin(tasks)
        connection.seat = self.presence.enter(cursor.feed, connection.session)


def hello_of(scope: Scope) -> Hello:
    """Return the hello that a request makes by its head. Raises Ended."""
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    last_event_id = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    try:
        return hello_of_query(query, last_event_id)
    except BadMessage as bad:
        raise Ended(replace(BAD_FRAME, reason=str(bad))) from None


def end_of(fault: Exception) -> End:
    """Return how a connection ends that met `fault`."""
    match fault:
        case Unavailable():
            return OVERLOADED
        case AuthFault():
            return TOKEN_REFUSED
        case AppendFailed() | ReadFault():
            return OVERLOADED
    if isinstance(fault, DATABASE_FAULTS):
        logger.warning("a live feed can't be served: %s", said(fault))
        return OVERLOADED
    logger.error("a connection failed", exc_info=fault)
    return SERVER_ERROR
