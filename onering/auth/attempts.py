"""Tokens that were refused: how many an address may send."""

from collections.abc import MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]


class Attempts(Protocol):
    """What counts the failed attempts of whoever is at the other end of a request."""

    def check(self, scope: Scope) -> None:
        """Return if another token may be judged. Raises TooManyFailures."""

    async def failed(self, scope: Scope) -> None:
        """Count a token that was refused. Raises TooManyFailures."""


class Uncounted:
    """Everybody may try as often as they like."""

    def check(self, scope: Scope) -> None: ...

    async def failed(self, scope: Scope) -> None: ...


UNCOUNTED = Uncounted()
