"""Who may see what happened across drafts: everything, or what happened in one organisation."""

from collections.abc import Collection
from uuid import UUID

from onering.auth.identity import Identity
from onering.http.call import Call
from onering.http.faults import NotAuditors

# The role in an organisation, as Clerk's tokens have it without its prefix.
AUDITOR = "auditor"


class Auditors:
    """The people of `ONERING_AUDITORS` (user ids) see everything, auditors of an organisation its own workspace."""

    def __init__(self, everywhere: Collection[str]) -> None:
        self._everywhere = frozenset(everywhere)

    def see_everything(self, identity: Identity | None) -> bool:
        """Return whether the caller audits everything."""
        return identity is not None and identity.actor.user_id in self._everywhere

    def workspace(self, call: Call) -> UUID | None:
        """Return the workspace that the caller audits, None for all of them. Raises NoCredentials, NotAuditors."""
        identity = call.signed_in()
        if self.see_everything(identity):
            return None
        if identity.organisation_role == AUDITOR:
            return identity.actor.workspace_id
        raise NotAuditors("Only auditors see what happened across drafts.")

    def check_everything(self, call: Call) -> None:
        """Refuse whoever does not audit everything. Raises NoCredentials, NotAuditors."""
        if not self.see_everything(call.signed_in()):
            raise NotAuditors("Only auditors of everything see this.")
