"""The door of the application: every request and handshake gets a verified identity, none, or a refusal."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import structlog

from onering.auth.attempts import Attempts
from onering.auth.credentials import Presented, bearer, claimed_user, presented, refuse_token_in_url
from onering.auth.development import ISSUER as LOCAL_ISSUER
from onering.auth.faults import AuthFault, BadRequest, InvalidToken, TooManyFailures
from onering.auth.identity import Identity, set_identity
from onering.auth.origins import check_local_host, check_socket_origin
from onering.auth.principals import Principals, ReservedName
from onering.auth.registration import Registration
from onering.auth.verifier import Verifier

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, Receive, Send, AuthFault], Awaitable[None]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What the environment allows.

    `local_hosts_only`: answer for loopback names alone. `user_header`: X-User-Id names the caller (local and test).
    `origins`: canonical web origins, beside our own, whose pages may open sockets.
    """

    local_hosts_only: bool
    user_header: bool
    origins: frozenset[str] = frozenset()


class Authentication:
    """ASGI middleware for http and websocket; `identity_of(scope)` is its result, None for an anonymous caller.

    A fault goes to `refuse`, which answers a websocket scope with the `websocket.http.response` extension, so that
    a refused handshake has a real status. Missing credentials are no fault here: the handler knows what is public.
    """

    def __init__(
        self,
        application: Application,
        *,
        verifier: Verifier,
        principals: Principals,
        registration: Registration,
        door: Door,
        refuse: Refuse,
        attempts: Attempts,
    ) -> None:
        self._application = application
        self._verifier = verifier
        self._principals = principals
        self._registration = registration
        self._door = door
        self._refuse = refuse
        self._attempts = attempts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        try:
            identity = await self._admit(scope)
        except AuthFault as fault:
            _log_refusal(fault, scope.get("onering.request_id"))
            await self._refuse(scope, receive, send, await self._counted(scope, fault))
            return
        set_identity(scope, identity)
        await self._application(scope, receive, send)

    async def _counted(self, scope: Scope, fault: AuthFault) -> AuthFault:
        """Count a refused token; return what its sender is told."""
        if not isinstance(fault, InvalidToken):
            return fault
        try:
            await self._attempts.failed(scope)
        except TooManyFailures as too_many:
            return too_many
        return fault

    async def _admit(self, scope: Scope) -> Identity | None:
        request = presented(scope["headers"])
        if self._door.local_hosts_only:
            check_local_host(request.host)
        if scope["type"] == "websocket":
            refuse_token_in_url(scope["query_string"])
            check_socket_origin(request, secure=scope["scheme"] == "wss", allowed=self._door.origins)
        identity = await self._identify(request, scope)
        if identity is not None:
            await self._registration.ensure(identity.actor)
            # That may have taken a while, in which the token was revoked.
            self._verifier.check_revoked(identity)
        return identity

    async def _identify(self, request: Presented, scope: Scope) -> Identity | None:
        if request.user_id and not self._door.user_header:
            _log.warning("x_user_id_ignored", request_id=scope.get("onering.request_id"))
        if (token := self._bearer(request)) is not None:
            return await self._verifier.verify(token, lambda: self._attempts.check(scope))
        if self._door.user_header and (user := claimed_user(request.user_id)) is not None:
            return self._local(user)
        return None

    def _bearer(self, request: Presented) -> str | None:
        try:
            return bearer(request.authorization)
        except InvalidToken as fault:
            self._verifier.refusals[fault.reason] += 1
            raise

    def _local(self, user: str) -> Identity:
        try:
            actor = self._principals.actor(LOCAL_ISSUER, user)
        except ReservedName:
            raise BadRequest("X-User-Id names a person of another issuer; that one needs a token.") from None
        return self._verifier.without_token(actor)


def _log_refusal(fault: AuthFault, request_id: str | None) -> None:
    if isinstance(fault, InvalidToken):
        _log.info("token_refused", reason=fault.reason.value, request_id=request_id)
    else:
        _log.info("request_refused", status=fault.status, code=fault.code, why=fault.detail, request_id=request_id)
