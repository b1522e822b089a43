"""What a command is asked with, and what becomes of it.

CommandFault
├── PreconditionFailed     the draft is not at the version the caller named
├── IdempotencyMismatch    the key was used for another command
├── Contended              other writers were first too often
├── InvitesOff             this service has no secret to make invites with
└── Unavailable            the log did not answer in time; the same key tells later what became of it
    └── TooNew             a newer release wrote to this draft
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import orjson

from onering.domain.commands import Command
from onering.log.event import Position, StoredEvent


class CommandFault(Exception):
    """Why a command has no outcome, other than a rule of the domain; the message is for a person."""


class PreconditionFailed(CommandFault):
    """The draft is at another version than the caller expects."""


class IdempotencyMismatch(CommandFault):
    """The idempotency key was used before, for a different command."""


class Contended(CommandFault):
    """Other writers changed the draft first, several times in a row."""


class InvitesOff(CommandFault):
    """Nobody can be invited here."""


class Unavailable(CommandFault):
    """The log could not be reached or did not answer in time."""


class TooNew(Unavailable):
    """The draft holds events of a newer release."""


class CommandRequest(NamedTuple):
    """A command with what its envelope says: key, the version it is conditional on, and the request it came with."""

    command: Command
    key: str
    expected_version: int | None = None
    correlation_id: str = ""


class Outcome(NamedTuple):
    """What became of a command: the first time and every time its key is used again."""

    draft_id: UUID
    version: int
    position: Position
    events: Sequence[StoredEvent]
    repeated: bool


FINGERPRINT_VERSION = b"\x01"


def fingerprint(command: Command) -> bytes:
    """Return what tells two commands of one key apart: a version byte and SHA-256 of type, draft and the fields set."""
    fields = {name: getattr(command, name) for name in command.model_fields_set if name != "command_id"}
    fields["type"] = command.type
    return FINGERPRINT_VERSION + sha256(orjson.dumps(fields, str, orjson.OPT_SORT_KEYS)).digest()
