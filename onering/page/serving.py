"""Answers browsers: the page's document at each of its paths, and the files that it loads."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from onering.http.answers import Answer, Header, Reply
from onering.http.call import ROUTE
from onering.http.faults import MethodNotAllowed, NoSuchRoute
from onering.page.built import Asset, Built
from onering.page.encodings import accepted

HOME, ASSETS = "/", "/assets/"
# The page tells paths below these apart by itself, and says where there is nothing.
BELOW = ("/drafts/", "/invites/")

_HTML = b"text/html; charset=utf-8"
_VARY: Header = (b"vary", b"Accept-Encoding")
# Its name changes with its content.
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_METHODS = ("GET", "HEAD")


class Page:
    """Pure ASGI, in front of sign-in and limits: the same for everybody, whoever they say they are.

    What is none of the page's goes on to `application`. Without `built`, its paths say what is missing.
    """

    def __init__(self, application: ASGIApp, built: Built | None, policy: bytes) -> None:
        self._application = application
        self._assets: Mapping[str, Asset] = {} if built is None else built.assets
        self._document = _Missing() if built is None else _Document(built.document, policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == HOME or path.startswith(BELOW):
            scope[ROUTE] = HOME
            answer: Reply = self._document.answer(scope)
        elif path.startswith(ASSETS):
            scope[ROUTE] = ASSETS + "{file}"
            answer = self._asset(scope, path.removeprefix(ASSETS))
        else:
            await self._application(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            raise MethodNotAllowed(_METHODS)
        await answer.send(send)

    def _asset(self, scope: Scope, name: str) -> Answer:
        asset = self._assets.get(name)
        if asset is None:
            raise NoSuchRoute("There is nothing at this path.")
        taken = accepted(_values(scope, b"accept-encoding"))
        chosen = next(v for v in asset.variants if v.encoding is None or v.encoding.name in taken)
        coded = () if chosen.encoding is None else ((b"content-encoding", chosen.encoding.name.encode()),)
        return Answer(chosen.body, headers=(_FOR_EVER, _VARY, *coded), media_type=asset.media_type)


class _Document:
    """The document, kept by browsers and asked for again each time: it names the newest files."""

    def __init__(self, body: bytes, policy: bytes) -> None:
        # The policy is of the document: a browser that has another one must not go on with it.
        etag = b'"%b"' % sha256(policy + b"\n" + body).hexdigest()[:16].encode()
        self._etag = etag.decode()
        self._whole = Answer(
            body,
            headers=(
                (b"cache-control", b"no-cache"),
                (b"etag", etag),
                (b"content-security-policy", policy),
            ),
            media_type=_HTML,
        )

    def answer(self, scope: Scope) -> Reply:
        known = ",".join(_values(scope, b"if-none-match")).split(",")
        if self._etag in (tag.strip().removeprefix("W/") for tag in known):
            return _NotModified(self._whole.headers)
        return self._whole


class _NotModified(NamedTuple):
    """What a browser has is what there is (RFC 9110 §15.4.5)."""

    headers: tuple[Header, ...]

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": list(self.headers)})
        await send({"type": "http.response.body"})


class _Missing:
    """What stands in for a page that was not built."""

    _answer = Answer((files("onering.page") / "missing.html").read_bytes(), 404, media_type=_HTML)

    def answer(self, scope: Scope) -> Reply:
        return self._answer


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for field, value in scope["headers"] if field == name]
