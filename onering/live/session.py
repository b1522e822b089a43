"""Who reads on a socket, and how long their token lets them."""

from datetime import datetime, timedelta
from uuid import UUID

from onering.auth.identity import Identity
from onering.domain.state import DraftState, may_read

# How long before its token expires a client is asked for a fresh one: issuers hand out the cached one until shortly
# before its end, so an earlier question would be answered with the same token.
WARNING = timedelta(seconds=8)


class Session:
    """A verified person, or nobody (`identity` is None); all instants are UTC."""

    def __init__(self, identity: Identity | None) -> None:
        self.identity = identity
        self.warned = False

    @property
    def user_id(self) -> str | None:
        """The person's name on the wire; None for an anonymous reader."""
        return None if self.identity is None else self.identity.actor.user_id

    @property
    def workspace_id(self) -> UUID | None:
        """The workspace that the token is for."""
        return None if self.identity is None else self.identity.actor.workspace_id

    @property
    def expires_at(self) -> datetime | None:
        """When the token expires; None where there is none."""
        return None if self.identity is None else self.identity.expires_at

    def may_read(self, state: DraftState) -> bool:
        """Whether this person may read the draft."""
        return may_read(state, self.user_id, self.workspace_id)

    def is_of(self, identity: Identity) -> bool:
        """Whether `identity` is the same person."""
        return self.user_id == identity.actor.user_id

    def renew(self, identity: Identity) -> bool:
        """Go on with a fresh token of the same person; one that does not last longer changes nothing: False."""
        if self.expires_at is None or (identity.expires_at is not None and identity.expires_at <= self.expires_at):
            return False
        self.identity = identity
        self.warned = False
        return True

    def expiring(self, now: datetime) -> bool:
        """Whether it is time to ask for a fresh token, and that was not done yet."""
        return not self.warned and self.expires_at is not None and now >= self.expires_at - WARNING

    def expired(self, now: datetime, grace: timedelta) -> bool:
        """Whether the token, and the `grace` after it, are over."""
        return self.expires_at is not None and now >= self.expires_at + grace
