"""What the log is told of the live feed's readers."""

from collections.abc import MutableMapping
from typing import Any

from onering.auth.identity import Identity
from onering.http.refusals import Refusals
from onering.live.ends import TOKEN_EXPIRED, End

# Ends that refuse a person something, and the code that each is told as where the end itself has none. A token that
# ran out refuses nobody, and neither does a draft that is not there.
REFUSING = {4401: "unauthorized", 4403: "forbidden", 4429: "limit_exceeded"}


class Readers:
    """Tells as refusals how readers were turned away."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def joined(self, scope: MutableMapping[str, Any], identity: Identity) -> None:
        """Tell of a person who joined."""
        self._refusals.joined(scope, identity)

    def ended(self, scope: MutableMapping[str, Any], identity: Identity | None, end: End, *, accepted: bool) -> None:
        """Tell of an end that refuses: of a person what they were told, else of an address that it was turned away."""
        if end == TOKEN_EXPIRED or (end.close_code not in REFUSING and not end.hidden):
            return
        if identity is None:
            self._refusals.at_the_door(scope, 401)
        else:
            status = end.close_code if accepted or end.status is None else end.status
            self._refusals.of_person(scope, identity, end.code or REFUSING[end.close_code], status)
