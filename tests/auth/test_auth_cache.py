"""An accepted token is remembered for a minute at most, and judged again on every use (threats.md §6, 52 and 53)."""

import pytest

from onering.auth.claims import Policy
from onering.auth.faults import InvalidToken
from onering.auth.keys import from_secret
from onering.auth.principals import Principals
from onering.auth.verifier import Issuer, Verifier
from tests.auth.conftest import HS256_SECRET
from tests.auth.fake_clerk import compact, hs256

pytestmark = pytest.mark.asyncio


def _signed(held, subject="alice", seconds=3600):
    claims = {"iss": "home", "sub": subject, "iat": int(held.wall), "exp": int(held.wall) + seconds}
    return compact({"alg": "HS256", "kid": "k"}, claims, hs256(HS256_SECRET.encode()))


@pytest.fixture
def verifier(held):
    issuer = Issuer(Policy("home", 86_400), {"k": from_secret(HS256_SECRET.encode())})
    return Verifier({"home": issuer}, Principals("home"), held.clock(), entries=3)


async def test_a_second_use_within_a_minute_is_remembered(verifier, held):
    token = _signed(held)
    first = await verifier.verify(token)
    held.advance(59)
    assert await verifier.verify(token) is first


async def test_50_a_token_is_verified_anew_after_a_minute(verifier, held):
    token = _signed(held)
    first = await verifier.verify(token)
    held.advance(60)
    assert await verifier.verify(token) is not first


async def test_52_a_remembered_token_is_refused_once_it_expired(verifier, held):
    token = _signed(held, seconds=10)
    await verifier.verify(token)
    held.advance(14)
    await verifier.verify(token)
    held.advance(1)
    with pytest.raises(InvalidToken):
        await verifier.verify(token)
    assert verifier.cached == 0


async def test_53_two_people_interleaved_are_never_mixed_up(verifier, held):
    tokens = {name: _signed(held, name) for name in ("alice", "bob")}
    for n in range(10_000):
        name = ("alice", "bob")[n % 2]
        assert (await verifier.verify(tokens[name])).actor.subject == name
        if n % 100 == 0:
            held.advance(1)


async def test_the_cache_is_bounded_and_forgets_the_least_used(verifier, held):
    tokens = [_signed(held, f"user{n}") for n in range(4)]
    first = await verifier.verify(tokens[0])
    for token in (*tokens[1:3], tokens[0], tokens[3]):
        await verifier.verify(token)
    assert verifier.cached == 3
    assert await verifier.verify(tokens[0]) is first


async def test_refusals_are_counted_by_reason_and_never_remembered(verifier, held):
    for _ in range(3):
        with pytest.raises(InvalidToken):
            await verifier.verify(_signed(held) + "=")
    with pytest.raises(InvalidToken):
        await verifier.verify(_signed(held, seconds=-100))
    assert verifier.refusals == {"spelling": 3, "expired": 1}
    assert verifier.cached == 0
