"""Refuses to build a wheel without the page: a hook of Hatchling, which pyproject.toml names."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("onering", "page", "built", "index.html")


class WholeWheel(BuildHookInterface[Any]):
    """What is installed to be edited may lack the page for the time; what is handed to others may not."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Look before anything is built."""
        if version == "standard" and not (Path(self.root) / PAGE).is_file():
            raise FileNotFoundError("The page is not built, and a wheel brings it: start scripts/run once.")
