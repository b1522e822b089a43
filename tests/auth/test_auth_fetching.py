"""Keys are fetched seldom, kept when fetching fails, and never trusted blindly (threats.md §6, 18 to 63)."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from onering.auth.clock import Clock
from onering.auth.faults import InvalidToken, Unavailable
from onering.auth.jwks import Limits, RemoteKeys
from tests.auth.fake_clerk import public_jwk, rsa_key

pytestmark = pytest.mark.asyncio

FAILURES = ["500", "redirect", "html", "empty", "duplicate member", "huge", "gzip", "cut", "slow"]


@asynccontextmanager
async def running(clerk, client, clock=None, **limits):
    """Keys of the fake Clerk, fetched in the background as in the service, with these limits."""
    keys = RemoteKeys(clerk.issuer, clerk.jwks_url, client, clock or Clock(), Limits(**({"fetch": 0.3} | limits)))
    task = asyncio.create_task(keys.run(), name="keys under test")
    try:
        yield keys
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(condition, seconds=5.0):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_18_a_thousand_unknown_kids_cost_one_fetch_and_disturb_nobody(auth, clerk):
    await auth.verifier.verify(clerk.token())
    asked = clerk.requests
    for n in range(1000):
        with pytest.raises(InvalidToken):
            await auth.verifier.verify(clerk.token(header={"kid": f"ins_unknown_{n}"}))
        if n % 100 == 0:
            await auth.verifier.verify(clerk.token(n=n))
    assert clerk.requests == asked + 1


async def test_18_a_minute_later_an_unknown_kid_may_ask_again(auth, clerk, held):
    await auth.verifier.verify(clerk.token())
    for seconds, fetches in ((0, 2), (59, 2), (1, 3)):
        held.advance(seconds)
        with pytest.raises(InvalidToken):
            await auth.verifier.verify(clerk.token(header={"kid": "ins_unknown"}))
        assert clerk.requests == fetches


async def test_a_new_key_is_found_with_its_first_token(auth, clerk):
    await auth.verifier.verify(clerk.token())
    clerk.kid, clerk.key = "ins_2", rsa_key("next")
    clerk.published.append(public_jwk(clerk.kid, clerk.key))
    await auth.verifier.verify(clerk.token())
    assert clerk.requests == 2


@pytest.mark.parametrize("mode", FAILURES)
async def test_54_a_cold_start_without_keys_is_unavailable_and_says_when_to_retry(clerk, client, mode):
    clerk.mode = mode
    async with running(clerk, client) as keys:
        with capture_logs() as logs, pytest.raises(Unavailable) as caught:
            await keys.find(clerk.kid)
        assert 1 <= caught.value.retry_after <= 60
        assert keys.health().usable is False
        assert keys.health().failure == logs[0]["why"]


@pytest.mark.parametrize("mode", FAILURES)
async def test_54_the_last_good_keys_are_kept_when_a_fetch_fails(clerk, client, mode):
    async with running(clerk, client) as keys:
        good = await keys.find(clerk.kid)
        assert good is not None
        clerk.mode = mode
        assert await keys.find("ins_unknown") is None
        assert keys.health().failure is not None
        assert await keys.find(clerk.kid) is good
        assert clerk.requests == 2


async def test_54_a_refused_connection_is_a_failed_fetch(clerk, client):
    clerk.issuer = "http://127.0.0.1:1"
    async with running(clerk, client) as keys:
        with pytest.raises(Unavailable):
            await keys.find(clerk.kid)
        assert keys.health().failure == "the request failed: ConnectError"


async def test_54_an_endless_body_is_cut_at_256_kib(clerk, client):
    clerk.mode = "huge"
    async with running(clerk, client) as keys:
        with pytest.raises(Unavailable):
            await keys.find(clerk.kid)
        assert keys.health().failure == "the answer is longer than 262144 bytes"


async def test_55_a_redirect_is_not_followed(clerk, client):
    clerk.mode = "redirect"
    async with running(clerk, client) as keys:
        with pytest.raises(Unavailable):
            await keys.find(clerk.kid)
        assert keys.health().failure == "the answer was 302, not 200"
        assert clerk.requests == 1


async def test_56_a_refused_key_is_logged_and_the_others_serve(clerk, client):
    clerk.published.append(public_jwk("ins_weak", rsa_key("clerk"), e="Aw"))
    with capture_logs() as logs:
        async with running(clerk, client) as keys:
            assert await keys.find(clerk.kid) is not None
    refused = [entry for entry in logs if entry["event"] == "jwks_key_refused"]
    assert [entry["why"] for entry in refused] == ["an RSA exponent is even, too small or too large"]


async def test_61_five_hundred_first_requests_make_one_fetch(auth, clerk):
    clerk.paused.clear()
    waiting = [asyncio.create_task(auth.verifier.verify(clerk.token(n=n))) for n in range(500)]
    await until(lambda: clerk.requests == 1)
    clerk.paused.set()
    identities = await asyncio.gather(*waiting)
    assert {identity.actor.subject for identity in identities} == {"user_alice"}
    assert clerk.requests == 1


async def test_61_a_caller_who_gives_up_does_not_cancel_the_fetch_for_others(auth, clerk):
    clerk.paused.clear()
    first, second = (asyncio.create_task(auth.verifier.verify(clerk.token(n=n))) for n in range(2))
    await until(lambda: clerk.requests == 1)
    first.cancel()
    clerk.paused.set()
    assert (await second).actor.subject == "user_alice"
    assert clerk.requests == 1


async def test_63_a_wall_clock_that_steps_neither_refreshes_nor_expires_keys(auth, clerk, held):
    await auth.verifier.verify(clerk.token())
    for step in (-3600, 7200):
        held.wall += step
        await auth.verifier.verify(clerk.token())
        for _ in range(2):
            with pytest.raises(InvalidToken):
                await auth.verifier.verify(clerk.token(header={"kid": "ins_unknown"}))
    assert clerk.requests == 2


async def test_63_a_token_expires_by_the_wall_clock(auth, clerk, held):
    token = clerk.token()
    await auth.verifier.verify(token)
    held.wall += 3600
    with pytest.raises(InvalidToken):
        await auth.verifier.verify(token)
    held.wall -= 7200
    with pytest.raises(InvalidToken):
        await auth.verifier.verify(token)


async def test_keys_are_refreshed_in_the_background_at_the_soft_age(clerk, client):
    async with running(clerk, client, soft=0.05) as keys:
        first = await keys.find(clerk.kid)
        await until(lambda: clerk.requests >= 3)
        assert await keys.find(clerk.kid) == first
        assert keys.generation == 1


async def test_keys_are_no_longer_trusted_at_the_hard_age(clerk, client, held):
    async with running(clerk, client, held.clock(), hard=100.0) as keys:
        assert await keys.find(clerk.kid) is not None
        held.advance(99)
        assert await keys.find(clerk.kid) is not None
        held.advance(1)
        with pytest.raises(Unavailable):
            await keys.find(clerk.kid)
        assert keys.health().age == 100


async def test_a_failed_fetch_is_tried_again_by_itself(clerk, client):
    clerk.mode = "500"
    async with running(clerk, client, retry=0.05) as keys:
        with pytest.raises(Unavailable):
            await keys.find(clerk.kid)
        clerk.mode = "keys"
        await until(lambda: keys.health().usable)
        assert await keys.find(clerk.kid) is not None


async def test_nobody_waits_for_ever_when_nobody_fetches(clerk, client):
    keys = RemoteKeys(clerk.issuer, clerk.jwks_url, client, Clock(), Limits(fetch=-0.9))
    started = time.monotonic()
    with capture_logs() as logs, pytest.raises(Unavailable):
        await keys.find(clerk.kid)
    assert time.monotonic() - started < 2
    assert logs[0]["event"] == "jwks_nobody_fetches"


async def test_a_round_that_somebody_waits_for_is_never_replaced(clerk, client):
    keys = RemoteKeys(clerk.issuer, clerk.jwks_url, client, Clock(), Limits())
    waited_for = keys._round
    keys._begin_round()
    assert keys._round is waited_for


async def test_a_fault_of_our_own_does_not_end_the_fetching(clerk, client):
    async with running(clerk, client, retry=0.05) as keys:
        keys._url = 7
        keys._wake.set()
        with capture_logs() as logs:
            await until(lambda: keys.health().failure is not None)
        assert logs[0]["event"] == "jwks_refresh_broke"
        keys._url = clerk.jwks_url
        await until(lambda: keys.health().usable)


async def test_health_names_every_issuer_whose_keys_are_fetched(auth, clerk):
    await auth.verifier.verify(clerk.token())
    (health,) = auth.health()
    assert (health.issuer, health.usable, health.failure) == (clerk.issuer, True, None)


async def test_without_issuers_to_ask_the_task_stays_alive_for_its_supervisor(make_auth):
    auth = await make_auth()
    running = asyncio.create_task(auth.run(), name="supervised")
    _, pending = await asyncio.wait({running}, timeout=0.05)
    assert pending == {running}
    running.cancel()
    await asyncio.wait({running})
