"""The verified person behind a command."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the verified token says; nothing here ever comes from a body, query or plain header.

    `user_id` is the principal's name on the wire and in payloads: the bare subject for the home issuer,
    else `<issuer alias>|<subject>`. `workspace_id` is where new drafts go: the token's organisation, or
    the person's own workspace. `impersonator` is the subject of a token's `act` claim.
    """

    issuer: str
    subject: str
    user_id: str
    workspace_id: UUID
    impersonator: str | None = None
