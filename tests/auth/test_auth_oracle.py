"""PyJWT as a second opinion: whatever ours accepts, it accepts for the same person; the soak has more of it."""

import random

import pytest
import typer
from typer.testing import CliRunner

from onering.auth.faults import Reason
from scripts.soaking import tokens
from tests.auth.fake_clerk import b64
from tests.auth.mutations import ACME, CLERK, NOW, SIGNERS, Draft, Signer, mutated, rightly
from tests.auth.second_opinion import judged, second_opinion, verifier

COUNT = 5000
# What the door and an operator see to, and not the token itself.
ELSEWHERE = {Reason.SCHEME, Reason.REVOKED}


async def test_of_five_thousand_mutated_tokens_none_is_accepted_that_pyjwt_refuses() -> None:
    verdict = await judged(20261125, COUNT)
    assert verdict.findings == []
    assert verdict.tokens == COUNT
    # It bends enough to reach every check, and leaves enough alone.
    assert verdict.refusals.keys() >= {reason.value for reason in set(Reason) - ELSEWHERE - {Reason.SIZE}}
    assert COUNT / 10 < verdict.accepted < verdict.second < COUNT / 2


def test_a_seed_makes_the_same_tokens_again() -> None:
    first, second = random.Random(7), random.Random(7)
    assert [mutated(first) for _ in range(50)] == [mutated(second) for _ in range(50)]


def signed(draft: Draft, key: Signer | None = None) -> str:
    message = draft.message(str.encode)
    return f"{message}.{b64(rightly(key or draft.signer, message))}"


@pytest.mark.parametrize("signer", SIGNERS)
async def test_both_accept_a_good_token_for_the_same_person(signer: Signer) -> None:
    token = signed(Draft.good(signer, "user_alice"))
    assert second_opinion(token) == (signer.issuer, "user_alice")
    assert (await verifier().verify(token)).actor.subject == "user_alice"


@pytest.mark.parametrize(
    "change",
    [
        {"exp": NOW - 5},
        {"exp": ...},
        {"iat": NOW + 6},
        {"nbf": NOW + 6},
        {"aud": "other"},
        {"aud": ...},
        {"iss": CLERK.issuer},
        {"iss": "https://evil.example"},
        {"sub": ...},
        {"sub": 7},
    ],
)
def test_the_second_opinion_is_one(change: dict[str, object]) -> None:
    draft = Draft.good(ACME, "user_alice")
    draft.claims = {name: value for name, value in (draft.claims | change).items() if value is not ...}
    assert second_opinion(signed(draft)) is None


def test_the_second_opinion_looks_at_the_signature_and_the_algorithm() -> None:
    draft = Draft.good(ACME, "user_alice")
    assert second_opinion(signed(draft, CLERK)) is None
    draft.header["alg"] = "none"
    assert second_opinion(f"{draft.message(str.encode)}.") is None


async def test_a_verifier_that_accepts_too_much_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onering.auth.verifier.check_signature", lambda token, key: None)
    assert (await judged(1, 200)).findings != []


@pytest.mark.parametrize("weak", [False, True])
def test_the_soak_says_what_it_judged_and_fails_on_a_finding(monkeypatch: pytest.MonkeyPatch, weak: bool) -> None:
    if weak:
        monkeypatch.setattr("onering.auth.verifier.check_signature", lambda token, key: None)
    soak = typer.Typer()
    soak.command()(tokens.main)
    done = CliRunner().invoke(soak, ["1100", "--seed", "3"])
    assert done.exit_code == int(weak)
    assert "1100 tokens, --seed 3" in done.output
    assert ("too permissive 0" in done.output) is not weak
    assert ("ours takes it for" in done.output) is weak
