"""What the supervisor tells a worker: everything it needs, through a pipe that nobody else can read."""

import pickle
from pathlib import Path
from typing import BinaryIO, NamedTuple

from onering.settings import Settings

READY = b"ready\n"


class Orders(NamedTuple):
    """The settings in force, the DSN of the service's role, the secret of development tokens if they count, and the
    folder in which workers find each other if they are several.
    """

    settings: Settings
    dsn: str
    development_secret: bytes | None
    folder: Path | None = None

    def packed(self) -> bytes:
        """Return them as bytes, secrets included: for a private pipe, never for a file, argv or a log."""
        return pickle.dumps(tuple(self))


def received(pipe: BinaryIO) -> Orders:
    """Read what a supervisor of this very release wrote. Raises EOFError if it went away before."""
    # Pickle is safe here and keeps every type: both ends of the pipe are this program.
    return Orders(*pickle.load(pipe))
