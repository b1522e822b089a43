"""How often somebody may open a socket: the person, or the address where nobody said who they are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from onering.auth.identity import Identity
from onering.limits.callers import Callers
from onering.limits.gcra import Rate, Verdict
from onering.limits.limiter import Limiter
from onering.live.ends import TOO_MANY_CONNECTS, Ended


class Arrivals(Protocol):
    """What counts the sockets of whoever is at the other end."""

    def check(self, scope: Mapping[str, Any]) -> None:
        """Return if somebody of this address may say who they are. Raises Ended."""

    async def count(self, scope: Mapping[str, Any], identity: Identity | None) -> None:
        """Count a socket as that person's, or as its address's. Raises Ended if it is one too many."""


class Uncounted:
    """Everybody may come as often as they like."""

    def check(self, scope: Mapping[str, Any]) -> None: ...

    async def count(self, scope: Mapping[str, Any], identity: Identity | None) -> None: ...


UNCOUNTED = Uncounted()


class Counted:
    """Arrivals within a rate."""

    def __init__(self, limiter: Limiter, rate: Rate, callers: Callers) -> None:
        self._limiter = limiter
        self._rate = rate
        self._callers = callers

    def check(self, scope: Mapping[str, Any]) -> None:
        refusal = self._limiter.refusal(self._rate, self._callers.address(scope))
        if refusal is not None:
            raise _too_many(refusal)

    async def count(self, scope: Mapping[str, Any], identity: Identity | None) -> None:
        caller = self._callers.address(scope) if identity is None else self._callers.person(identity)
        verdict = await self._limiter.take(self._rate, caller)
        if not verdict.granted:
            raise _too_many(verdict)


def _too_many(verdict: Verdict) -> Ended:
    wait = -(-verdict.wait // 1_000_000)
    return Ended(replace(TOO_MANY_CONNECTS, reason=f"{TOO_MANY_CONNECTS.reason}; try again in {wait} s", wait=wait))
