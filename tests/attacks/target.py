"""A service under attack, as its attackers and whoever watches its log see it."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response

from tests.attacks.reaching_out import no_reaching_out
from tests.auth.fake_clerk import PARTY, FakeClerk, compact, hs256
from tests.serving import Service

HS256_SECRET = "h" * 32
INVALID = (
    '{"type":"/problems/unauthorized","title":"Sign in","status":401,"detail":"The token is not valid; sign in again.",'
    '"instance":"ID","error":{"code":"unauthorized","message":"The token is not valid; sign in again.",'
    '"request_id":"ID"}}'
)
# What differs between any two answers, whatever they say.
_OWN = ("x-request-id", "date")
_STORED = """
    SELECT (SELECT count(*) FROM onering.events WHERE stream_type <> 'system'),
           (SELECT count(*) FROM onering.commands c
             WHERE EXISTS (SELECT FROM onering.events e
                            WHERE e.command_id = c.command_id AND e.stream_type <> 'system')),
           (SELECT count(*) FROM onering.streams WHERE stream_type <> 'system'),
           (SELECT count(*) FROM onering.app_users)"""

Header = tuple[str | bytes, str | bytes]


def signing(clerk: FakeClerk, **settings: Any) -> dict[str, Any]:
    """Return the settings of a service that Clerk's people and those of a shared secret may sign in to."""
    given = {
        "clerk_issuer": clerk.issuer,
        "clerk_authorized_parties": (PARTY,),
        "hs256_secret": HS256_SECRET,
        "anonymous_read": True,
    }
    return given | settings


class Target:
    """`draft` is a public one, which anybody may read without a token; `refusal` has the headers of each bad token's.

    `log` is the administrator's connection to the database. What the service records of refusals, on its own stream
    and some time later, is not counted as appended.
    """

    def __init__(self, service: Service, clerk: FakeClerk, log: Any) -> None:
        self.service = service
        self.clerk = clerk
        self.log = log
        self.draft = ""
        self.refusal: dict[str, str] = {}
        self._http = service.client()

    async def prepare(self) -> "Target":
        """Make the draft as Clerk's alice, and spend the one key fetch a minute that an unknown kid may cause."""
        headers = bearing(self.clerk.token())
        fields = {"title": "A walk", "visibility": "public", "initial_segment": "We left."}
        answer = await self._http.post("/v1/collab/drafts", json=fields, headers=headers)
        assert answer.status_code == 200, answer.text
        self.draft = answer.json()["data"]["draft_id"]
        self.refusal = told(await self.read(self.clerk.token(header={"kid": "ins_of_nobody"})))
        return self

    @property
    def _feed(self) -> str:
        return f"ws://127.0.0.1:{self.service.port}/v1/ws/drafts/{self.draft}"

    async def read(self, token: str | bytes | None = None, *headers: Header) -> httpx.Response:
        """Read the public draft."""
        return await self._http.get(f"/v1/collab/drafts/{self.draft}", headers=[*bearing(token), *headers])

    async def command(self, token: str | bytes | None = None, *headers: Header) -> httpx.Response:
        """Create a draft."""
        key: Header = ("Idempotency-Key", uuid4().hex)
        body = {"type": "create-draft", "title": "Another walk"}
        return await self._http.post("/v1/commands", json=body, headers=[*bearing(token), key, *headers])

    async def me(self, token: str | bytes | None = None, *headers: Header) -> dict[str, Any]:
        """Return who the service takes the bearer for."""
        answer = await self._http.get("/v1/me", headers=[*bearing(token), *headers])
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def accepted(self, token: str | bytes) -> None:
        """Assert that a token is good, on a command and on a read."""
        assert (await self.read(token)).status_code == 200
        assert (await self.command(token)).status_code == 200

    async def greet(self, token: str) -> tuple[int, str]:
        """Open a socket to the public draft, sign in by its first message, and return how the socket is closed."""
        async with asyncio.timeout(10), connect(self._feed, proxy=None, compression=None) as socket:
            await socket.send(json.dumps({"type": "hello", "token": token}))
            with pytest.raises(ConnectionClosed) as caught:
                await _live(socket)
        if (close := caught.value.rcvd) is None:
            return 1006, ""
        return close.code, close.reason

    async def handshake(self, token: str) -> Response:
        """Return how the handshake of a socket is refused whose header carries the token."""
        with pytest.raises(InvalidStatus) as caught:
            await connect(self._feed, proxy=None, additional_headers={"Authorization": f"Bearer {token}"})
        return caught.value.response

    async def exchange(self, request: bytes) -> bytes:
        """Send bytes and return what comes until the server hangs up; nothing if it hangs up on us."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.service.port)
        answer = b""
        try:
            async with asyncio.timeout(100):
                writer.write(request)
                while chunk := await reader.read(1 << 16):
                    answer += chunk
        except ConnectionError:
            pass
        finally:
            writer.close()
        return answer

    async def pipelined(self, tokens: Sequence[str], path: str = "/v1/me") -> list[tuple[int, bytes]]:
        """Read the path with each token, one after the other on one connection, and return statuses and bodies.

        A tenth of what a client library takes for it.
        """
        heads = [f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n" for token in tokens]
        request = "\r\n".join([*heads[:-1], f"{heads[-1]}Connection: close\r\n\r\n"])
        answers, rest = [], await self.exchange(request.encode())
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split()[0])
            answers.append((int(head.split()[1]), rest[:length]))
            rest = rest[length:]
        return answers

    async def refused(self, token: str | bytes, reason: str) -> None:
        """Assert that a token is no sign-in: on a command, a read and a socket it gets the one answer that all get,
        for this `reason` in our own counters, leaves nothing behind and makes nobody call anybody.
        """
        async with self._refusing({reason: 3}):
            for answer in (await self.command(token), await self.read(token)):
                check_invalid(answer)
                assert told(answer) == self.refusal
            await self._refused_greeting(token if isinstance(token, str) else token.decode("latin-1"))

    async def refused_in_a_message(self, token: str, reason: str) -> None:
        """Assert the same of text that can't stand in a header, and comes in the first message of a socket."""
        async with self._refusing({reason: 1}):
            await self._refused_greeting(token)

    async def _refused_greeting(self, token: str) -> None:
        assert await self.greet(token) == (4401, "the token is not valid; sign in again")

    @asynccontextmanager
    async def _refusing(self, reasons: dict[str, int]) -> AsyncIterator[None]:
        counted = self.service.process.auth.verifier.refusals
        before = counted.copy()
        async with self.appended_nothing(), self.no_outbound_call():
            yield
        assert counted - before == reasons

    async def refused_all(self, tokens: Sequence[str | bytes], reason: str) -> None:
        for token in tokens:
            await self.refused(token, reason)

    @asynccontextmanager
    async def appended_nothing(self) -> AsyncIterator[None]:
        """Assert that what is inside leaves no event, command, stream or person behind."""
        before = await self.log.fetchrow(_STORED)
        yield
        assert await self.log.fetchrow(_STORED) == before

    @asynccontextmanager
    async def no_outbound_call(self) -> AsyncIterator[None]:
        """Assert that nobody is asked for keys, or for anything else, and that no file is read, meanwhile."""
        before = self.clerk.requests
        with no_reaching_out(self.service.port):
            yield
        assert self.clerk.requests == before


def bearing(token: str | bytes | None) -> list[Header]:
    """Return the header that carries a token, byte by byte; none without one."""
    if token is None:
        return []
    return [(b"Authorization", b"Bearer " + (token.encode() if isinstance(token, str) else token))]


def check_invalid(answer: httpx.Response) -> None:
    """Assert that an answer is the one for every fault of a token: the same bytes, but for the request id."""
    assert answer.status_code == 401, answer.text
    request_id = answer.headers["X-Request-Id"]
    assert answer.text.replace(request_id, "ID") == INVALID
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def told(answer: httpx.Response) -> dict[str, str]:
    """Return the headers of an answer that could tell it from another one."""
    return {name: value for name, value in answer.headers.items() if name not in _OWN}


def own_token(clerk: FakeClerk, *, secret: str = HS256_SECRET, kid: str = "hs256", **claims: object) -> str:
    """Sign a token of the issuer that shares a secret with the service."""
    header = {"alg": "HS256", "kid": kid}
    return compact(header, clerk.claims(**{"iss": "onering:hs256", "azp": ...} | claims), hs256(secret.encode()))


async def _live(socket: ClientConnection) -> None:
    """Return once the socket has shown everything up to now."""
    while json.loads(await socket.recv())["type"] != "live":
        pass


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Assert that what is inside, the server's part included, never holds so many bytes more than before."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit
