"""The page as it was built: its files, read once and found by their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from onering.page.encodings import ENCODINGS, Encoding

OURS = files("onering.page") / "built"
DOCUMENT = "index.html"
# What somebody is told who starts a service without it.
MISSING = "The page for browsers is not built: scripts/run does that, with Node 20.19 or newer; the wheel has it."

_TYPES: Mapping[str, bytes] = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "json": b"application/json",
    "png": b"image/png",
    "svg": b"image/svg+xml",
    "webp": b"image/webp",
    "woff2": b"font/woff2",
}
_UNKNOWN = b"application/octet-stream"


def is_built(folder: Traversable) -> bool:
    """Return whether there is a page in a folder."""
    return (folder / DOCUMENT).is_file()


class Variant(NamedTuple):
    """A file's bytes in one encoding; None is as it is."""

    encoding: Encoding | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Asset:
    """A file whose name changes with its content; `variants` has the shortest first."""

    media_type: bytes
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """The document that every path of the page answers, and the files that it loads, by their names."""

    document: bytes
    assets: Mapping[str, Asset]

    @classmethod
    def read(cls, folder: Traversable) -> "Built | None":
        """Return what was built into a folder; None if nothing was. One that is replaced meanwhile is read anew."""
        while is_built(folder):
            try:
                document, found = (folder / DOCUMENT).read_bytes(), _files(folder / "assets")
                if (folder / DOCUMENT).read_bytes() == document:
                    return cls(document, {name: _asset(name, found) for name in found if _suffix(name) not in _PACKED})
            except FileNotFoundError:
                # It was moved away: look again what is there now.
                continue
        return None


def _files(folder: Traversable) -> Mapping[str, bytes]:
    if not folder.is_dir():
        return {}
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


_PACKED = frozenset(encoding.suffix for encoding in ENCODINGS)


def _asset(name: str, found: Mapping[str, bytes]) -> Asset:
    packed = [Variant(e, body) for e in ENCODINGS if (body := found.get(f"{name}.{e.suffix}")) is not None]
    variants = sorted([*packed, Variant(None, found[name])], key=lambda variant: len(variant.body))
    return Asset(_TYPES.get(_suffix(name), _UNKNOWN), tuple(variants))


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]
