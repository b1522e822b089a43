"""Who a request or socket was verified to be, and where in its scope that is kept."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onering.domain.actor import Actor

_SCOPE_KEY = "onering.identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller.

    `expires_at` (UTC) is the token's `exp`; None where no token was needed (X-User-Id in local and test).
    `organisation_role` is the role in the token's organisation, without Clerk's `org:` prefix. `issued_at` (UTC) is the
    token's `iat`, None where it has none; without a token it is when the caller came.
    """

    actor: Actor
    expires_at: datetime | None = None
    organisation_role: str | None = None
    issued_at: datetime | None = None


def identity_of(scope: Mapping[str, Any]) -> Identity | None:
    """Return the caller that the middleware verified; None is an anonymous one."""
    identity = scope.get(_SCOPE_KEY)
    return identity if isinstance(identity, Identity) else None


def set_identity(scope: MutableMapping[str, Any], identity: Identity | None) -> None:
    """Keep the verified caller in its scope, over whatever was there."""
    scope[_SCOPE_KEY] = identity
