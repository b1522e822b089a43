"""Sign-in put together from the settings: who may sign in, with which keys, under which names."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import httpx

from onering.auth import boot, development
from onering.auth.addresses import CheckedTransport, Reach
from onering.auth.attempts import UNCOUNTED, Attempts
from onering.auth.claims import Policy
from onering.auth.clock import Clock
from onering.auth.identity import Identity
from onering.auth.jwks import KeyHealth, Limits, RemoteKeys
from onering.auth.keys import BoundKey, from_secret
from onering.auth.middleware import Application, Authentication, Door, Refuse
from onering.auth.origins import canonical
from onering.auth.principals import Principals
from onering.auth.registration import Registrar, Registration
from onering.auth.verifier import Issuer, Verifier
from onering.issuers import ConfiguredIssuer
from onering.settings import Environment, Settings

HS256_KID = "hs256"
# Clerk's `cat` of a session token, and the one it stamps on every kind where categories are turned off.
CLERK_SESSIONS = frozenset({"cl_B7d4PD111AAA", "cl_I7d4PD111III"})


class Auth:
    """What the application needs of sign-in. `run` is its supervised task."""

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        principals: Principals,
        clock: Clock,
        registration: Registration,
        door: Door,
    ) -> None:
        self.verifier = Verifier(issuers, principals, clock)
        self._principals = principals
        self._registration = registration
        self._door = door
        self._remotes = [issuer.remote for issuer in issuers.values() if issuer.remote is not None]

    def principal(self, issuer: str, subject: str) -> str:
        """Return the user id that stored events of (issuer, subject) are shown under."""
        return self._principals.user_id(issuer, subject)

    def named(self, user_id: str) -> Sequence[tuple[str, str]]:
        """Return whom a user id may be of, as (issuer, subject)."""
        return self._principals.named(user_id)

    def middleware(self, application: Application, *, refuse: Refuse, attempts: Attempts = UNCOUNTED) -> Authentication:
        """Return the application behind the door; `refuse` answers faults as problem documents, `attempts` counts
        refused tokens.
        """
        return Authentication(
            application,
            verifier=self.verifier,
            principals=self._principals,
            registration=self._registration,
            door=self._door,
            refuse=refuse,
            attempts=attempts,
        )

    async def sign_in(self, token: str) -> Identity:
        """Verify a token that came otherwise than in a header (a socket's `hello`) and register its person.

        Raises `InvalidToken`, `Unavailable`, or what the registrar raises.
        """
        identity = await self.verifier.verify(token)
        await self._registration.ensure(identity.actor)
        # That may have taken a while, in which those who are connected already were told of revoked tokens.
        self.verifier.check_revoked(identity)
        return identity

    def forget(self) -> None:
        """Register everybody anew: the log is another one than before."""
        self._registration.forget()

    def health(self) -> tuple[KeyHealth, ...]:
        """Return the state of every issuer whose keys are fetched."""
        return tuple(remote.health() for remote in self._remotes)

    async def run(self) -> None:
        """Keep the keys of all issuers fresh; ends only by cancellation, or by a fault of ours."""
        async with asyncio.TaskGroup() as group:
            for remote in self._remotes:
                group.create_task(remote.run(), name=f"keys of {remote.issuer}")
            await asyncio.Event().wait()  # without such issuers there is nothing to do, but no reason to end either


def build(
    settings: Settings,
    *,
    registrar: Registrar,
    http_client: httpx.AsyncClient,
    development_secret: bytes | None = None,
    clock: Clock | None = None,
) -> Auth:
    """Put sign-in together. Raises `boot.UnsafeConfiguration` when the settings are not safe to serve with.

    `http_client` fetches keys and stays the caller's to close. `development_secret` (32 bytes or more) admits the
    tokens of `onering token`, in local and test only.
    """
    boot.check(settings, development_secret=development_secret)
    clock = clock or Clock()
    keys = _Keys(http_client, clock, _limits(settings))
    issuers: dict[str, Issuer] = {}
    if development_secret is not None:
        issuers[development.ISSUER] = _fixed(settings, development.ISSUER, development.KID, development_secret)
    secret = boot.hs256_secret(settings)
    if settings.clerk_issuer is not None:
        shared = settings.hs256_issuer == settings.clerk_issuer and secret is not None
        issuers[settings.clerk_issuer] = _clerk(settings, keys, secret if shared else None)
    if secret is not None and settings.hs256_issuer not in issuers:
        issuers[settings.hs256_issuer] = _fixed(settings, settings.hs256_issuer, HS256_KID, secret)
    issuers |= {configured.issuer: _federated(settings, keys, configured) for configured in settings.issuers}
    registration = Registration(registrar, seconds=settings.command_seconds)
    return Auth(issuers, principals(settings), clock, registration, _door(settings))


def key_client(settings: Settings) -> httpx.AsyncClient:
    """Return a client fit for fetching keys: public addresses over https, no redirects, nothing of the environment."""
    reach = Reach(frozenset(settings.private_issuers), loopback=settings.developing)
    return httpx.AsyncClient(
        transport=CheckedTransport(reach), follow_redirects=False, trust_env=False, timeout=settings.jwks_fetch_seconds
    )


def principals(settings: Settings) -> Principals:
    """Name the home issuer (the local one while developing, else the first configured) and alias the others."""
    aliases = {development.ISSUER: "local"} if settings.developing else {}
    if settings.clerk_issuer is not None:
        aliases[settings.clerk_issuer] = "clerk"
    if boot.hs256_secret(settings) is not None:
        aliases.setdefault(settings.hs256_issuer, "hs256")
    aliases |= {configured.issuer: configured.alias for configured in settings.issuers}
    home = next(iter(aliases), "")
    aliases.pop(home, None)
    return Principals(home, aliases)


class _Keys(NamedTuple):
    """How published keys are fetched."""

    client: httpx.AsyncClient
    clock: Clock
    limits: Limits

    def at(self, issuer: str, url: str | None) -> RemoteKeys:
        return RemoteKeys(issuer, url, self.client, self.clock, self.limits)


def _limits(settings: Settings) -> Limits:
    return Limits(settings.jwks_soft_seconds, settings.jwks_hard_seconds, settings.jwks_fetch_seconds)


def _fixed(settings: Settings, issuer: str, kid: str, secret: bytes) -> Issuer:
    return Issuer(Policy(issuer, settings.token_max_seconds), {kid: from_secret(secret)})


def _clerk(settings: Settings, keys: _Keys, secret: bytes | None) -> Issuer:
    issuer = settings.clerk_issuer or ""
    policy = Policy(
        issuer,
        settings.token_max_seconds,
        authorized_parties=frozenset(settings.clerk_authorized_parties) or None,
        subject_prefix="user_",
        categories=CLERK_SESSIONS,
    )
    url = settings.clerk_jwks_url or f"{issuer}/.well-known/jwks.json"
    fixed: dict[str, BoundKey] = {} if secret is None else {HS256_KID: from_secret(secret)}
    return Issuer(policy, fixed, keys.at(issuer, url))


def _federated(settings: Settings, keys: _Keys, configured: ConfiguredIssuer) -> Issuer:
    policy = Policy(
        configured.issuer,
        min(configured.max_seconds or settings.token_max_seconds, settings.token_max_seconds),
        audiences=frozenset(configured.audience),
        authorized_parties=frozenset(configured.authorized_parties) or None,
        subject_prefix=configured.subject_prefix,
    )
    return Issuer(policy, remote=keys.at(configured.issuer, configured.jwks_url))


def _door(settings: Settings) -> Door:
    return Door(
        local_hosts_only=settings.env is Environment.LOCAL and not settings.unsafe_local,
        user_header=settings.developing,
        origins=frozenset(own for origin in settings.allowed_origins if (own := canonical(origin)) is not None),
    )
