#!/usr/bin/env python3
"""Runs `onering replay` from a clone: `scripts/replay.py print --help`."""

import os
import sys
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "onering"

if __name__ == "__main__":
    try:
        os.execv(COMMAND, [str(COMMAND), "replay", *sys.argv[1:]])
    except OSError:
        sys.exit("Run scripts/run or scripts/test first: they install what this needs into .venv.")
