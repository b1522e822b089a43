"""The page of my drafts, and what people see who are nobody yet."""

import re

from playwright.async_api import Page, expect


class Home:
    """What is on the first page, and what one does there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.search = page.get_by_role("searchbox")

    async def starts(self, title: str, beginning: str | None = None, visibility: str | None = None) -> None:
        """Begin a draft, whose page opens then."""
        await self.page.get_by_role("button", name="New draft").first.click()
        dialog = self.page.get_by_role("dialog", name="A new draft")
        await dialog.get_by_label("Title").fill(title)
        if beginning is not None:
            await dialog.get_by_label("How it begins").fill(beginning)
        if visibility is not None:
            await dialog.get_by_label(visibility).check()
        await dialog.get_by_role("button", name="Start writing").click()
        await expect(self.page).to_have_url(re.compile("/drafts/"))
