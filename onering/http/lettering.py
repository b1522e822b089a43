"""How wide text is, about, where nobody can measure it, and where its lines break."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

# Widths in parts of the font size, as serif and sans-serif faces of browsers have them on average.
_NARROW, _WIDE = frozenset("iljtfI.,:;'|!()[] ·\u2018\u2019"), frozenset("mwMWQOGCD@%—…&")
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width(text: str) -> float:
    """Return how many times its own size a text is wide, about."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.05
    if character in _NARROW:
        return 0.32
    if character in _WIDE:
        return 0.85
    return 0.68 if character.isupper() else 0.55


def drawable(text: str) -> str:
    """Return text as XML 1.0 can hold it (§2.2), on one line."""
    return " ".join(_NO_XML.sub("\ufffd", text).split())


def wrapped(text: str, room: float, lines: int) -> Sequence[str]:
    """Return text in at most so many lines, each `room` times its size wide, broken between words where that can be.

    What does not fit ends in an ellipsis.
    """
    found = list(_lines(text, room))
    if len(found) <= lines:
        return found
    return [*found[: lines - 1], cut(" ".join(found[lines - 1 :]), room)]


def cut(text: str, room: float) -> str:
    """Return text in one line `room` times its size wide.

    What does not fit ends in an ellipsis: after a whole word, unless a third or more would be lost to that.
    """
    if width(text) <= room:
        return text
    fitting = _fitting(text, room - _width("…"))
    words = fitting[: fitting.rfind(" ")] if " " in fitting else ""
    whole = text[len(fitting) :].startswith(" ")
    return (fitting if whole or 3 * len(words) < 2 * len(fitting) else words).rstrip(" ,;:.-—") + "…"


def _lines(text: str, room: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        if width(f"{line} {word}".strip()) <= room:
            line = f"{line} {word}".strip()
            continue
        if line:
            yield line
        while width(word) > room:
            head = _fitting(word, room) or word[0]
            yield head
            word = word[len(head) :]
        line = word
    if line:
        yield line


def _fitting(text: str, room: float) -> str:
    """Return as much of the beginning of a text as fits, with the marks that belong to its last character."""
    taken = 0.0
    for place, character in enumerate(text):
        taken += _width(character)
        if taken > room:
            return text[:place]
    return text
