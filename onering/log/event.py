"""An event as the log holds it, and its place there."""

import re
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID


class StoredEvent(NamedTuple):
    """One row of the log without its hashes, in table order. `payload` is the exact text that was hashed.

    A payload is the JSON object `{"idempotency_key": …, "data": {…}}`: its members are spliced into the wire form
    as they stand (`onering.log.wire`). It is None once the person behind it was erased.
    """

    lane: int
    position: int
    stream_id: UUID
    stream_type: str
    version: int
    workspace_id: UUID
    event_id: UUID
    type: str
    schema_version: int
    payload: str | None
    issuer: str
    subject: str
    impersonator: str | None
    command_id: UUID
    correlation_id: str
    causation_id: UUID | None
    recorded_at: datetime


# The lane of every workspace, until lanes are spread (docs/ROADMAP.md).
DEFAULT_LANE = 0

# The greatest version there can be: the column is a Postgres integer.
LAST_VERSION = 2**31 - 1

# The columns of a StoredEvent, for SELECT lists.
COLUMNS = ", ".join(StoredEvent._fields)

_POSITION = re.compile(r"([0-9]{1,5})\.([0-9]{1,18})")


class Position(NamedTuple):
    """A place in the log: after the event at `position` of `lane`; 0 is before the first."""

    lane: int
    position: int

    def __str__(self) -> str:
        """Return the opaque spelling that clients carry, `<lane>.<position>`."""
        return f"{self.lane}.{self.position}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that `text` spells. Raises ValueError."""
        if not (match := _POSITION.fullmatch(text)):
            raise ValueError("not a position of the log")
        return cls(int(match[1]), int(match[2]))
