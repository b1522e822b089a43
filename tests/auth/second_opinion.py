"""Two opinions of a token, ours and PyJWT's: whatever ours accepts, the other accepts for the same person."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from unittest.mock import patch

import jwt

from onering.auth.claims import SKEW_SECONDS, Policy
from onering.auth.clock import Clock
from onering.auth.composition import CLERK_SESSIONS
from onering.auth.faults import InvalidToken
from onering.auth.keys import from_key_set, from_secret
from onering.auth.principals import Principals
from onering.auth.verifier import Issuer, Verifier
from tests.auth.fake_clerk import PARTY, public_jwk, rsa_key
from tests.auth.mutations import ACME, CLERK, NOW, OWN, SECRET, SIGNERS, Signer, mutated

LIFE = 86_400


def verifier() -> Verifier:
    """Return ours: it remembers nothing, so that each token is judged."""
    issuers = {
        CLERK.issuer: _published(CLERK, Policy(CLERK.issuer, LIFE, None, frozenset({PARTY}), "user_", CLERK_SESSIONS)),
        ACME.issuer: _published(ACME, Policy(ACME.issuer, LIFE, frozenset(ACME.audiences or ()))),
        OWN.issuer: Issuer(Policy(OWN.issuer, LIFE), {OWN.kid: from_secret(SECRET)}),
    }
    principals = Principals(CLERK.issuer, {ACME.issuer: "acme", OWN.issuer: "hs256"})
    return Verifier(issuers, principals, Clock(wall=lambda: NOW, monotonic=lambda: 0.0), entries=0)


def _published(signer: Signer, policy: Policy) -> Issuer:
    keys, _ = from_key_set({"keys": [public_jwk(signer.kid, rsa_key(signer.key))]})
    return Issuer(policy, keys)


class _HeldTime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_HeldTime":
        return cls.fromtimestamp(NOW, tz or UTC)


def second_opinion(token: str) -> tuple[str, str] | None:
    """Return whom PyJWT takes a token for, as (issuer, subject), with the same keys, algorithms, claims and leeway.

    `aud` is looked at where ours does, and `jti` nowhere.
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        named = jwt.decode(token, options={"verify_signature": False}).get("iss")
        signer = next((one for one in SIGNERS if (one.issuer, one.kid) == (named, kid)), None)
        if signer is None:
            return None
        with patch("jwt.api_jwt.datetime", _HeldTime):
            claims = jwt.decode(
                token,
                signer.verifying,
                algorithms=[signer.algorithm],
                issuer=signer.issuer,
                audience=signer.audiences,
                leeway=SKEW_SECONDS,
                options={
                    "require": ["exp", "iss", "sub"],
                    "verify_aud": signer.audiences is not None,
                    "verify_jti": False,
                },
            )
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return signer.issuer, claims["sub"]


@dataclass
class Verdict:
    """How many tokens were judged; `accepted` by ours, `second` by PyJWT; `refusals` of ours by reason."""

    tokens: int = 0
    accepted: int = 0
    second: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


async def judged(seed: int, count: int, verdict: Verdict | None = None) -> Verdict:
    """Have both judge so many tokens; a finding is one that ours accepts, and PyJWT refuses or takes for another's."""
    chance, ours, verdict = random.Random(seed), verifier(), verdict or Verdict()
    for number in range(count):
        token = mutated(chance)
        theirs = second_opinion(token)
        verdict.tokens += 1
        verdict.second += theirs is not None
        try:
            actor = (await ours.verify(token)).actor
        except InvalidToken as refusal:
            verdict.refusals[refusal.reason.value] += 1
            continue
        verdict.accepted += 1
        if theirs != (actor.issuer, actor.subject):
            verdict.findings.append(
                f"seed {seed}, token {number}: ours takes it for {actor.subject}, PyJWT for {theirs}"
            )
    return verdict
