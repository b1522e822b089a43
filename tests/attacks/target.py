"""A service under attack, as its attackers and whoever watches its log see it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

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

    async def refused(self, token: str | bytes, reason: str) -> None:
        """Assert that a token is no sign-in on a command or a read: it gets the one answer that all get, for this
        `reason` in our own counters, leaves nothing behind and makes nobody call anybody.
        """
        counted = self.service.process.auth.verifier.refusals
        before = counted.copy()
        async with self.appended_nothing(), self.no_outbound_call():
            for answer in (await self.command(token), await self.read(token)):
                check_invalid(answer)
                assert told(answer) == self.refusal
        assert counted - before == {reason: 2}

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
        """Assert that nobody asks the issuer for keys meanwhile."""
        before = self.clerk.requests
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
