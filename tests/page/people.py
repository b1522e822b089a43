"""People at browsers: each in a context of their own, as on a machine of their own."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.page.axe import findings
from tests.page.watching import Watch

# Of Playwright, in milliseconds: others run beside the tests, and two of these at once.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

# Of a picture, in pixels.
LONGEST = 8_000
# What a window is like if a test does not say otherwise.
WINDOW = {
    "locale": "en-GB",
    "timezone_id": "UTC",
    "color_scheme": "light",
    "reduced_motion": "reduce",
    "viewport": {"width": 1280, "height": 800},
}


class Person:
    """Somebody at a window of a browser, signed in or not; pictures of what they see are kept in `folder`."""

    def __init__(self, page: Page, watch: Watch, folder: Path) -> None:
        self.page = page
        self.watch = watch
        self._folder = folder

    @property
    def context(self) -> BrowserContext:
        """What this window shares with others of the same person: storage, cookies, the network."""
        return self.page.context

    async def another_window(self, path: str = "/") -> "Person":
        """Return whoever sits at another window of the same browser; it closes with this one."""
        page = await self.context.new_page()
        await page.goto(path)
        return Person(page, self.watch, self._folder)

    async def signs_in(self, name: str) -> None:
        """Say who they are, where that is asked."""
        await self.page.get_by_label("Continue as").fill(name)
        await self.page.get_by_role("button", name="Continue", exact=True).click()
        await expect(self.page.get_by_label("Continue as")).to_be_hidden()

    async def looks(self, state: str) -> None:
        """Keep pictures of the page as it is now, light and dark; what axe finds wrong with it fails the test."""
        for scheme in ("dark", "light"):
            await self.page.emulate_media(color_scheme=scheme)
            await self.shot(f"{state} {scheme}")
            self.watch.complaints += [f"axe: {state}, {scheme}: {found}" for found in await findings(self.page)]

    async def shot(self, state: str) -> None:
        """Keep a picture of the page as it is now: of the whole of it, unless that is too long for one."""
        whole = await self.page.evaluate("document.documentElement.scrollHeight") <= LONGEST
        await self.page.screenshot(path=self._folder / f"{plain(state)}.png", full_page=whole, animations="disabled")


class People:
    """Opens windows for people and closes them; `folder` is for what is kept of them."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser = browser
        self._url = url
        self._folder = folder
        self._come: list[Person] = []

    async def somebody(self, path: str = "/", *, url: str | None = None, **window: Any) -> Person:
        """Return somebody new who looks at a page of the service, or of the one at `url`."""
        place = url or self._url
        context = await self._browser.new_context(base_url=place, **WINDOW | window)
        context.set_default_timeout(PATIENCE)
        await context.tracing.start(snapshots=True)
        watch = Watch(urlsplit(place).netloc)
        await watch.over(context)
        person = Person(await context.new_page(), watch, self._folder)
        self._come.append(person)
        await person.page.goto(path)
        return person

    async def person(self, name: str, path: str = "/", **window: Any) -> Person:
        """Return somebody who said who they are, and looks at a page."""
        person = await self.somebody("/", **window)
        await person.signs_in(name)
        if path != "/":
            await person.page.goto(path)
        return person

    async def leave(self, *, failed: bool) -> None:
        """Close all windows; what was done and seen in them is kept if the test failed. What went wrong in them and was
        not provoked is an error.
        """
        for number, person in enumerate(self._come):
            if failed:
                await person.shot(f"failed-{number}")
            trace = self._folder / f"failed-{number}.zip" if failed else None
            await person.context.tracing.stop(path=trace)
            await person.context.close()
        complaints = [said for person in self._come for said in person.watch.unprovoked]
        assert not complaints, "\n".join(complaints)


def plain(name: str) -> str:
    """Return a name as files are called."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
