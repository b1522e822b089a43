"""Tokens that were good, at the edge of their time and after it (docs/ATTACKS.md, 33, 50 to 52 and 63).

The clock of sign-in is held: nobody waits for a token to expire.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from onering.auth.claims import SKEW_SECONDS
from onering.revocations import Principal, restore, revoke
from tests.attacks.target import Target, check_invalid, signing
from tests.auth.fake_clerk import FakeClerk, public_jwk, rsa_key
from tests.auth.held_clock import HeldClock
from tests.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = 3600
COOLDOWN = 60


@pytest.fixture(scope="module")
def clock() -> HeldClock:
    return HeldClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(shared_dsn: str, clerk: FakeClerk, log: Any, clock: HeldClock) -> AsyncIterator[Target]:
    clerk.now = lambda: clock.wall
    async with serving(shared_dsn, clock=clock.clock(), **signing(clerk)) as service:
        yield await Target(service, clerk, log).prepare()


@pytest.fixture
def held(clock: HeldClock) -> HeldClock:
    """Return the clock, at a moment when an unknown kid may ask for keys again."""
    clock.monotonic += COOLDOWN
    return clock


async def ask_for_keys(target: Target) -> None:
    """Send a kid that nobody has, which makes the service look at its issuer's keys if it may."""
    check_invalid(await target.read(target.clerk.token(header={"kid": "ins_of_nobody"})))


@pytest.mark.attack(33)
async def test_the_last_second_of_a_token(target: Target, held: HeldClock) -> None:
    now = int(held.wall)
    for exp in (now, now - SKEW_SECONDS + 1, now - SKEW_SECONDS + 0.001):
        await target.accepted(target.clerk.token(exp=exp))
    for exp in (now - SKEW_SECONDS, now - SKEW_SECONDS - 1, now - HOUR):
        await target.refused(target.clerk.token(exp=exp), "expired")


@pytest.mark.attack(34)
@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_the_first_second_of_a_token(target: Target, held: HeldClock, name: str) -> None:
    now = int(held.wall)
    await target.accepted(target.clerk.token(**{name: now + SKEW_SECONDS}))
    await target.refused(target.clerk.token(**{name: now + SKEW_SECONDS + 1}), "not_yet")


@pytest.mark.attack(50)
async def test_a_token_that_is_replayed_after_it_was_revoked(shared_dsn: str, target: Target, held: HeldClock) -> None:
    """No cache has its time: every process goes by the event that the revocation is."""
    clerk, log = target.clerk, target.log
    alice = Principal(clerk.issuer, "user_alice", "clerk|user_alice")
    token, bob = clerk.token(), clerk.token(sub="user_bob")
    async with serving(shared_dsn, clock=held.clock(), **signing(clerk)) as service:
        other = await Target(service, clerk, log).prepare()
        for each in (target, other):
            await each.accepted(token)
        assert await revoke(log, alice, "operator") is not None
        try:
            for each in (target, other):
                await refused_at_last(each, token)
                await each.refused(token, "revoked")
                await each.refused(clerk.token(n=1), "revoked")
                assert (await each.read(bob)).status_code == 200
            held.advance(5)
            await target.accepted(clerk.token(n=2))
        finally:
            assert await restore(log, alice, "operator")


@pytest.mark.attack(50)
async def test_a_person_who_is_disabled_gets_no_further_with_new_tokens(target: Target, held: HeldClock) -> None:
    clerk, log = target.clerk, target.log
    carol = Principal(clerk.issuer, "user_carol", "clerk|user_carol")
    token = clerk.token(sub="user_carol")
    await target.accepted(token)
    assert await revoke(log, carol, "operator", until_restored=True) is None
    await refused_at_last(target, token)
    held.advance(HOUR)
    later = clerk.token(sub="user_carol")
    await target.refused(later, "revoked")
    assert await restore(log, carol, "operator")
    async with asyncio.timeout(10):
        while (await target.read(later)).status_code != 200:
            await asyncio.sleep(0.01)


async def refused_at_last(target: Target, token: str) -> None:
    """Wait until a token is refused; by the held clock no time passes, so no cache has run out."""
    async with asyncio.timeout(10):
        while (answer := await target.read(token)).status_code == 200:
            await asyncio.sleep(0.01)
    check_invalid(answer)


@pytest.mark.attack(51)
async def test_a_token_whose_key_was_removed(target: Target, held: HeldClock) -> None:
    clerk, verifier = target.clerk, target.service.process.auth.verifier
    before, token, requests = clerk.published, clerk.token(), clerk.requests
    await target.accepted(token)
    clerk.published = [public_jwk("ins_next", rsa_key("next"))]
    try:
        await target.accepted(token)
        await ask_for_keys(target)
        assert clerk.requests == requests + 1
        remembered = verifier.cached
        await target.refused(token, "key")
        assert verifier.cached == remembered - 1
    finally:
        clerk.published = before
        held.monotonic += COOLDOWN
        await ask_for_keys(target)
    await target.accepted(token)


@pytest.mark.attack(52)
async def test_a_remembered_token_after_its_time(target: Target, held: HeldClock) -> None:
    verifier = target.service.process.auth.verifier
    token, start = target.clerk.token(), held.wall
    await target.accepted(token)
    remembered = verifier.cached
    try:
        held.wall = start + 60 + SKEW_SECONDS - 0.001
        await target.accepted(token)
        held.wall = start + 60 + SKEW_SECONDS
        await target.refused(token, "expired")
        assert verifier.cached == remembered - 1
    finally:
        held.wall = start


@pytest.mark.attack(63)
@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_a_clock_that_steps_by_an_hour(target: Target, held: HeldClock, step: int) -> None:
    """Expiry goes by the wall clock, so what was issued before the step is of another time after it; what was fetched
    stays as old as it is, and what was asked for is not asked for again.
    """
    clerk, start = target.clerk, held.wall
    old, unseen = clerk.token(), clerk.token(n=1)
    await target.accepted(old)
    await ask_for_keys(target)
    requests = clerk.requests
    held.wall += step
    try:
        await target.refused(unseen, "expired" if step > 0 else "not_yet")
        if step > 0:
            await target.refused(old, "expired")
        await target.accepted(clerk.token(n=2))
        await ask_for_keys(target)
        assert clerk.requests == requests
        held.monotonic += COOLDOWN
        await ask_for_keys(target)
        assert clerk.requests == requests + 1
    finally:
        held.wall = start
    await target.accepted(clerk.token(n=3))
    assert clerk.requests == requests + 1
