"""Issuers beside Clerk, each with its own keys, audience and names (threats.md §6, 39, 57, 59 and 60)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from pydantic import ValidationError
from structlog.testing import capture_logs

from onering.auth.boot import UnsafeConfiguration, check
from onering.auth.composition import Auth, principals
from onering.auth.faults import InvalidToken, Unavailable
from onering.auth.principals import Principals
from onering.auth.published import metadata_url
from onering.cli import main
from onering.settings import Environment, Settings
from tests.auth import fake_clerk
from tests.auth.fake_clerk import FakeClerk, public_jwk, rsa_key

ENTRY = {"issuer": "https://idp.example.com/", "alias": "acme", "audience": "onering"}
PRODUCTION: dict[str, Any] = {"env": Environment.PRODUCTION}


@pytest_asyncio.fixture
async def others() -> AsyncIterator[list[FakeClerk]]:
    """Two issuers with keys of their own under the same kid."""
    async with AsyncExitStack() as stack:
        serving = [await stack.enter_async_context(fake_clerk.serving()) for _ in range(2)]
        for name, other in zip(("acme", "globex"), serving, strict=True):
            other.key = rsa_key(name)
            other.published = [public_jwk(other.kid, other.key)]
        yield serving


def entry(other: FakeClerk, alias: str, **changes: object) -> dict[str, object]:
    return {"issuer": other.issuer, "alias": alias, "audience": ["onering", "api"]} | changes


def token(other: FakeClerk, **claims: object) -> str:
    header = {"cat": ...}
    return other.token(header=header, **({"aud": "onering", "azp": ...} | claims))


Both = Callable[..., Awaitable[Auth]]


@pytest.fixture
def both(make_auth: Any, clerk: FakeClerk, others: list[FakeClerk]) -> Both:
    async def make(**changes: object) -> Auth:
        listed = [entry(others[0], "acme", **changes), entry(others[1], "globex")]
        auth: Auth = await make_auth(clerk_issuer=clerk.issuer, issuers=listed)
        return auth

    return make


async def reason(auth: Auth, text: str) -> str:
    with pytest.raises(InvalidToken) as caught:
        await auth.verifier.verify(text)
    return caught.value.reason.value


async def test_59_people_of_each_issuer_have_names_of_their_own(
    both: Both, clerk: FakeClerk, others: list[FakeClerk]
) -> None:
    auth = await both()
    tokens = (clerk.token(), *(token(other, sub="user_alice") for other in others))
    actors = [(await auth.verifier.verify(text)).actor for text in tokens]
    assert [actor.user_id for actor in actors] == ["clerk|user_alice", "acme|user_alice", "globex|user_alice"]
    assert len({actor.workspace_id for actor in actors}) == 3
    for actor in actors:
        assert auth.named(actor.user_id) == [(actor.issuer, actor.subject)]


async def test_60_a_key_signs_for_its_own_issuer_alone(both: Both, clerk: FakeClerk, others: list[FakeClerk]) -> None:
    auth = await both()
    first, second = others
    assert await reason(auth, token(first, iss=second.issuer)) == "signature"
    assert await reason(auth, token(second, iss=clerk.issuer, sub="user_alice")) == "signature"
    assert await reason(auth, clerk.token(iss=first.issuer, aud="onering")) == "signature"


async def test_keys_are_found_by_discovery_once_and_with_each_refresh(both: Both, others: list[FakeClerk]) -> None:
    auth = await both()
    first = others[0]
    await auth.verifier.verify(token(first))
    first.kid, first.key = "next", rsa_key("next")
    first.published = [public_jwk(first.kid, first.key)]
    await auth.verifier.verify(token(first))
    assert (first.discoveries, first.requests) == (2, 2)


async def test_a_url_of_keys_that_is_set_needs_no_discovery(both: Both, others: list[FakeClerk]) -> None:
    auth = await both(jwks_url=others[0].jwks_url)
    await auth.verifier.verify(token(others[0]))
    assert (others[0].discoveries, others[0].requests) == (0, 1)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"issuer": "https://idp.example.com"}, "the metadata is of another issuer"),
        ({"issuer": None}, "the metadata is of another issuer"),
        ({"jwks_uri": "http://keys.example.com/jwks"}, "the URL is not https"),
        ({"jwks_uri": None}, "the metadata has no jwks_uri that is a URL"),
        ({"claims_supported": ["x" * 300_000]}, "the answer is longer than 262144 bytes"),
        ({"jwks_uri": "/jwks"}, "the metadata has no jwks_uri that is a URL"),
        ({"jwks_uri": "https://[::1/jwks"}, "the metadata has no jwks_uri that is a URL"),
        ({"jwks_uri": "https://169.254.169.254/jwks"}, "an address of the host is not public; "),
    ],
)
async def test_57_an_issuer_with_metadata_not_to_trust_is_unavailable_and_the_others_work(
    both: Both, others: list[FakeClerk], metadata: dict[str, object], why: str
) -> None:
    first, second = others
    first.metadata = metadata
    with capture_logs() as logs:
        auth = await both()
        with pytest.raises(Unavailable):
            await auth.verifier.verify(token(first))
    await auth.verifier.verify(token(second))
    assert first.requests == 0
    (failure,) = [line for line in logs if line["event"] == "jwks_refresh_failed"]
    assert failure["issuer"] == first.issuer
    assert failure["why"].startswith(why)


async def test_metadata_that_turns_bad_leaves_the_last_good_keys(both: Both, others: list[FakeClerk]) -> None:
    auth = await both()
    first = others[0]
    await auth.verifier.verify(token(first))
    first.metadata = {"issuer": "https://evil.example"}
    with capture_logs() as logs:
        assert await reason(auth, first.token(header={"kid": "unknown"})) == "key"
    refused = [line["why"] for line in logs if line["event"] == "jwks_refresh_failed"]
    assert refused == ["the metadata is of another issuer"]
    await auth.verifier.verify(token(first, n=1))


async def test_where_metadata_is_does_not_depend_on_a_slash_at_the_end() -> None:
    expected = "https://idp.example.com/realms/a/.well-known/openid-configuration"
    assert (
        metadata_url("https://idp.example.com/realms/a")
        == metadata_url("https://idp.example.com/realms/a/")
        == expected
    )


@pytest.mark.parametrize("aud", ["onering", "api", ["other", "api"]])
async def test_a_token_for_one_of_the_audiences_is_accepted(both: Both, others: list[FakeClerk], aud: object) -> None:
    await (await both()).verifier.verify(token(others[0], aud=aud))


@pytest.mark.parametrize("aud", [..., None, "", "other", "ONERING", "onering ", [], [["onering"]], ["onering", 7], {}])
async def test_a_token_for_another_audience_is_refused(both: Both, others: list[FakeClerk], aud: object) -> None:
    assert await reason(await both(), token(others[0], aud=aud)) == "audience"


async def test_clerks_tokens_are_not_asked_for_an_audience(both: Both, clerk: FakeClerk) -> None:
    auth = await both()
    await auth.verifier.verify(clerk.token(aud="anything"))
    await auth.verifier.verify(clerk.token())


async def test_parties_subjects_and_lives_are_each_issuers_own(both: Both, others: list[FakeClerk]) -> None:
    auth = await both(authorized_parties=["web"], subject_prefix="p:", max_seconds=60)
    first, second = others
    good: dict[str, object] = {"azp": "web", "sub": "p:alice"}
    await auth.verifier.verify(token(first, **good))
    assert await reason(auth, token(first, **good | {"azp": "cli"})) == "party"
    assert await reason(auth, token(first, **good | {"sub": "alice"})) == "subject"
    assert await reason(auth, token(first, **good | {"exp": int(first.now()) + 61})) == "life"
    await auth.verifier.verify(token(second, exp=int(second.now()) + 3600))


async def test_a_session_mark_of_clerk_means_nothing_elsewhere(both: Both, others: list[FakeClerk]) -> None:
    assert await reason(await both(), others[0].token(aud="onering")) == "category"


async def test_a_cold_start_asks_every_issuer_at_once(both: Both, others: list[FakeClerk]) -> None:
    auth = await both()
    await asyncio.gather(*(auth.verifier.verify(token(other)) for other in others))
    assert [health.usable for health in auth.health()][1:] == [True, True]


# The setting


def settings(*entries: object, **others: Any) -> Settings:
    return Settings(issuers=list(entries), **others)


def test_the_setting_is_a_json_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONERING_ISSUERS", json.dumps([ENTRY]))
    (configured,) = Settings().issuers
    assert (configured.issuer, configured.alias, configured.audience) == (ENTRY["issuer"], "acme", ("onering",))
    monkeypatch.setenv("ONERING_ISSUERS", " ")
    assert Settings().issuers == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense", "ONERING_ISSUERS is wrong: Value error, no JSON at character 0."),
        ('[{"alias": "a", "alias": "b"}]', "a member is there twice"),
        (json.dumps([ENTRY, {**ENTRY, "audience": []}]), "ONERING_ISSUERS is wrong at 1.audience: "),
        (json.dumps([{k: v for k, v in ENTRY.items() if k != "audience"}]), "at 0.audience: Field required"),
    ],
)
def test_what_is_wrong_with_the_setting_is_said_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    monkeypatch.setenv("ONERING_ISSUERS", text)
    with pytest.raises(SystemExit) as ended:
        main(["serve"])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"alias": alias}
            for alias in ("local", "hs256", "clerk", "home", "", "Acme", "1a", "a|b", "a b", "é", "a\n")
        ),
        {"issuer": ""},
        {"audience": ""},
        {"audience": ["a", ""]},
        {"audience": 7},
        {"authorized_parties": [""]},
        {"max_seconds": 0},
        {"jwks_uri": "https://idp.example.com/jwks"},
    ],
)
def test_an_entry_that_can_not_be_meant_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(ENTRY | change)


@pytest.mark.parametrize(
    ("entries", "others", "finding"),
    [
        ([ENTRY, ENTRY | {"alias": "b"}], {}, "names an issuer twice"),
        ([ENTRY | {"issuer": "onering:hs256"}], {}, "names an issuer twice"),
        ([ENTRY | {"issuer": "https://c.example"}], {"clerk_issuer": "https://c.example"}, "names an issuer twice"),
        ([ENTRY, ENTRY | {"issuer": "https://b.example"}], {}, "one alias to two issuers"),
        ([ENTRY | {"issuer": "http://idp.example.com"}], {}, "takes https URLs"),
        ([ENTRY | {"issuer": "http://127.0.0.1:1"}], PRODUCTION, "takes https URLs"),
        ([ENTRY | {"issuer": "https://idp.example.com?a=b"}], {}, "takes https URLs"),
        ([ENTRY | {"issuer": "https://idp.exam\tple.com"}], {}, "takes https URLs"),
        ([ENTRY | {"jwks_url": "http://idp.example.com/jwks"}], {}, "takes https URLs"),
        ([ENTRY], {"private_issuers": ("http://idp.internal",)}, "exact https origins"),
        ([ENTRY], {"private_issuers": ("https://idp.internal/",)}, "exact https origins"),
        ([ENTRY], {"private_issuers": ("https://*.internal",)}, "exact https origins"),
    ],
)
def test_issuers_that_are_not_safe_are_not_started(
    entries: list[dict[str, object]], others: dict[str, Any], finding: str
) -> None:
    with pytest.raises(UnsafeConfiguration, match=finding):
        check(settings(*entries, **others), development_secret=None)


def test_an_issuer_of_the_list_is_enough_to_sign_in_to_production() -> None:
    check(settings(ENTRY, private_issuers="https://idp.example.com", **PRODUCTION), development_secret=None)


HS256 = {"hs256": True, "hs256_secret": "s" * 32}
CLERK = {"clerk_issuer": "https://clerk.example.com"}
FIRST, SECOND = ENTRY["issuer"], "https://b.example"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (PRODUCTION, Principals(FIRST, {SECOND: "b"})),
        (PRODUCTION | HS256, Principals("onering:hs256", {FIRST: "acme", SECOND: "b"})),
        (
            PRODUCTION | HS256 | CLERK,
            Principals("https://clerk.example.com", {"onering:hs256": "hs256", FIRST: "acme", SECOND: "b"}),
        ),
        ({}, Principals("onering:local", {FIRST: "acme", SECOND: "b"})),
    ],
)
def test_home_is_clerk_else_hs256_else_the_first_of_the_list(others: dict[str, Any], expected: Principals) -> None:
    assert principals(settings(ENTRY, {**ENTRY, "issuer": SECOND, "alias": "b"}, **others)) == expected
