"""What axe-core finds wrong with a page for people who see, hear, point or read otherwise."""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests.page.building import WEB

# The rules of WCAG 2.2 AA, and what axe recommends beside them.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then(found => found.violations)"


async def findings(page: Page) -> list[str]:
    """Return what is wrong with a page as it is now, one line for each element."""
    # Not as a script of the page, whose policy admits none but its own.
    await page.evaluate(_axe())
    violations: list[dict[str, Any]] = await page.evaluate(RUN, RULES)
    return [
        f"{found['id']}: {found['help']}: {node['target']} {node['html']}"
        for found in violations
        for node in found["nodes"]
    ]


@cache
def _axe() -> str:
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
