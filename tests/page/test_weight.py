"""What a browser loads before somebody can read and write is little."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KIB = 1024
MOST = 120 * KIB
HOME, DRAFT, INVITE = "app/home/Home.tsx", "app/draft/DraftPage.tsx", "app/invites/InvitePage.tsx"


@pytest.mark.parametrize("page", [HOME, INVITE])
def test_the_first_scripts_are_at_most_120_kib_in_gzip(page_folder: Path, page: str) -> None:
    assert _weight(page_folder, page, lambda script: len(gzip.compress(script.read_bytes()))) <= MOST


def test_the_scripts_of_a_draft_are_at_most_120_kib_as_they_are_sent(page_folder: Path) -> None:
    """Browsers take brotli over TLS and on loopback; in gzip they are a tenth longer."""
    assert _weight(page_folder, DRAFT, lambda script: script.with_name(f"{script.name}.br").stat().st_size) <= MOST


def _weight(folder: Path, page: str, weigh: Callable[[Path], int]) -> int:
    manifest = json.loads((folder / ".vite" / "manifest.json").read_text())
    return sum(
        weigh(folder / script) for script in {manifest[m]["file"] for m in _loaded(manifest, ["index.html", page])}
    )


def _loaded(manifest: dict[str, Any], modules: list[str]) -> set[str]:
    """Return the modules that these load at once, and themselves."""
    found: set[str] = set()
    while modules:
        found.add(module := modules.pop())
        modules += set(manifest[module].get("imports", ())) - found
    return found
