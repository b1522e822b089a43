"""Sign-in against a fake Clerk, with a clock that stands still."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from onering.auth.composition import Auth, build, key_client
from onering.auth.faults import InvalidToken
from onering.domain.actor import Actor
from onering.settings import Environment, Settings
from onering.tasks import Tasks
from tests.auth import fake_clerk
from tests.auth.fake_clerk import PARTY, FakeClerk
from tests.auth.held_clock import HeldClock

DEVELOPMENT_SECRET = b"d" * 32
HS256_SECRET = "h" * 32


async def no_registrar(actor: Actor) -> None:
    """Nobody needs a row here."""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields.values():
        if isinstance(field.validation_alias, str):
            monkeypatch.delenv(field.validation_alias, raising=False)


@pytest.fixture
def held() -> HeldClock:
    return HeldClock()


@pytest_asyncio.fixture
async def clerk(held: HeldClock) -> AsyncIterator[FakeClerk]:
    async with fake_clerk.serving() as clerk:
        clerk.now = lambda: held.wall
        yield clerk


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with key_client(Settings(env=Environment.TEST)) as client:
        yield client


@pytest_asyncio.fixture
async def make_auth(client: httpx.AsyncClient, held: HeldClock) -> AsyncIterator[Callable[..., Awaitable[Auth]]]:
    """Build sign-in for the given settings and run it until the test ends; its death is an error of the test."""
    running: list[Tasks] = []

    async def make(*, development_secret: bytes | None = None, registrar: Any = no_registrar, **settings: Any) -> Auth:
        values = Settings(**({"env": Environment.TEST} | settings))
        secret = development_secret
        auth = build(values, registrar=registrar, http_client=client, development_secret=secret, clock=held.clock())
        tasks = Tasks()
        tasks.start({"keys": auth.run})
        running.append(tasks)
        return auth

    yield make
    for tasks in running:
        assert tasks.alive
        await tasks.stop(5)


@pytest_asyncio.fixture
async def auth(clerk: FakeClerk, make_auth: Callable[..., Awaitable[Auth]]) -> Auth:
    """Sign-in as most tests want it: Clerk's sessions, HS256 and development tokens."""
    return await make_auth(
        clerk_issuer=clerk.issuer,
        clerk_authorized_parties=(PARTY,),
        hs256_secret=HS256_SECRET,
        development_secret=DEVELOPMENT_SECRET,
    )


@pytest.fixture
def refused(auth: Auth) -> Callable[[str], Awaitable[str]]:
    """Return a check that a token is refused, giving the reason; nothing may be remembered of it."""

    async def check(token: str) -> str:
        before = auth.verifier.cached
        with pytest.raises(InvalidToken) as caught:
            await auth.verifier.verify(token)
        assert auth.verifier.cached == before
        assert str(caught.value) == "The token is not valid; sign in again."
        return caught.value.reason.value

    return check
