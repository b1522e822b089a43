"""The contracts as they are served, and the page to read and try them on."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import orjson

from onering.http.answers import Answer, Header
from onering.http.call import Call
from onering.http.faults import NoSuchRoute

OPENAPI, ASYNCAPI, PAGE = "/openapi.json", "/asyncapi.json", "/docs"

# Everything the page needs is ours; what it calls is this service.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS: tuple[Header, ...] = ((b"content-security-policy", _POLICY.encode()),)
# Its name changes with its content.
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")


class Document(NamedTuple):
    """A JSON document in its bytes, with its validator."""

    body: bytes
    etag: bytes

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Document":
        """Return the document of a JSON value."""
        body = orjson.dumps(value)
        return cls(body, b'"%b"' % _digest(body).encode())

    def answer(self) -> Answer:
        """Return it as an answer."""
        return Answer(self.body, headers=((b"etag", self.etag),))


class Documents:
    """Endpoints of the contracts. These are made from the table of routes, in which these endpoints stand."""

    def __init__(self) -> None:
        self._openapi: Document | None = None
        self._asyncapi: Document | None = None

    def publish(self, openapi: Mapping[str, Any], asyncapi: Mapping[str, Any]) -> None:
        """Answer with these from now on."""
        self._openapi, self._asyncapi = Document.of(openapi), Document.of(asyncapi)

    async def openapi(self, call: Call) -> Answer:
        """GET /openapi.json: this contract."""
        return _published(self._openapi)

    async def asyncapi(self, call: Call) -> Answer:
        """GET /asyncapi.json: the contract of the live feed, as AsyncAPI 3.0."""
        return _published(self._asyncapi)

    async def page(self, call: Call) -> Answer:
        """GET /docs: a page to read this contract on, and to try it."""
        return Answer(self._page.body, headers=_PAGE_HEADERS, media_type=self._page.media_type)

    async def file(self, call: Call) -> Answer:
        """GET /docs/{file}: a part of that page."""
        found = self._files.get(call.path["file"])
        if found is None:
            raise NoSuchRoute("There is nothing at this path.")
        return Answer(found.body, headers=(_FOR_EVER, *_PAGE_HEADERS), media_type=found.media_type)

    @cached_property
    def _parts(self) -> Mapping[str, "_File"]:
        return {part: _File.read(folder / name, media_type) for part, (folder, name, media_type) in _PARTS.items()}

    @cached_property
    def _files(self) -> Mapping[str, "_File"]:
        return {file.name: file for file in self._parts.values()}

    @cached_property
    def _page(self) -> "_File":
        page = _File.read(_OURS / "index.html", b"text/html; charset=utf-8")
        paths = {part: f"{PAGE}/{file.name}" for part, file in self._parts.items()}
        return page._replace(body=page.body.decode().format(**paths).encode())


class _File(NamedTuple):
    """A file of the page, whose name tells its content."""

    name: str
    body: bytes
    media_type: bytes

    @classmethod
    def read(cls, file: Traversable, media_type: bytes) -> "_File":
        body = file.read_bytes()
        stem, _, suffix = file.name.rpartition(".")
        return cls(f"{stem}.{_digest(body)}.{suffix}", body, media_type)


_OURS, _THEIRS = files("onering.http") / "page", files("swagger_ui") / "static"
_JAVASCRIPT = b"text/javascript; charset=utf-8"
_PARTS: Mapping[str, tuple[Traversable, str, bytes]] = {
    "bundle": (_THEIRS, "swagger-ui-bundle.js", _JAVASCRIPT),
    "style": (_THEIRS, "swagger-ui.css", b"text/css; charset=utf-8"),
    "icon": (_THEIRS, "favicon-32x32.png", b"image/png"),
    "start": (_OURS, "start.js", _JAVASCRIPT),
}


def _published(document: Document | None) -> Answer:
    if document is None:
        raise RuntimeError("asked for a contract before it was published")
    return document.answer()


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]
