"""Whose tokens count no more, as this process knows it."""

from collections.abc import Mapping
from datetime import datetime

from onering.auth.identity import Identity

# (issuer, subject) → tokens issued before this time (UTC) count no more; None ends all of them.
IssuedBefore = Mapping[tuple[str, str], datetime | None]


class Revoked:
    """The list that is asked about every token, remembered or not. Somebody else reads it and hands it over whole."""

    def __init__(self) -> None:
        self._before: IssuedBefore = {}

    def replace(self, before: IssuedBefore) -> bool:
        """Go by this list from now on; return whether it says anything else than the one before."""
        changed = before != self._before
        self._before = before
        return changed

    def covers(self, identity: Identity) -> bool:
        """Whether this person's token was revoked; one that does not say when it was issued came before any time."""
        principal = (identity.actor.issuer, identity.actor.subject)
        if principal not in self._before:
            return False
        before = self._before[principal]
        return before is None or identity.issued_at is None or identity.issued_at < before
