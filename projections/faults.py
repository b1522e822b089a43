"""What goes wrong with read models.

    ProjectionFault
    ├── ReadFault
    │   ├── TooEarly       the read model did not reach the position in time (503 with Retry-After)
    │   ├── NotBuilt       no build of the read model is live for this release (503)
    │   └── BadCursor      the cursor is not one of ours, or of this log (400)
    └── WriteFault
        ├── Deposed        another process writes this read model now
        └── Stuck          an event can't be applied
            ├── TooNew     a newer release wrote it
            └── Poison     its SQL fails

Each message is for a person.
"""

from uuid import UUID


class ProjectionFault(Exception):
    """Something about a read model."""


class ReadFault(ProjectionFault):
    """A read can't be answered."""


class TooEarly(ReadFault):
    """The read model lags; ask again in `retry_after` seconds."""

    retry_after = 1


class NotBuilt(ReadFault):
    """This release has no live build of a read model; `prepare` makes one before the port opens."""


class BadCursor(ReadFault):
    """A cursor that can't be continued from."""


class WriteFault(ProjectionFault):
    """A read model can't be written."""


class Deposed(WriteFault):
    """The checkpoint moved under us, or its epoch did: whoever moved it is the writer now."""


class Stuck(WriteFault):
    """The event at `position` stops one projection; everything before it was applied."""

    def __init__(self, why: str, *, position: int, event_id: UUID, type: str) -> None:
        super().__init__(f"{why} (event {event_id}, {type}, at position {position})")
        self.position = position
        self.event_id = event_id


class TooNew(Stuck):
    """This release does not know the event; a newer one will go on."""


class Poison(Stuck):
    """The projection's own SQL fails on the event."""
