"""What a validly signed token must say (threats.md §6, 32 to 45)."""

from datetime import UTC, datetime

import pytest

from onering.auth.claims import Policy, check
from onering.auth.faults import InvalidToken
from onering.auth.tokens import parse
from tests.auth.fake_clerk import PARTY

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("exp", [..., None, "1999999999", True, [1], {}, -1, 0, 1 << 63, 1e300])
async def test_32_an_exp_that_is_no_time_is_refused(refused, clerk, exp):
    assert await refused(clerk.token(exp=exp)) == "times"


@pytest.mark.parametrize("name", ["iat", "nbf"])
@pytest.mark.parametrize("value", [None, "now", True, [], -1])
async def test_32_other_times_are_numbers_or_absent(refused, clerk, name, value):
    assert await refused(clerk.token(**{name: value})) == "times"


async def test_32_a_fraction_of_a_second_is_a_time(auth, clerk, held):
    identity = await auth.verifier.verify(clerk.token(exp=held.wall + 30.5, iat=..., nbf=...))
    assert identity.expires_at == datetime.fromtimestamp(held.wall + 30.5, UTC)


async def test_33_exp_is_refused_from_five_seconds_after_it_on(auth, refused, clerk, held):
    now = int(held.wall)
    await auth.verifier.verify(clerk.token(exp=now))
    await auth.verifier.verify(clerk.token(exp=now - 4))
    assert await refused(clerk.token(exp=now - 5)) == "expired"
    assert await refused(clerk.token(exp=now - 6)) == "expired"


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_34_a_token_of_the_future_is_refused(auth, refused, clerk, held, name):
    now = int(held.wall)
    await auth.verifier.verify(clerk.token(**{name: now + 5}))
    assert await refused(clerk.token(**{name: now + 6})) == "not_yet"


async def test_35_a_life_over_the_cap_is_refused(auth, refused, clerk, held):
    now = int(held.wall)
    decade = 10 * 365 * 86_400
    await auth.verifier.verify(clerk.token(iat=now, exp=now + 86_400))
    assert await refused(clerk.token(iat=now, exp=now + 86_401)) == "life"
    assert await refused(clerk.token(iat=now, exp=now + decade)) == "life"
    assert await refused(clerk.token(iat=..., exp=now + decade)) == "life"
    assert await refused(clerk.token(iat=now - decade, exp=now + 60)) == "life"


@pytest.mark.parametrize(
    "sub", [..., None, "", 7, "user_" + "a" * 4000, "user_\x00", "user_a\n", "user_a b", "user_\u202e", "user_\u200b"]
)
async def test_36_a_sub_that_is_no_name_is_refused(refused, clerk, sub):
    assert await refused(clerk.token(sub=sub)) == "subject"


@pytest.mark.parametrize("sub", ["mch_2abc", "client_2abc", "USER_alice"])
async def test_37_a_machine_is_not_a_person(refused, clerk, sub):
    assert await refused(clerk.token(sub=sub)) == "subject"


@pytest.mark.parametrize("header", [{"typ": "at+jwt"}, {"cat": "cl_B7d4PD222AAA"}, {"cat": "cl_B7d4PD333AAA"}])
async def test_38_only_a_session_token_is_a_sign_in(refused, clerk, header):
    assert await refused(clerk.token(header=header)) == "category"


@pytest.mark.parametrize("header", [{"typ": None}, {"typ": ["JWT"]}, {"cat": None}, {"cat": 7}])
async def test_38_typ_and_cat_are_names_or_absent(refused, clerk, header):
    assert await refused(clerk.token(header=header)) == "header"


async def test_38_typ_and_cat_may_be_absent(auth, clerk):
    await auth.verifier.verify(clerk.token(header={"typ": ..., "cat": ...}))


async def test_39_only_a_configured_issuer_spelled_exactly_is_accepted(refused, clerk):
    other = "https://other-dev-1.clerk.accounts.dev"
    for iss in (..., None, other, clerk.issuer + "/", clerk.issuer.upper(), [clerk.issuer], {}, ""):
        assert await refused(clerk.token(iss=iss)) == "issuer"


async def test_39_a_policy_judges_no_other_issuers_claims(clerk):
    with pytest.raises(InvalidToken):
        check(parse(clerk.token()), Policy("https://other.example", 86_400), clerk.now())


async def test_40_another_instances_token_is_refused(refused, clerk):
    assert await refused(clerk.token(iss="https://clerk.staging.example.com")) == "issuer"


@pytest.mark.parametrize(
    "azp", [..., None, "https://evil.example", PARTY + ".evil.example", PARTY + "/", PARTY.upper(), [PARTY], ""]
)
async def test_41_only_a_listed_party_is_accepted(refused, clerk, azp):
    assert await refused(clerk.token(azp=azp)) == "party"


@pytest.mark.parametrize("sts", ["pending", None, "", ["active"]])
async def test_42_a_session_that_is_not_active_is_refused(refused, clerk, sts):
    assert await refused(clerk.token(sts=sts)) == "status"


async def test_42_an_active_session_is_accepted(auth, clerk):
    await auth.verifier.verify(clerk.token(sts="active"))


async def test_43_an_impersonator_is_stamped_beside_the_subject(auth, clerk):
    actor = (await auth.verifier.verify(clerk.token(act={"sub": "user_support", "iss": "x"}))).actor
    assert (actor.subject, actor.impersonator) == ("user_alice", "user_support")
    assert (await auth.verifier.verify(clerk.token())).actor.impersonator is None


@pytest.mark.parametrize("act", [None, "user_support", {}, {"sub": ""}, {"sub": 7}, []])
async def test_43_an_impersonator_without_a_name_is_refused(refused, clerk, act):
    assert await refused(clerk.token(act=act)) == "impersonator"


async def test_45_both_token_versions_name_the_same_organisation_and_role(auth, clerk):
    old = await auth.verifier.verify(clerk.token(org_id="org_1", org_role="org:admin"))
    new = await auth.verifier.verify(clerk.token(v=2, o={"id": "org_1", "rol": "admin", "slg": "acme"}))
    assert old.organisation_role == new.organisation_role == "admin"
    assert old.actor.workspace_id == new.actor.workspace_id
    own = await auth.verifier.verify(clerk.token())
    assert own.actor.workspace_id != old.actor.workspace_id


@pytest.mark.parametrize(
    "claims", [{"o": None}, {"o": {}}, {"o": {"id": 7}}, {"o": {"id": "org_1", "rol": 7}}, {"org_role": "org:admin"}]
)
async def test_45_an_organisation_that_is_half_said_is_refused(refused, clerk, claims):
    assert await refused(clerk.token(**claims)) == "organisation"
