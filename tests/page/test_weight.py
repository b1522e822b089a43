"""What a browser loads before somebody can read and write is little."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

KIB = 1024
# The pages on which people arrive, by the modules that are loaded when they are shown.
ARRIVALS = ("home/Home", "draft/DraftPage", "history/HistoryPage", "invites/InvitePage")


@pytest.mark.parametrize("page", ARRIVALS)
def test_the_scripts_of_a_page_are_at_most_120_kib_in_gzip(page_folder: Path, page: str) -> None:
    manifest = json.loads((page_folder / ".vite" / "manifest.json").read_text())
    scripts = {manifest[module]["file"] for module in _loaded(manifest, ["index.html", f"app/{page}.tsx"])}
    weights = {script: len(gzip.compress((page_folder / script).read_bytes())) for script in scripts}
    assert sum(weights.values()) <= 120 * KIB, weights


def _loaded(manifest: dict[str, Any], modules: list[str]) -> set[str]:
    """Return the modules that these load at once, and themselves."""
    found: set[str] = set()
    while modules:
        found.add(module := modules.pop())
        modules += set(manifest[module].get("imports", ())) - found
    return found
