"""One thing that is told, in whose name, and as what it is appended."""

from datetime import date
from typing import NamedTuple

from onering.domain.ids import Id, derived
from onering.domain.system import SignedIn, SystemEvent
from onering.log.append import Append
from onering.people import person_stream
from onering.system import system_append


class Record(NamedTuple):
    """An event of the service; `by` is the (issuer, subject) whose deed it is, `correlation_id` the trace."""

    event: SystemEvent
    by: tuple[str, str]
    impersonator: str | None = None
    correlation_id: str = ""

    def appended(self, version: int, nonce: bytes) -> Append:
        """Return what appends it at that version of the stream; `nonce` tells processes apart that say the same."""
        command_id = None
        if isinstance(self.event, SignedIn):
            command_id = sign_in_identity(*self.by, self.impersonator, date.fromisoformat(self.event.day))
        return system_append(
            self.event,
            self.by,
            version,
            impersonator=self.impersonator,
            correlation_id=self.correlation_id,
            command_id=command_id,
            nonce=nonce,
        )


def sign_in_identity(issuer: str, subject: str, impersonator: str | None, day: date) -> Id:
    """Return the command identity of a person's sign-in on a day: one, whichever process tells of it."""
    role = "signed-in" if impersonator is None else f"signed-in/{impersonator}"
    return derived(person_stream(issuer, subject), role, day.toordinal())
