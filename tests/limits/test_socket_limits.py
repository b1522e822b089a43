"""Limits of opening sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = {"rate_limit": "on", "connects_per_minute": 1, "connects_burst": 2, "limiter_seconds": 10.0}
OPTIONS: dict[str, Any] = {"proxy": None, "compression": None, "ping_interval": None}
PATIENCE = 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    """Serve behind a proxy: each test comes from an address of its own."""
    async with serving(shared_dsn, **LIMITS, trusted_proxies=("127.0.0.1",)) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(service: Service) -> str:
    draft = await Person(service.client("alice")).create(visibility="public")
    return f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}"


@pytest.fixture
def address() -> dict[str, str]:
    return {"X-Forwarded-For": f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"}


async def by_header(url: str, who: str) -> str:
    async with connect(url, additional_headers={"X-User-Id": who}, **OPTIONS) as socket:
        return str(json.loads(await socket.recv())["type"])


async def by_hello(url: str, address: dict[str, str], *first: Any) -> Any:
    """Connect and say something; return the type of the first frame, or the code that the socket was closed with."""
    async with asyncio.timeout(PATIENCE), connect(url, additional_headers=address, **OPTIONS) as socket:
        try:
            for message in first:
                await socket.send(json.dumps(message))
            return json.loads(await socket.recv())["type"]
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def test_a_person_who_opens_too_many_is_refused_the_handshake_with_a_status(url: str) -> None:
    who = f"u-{uuid4().hex[:8]}"
    assert [await by_header(url, who) for _ in range(2)] == ["welcome"] * 2
    with pytest.raises(InvalidStatus) as refused:
        await by_header(url, who)
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert json.loads(response.body)["error"]["code"] == "rate_limited"
    assert await by_header(url, f"u-{uuid4().hex[:8]}") == "welcome"


async def test_an_address_that_opens_too_many_without_credentials_is_closed_with_a_code(
    url: str, address: dict[str, str]
) -> None:
    found = [await by_hello(url, address, {"type": "hello"}) for _ in range(4)]
    assert found == ["welcome", "welcome", 4429, 4429]


async def test_an_address_whose_hellos_are_none_is_closed_before_it_says_one(url: str, address: dict[str, str]) -> None:
    bad = {"type": "hello", "token": "x.y.z"}
    assert [await by_hello(url, address, bad) for _ in range(3)] == [4401, 4401, 4429]
    # Nothing has to be said to be told.
    assert await by_hello(url, address) == 4429
