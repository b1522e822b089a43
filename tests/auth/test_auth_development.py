"""Development tokens are real tokens, and mean nothing outside `local` and `test`."""

from datetime import UTC, datetime

import pytest

from onering.auth.development import mint
from onering.auth.faults import InvalidToken
from onering.auth.keys import KeyRefused
from onering.settings import Environment
from tests.auth.conftest import DEVELOPMENT_SECRET, HS256_SECRET

pytestmark = pytest.mark.asyncio


def _minted(held, user="alice", secret=DEVELOPMENT_SECRET, seconds=3600):
    return mint(user, secret, now=datetime.fromtimestamp(held.wall, UTC), seconds=seconds)


async def test_a_development_token_signs_in_its_user_under_the_bare_name(auth, held):
    identity = await auth.verifier.verify(_minted(held))
    assert (identity.actor.user_id, identity.actor.issuer) == ("alice", "onering:local")
    assert identity.expires_at == datetime.fromtimestamp(held.wall + 3600, UTC)


async def test_a_development_token_is_for_one_machine(refused, held):
    assert await refused(_minted(held, secret=b"x" * 32)) == "signature"


async def test_a_development_token_expires(refused, held):
    token = _minted(held, seconds=60)
    held.advance(65)
    assert await refused(token) == "expired"


@pytest.mark.parametrize("env", [Environment.STAGING, Environment.PRODUCTION])
async def test_a_development_token_is_refused_where_people_are_real(make_auth, held, env):
    auth = await make_auth(env=env, hs256=True, hs256_secret=HS256_SECRET)
    with pytest.raises(InvalidToken) as caught:
        await auth.verifier.verify(_minted(held))
    assert caught.value.reason == "issuer"


@pytest.mark.parametrize("user", ["", "a b", "a\n", "a" * 256])
async def test_a_name_that_no_token_may_carry_is_refused(held, user):
    with pytest.raises(ValueError, match="1 to 255 visible characters"):
        _minted(held, user=user)


async def test_a_short_secret_signs_nothing(held):
    with pytest.raises(KeyRefused):
        _minted(held, secret=b"short")


async def test_a_name_of_another_issuers_person_is_refused(refused, held):
    assert await refused(_minted(held, user="clerk|user_1")) == "subject"
