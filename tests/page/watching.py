"""What a page must not do while it is used: complain, break, be held back by its policy, or talk to anybody else."""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.effectiveDirective} held back ${event.blockedURI} ${event.sample}`);
});
"""
# What has no host, and is part of the page.
INLINE = frozenset({"data", "blob", "about"})
# How the browser says that nobody answered, on its console.
CUT_OFF = r"net::ERR_|WebSocket connection to .* failed|status of 503"


class Watch:
    """Keeps what went wrong in a person's windows; `hosts` are those that may be talked to."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = set(hosts)
        self.complaints: list[str] = []
        self._provoked: list[re.Pattern[str]] = []

    async def over(self, context: BrowserContext) -> None:
        """Watch all windows of a context, from now on."""
        await context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._said)
        context.on("weberror", self._broke)
        context.on("request", self._asked)
        context.on("page", self._opened)

    def provoked(self, pattern: str) -> None:
        """Name what a test does to the page on purpose: complaints that match are none."""
        self._provoked.append(re.compile(pattern))

    @property
    def unprovoked(self) -> list[str]:
        """The complaints that nobody asked for."""
        return [said for said in self.complaints if not any(pattern.search(said) for pattern in self._provoked)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: WebError) -> None:
        self.complaints.append(f"error: {error.error.stack or error.error.message}")

    def _asked(self, request: Request) -> None:
        self._reached(request.url)

    def _opened(self, page: Page) -> None:
        page.on("websocket", self._joined)

    def _joined(self, socket: WebSocket) -> None:
        self._reached(socket.url)

    def _reached(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in INLINE and parts.netloc not in self.hosts:
            self.complaints.append(f"foreign: {url}")
