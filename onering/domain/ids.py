"""Identities derived from a command's, so that deciding it again gives the same ones."""

from hashlib import sha1
from uuid import UUID

from asyncpg.pgproto import pgproto

# `uuid.UUID` in C, as the database driver brings it: a subclass, equal and hashed alike. A command makes, hashes and
# spells its identities two dozen times; in the standard library's Python that was a tenth of all its time.
Id = pgproto.UUID

# Namespace of every identity derived here: UUIDv5 of "onering" in the DNS namespace.
NAMESPACE = UUID("28e4615a-8b8b-5419-8b90-714667557933")


def derived(command_id: UUID, role: str, n: int = 0) -> Id:
    """Return UUIDv5(command_id, role, n): the n-th identity that a command needs in that role."""
    return _uuid5(command_id, f"{role}/{n}")


def command_identity(principal: str, draft_id: UUID | None, key: str) -> Id:
    """Return a command's identity: UUIDv5 of its idempotency scope (principal, draft, key), where there is a draft.

    Lengths precede the parts, so no two scopes spell the same name.
    """
    draft = str(draft_id) if draft_id else ""
    return _uuid5(NAMESPACE, f"{len(principal)}:{principal}{len(draft)}:{draft}{key}")


def _uuid5(namespace: UUID, name: str) -> Id:
    """Return UUIDv5 (RFC 9562 §5.5)."""
    digest = bytearray(sha1(namespace.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return Id(bytes(digest))
