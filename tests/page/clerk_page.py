"""Clerk's part of the page: its script, which our page loads from Clerk's own host, and the sessions behind it."""

import json
import time
from base64 import b64encode

from playwright.async_api import BrowserContext, Route

from tests.auth.fake_clerk import FakeClerk

HOST = "clerk.onering.example"
PUBLISHABLE_KEY = "pk_test_" + b64encode(f"{HOST}$".encode()).decode()

# As much of clerk-js as a page sees that uses no component but the sign-in. It asks its own host for everything, as the
# real one does, and signs in whoever presses its button.
SCRIPT = """(() => {
  const origin = new URL(document.currentScript.src).origin;
  const listeners = new Set();
  const ask = async (method, path) => (await fetch(origin + path, { method })).json();
  const become = (user) => {
    clerk.user = user && { id: user };
    clerk.session = user && { getToken: async () => (await ask("POST", "/v1/client/sessions/one/tokens")).jwt };
    for (const tell of [...listeners]) tell({ user: clerk.user, session: clerk.session });
  };
  const clerk = {
    user: undefined,
    session: undefined,
    load: async () => become((await ask("GET", "/v1/client")).user),
    addListener: (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    openSignIn: () => {
      const button = Object.assign(document.createElement("button"), { textContent: "Be Alice" });
      button.onclick = async () => {
        button.remove();
        become((await ask("POST", "/v1/client/sign_ins")).user);
      };
      document.body.append(button);
    },
    signOut: async () => become((await ask("DELETE", "/v1/client/sessions/one")).user),
    mountUserButton: (place) => { place.textContent = clerk.user?.id ?? ""; },
    unmountUserButton: (place) => { place.textContent = ""; },
  };
  window.Clerk = clerk;
})();
"""


class ClerkPage:
    """What a browser has to do with Clerk. Tokens are good for `life` seconds; `spoilt` of the next ones are none."""

    def __init__(self, issuer: FakeClerk, life: int) -> None:
        self.life = life
        self.spoilt = 0
        self.user: str | None = None
        self.minted: list[str] = []
        self._issuer = issuer

    async def over(self, context: BrowserContext) -> None:
        """Answer for Clerk's host in all windows of a context."""
        await context.route(f"https://{HOST}/**", self._answer)

    async def _answer(self, route: Route) -> None:
        request = route.request
        match request.method, request.url.removeprefix(f"https://{HOST}"):
            case "GET", "/npm/@clerk/clerk-js@5/dist/clerk.browser.js":
                await _fulfil(route, SCRIPT, "text/javascript")
                return
            case "POST", "/v1/client/sessions/one/tokens":
                await _fulfil(route, json.dumps({"jwt": self._token()}))
                return
            case "POST", "/v1/client/sign_ins":
                self.user = "user_alice"
            case "DELETE", "/v1/client/sessions/one":
                self.user = None
        await _fulfil(route, json.dumps({"user": self.user}))

    def _token(self) -> str | None:
        if self.user is None:
            return None
        now = int(time.time())
        life = self.life
        if self.spoilt:
            self.spoilt -= 1
            now, life = now - 3600, 60
        token = self._issuer.token(sub=self.user, iat=now, nbf=now - 5, exp=now + life)
        self.minted.append(token)
        return token


async def _fulfil(route: Route, body: str, media_type: str = "application/json") -> None:
    headers = {"Access-Control-Allow-Origin": "*"}
    await route.fulfill(body=body, content_type=media_type, headers=headers)
