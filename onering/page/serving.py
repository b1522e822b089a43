"""Answers browsers: the page's document at each of its paths, and the files that it loads."""

from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from onering.http.answers import Answer, Header, Reply
from onering.http.call import ROUTE
from onering.http.faults import MethodNotAllowed, NoSuchRoute
from onering.page.built import Built
from onering.page.encodings import accepted

HOME, ASSETS = "/", "/assets/"
# The page tells paths below these apart by itself, and says where there is nothing.
BELOW = ("/drafts/", "/invites/")

_HTML = b"text/html; charset=utf-8"
_VARY: Header = (b"vary", b"Accept-Encoding")
# Its name changes with its content.
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
# It names the newest files, so a browser that has it asks whether it is still the same.
_ASKED_AGAIN: Header = (b"cache-control", b"no-cache")
# A page elsewhere that opens this one keeps no hold of its window; Clerk's windows, which this one opens, do of theirs.
_ALONE: Header = (b"cross-origin-opener-policy", b"same-origin-allow-popups")
_METHODS = ("GET", "HEAD")


class Page:
    """Pure ASGI, in front of sign-in and limits: the same for everybody, whoever they say they are.

    What is none of the page's goes on to `application`. Without `built`, its paths say what is missing.
    """

    def __init__(self, application: ASGIApp, built: Built | None, policy: bytes) -> None:
        self._application = application
        self._assets = {} if built is None else built.assets
        self._document = _missing() if built is None else _Document.of(built.document, policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == HOME or path.startswith(BELOW):
            scope[ROUTE] = HOME
            answer = self._document.answer(_values(scope, b"if-none-match"))
        elif path.startswith(ASSETS):
            scope[ROUTE] = ASSETS + "{file}"
            answer = self._asset(scope, path.removeprefix(ASSETS))
        else:
            await self._elsewhere(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            raise MethodNotAllowed(_METHODS)
        await answer.send(send)

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; a person who looks where no route leads meets the page's words for that."""
        try:
            await self._application(scope, receive, send)
        except NoSuchRoute:
            if ROUTE in scope or not any("text/html" in value for value in _values(scope, b"accept")):
                raise
            await self._document.nowhere.send(send)

    def _asset(self, scope: Scope, name: str) -> Reply:
        asset = self._assets.get(name)
        if asset is None:
            raise NoSuchRoute("There is nothing at this path.")
        taken = accepted(_values(scope, b"accept-encoding"))
        chosen = next(v for v in asset.variants if v.encoding is None or v.encoding.name in taken)
        coded = () if chosen.encoding is None else ((b"content-encoding", chosen.encoding.name.encode()),)
        return Answer(chosen.body, headers=(_FOR_EVER, _VARY, *coded), media_type=asset.media_type)


class _Document(NamedTuple):
    """What every path of the page answers, and what a path answers that is nothing's."""

    whole: Answer
    nowhere: Answer
    etag: str | None = None

    @classmethod
    def of(cls, body: bytes, policy: bytes) -> "_Document":
        admits: Header = (b"content-security-policy", policy)
        # A browser keeps the policy beside the document: with another policy, this is another document.
        digest = sha256(policy + b"\n" + body).hexdigest()
        etag = f'"{digest[:16]}"'
        whole = Answer(body, headers=(admits, _ALONE, _ASKED_AGAIN, (b"etag", etag.encode())), media_type=_HTML)
        return cls(whole, Answer(body, 404, (admits, _ALONE), _HTML), etag)

    def answer(self, known: list[str]) -> Reply:
        """Return it; `known` are the values of If-None-Match."""
        tags = {tag.strip().removeprefix("W/") for value in known for tag in value.split(",")}
        return _NotModified(self.whole.headers) if self.etag in tags else self.whole


class _NotModified(NamedTuple):
    """What a browser has is what there is (RFC 9110 §15.4.5)."""

    headers: tuple[Header, ...]

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": list(self.headers)})
        await send({"type": "http.response.body"})


def _missing() -> _Document:
    words = Answer((files("onering.page") / "missing.html").read_bytes(), 404, media_type=_HTML)
    return _Document(words, words)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for field, value in scope["headers"] if field == name]
