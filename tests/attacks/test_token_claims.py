"""Validly signed tokens that say too much, too little or something else (docs/ATTACKS.md, 32 and 34 to 45)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from onering.auth.principals import organisation_workspace
from tests.attacks.target import Target, bearing, own_token
from tests.auth import fake_clerk
from tests.auth.fake_clerk import PARTY, FakeClerk

pytestmark = pytest.mark.asyncio(loop_scope="module")

DECADE = 10 * 365 * 86_400


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staging() -> AsyncIterator[FakeClerk]:
    """Return another instance of the same provider, with keys and people of its own under the same names."""
    async with fake_clerk.serving() as staging:
        yield staging


@pytest.mark.attack(32)
@pytest.mark.parametrize("exp", [..., None, "1999999999", True, [1], {}, -1, 0, 1 << 63, 1e300], ids=repr)
async def test_an_exp_that_is_no_time(target: Target, exp: object) -> None:
    await target.refused(target.clerk.token(exp=exp), "times")


@pytest.mark.attack(32)
async def test_an_exp_with_a_fraction_is_a_time(target: Target) -> None:
    await target.accepted(target.clerk.token(exp=target.clerk.now() + 30.5))


@pytest.mark.attack(34)
@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_a_token_of_the_future(target: Target, name: str) -> None:
    now = int(target.clerk.now())
    for ahead in (60, 3600, DECADE):
        await target.refused(target.clerk.token(**{name: now + ahead, "exp": now + ahead + 60}), "not_yet")
    for value in (None, "now", True, [], -1):
        await target.refused(target.clerk.token(**{name: value}), "times")


@pytest.mark.attack(35)
@pytest.mark.parametrize("iat", [0, -DECADE, ...], ids=repr)
async def test_a_life_of_ten_years(target: Target, iat: Any) -> None:
    now = int(target.clerk.now())
    issued = ... if iat is ... else now + iat
    await target.refused(target.clerk.token(iat=issued, exp=now + (60 if iat == -DECADE else DECADE)), "life")


@pytest.mark.attack(36)
@pytest.mark.parametrize(
    "sub",
    [..., None, "", 7, ["user_alice"], "user_" + "a" * 4000, "user_a\x00", "user_a\n", "user_a b", "user_\u202e"],
    ids=lambda sub: ascii(sub)[:20],
)
async def test_a_sub_that_is_no_name(target: Target, sub: object) -> None:
    await target.refused(target.clerk.token(sub=sub), "subject")


@pytest.mark.attack(36)
async def test_a_sub_of_10_kb(target: Target) -> None:
    await target.refused(target.clerk.token(sub="user_" + "a" * 10_000), "size")


@pytest.mark.attack(37)
@pytest.mark.parametrize("sub", ["mch_2abc", "client_2abc", "USER_alice", "alice", "clerk|user_alice", "|user_alice"])
async def test_a_machine_of_the_same_instance(target: Target, sub: str) -> None:
    await target.refused(target.clerk.token(sub=sub), "subject")


@pytest.mark.attack(38)
@pytest.mark.parametrize(
    "header",
    [{"typ": "at+jwt"}, {"typ": "jwt"}, {"typ": "application/jwt"}, {"cat": "cl_B7d4PD222AAA"}, {"cat": "x"}],
    ids=str,
)
async def test_a_token_of_another_kind_with_the_same_key(target: Target, header: dict[str, object]) -> None:
    await target.refused(target.clerk.token(header=header), "category")


@pytest.mark.attack(39)
async def test_an_issuer_spelled_otherwise_or_missing(target: Target) -> None:
    ours = target.clerk.issuer
    others = (
        "https://other-dev-1.clerk.accounts.dev",
        f"{ours}/",
        ours.upper(),
        ours.replace("127.0.0.1", "localhost"),
    )
    for iss in (..., None, "", *others, f" {ours}", [ours], {ours: 1}, True):
        await target.refused(target.clerk.token(iss=iss), "issuer")


@pytest.mark.attack(39, 40)
async def test_a_good_token_of_another_instance(target: Target, staging: FakeClerk) -> None:
    await target.refused(staging.token(), "issuer")
    await target.refused(staging.token(iss=target.clerk.issuer, header={"kid": "ins_2"}), "key")
    staging.key = fake_clerk.rsa_key("staging")
    await target.refused(staging.token(iss=target.clerk.issuer), "signature")
    assert staging.requests == 0


@pytest.mark.attack(41)
@pytest.mark.parametrize(
    "azp",
    [..., None, "", "https://evil.example", f"{PARTY}.evil.example", f"{PARTY}/", PARTY.upper(), [PARTY], "null"],
    ids=repr,
)
async def test_a_party_that_is_not_ours(target: Target, azp: object) -> None:
    await target.refused(target.clerk.token(azp=azp), "party")


@pytest.mark.attack(42)
@pytest.mark.parametrize("sts", ["pending", None, "", ["active"]], ids=repr)
async def test_a_session_that_is_not_complete(target: Target, sts: object) -> None:
    await target.refused(target.clerk.token(sts=sts, sub="user_pending"), "status")


@pytest.mark.attack(43)
async def test_an_impersonator_is_on_the_event_beside_whom_they_act_for(target: Target) -> None:
    answer = await target.command(target.clerk.token(act={"sub": "user_support", "iss": target.clerk.issuer}))
    assert answer.status_code == 200
    event = await target.log.fetchrow(
        "SELECT issuer, subject, impersonator FROM onering.events WHERE stream_id = $1",
        UUID(answer.json()["data"]["draft_id"]),
    )
    assert tuple(event) == (target.clerk.issuer, "user_alice", "user_support")


@pytest.mark.attack(43)
@pytest.mark.parametrize("act", [None, "user_support", {}, {"sub": ""}, {"sub": 7}, []], ids=repr)
async def test_an_impersonator_without_a_name(target: Target, act: object) -> None:
    await target.refused(target.clerk.token(act=act), "impersonator")


@pytest.mark.attack(44)
async def test_a_draft_of_an_organisation_for_those_who_are_not_in_it(target: Target) -> None:
    """Whoever may not read a draft is told there is none (docs/API.md), whatever they ask of it."""
    clerk, http = target.clerk, target.service.client()
    mine = {"o": {"id": "org_1", "rol": "admin"}}
    fields = {"title": "Ours", "visibility": "workspace"}
    created = await http.post("/v1/collab/drafts", json=fields, headers=bearing(clerk.token(**mine)))
    path = f"/v1/collab/drafts/{created.json()['data']['draft_id']}"
    assert (await http.get(path, headers=bearing(clerk.token(sub="user_bob", **mine)))).status_code == 200
    for stranger in (
        clerk.token(sub="user_bob"),
        clerk.token(sub="user_bob", o={"id": "org_2", "rol": "admin"}),
        own_token(clerk, sub="user_alice", **mine),
        own_token(clerk, sub="clerk.user_alice", **mine),
    ):
        assert (await http.get(path, headers=bearing(stranger))).status_code == 404
        written = await http.post(f"{path}/segments", json={"content": "Mine"}, headers=bearing(stranger))
        assert written.status_code == 404


@pytest.mark.attack(45)
async def test_both_versions_of_the_token_name_the_same_organisation_and_role(target: Target) -> None:
    clerk, auth = target.clerk, target.service.process.auth
    old = clerk.token(org_id="org_1", org_role="org:admin", org_slug="acme")
    new = clerk.token(v=2, o={"id": "org_1", "rol": "admin", "slg": "acme"})
    assert [(await auth.sign_in(token)).organisation_role for token in (old, new)] == ["admin", "admin"]
    drafts = [UUID((await target.command(token)).json()["data"]["draft_id"]) for token in (old, new)]
    rows = await target.log.fetch("SELECT workspace_id FROM onering.events WHERE stream_id = ANY($1)", drafts)
    assert [row[0] for row in rows] == [organisation_workspace(clerk.issuer, "org_1")] * 2


@pytest.mark.attack(45)
@pytest.mark.parametrize(
    "claims",
    [{"o": None}, {"o": {}}, {"o": {"id": 7}}, {"o": {"id": "org_1", "rol": 7}}, {"org_role": "org:admin"}],
    ids=str,
)
async def test_an_organisation_that_is_half_said(target: Target, claims: dict[str, object]) -> None:
    await target.refused(target.clerk.token(**claims), "organisation")
