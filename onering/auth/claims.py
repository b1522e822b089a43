"""The meaning of a verified token: its claims checked against its issuer's policy and the wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from onering.auth.faults import InvalidToken, Reason
from onering.auth.strict import is_name
from onering.auth.tokens import Token

SKEW_SECONDS = 5
_LATEST = 1 << 53


@dataclass(frozen=True, slots=True)
class Policy:
    """What one issuer's tokens must say.

    `audiences` lists what `aud` must name one of, `authorized_parties` the accepted `azp` (None: not looked at);
    `categories` has the accepted values of the `cat` header, which may always be absent; `max_seconds` caps the whole
    life, exp - iat.
    """

    issuer: str
    max_seconds: int
    audiences: frozenset[str] | None = None
    authorized_parties: frozenset[str] | None = None
    subject_prefix: str = ""
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Claims:
    """What we take from a token: times are seconds since 1970, `issued` is None where it does not say."""

    subject: str
    issued: float | None
    expires: float
    impersonator: str | None
    organisation: str | None
    organisation_role: str | None


def check(token: Token, policy: Policy, now: float) -> Claims:
    """Check a token whose signature is verified. Raises `InvalidToken` (RFC 7519 §4.1, RFC 8725 §3.8 to 3.11)."""
    claims = token.claims
    if claims.get("iss") != policy.issuer:
        raise InvalidToken(Reason.ISSUER)
    _check_kind(token, policy)
    _check_audience(claims, policy)
    _check_party(claims, policy)
    organisation, role = _organisation(claims)
    return Claims(
        subject=_subject(claims, policy),
        issued=_time(claims, "iat"),
        expires=_expiry(claims, policy.max_seconds, now),
        impersonator=_impersonator(claims),
        organisation=organisation,
        organisation_role=role,
    )


def _check_kind(token: Token, policy: Policy) -> None:
    """Clerk signs sessions, templates, machine and OAuth tokens with one key: only a session is a person."""
    header = token.header
    if header.typ not in (None, "JWT"):
        raise InvalidToken(Reason.CATEGORY)
    if header.category is not None and header.category not in policy.categories:
        raise InvalidToken(Reason.CATEGORY)
    if token.claims.get("sts", "active") != "active":
        raise InvalidToken(Reason.STATUS)


def _check_audience(claims: Mapping[str, object], policy: Policy) -> None:
    """Refuse what was issued for somebody else (RFC 7519 §4.1.3): one text, or a list of them."""
    if policy.audiences is None:
        return
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InvalidToken(Reason.AUDIENCE)
    if policy.audiences.isdisjoint(named):
        raise InvalidToken(Reason.AUDIENCE)


def _check_party(claims: Mapping[str, object], policy: Policy) -> None:
    party = claims.get("azp")
    if policy.authorized_parties is not None and not (isinstance(party, str) and party in policy.authorized_parties):
        raise InvalidToken(Reason.PARTY)


def _subject(claims: Mapping[str, object], policy: Policy) -> str:
    subject = claims.get("sub")
    if not is_name(subject) or not subject.startswith(policy.subject_prefix):
        raise InvalidToken(Reason.SUBJECT)
    return subject


def _expiry(claims: Mapping[str, object], max_seconds: int, now: float) -> float:
    expires = _time(claims, "exp")
    if expires is None:
        raise InvalidToken(Reason.TIMES)
    if expires <= now - SKEW_SECONDS:
        raise InvalidToken(Reason.EXPIRED)
    issued, not_before = _time(claims, "iat"), _time(claims, "nbf")
    if max(issued or 0, not_before or 0) > now + SKEW_SECONDS:
        raise InvalidToken(Reason.NOT_YET)
    # Without `iat` the life left stands in for the whole life.
    if expires - (now if issued is None else issued) > max_seconds:
        raise InvalidToken(Reason.LIFE)
    return expires


def _time(claims: Mapping[str, object], name: str) -> float | None:
    """Read a NumericDate; absent is None, anything that is not a number of this era is refused."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise InvalidToken(Reason.TIMES)
    return value


def _impersonator(claims: Mapping[str, object]) -> str | None:
    """Return who really acts (RFC 8693 §4.1), to be stamped beside the subject."""
    if "act" not in claims:
        return None
    acting = claims["act"]
    if not isinstance(acting, dict) or not is_name(subject := acting.get("sub")):
        raise InvalidToken(Reason.IMPERSONATOR)
    return subject


def _organisation(claims: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Return (organisation id, role) of Clerk's two token versions: `o.id`, `o.rol` or `org_id`, `org_role`."""
    if "o" in claims:
        members = claims["o"]
        identity, role = (members.get("id"), members.get("rol")) if isinstance(members, dict) else ("", "")
    else:
        identity, role = claims.get("org_id"), claims.get("org_role")
    if identity is None and role is None and "o" not in claims:
        return None, None
    if not is_name(identity) or not (role is None or is_name(role)):
        raise InvalidToken(Reason.ORGANISATION)
    return identity, None if role is None else role.removeprefix("org:")
