"""The share card as a picture: whatever is on it fits, is drawn, and does no harm."""

from typing import Any
from xml.etree import ElementTree

import pytest

from onering.domain.values import Platform
from onering.http.lettering import cut, drawable, width, wrapped
from onering.http.pictures import picture, theme_of
from tests.http.pages import SVG, check_harmless


def drawn(**said: Any) -> Any:
    told = {
        "title": "Collab Thread: A walk",
        "subtitle": "It is the turn of Bob",
        "metrics": {
            "contributors_count": 1,
            "ring_passes_last_24h": 0,
            "avg_minutes_between_passes": None,
            "segments_count": 1,
        },
        "contributors": ["Alice"],
        "top_line": "We left at dawn.",
        "theme": {"name": "ring", **dict.fromkeys(("background", "background_end", "text"), "#123456")}
        | {"accent": "#000000", "accent_end": "#ffffff"},
    } | said
    return ElementTree.fromstring(picture(told))


def heading(drawing: Any) -> list[tuple[float, str]]:
    """Return the lines of a picture's title, each with its size."""
    bold = [text for text in drawing.iter(SVG + "text") if text.get("x") == "80" and text.get("font-weight") == "700"]
    return [(float(text.get("font-size")), text.text) for text in bold]


class TestDrawing:
    @pytest.mark.parametrize(
        "title",
        [
            *("A walk", "word " * 40, "x" * 200, "W" * 200, "写" * 200, "👩‍👩‍👧" * 28, "e\u0301" * 100, "سفر " * 50),
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        ],
    )
    def test_any_title_fits(self, title: str) -> None:
        lines = heading(drawn(title=f"Collab Thread: {title}"))
        assert 1 <= len(lines) <= 4
        assert all(size * width(text) <= 640 for size, text in lines)
        whole = "".join(text for _, text in lines).replace(" ", "")
        assert title.replace(" ", "").startswith(whole.rstrip("…"))

    def test_a_short_title_is_larger_than_a_long_one(self) -> None:
        sizes = [heading(drawn(title=f"Collab Thread: {'walk ' * n}"))[0][0] for n in (1, 8, 30)]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) == 3

    @pytest.mark.parametrize("people", [1, 2, 5])
    def test_the_ring_has_an_arc_for_each_of_its_people_and_each_a_colour(self, people: int) -> None:
        drawing = drawn(contributors=[f"Person {n}" for n in range(people)])
        strokes = [path.get("stroke") for path in drawing.iter(SVG + "path")]
        assert len(strokes) == len(set(strokes)) == people
        check_harmless(drawing)

    @pytest.mark.parametrize(
        ("minutes", "said"),
        [(None, "—"), (0.0, "0 min"), (12.4, "12 min"), (89.0, "89 min"), (90.0, "2 h"), (3000.0, "2 days")],
    )
    def test_a_span_is_said_in_the_unit_that_keeps_it_short(self, minutes: float | None, said: str) -> None:
        metrics = {"contributors_count": 1, "ring_passes_last_24h": 1, "segments_count": 1234}
        texts = list(drawn(metrics=metrics | {"avg_minutes_between_passes": minutes}).itertext())
        assert said in texts
        assert "1,234" in texts

    def test_every_platform_has_a_theme_of_its_own(self) -> None:
        themes = {theme_of(platform) for platform in (None, *Platform)}
        assert len(themes) == len(Platform) + 1
        assert theme_of("papyrus") == theme_of(None)


class TestLettering:
    def test_lines_break_between_words(self) -> None:
        assert wrapped("one two three", width("one two"), 3) == ["one two", "three"]

    def test_a_word_that_is_wider_than_a_line_breaks_within(self) -> None:
        assert wrapped("xxxxxx", width("xxx"), 3) == ["xxx", "xxx"]

    def test_marks_stay_with_their_letter(self) -> None:
        assert wrapped("e\u0301e\u0301", width("e"), 2) == ["e\u0301", "e\u0301"]

    def test_what_does_not_fit_ends_in_an_ellipsis_after_a_word(self) -> None:
        assert cut("one two three four", width("one two three f…")) == "one two three…"
        assert cut("one", width("one")) == "one"

    def test_what_does_not_fit_in_any_line_is_at_least_begun(self) -> None:
        assert wrapped("WW", 0.1, 5) == ["W", "W"]

    def test_what_xml_cannot_hold_is_replaced(self) -> None:
        assert drawable("a\ufffeb\uffff\nc  d") == "a\ufffdb\ufffd c d"
