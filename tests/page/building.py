"""The page as it is served: built if what is there is not what is made of web/ as it is."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUILT = ROOT / "onering" / "page" / "built"
# One of those who ask at the same time builds it.
PAGE = ". scripts/environment.sh && . scripts/page.sh && page"


def built() -> Path:
    """Return the folder of the built page; the test fails where it can't be built, and says what to install."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", PAGE], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}", pytrace=False)
    return BUILT
