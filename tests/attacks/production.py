"""A service as others run it: no name is believed without a token, and pages of one origin may call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from onering.auth.clock import Clock
from onering.settings import Environment
from tests.auth.fake_clerk import compact, hs256
from tests.serving import Person, Service, serving

ISSUER, SECRET = "https://id.example", "an HS256 secret of the attack tests"
PAGE = "https://write.example"
PRODUCTION = {
    "env": Environment.PRODUCTION,
    "hs256": True,
    "hs256_secret": SECRET,
    "hs256_issuer": ISSUER,
    "invite_secret": "an invite secret of the attack tests",
    "allowed_origins": (PAGE,),
}


@asynccontextmanager
async def producing(dsn: str, **settings: Any) -> AsyncIterator[Service]:
    """Serve the database at `dsn` as in production, to people whose tokens are signed by HS256."""
    async with serving(dsn, development_secret=None, **PRODUCTION | settings) as service:
        yield service


def token(user: str, *, seconds: int = 600, clock: Clock = Clock()) -> str:  # noqa: B008 - frozen
    """Sign a token for `user` that lives `seconds` from now."""
    now = int(clock.wall())
    claims = {"iss": ISSUER, "sub": user, "iat": now, "exp": now + seconds}
    return compact({"alg": "HS256", "kid": "hs256"}, claims, hs256(SECRET.encode()))


def bearing(user: str, **options: Any) -> dict[str, str]:
    """Return the header that signs `user` in."""
    return {"Authorization": f"Bearer {token(user, **options)}"}


def person(service: Service, user: str, **headers: str) -> Person:
    """Return somebody who is signed in by a token."""
    return Person(service.client(None, **bearing(user), **headers))
