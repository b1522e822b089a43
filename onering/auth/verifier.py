"""From the text of a token to a verified identity, remembered for a minute at most."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from onering.auth.claims import SKEW_SECONDS, Claims, Policy, check
from onering.auth.clock import Clock
from onering.auth.faults import InvalidToken, Reason
from onering.auth.identity import Identity
from onering.auth.jwks import RemoteKeys
from onering.auth.keys import BoundKey
from onering.auth.principals import Principals, ReservedName
from onering.auth.revoked import Revoked
from onering.auth.tokens import MAX_CHARACTERS, Token, check_signature, parse
from onering.domain.actor import Actor

CACHE_SECONDS = 60.0
CACHE_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody whose tokens are accepted: the policy, keys that are configured, and keys that are published."""

    policy: Policy
    fixed: Mapping[str, BoundKey] = field(default_factory=dict)
    remote: RemoteKeys | None = None

    @property
    def generation(self) -> int:
        """A number that changes whenever the keys do."""
        return 0 if self.remote is None else self.remote.generation

    async def key(self, kid: str) -> BoundKey | None:
        """Return the key of that kid. Raises `Unavailable` while published keys can't be had."""
        if (key := self.fixed.get(kid)) is not None or self.remote is None:
            return key
        return await self.remote.find(kid)


@dataclass(frozen=True, slots=True)
class _Verified:
    identity: Identity
    expires: float  # wall clock, skew included
    until: float  # monotonic clock
    issuer: Issuer
    generation: int


class Verifier:
    """Verifies tokens of the configured issuers.

    `refusals` counts refused tokens by reason. The cache holds accepted tokens only, by their SHA-256. `revoked` is
    asked about each token each time.
    """

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        principals: Principals,
        clock: Clock,
        *,
        revoked: Revoked | None = None,
        entries: int = CACHE_ENTRIES,
    ) -> None:
        self.refusals: Counter[Reason] = Counter()
        self.revoked = revoked or Revoked()
        self._issuers = issuers
        self._principals = principals
        self._clock = clock
        self._entries = entries
        self._cache: OrderedDict[bytes, _Verified] = OrderedDict()

    async def verify(self, text: str, unknown: Callable[[], None] = lambda: None) -> Identity:
        """Return who the token was issued to. Raises `InvalidToken`, or `Unavailable` without usable keys.

        `unknown` is called before a token is judged that is not remembered; what it raises is raised.
        """
        try:
            if len(text) > MAX_CHARACTERS or not text.isascii():
                raise InvalidToken(Reason.SIZE if text.isascii() else Reason.SPELLING)
            digest = sha256(text.encode("ascii")).digest()
            if (known := self._remembered(digest)) is not None:
                return known
            unknown()
            return await self._verify(text, digest)
        except InvalidToken as fault:
            self.refusals[fault.reason] += 1
            raise

    def without_token(self, actor: Actor) -> Identity:
        """Return somebody who needs no token, as if one had been issued now. Raises `InvalidToken` if it is revoked."""
        identity = Identity(actor, issued_at=_instant(self._clock.wall()))
        self.check_revoked(identity)
        return identity

    def check_revoked(self, identity: Identity) -> None:
        """Raise `InvalidToken` if the person's token was revoked: for whoever holds on to an identity."""
        if self.revoked.covers(identity):
            self.refusals[Reason.REVOKED] += 1
            raise InvalidToken(Reason.REVOKED, identity)

    @property
    def cached(self) -> int:
        """How many tokens the cache holds."""
        return len(self._cache)

    def _remembered(self, digest: bytes) -> Identity | None:
        known = self._cache.get(digest)
        if known is None:
            return None
        if (
            self._clock.wall() < known.expires
            and self._clock.monotonic() < known.until
            and known.generation == known.issuer.generation
            and not self.revoked.covers(known.identity)
        ):
            self._cache.move_to_end(digest)
            return known.identity
        del self._cache[digest]
        return None

    async def _verify(self, text: str, digest: bytes) -> Identity:
        token = parse(text)
        issuer = self._issuer(token)
        key = await issuer.key(token.header.kid)
        # No await below: the key, the generation and the cache entry belong together.
        if key is None:
            raise InvalidToken(Reason.KEY)
        check_signature(token, key)
        claims = check(token, issuer.policy, self._clock.wall())
        identity = self._identity(issuer, claims)
        if self.revoked.covers(identity):
            raise InvalidToken(Reason.REVOKED, identity)
        self._remember(digest, identity, claims, issuer)
        return identity

    def _issuer(self, token: Token) -> Issuer:
        """Choose by the unverified `iss`; the issuer's own key must then have signed it."""
        name = token.claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise InvalidToken(Reason.ISSUER)
        return issuer

    def _identity(self, issuer: Issuer, claims: Claims) -> Identity:
        try:
            actor = self._principals.actor(
                issuer.policy.issuer,
                claims.subject,
                organisation=claims.organisation,
                impersonator=claims.impersonator,
            )
        except ReservedName:
            raise InvalidToken(Reason.SUBJECT) from None
        expires, issued = _instant(claims.expires), None if claims.issued is None else _instant(claims.issued)
        return Identity(actor, expires, claims.organisation_role, issued)

    def _remember(self, digest: bytes, identity: Identity, claims: Claims, issuer: Issuer) -> None:
        until = self._clock.monotonic() + CACHE_SECONDS
        expires = claims.expires + SKEW_SECONDS
        self._cache[digest] = _Verified(identity, expires, until, issuer, issuer.generation)
        if len(self._cache) > self._entries:
            self._cache.popitem(last=False)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
