"""Configurations that would not be safe, and are therefore not started."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from onering.auth.development import ISSUER as LOCAL_ISSUER
from onering.auth.keys import MIN_SECRET_BYTES
from onering.auth.origins import canonical
from onering.auth.strict import is_name
from onering.clerk import NoPublishableKey, frontend_api
from onering.settings import Environment, Settings


class UnsafeConfiguration(ValueError):
    """The service does not start; each of `findings` says what is wrong and how to put it right."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


def check(settings: Settings, *, development_secret: bytes | None) -> None:
    """Raise `UnsafeConfiguration` with everything that must change before this configuration may serve."""
    findings = [
        *_exposure(settings, development_secret),
        *_issuers(settings),
        *_clerk(settings),
        *_federated(settings),
        *_secrets(settings),
        *_origins(settings),
    ]
    if findings:
        raise UnsafeConfiguration(findings)


def hs256_secret(settings: Settings) -> bytes | None:
    """Return the shared secret in force: None where HS256 is off.

    Production needs the switch. Clerk's secret key is taken only with the switch on and no secret of its own.
    """
    if settings.hs256_secret is not None and (settings.hs256 or settings.env is not Environment.PRODUCTION):
        return settings.hs256_secret.get_secret_value().encode()
    if settings.hs256 and settings.clerk_secret_key is not None:
        return settings.clerk_secret_key.get_secret_value().encode()
    return None


def _exposure(settings: Settings, development_secret: bytes | None) -> Iterator[str]:
    if settings.clock_ahead_hours and settings.env is not Environment.TEST:
        yield f"ONERING_CLOCK_AHEAD_HOURS is to rehearse with, in ONERING_ENV=test; unset it in {settings.env}."
    if not settings.developing:
        if settings.unsafe_local:
            yield f"ONERING_UNSAFE_LOCAL is for ONERING_ENV=local; unset it in {settings.env}."
        if development_secret is not None:
            yield f"Development tokens are for local and test; start {settings.env} without a development secret."
    elif settings.env is Environment.LOCAL and not settings.unsafe_local and not _is_loopback(settings.host):
        yield (
            f"ONERING_ENV=local lets anyone be anyone, so it may not listen on {settings.host}: use --host 127.0.0.1, "
            "or ONERING_ENV=production, or accept the risk with ONERING_UNSAFE_LOCAL=1."
        )


def _issuers(settings: Settings) -> Iterator[str]:
    issuers = settings.clerk_issuer is not None or hs256_secret(settings) is not None or settings.issuers
    if not settings.developing and not issuers:
        yield (
            f"Nobody could sign in to {settings.env}: set CLERK_ISSUER, or ONERING_ISSUERS, or ONERING_HS256=1 and "
            "ONERING_HS256_SECRET."
        )
    if settings.hs256_issuer in ("", LOCAL_ISSUER):
        yield f"ONERING_HS256_ISSUER must be the `iss` of your own tokens, not empty and not {LOCAL_ISSUER}."
    if settings.jwks_soft_seconds > settings.jwks_hard_seconds:
        yield "ONERING_JWKS_SOFT_SECONDS must not be above ONERING_JWKS_HARD_SECONDS."


def _clerk(settings: Settings) -> Iterator[str]:
    developing = settings.developing
    if settings.clerk_issuer is not None:
        if not _is_safe_url(settings.clerk_issuer, developing) or not _is_exact_origin(settings.clerk_issuer):
            yield "CLERK_ISSUER must be Clerk's Frontend API URL as in `iss`: https, no path, no slash at the end."
        if not settings.clerk_authorized_parties and not developing:
            yield "Set CLERK_AUTHORIZED_PARTIES to the origins of your front end, such as https://app.example.com."
    if settings.clerk_jwks_url is not None and not _is_safe_url(settings.clerk_jwks_url, developing):
        yield "CLERK_JWKS_URL must be an https URL."
    if settings.clerk_publishable_key is not None:
        try:
            frontend_api(settings.clerk_publishable_key)
        except NoPublishableKey:
            yield ("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY is no key of Clerk's: it begins with pk_test_ or pk_live_.")


def _federated(settings: Settings) -> Iterator[str]:
    taken = [settings.clerk_issuer, settings.hs256_issuer, LOCAL_ISSUER]
    names = [configured.issuer for configured in settings.issuers]
    aliases = [configured.alias for configured in settings.issuers]
    if len(set(names)) < len(names) or not set(names).isdisjoint(taken):
        yield "ONERING_ISSUERS names an issuer twice, or one that CLERK_ISSUER or ONERING_HS256_ISSUER names already."
    if len(set(aliases)) < len(aliases):
        yield "ONERING_ISSUERS gives one alias to two issuers: people's names begin with it, so each needs its own."
    urls = [url for configured in settings.issuers for url in (configured.issuer, configured.jwks_url) if url]
    if not all(_is_safe_url(url, settings.developing) for url in urls):
        yield "ONERING_ISSUERS takes https URLs without query or fragment, as `issuer` and as `jwks_url`."
    if not all(_is_exact_origin(origin) and origin.startswith("https:") for origin in settings.private_issuers):
        yield "ONERING_PRIVATE_ISSUERS takes exact https origins such as https://idp.internal:8443, comma-separated."


def _secrets(settings: Settings) -> Iterator[str]:
    if settings.hs256_secret is not None and _is_short(settings.hs256_secret.get_secret_value()):
        yield f"ONERING_HS256_SECRET is shorter than {MIN_SECRET_BYTES} bytes; make one with `openssl rand -hex 32`."
    if settings.invite_secret is not None and _is_short(settings.invite_secret.get_secret_value()):
        yield f"ONERING_INVITE_SECRET is shorter than {MIN_SECRET_BYTES} bytes; make one with `openssl rand -hex 32`."
    if settings.metrics_token is not None and _is_short(settings.metrics_token.get_secret_value()):
        yield f"ONERING_METRICS_TOKEN is shorter than {MIN_SECRET_BYTES} bytes; make one with `openssl rand -hex 32`."
    if settings.hs256:
        if settings.hs256_secret is None and settings.clerk_secret_key is None:
            yield "ONERING_HS256 is on without a secret: set ONERING_HS256_SECRET, or turn it off."
        if settings.hs256_secret is None and (key := settings.clerk_secret_key) and _is_short(key.get_secret_value()):
            yield f"CLERK_SECRET_KEY is shorter than {MIN_SECRET_BYTES} bytes, too short for HS256."


def _origins(settings: Settings) -> Iterator[str]:
    named = {
        "ONERING_ALLOWED_ORIGINS": settings.allowed_origins,
        "CLERK_AUTHORIZED_PARTIES": settings.clerk_authorized_parties,
    }
    for name, origins in named.items():
        if not all(map(_is_exact_origin, origins)):
            yield f"{name} takes exact origins such as https://app.example.com, comma-separated: no * and no path."
        elif settings.env is Environment.PRODUCTION and any(origin.startswith("http:") for origin in origins):
            yield f"{name} must list https origins only in production."


def _is_exact_origin(text: str) -> bool:
    return canonical(text) == text


def _is_short(secret: str) -> bool:
    return len(secret.encode()) < MIN_SECRET_BYTES


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_safe_url(text: str, developing: bool) -> bool:
    """Accept https; plain http only towards this machine, while developing."""
    if not is_name(text, limit=2048):
        return False
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return False
    if not host or url.username is not None or url.query or url.fragment:
        return False
    return url.scheme == "https" or (developing and url.scheme == "http" and _is_loopback(host))
