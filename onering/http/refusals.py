"""Which refusals the log is told of, and what of a request is told: who, what, when, and nothing that is secret."""

from collections.abc import Collection, MutableMapping
from typing import Any

from onering.auth.faults import AuthFault, InvalidToken
from onering.auth.identity import Identity, identity_of
from onering.domain.refusals import NotFound
from onering.domain.system import RequestRefused
from onering.http.call import UUID_TEXT, request_id_of
from onering.http.problems import Problem
from onering.http.tracing import trace_of
from onering.instruments import METHODS
from onering.limits.callers import Callers
from onering.records.recorder import Recorder

Scope = MutableMapping[str, Any]

# What people are refused because of who they are, what they may use up, or how often they ask. What is not well-formed,
# not there, or was decided on an older state is no refusal: another try of the same person's may do.
RECORDED = frozenset(
    {
        "forbidden",
        "ring_required",
        "quota_exceeded",
        "draft_locked",
        "gone",
        "idempotency_mismatch",
        "limit_exceeded",
        "rate_limited",
    }
)
# Whoever is nobody known counts as the address they come from, with these.
TURNED_AWAY = frozenset({401, 403, 429})
# A segment of a path that is neither a word of the routes nor an identity.
_HIDDEN = "*"
# In a request's scope: that a refusal was told of it.
_TOLD = "onering.refusal_told"
# No route has more; what comes behind says nothing.
_SEGMENTS = 12


class Refusals:
    """Tells a recorder. Of paths it tells identities, and the words of the routes that it learned."""

    def __init__(self, recorder: Recorder, callers: Callers) -> None:
        self._recorder = recorder
        self._callers = callers
        self._words: frozenset[str] = frozenset()

    def learn(self, paths: Collection[str]) -> None:
        """Learn routes: the fixed segments of their templates give nothing away."""
        self._words = frozenset(segment for path in paths for segment in path.split("/") if "{" not in segment)

    def came(self, scope: Scope) -> None:
        """Tell of whoever was let in, if they are known."""
        if (identity := identity_of(scope)) is not None:
            self.joined(scope, identity)

    def joined(self, scope: Scope, identity: Identity) -> None:
        """Tell of a person who was let in."""
        if not self._recorder.knows(identity.actor):
            self._recorder.signed_in(identity.actor, request_id_of(scope), trace_of(scope))

    def of_answer(self, scope: Scope, problem: Problem, error: Exception) -> None:
        """Tell of a request that was answered with a problem, unless that was told of a command in it."""
        if _TOLD not in scope:
            self.of_request(scope, problem, error)

    def of_request(
        self, scope: Scope, problem: Problem, error: Exception, command: str | None = None, draft: str | None = None
    ) -> None:
        """Tell of a request, or a command in it, that ended with a problem."""
        identity = identity_of(scope)
        if identity is None:
            self.at_the_door(scope, problem.status)
        elif problem.code in RECORDED or (isinstance(error, NotFound) and error.hidden):
            self.of_person(scope, identity, problem.code, problem.status, command, draft)

    def of_sign_in(self, scope: Scope, fault: AuthFault) -> None:
        """Tell of somebody who was not let in: of a person whose token was revoked, else of an address."""
        if isinstance(fault, InvalidToken) and fault.identity is not None:
            self.of_person(scope, fault.identity, fault.code, fault.status)
        else:
            self.at_the_door(scope, fault.status)

    def at_the_door(self, scope: Scope, status: int) -> None:
        """Count somebody who was not let in with a status."""
        if status in TURNED_AWAY:
            self._recorder.turned_away(self._callers.address(scope).removeprefix("address "))

    def of_person(
        self,
        scope: Scope,
        identity: Identity,
        code: str,
        status: int,
        command: str | None = None,
        draft: str | None = None,
    ) -> None:
        """Tell that a person was refused something, whatever it was."""
        scope[_TOLD] = True

        def told(dropped: int) -> RequestRefused:
            method = scope.get("method", "GET")  # a handshake is one
            return RequestRefused(
                user_id=identity.actor.user_id,
                code=code,
                status=status,
                method=method if method in METHODS else "other",
                path=_shown(scope["path"], self._words),
                command=command,
                draft_id=draft or _draft_of(scope),
                request_id=request_id_of(scope),
                dropped=dropped,
            )

        self._recorder.refused(identity.actor, trace_of(scope), told)


def _shown(path: str, words: Collection[str]) -> str:
    segments = path.split("/", _SEGMENTS)[:_SEGMENTS]
    return "/".join(_segment(segment, words) for segment in segments)


def _segment(segment: str, words: Collection[str]) -> str:
    if segment in words:
        return segment
    return segment.lower() if UUID_TEXT.fullmatch(segment) else _HIDDEN


def _draft_of(scope: Scope) -> str | None:
    named = scope.get("path_params", {}).get("draft_id", "")
    return named.lower() if UUID_TEXT.fullmatch(named) else None
