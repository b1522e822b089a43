"""Issuers that fail, lie, lead elsewhere or share names with others (docs/ATTACKS.md, 54 to 60)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from structlog.testing import capture_logs

from onering.auth import development
from tests.attacks.federation import Network, federated, federation, listed
from tests.attacks.target import Target, bearing, check_invalid, signing
from tests.auth.fake_clerk import FakeClerk, Sign, b64, compact, hs256, number, public_jwk, rs256, rsa_key
from tests.http.checks import check_problem
from tests.serving import SECRET, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Long enough for an answer of 10 MiB on a busy machine.
FETCH_SECONDS = 2.0
# How an issuer answers, and what our own health report makes of it.
FAILURES = {
    "500": "the answer was 500, not 200",
    "html": "the answer is no key set to trust: not strict JSON",
    "empty": "the answer is no key set to trust: no usable key in the set",
    "duplicate member": "the answer is no key set to trust: not strict JSON",
    "huge": "the answer is longer than 262144 bytes",
    "gzip": "the answer is compressed, which was not asked for",
    "cut": "the request failed: RemoteProtocolError",
    "slow": f"no complete answer within {FETCH_SECONDS:g} s",
    "silent": f"no complete answer within {FETCH_SECONDS:g} s",
    "redirect": "the answer was 302, not 200",
}


PEOPLE = "SELECT issuer, subject, user_id FROM onering.app_users WHERE issuer = ANY($1)"


def fail(others: Mapping[str, FakeClerk]) -> None:
    """Let each issuer fail in the way that it is called by."""
    for alias, other in others.items():
        other.mode = alias.partition("-")[2].replace("-", " ")
        if other.mode == "silent":
            other.paused.clear()


def work(others: Mapping[str, FakeClerk]) -> None:
    for other in others.values():
        other.mode = "keys"
        other.paused.set()


@pytest.fixture
def network() -> Iterator[Network]:
    with pytest.MonkeyPatch.context() as patch:
        yield Network(patch)


@asynccontextmanager
async def failing(prefix: str) -> AsyncIterator[dict[str, FakeClerk]]:
    """Serve an issuer for each way of failing; in one database each of them goes by a name of its own."""
    async with federation(f"{prefix}-{mode.replace(' ', '-')}" for mode in FAILURES) as others:
        others[f"{prefix}-redirect"].location = "http://169.254.169.254/latest/meta-data/"
        yield others


def check_failures(target: Target, others: Mapping[str, FakeClerk]) -> None:
    """Assert that operators are told of each issuer what is wrong with it."""
    told = {health.issuer: health.failure for health in target.service.process.auth.health()}
    assert [told[other.issuer] for other in others.values()] == list(FAILURES.values())


async def statuses(target: Target, tokens: list[str]) -> list[int]:
    return [answer.status_code for answer in await asyncio.gather(*map(target.read, tokens))]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


async def usable(target: Target) -> None:
    """Wait until the keys of every issuer are there."""
    await until(lambda: all(health.usable for health in target.service.process.auth.health()))


@pytest.mark.attack(54, 55)
async def test_keys_that_can_not_be_fetched_at_a_cold_start(
    shared_dsn: str, clerk: FakeClerk, log: Any, network: Network
) -> None:
    async with failing("cold") as others:
        fail(others)
        given = signing(clerk, issuers=listed(others), jwks_fetch_seconds=FETCH_SECONDS)
        async with serving(shared_dsn, **given) as service:
            target = await Target(service, clerk, log).prepare()
            async with target.appended_nothing():
                for send in (target.read, target.command):
                    answers = await asyncio.gather(*(send(federated(other)) for other in others.values()))
                    for answer in answers:
                        check_problem(answer, 503, "unavailable")
                        assert 1 <= int(answer.headers["Retry-After"]) <= 60
                        assert "WWW-Authenticate" not in answer.headers
            check_failures(target, others)
            await target.accepted(clerk.token())
            work(others)
            await usable(target)
            assert await statuses(target, [federated(other) for other in others.values()]) == [200] * len(others)
    assert set(network.reached) == {"127.0.0.1"}


@pytest.mark.attack(54, 55)
async def test_keys_that_can_not_be_fetched_again(
    shared_dsn: str, clerk: FakeClerk, log: Any, network: Network
) -> None:
    async with failing("warm") as others:
        given = signing(clerk, issuers=listed(others), jwks_fetch_seconds=FETCH_SECONDS)
        async with serving(shared_dsn, **given) as service:
            target = await Target(service, clerk, log).prepare()
            await usable(target)
            fail(others)
            unknown = [federated(other, {"kid": "ins_unknown"}) for other in others.values()]
            assert await statuses(target, unknown) == [401] * len(others)
            check_failures(target, others)
            for n in range(2):
                good = [federated(other, n=n) for other in others.values()]
                assert await statuses(target, good) == [200] * len(others)
            work(others)
    assert set(network.reached) == {"127.0.0.1"}


def weak(bits: int, exponent: int) -> dict[str, Any]:
    """Return a public key that may be too weak to be one; such short ones can't even be made any more."""
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": "bad",
        "n": number((1 << bits - 1) + 1),
        "e": number(exponent),
    }


@cache
def cubic() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=3, key_size=2048)


def bad_keys() -> dict[str, tuple[dict[str, Any], str, Sign]]:
    """Return keys by what is wrong with them, what is said of each, and how a token is signed that it would verify."""
    good, short = rsa_key("federated"), rsa_key("weak", 1024)
    signed = rs256(good)
    return {
        "secret": (
            {"kty": "oct", "kid": "bad", "k": b64(b"s" * 32), "alg": "HS256"},
            "not an RSA key",
            hs256(b"s" * 32),
        ),
        "private": (public_jwk("bad", good, d="AQAB"), "private members", signed),
        "bits-512": (weak(512, 65537), "modulus", signed),
        "bits-1024": (public_jwk("bad", short), "modulus", rs256(short)),
        "exponent-1": (weak(2048, 1), "exponent", signed),
        "exponent-3": (public_jwk("bad", cubic()), "exponent", rs256(cubic())),
        "encrypting": (public_jwk("bad", good, use="enc"), "not for signatures", signed),
        "other-algorithm": (public_jwk("bad", good, alg="PS256"), "another algorithm", signed),
        "nameless": (public_jwk("", good), "no kid", signed),
    }


def bad_sets() -> dict[str, tuple[list[dict[str, Any]], str]]:
    good, attacker = rsa_key("federated"), rsa_key("attacker")
    return {
        "twins": ([public_jwk("ins_1", good), public_jwk("ins_1", attacker)], "two keys share a kid"),
        "dozens": ([public_jwk(f"ins_{n}", good) for n in range(33)], "more than 32 keys"),
        "thousand": ([public_jwk(f"ins_{n}", good) for n in range(1000)], "longer than 262144 bytes"),
    }


@pytest.mark.attack(56)
async def test_keys_and_key_sets_that_are_not_to_be_trusted(shared_dsn: str, clerk: FakeClerk, log: Any) -> None:
    keys, sets = bad_keys(), bad_sets()
    async with federation([*keys, *sets]) as others:
        for alias, (key, *_) in keys.items():
            others[alias].published.append(key)
        for alias, (published, _) in sets.items():
            others[alias].published = published
        with capture_logs() as logs:
            async with serving(shared_dsn, **signing(clerk, issuers=listed(others))) as service:
                target = await Target(service, clerk, log).prepare()
                for alias, (key, _, sign) in keys.items():
                    header = {"alg": key.get("alg", "RS256"), "kid": key["kid"]}
                    bad = compact(header, others[alias].claims(aud="onering", azp=...), sign)
                    assert (await target.read(federated(others[alias]))).status_code == 200
                    check_invalid(await target.read(bad))
                for alias in sets:
                    check_problem(await target.read(federated(others[alias])), 503, "unavailable")
    said = {line["issuer"]: line["why"] for line in logs if line["event"].startswith("jwks_") and "why" in line}
    for alias, (_, why, *_) in (keys | sets).items():
        assert why in said[others[alias].issuer]


@pytest.mark.attack(57)
async def test_metadata_of_another_issuer_or_with_keys_over_http(shared_dsn: str, clerk: FakeClerk, log: Any) -> None:
    async with federation(["liar", "plain", "silent", "honest"]) as others:
        others["liar"].metadata = {"issuer": others["honest"].issuer}
        others["plain"].metadata = {"jwks_uri": "http://keys.example.com/jwks.json"}
        others["silent"].metadata = {"jwks_uri": None}
        async with serving(shared_dsn, **signing(clerk, issuers=listed(others))) as service:
            target = await Target(service, clerk, log).prepare()
            async with target.appended_nothing():
                for alias in ("liar", "plain", "silent"):
                    check_problem(await target.command(federated(others[alias])), 503, "unavailable")
                    assert others[alias].requests == 0
            assert (await target.me(federated(others["honest"])))["user_id"] == "honest|user_alice"
            await target.accepted(clerk.token())


@pytest.mark.attack(58)
async def test_a_name_that_is_rebound_to_this_machine(
    shared_dsn: str, clerk: FakeClerk, log: Any, network: Network
) -> None:
    async with federation(["inside"]) as others:
        port = others["inside"].issuer.rpartition(":")[2]
        network.names["rebound.example"] = ["93.184.215.14", "127.0.0.1"]
        url = f"https://rebound.example:{port}"
        entry = {"issuer": url, "alias": "rebound", "audience": "onering", "jwks_url": f"{url}/jwks"}
        async with serving(shared_dsn, **signing(clerk, issuers=[entry])) as service:
            target = await Target(service, clerk, log).prepare()
            token = federated(others["inside"], iss=url)
            check_problem(await target.read(token), 503, "unavailable")
            await until(lambda: "not public" in str(service.process.auth.health()[1].failure))
            check_problem(await target.read(token), 503, "unavailable")
        # The first time the very address that was checked, no name that could be looked up once more; then nothing.
        assert [host for host in network.reached if host != "127.0.0.1"] == ["93.184.215.14"]
        assert (others["inside"].requests, others["inside"].discoveries) == (0, 0)


@pytest.mark.attack(59)
async def test_the_same_subject_of_another_issuer_is_another_person(
    shared_dsn: str, clerk: FakeClerk, log: Any
) -> None:
    async with federation(["acme"]) as others:
        acme = others["acme"]
        async with serving(shared_dsn, **signing(clerk, issuers=listed(others))) as service:
            target, http = await Target(service, clerk, log).prepare(), service.client()
            body = {"title": "Mine", "visibility": "private"}
            mine = await http.post("/v1/collab/drafts", json=body, headers=bearing(clerk.token()))
            path = f"/v1/collab/drafts/{mine.json()['data']['draft_id']}"
            for sub in ("user_alice", "clerk|user_alice"):
                other = federated(acme, sub=sub)
                assert (await target.me(other))["user_id"] == f"acme|{sub}"
                check_problem(await http.get(path, headers=bearing(other)), 404, "not_found")
                written = await http.post(f"{path}/segments", json={"content": "Mine"}, headers=bearing(other))
                check_problem(written, 404, "not_found")
                assert (await http.get("/v1/collab/drafts", headers=bearing(other))).json()["data"] == []
            rows = await log.fetch(PEOPLE, [clerk.issuer, acme.issuer])
            assert {tuple(row) for row in rows} == {
                (clerk.issuer, "user_alice", "clerk|user_alice"),
                (acme.issuer, "user_alice", "acme|user_alice"),
                (acme.issuer, "clerk|user_alice", "acme|clerk|user_alice"),
            }


@pytest.mark.attack(59)
async def test_a_subject_at_home_that_is_spelled_like_anothers_person(target: Target) -> None:
    """At home people go by their bare subject, so one that reads as `clerk|user_alice` is nobody's there."""
    await target.refused(development.mint("clerk|user_alice", SECRET, now=datetime.now(UTC)), "subject")


@pytest.mark.attack(60)
async def test_a_token_that_is_signed_by_one_issuer_in_the_name_of_another(
    shared_dsn: str, clerk: FakeClerk, log: Any
) -> None:
    async with federation(["initech", "globex"]) as others:
        initech, globex = others["initech"], others["globex"]
        globex.key = rsa_key("globex")
        globex.published = [public_jwk(globex.kid, globex.key)]
        async with serving(shared_dsn, **signing(clerk, issuers=listed(others))) as service:
            target = await Target(service, clerk, log).prepare()
            for other in (initech, globex):
                await target.accepted(federated(other))
            await target.refused(federated(initech, iss=globex.issuer), "signature")
            await target.refused(federated(globex, iss=initech.issuer), "signature")
            await target.refused(initech.token(iss=clerk.issuer), "signature")
            await target.refused(clerk.token(iss=initech.issuer, aud="onering", header={"cat": ...}), "signature")
