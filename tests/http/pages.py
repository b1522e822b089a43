"""Documents and pictures as a browser would take them."""

from html.parser import HTMLParser
from typing import Any

SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """What a browser would make of a document: the text of each kind of element, and the contents of its metas."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.contents: list[str | None] = []
        self._open: list[str] = []

    @classmethod
    def of(cls, document: str) -> "Page":
        page = cls()
        page.feed(document)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href", "style")]
        self.texts.setdefault(tag, []).append("")
        self.contents += [value for name, value in attrs if name == "content"]
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag][-1] += data


def check_harmless(drawing: Any) -> None:
    """Assert that a picture has no scripts, links, images or handlers, and refers to nothing but itself."""
    for element in drawing.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "title", "defs", "linearGradient", "radialGradient", "stop", "style"),
            *("rect", "circle", "g", "path", "text"),
        }
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert "url(" not in value or value.startswith("url(#")
