"""Identities derived from a command's, so that deciding it again gives the same ones."""

from uuid import UUID, uuid5

# Namespace of every identity derived here: UUIDv5 of "onering" in the DNS namespace.
NAMESPACE = UUID("28e4615a-8b8b-5419-8b90-714667557933")


def derived(command_id: UUID, role: str, n: int = 0) -> UUID:
    """Return UUIDv5(command_id, role, n): the n-th identity that a command needs in that role."""
    return uuid5(command_id, f"{role}/{n}")


def command_identity(principal: str, draft_id: UUID | None, key: str) -> UUID:
    """Return a command's identity: UUIDv5 of its idempotency scope (principal, draft, key); to create, (principal, key).

    Lengths precede the parts, so no two scopes spell the same name.
    """
    draft = str(draft_id) if draft_id else ""
    return uuid5(NAMESPACE, f"{len(principal)}:{principal}{len(draft)}:{draft}{key}")
