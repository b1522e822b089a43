"""A draft on its page, as people find their way there: by what they read on it."""

import re

from playwright.async_api import Locator, Page, expect


class Desk:
    """What is on the page of a draft, and what one does there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.title = page.get_by_role("heading", level=1)
        self.text = page.get_by_role("region", name="The text").locator("li p[dir=auto]")
        self.ring = page.get_by_role("region", name="The ring")
        self.composer = page.get_by_label("What comes next")
        self.standing = page.locator("[data-standing]")
        self.dialog = page.get_by_role("dialog")
        self.messages = page.get_by_role("region", name="Messages")

    async def shows(self, *segments: str) -> None:
        """Wait until the text is exactly this, one string for each segment."""
        await expect(self.text).to_have_text(list(segments))

    async def is_live(self) -> None:
        """Wait until the badge says so, or that one may only read what happens."""
        await expect(self.standing).to_have_text(re.compile("Live|Read-only"))

    async def ring_is_with(self, name: str | None) -> None:
        """Wait until the ring is with somebody; None is whoever looks at this page."""
        await expect(self.ring).to_contain_text("You hold the ring" if name is None else f"{name} holds the ring")

    async def adds(self, words: str) -> None:
        """Write what comes next, and add it to the text."""
        await self.composer.fill(words)
        await self.page.get_by_role("button", name="Add to the text").click()

    async def passes_to(self, name: str) -> None:
        """Pass the ring to a person, or to whom a way to choose finds."""
        await self.ring.get_by_role("button", name="Pass the ring").click()
        await self.dialog.get_by_role("button", name=name).click()
        await expect(self.dialog).to_be_hidden()

    async def chooses(self, command: str) -> None:
        """Choose from the menu of the draft."""
        await self.page.get_by_role("button", name="More for this draft").click()
        await self.page.get_by_role("menuitem", name=command, exact=True).click()

    async def adds_person(self, name: str) -> None:
        """Let somebody in, on the panel of people."""
        await self.page.get_by_role("button", name=re.compile("^People|People$")).click()
        await self.dialog.get_by_text("Add someone without asking").click()
        await self.dialog.get_by_label("Who").fill(name)
        await self.dialog.get_by_role("button", name="Add", exact=True).click()

    def message(self, words: str) -> Locator:
        """A passing message that says this."""
        return self.messages.get_by_role("listitem").filter(has_text=words)
