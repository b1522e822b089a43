"""Who is told that readers came, and how they were refused."""

from collections.abc import MutableMapping
from typing import Any, Protocol, TypeAlias

from onering.auth.identity import Identity
from onering.live.ends import End

Scope: TypeAlias = MutableMapping[str, Any]


class Witness(Protocol):
    """Is told, and changes nothing."""

    def joined(self, scope: Scope, identity: Identity) -> None:
        """Take note of a person who joined, or went on with a fresh token."""

    def ended(self, scope: Scope, identity: Identity | None, end: End, *, accepted: bool) -> None:
        """Take note of how a connection ended; one that was not `accepted` was refused with the status of `end`."""


class Nobody:
    """Nobody is told."""

    def joined(self, scope: Scope, identity: Identity) -> None: ...

    def ended(self, scope: Scope, identity: Identity | None, end: End, *, accepted: bool) -> None: ...


NOBODY = Nobody()
