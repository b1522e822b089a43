"""The share card as a picture: an SVG of 1200 by 630 that is whole in itself."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onering.http.lettering import cut, drawable, wrapped
from onering.http.templating import rendered


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a card, as `#rrggbb`: a background that goes from one to another, its accents and its text."""

    name: str
    background: str
    background_end: str
    accent: str
    accent_end: str
    text: str


_THEMES: Mapping[str | None, Theme] = {
    None: Theme("ring", "#1b1530", "#3b1f4f", "#ffd479", "#ff9e5e", "#fdf8ef"),
    "x": Theme("x", "#07090d", "#1d2733", "#9fd8ff", "#4f9dff", "#f5f9ff"),
    "instagram": Theme("instagram", "#2a0f3d", "#7a1f4f", "#ffd08a", "#ff6f91", "#fff6f2"),
    "tiktok": Theme("tiktok", "#0a0a12", "#161d2b", "#5ff4ee", "#ff4d78", "#f7fbff"),
    "youtube": Theme("youtube", "#1c0b0d", "#4a1218", "#ffc2b0", "#ff5a4f", "#fff7f5"),
    "blog": Theme("blog", "#0e2320", "#1f4a43", "#f2e3b3", "#7fd1ae", "#f8fbf6"),
}


def theme_of(platform: str | None) -> Theme:
    """Return the theme of what a draft is meant for; one of a newer release has the common one."""
    return _THEMES.get(platform, _THEMES[None])


# The ring: its middle, its radius, and the gap between the arcs of its people, in degrees; their ends are round.
_MIDDLE, _RADIUS, _GAP = (956.0, 214.0), 118.0, 17.0
# The title: its sizes with the lines that each may take, the largest that it fits in first. What stands left of the
# ring has so much room; the title begins at the height _TOP, and what is below it ends above _BOTTOM.
_TITLES = ((76, 2), (62, 3), (50, 4))
_ROOM, _TOP, _BOTTOM = 640, 196, 450
_TOP_LINE, _SUBTITLE, _NAME = 27, 24, 22


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text, and the height of its base."""

    y: int
    text: str


def picture(card: Mapping[str, Any]) -> str:
    """Return the SVG of a share card."""
    title = str(card["title"])
    size, lines = _title(drawable(title.removeprefix("Collab Thread: ")))
    heading = _set(lines, _TOP, round(size * 1.18))
    beneath = heading[-1].y + 58
    room = max((_BOTTOM - beneath) // 36 + 1, 0)
    top_line = wrapped(drawable(card["top_line"]), _ROOM / _TOP_LINE, min(room, 2)) if room else ()
    return rendered(
        "share-card.svg.jinja",
        {
            "title": drawable(title),
            "theme": card["theme"],
            "size": size,
            "heading": heading,
            "top_line": _set(top_line, beneath, 36),
            "subtitle": cut(drawable(card["subtitle"]), _ROOM / _SUBTITLE),
            "middle": _MIDDLE,
            "radius": _RADIUS,
            "people": _people(card),
            "segments": card["metrics"]["segments_count"],
            "figures": _figures(card["metrics"]),
        },
    )


def _title(title: str) -> tuple[int, Sequence[str]]:
    """Return the size of a title and its lines: the largest size in which all of it fits, or what fits of it."""
    for size, most in _TITLES:
        lines = wrapped(title, _ROOM / size, most + 1)
        if len(lines) <= most:
            return size, lines
    size, most = _TITLES[-1]
    return size, wrapped(title, _ROOM / size, most)


def _set(lines: Sequence[str], top: int, leading: int) -> Sequence[_Line]:
    return [_Line(top + leading * number, line) for number, line in enumerate(lines)]


def _people(card: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the people of a card: their names beneath the ring, and their arcs of it, each in its colour."""
    names = [cut(drawable(name), 300 / _NAME) for name in card["contributors"]]
    theme, turn = card["theme"], 360 / len(names)
    return [
        {
            "name": _Line(404 + 36 * number, name),
            "arc": _arc(turn * number + _GAP / 2, turn * (number + 1) - _GAP / 2),
            "colour": _between(theme["accent"], theme["accent_end"], number / max(len(names) - 1, 1)),
        }
        for number, name in enumerate(names)
    ]


def _arc(start: float, end: float) -> str:
    """Return the path of a part of the ring, clockwise, in degrees from its top."""
    (x, y), (to_x, to_y) = _on_ring(start), _on_ring(end)
    return f"M{x:.1f} {y:.1f}A{_RADIUS:g} {_RADIUS:g} 0 {int(end - start > 180)} 1 {to_x:.1f} {to_y:.1f}"


def _on_ring(degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return _MIDDLE[0] + _RADIUS * math.sin(angle), _MIDDLE[1] - _RADIUS * math.cos(angle)


def _between(one: str, other: str, part: float) -> str:
    """Return the colour so far on the way from one to another."""
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a + (b - a) * part) for a, b in pairs).hex()


def _figures(metrics: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    people, passes = metrics["contributors_count"], metrics["ring_passes_last_24h"]
    return (
        (f"{people:,}", "contributor" if people == 1 else "contributors"),
        (f"{passes:,}", "pass in 24 hours" if passes == 1 else "passes in 24 hours"),
        (_span(metrics["avg_minutes_between_passes"]), "from pass to pass"),
    )


def _span(minutes: float | None) -> str:
    """Return a span of time as people say it, in the unit that keeps it short."""
    if minutes is None:
        return "—"
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:,.0f} days"
