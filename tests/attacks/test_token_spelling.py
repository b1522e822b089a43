"""Tokens that two readers could read in two ways (docs/TRUST.md, 3 to 5, 15, 16, 19 to 31)."""

import pytest

from tests.attacks.target import Target
from tests.auth.fake_clerk import compact

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.attack(3)
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none "])
async def test_a_token_that_says_it_needs_no_signature_and_has_none_is_no_sign_in(target: Target, alg: str) -> None:
    await target.refused(compact(target.clerk.header(alg=alg), target.clerk.claims(), lambda _: b""), "spelling")


@pytest.mark.attack(4)
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
async def test_a_token_that_says_it_needs_no_signature_is_no_sign_in_with_one(target: Target, alg: str) -> None:
    await target.refused(target.clerk.token(header={"alg": alg}), "algorithm")
