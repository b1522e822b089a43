#!/usr/bin/env python3
"""Runs `onering replay` from a clone: `scripts/replay.py print --help`, by any Python."""

import os
import sys
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "onering"

if __name__ == "__main__":
    try:
        from onering.cli import main
    except ImportError:
        # Not a Python that OneRing is installed for; the scripts have made one.
        if not COMMAND.exists():
            sys.exit("Run scripts/run or scripts/test first: they install what this needs into .venv.")
        os.execv(COMMAND, [str(COMMAND), "replay", *sys.argv[1:]])
    main(["replay", *sys.argv[1:]])
