"""The page as it is served: built once for all that test it, if what is there is older than what it is made from."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUILT = ROOT / "onering" / "page" / "built"
# What the page is made from, in web/.
SOURCES = ("app", "client/src", "index.html", "package-lock.json", "vite.config.ts")


def built() -> Path:
    """Return the folder of the built page. One of those who ask for it at the same time builds it."""
    with (WEB / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _stale():
            _build()
    return BUILT


def _stale() -> bool:
    index = BUILT / "index.html"
    return not index.exists() or index.stat().st_mtime < max(file.stat().st_mtime for file in _sources())


def _sources() -> list[Path]:
    named = [WEB / source for source in SOURCES]
    return [file for source in named for file in ([source] if source.is_file() else source.rglob("*.*"))]


def _build() -> None:
    vite = WEB / "node_modules" / ".bin" / "vite"
    if shutil.which("node") is None or not vite.exists():
        pytest.fail("The page is not built, and can't be: it needs Node 20 or newer and `npm ci` in web/")
    done = subprocess.run([vite, "build"], cwd=WEB, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"The page can't be built:\n{done.stdout}{done.stderr}")
