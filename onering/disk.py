"""What stays on the disk, also if the power goes."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have what was made, renamed or removed in a folder stay so. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
