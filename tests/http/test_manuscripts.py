"""A draft as a file: what people wrote is never markup, whatever it is."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from onering.http.manuscripts import Credit, Manuscript, filename, html, markdown
from tests.http.pages import Page


def manuscript(*texts: str, title: str = "A walk", display: str = "@u_d5a1cc") -> Manuscript:
    segments = [{"content": text} for text in texts]
    return Manuscript({"title": title, "description": "", "segments": segments}, [Credit("alice", display, 1)])


HOSTILE = "</p><script>alert('1')</script><img src=x onerror=alert(2)>&lt;{{ 7 * 7 }}"


def test_html_shows_markup_as_it_was_written() -> None:
    page = Page.of(html(manuscript(HOSTILE, title=HOSTILE, display=HOSTILE)))
    assert (page.texts["p"], page.texts["h1"], page.texts["bdi"]) == ([HOSTILE], [HOSTILE], [HOSTILE])
    assert "script" not in page.texts


reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
marks = st.sampled_from(list("ab1.) \n\t#*_-+=`~[]()!<>&;:/|\\$@wW'\"{}^0 é"))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(text=st.text(alphabet=marks, min_size=1, max_size=40).filter(str.strip))
def test_markdown_shows_text_as_it_was_written(text: str) -> None:
    """Whatever was written, its paragraphs and lines come back as they were, and nothing in them is markup."""
    told = reader.parse(markdown(Manuscript({"title": "A walk", "description": "", "segments": [{"content": text}]})))[
        3:
    ]
    assert {token.type for token in told} == {"paragraph_open", "inline", "paragraph_close"}
    lines = [line.rstrip(" \t") for line in text.split("\n")]
    expected = [paragraph.strip("\n") for paragraph in re.split(r"\n{2,}", "\n".join(lines).strip("\n"))]
    assert [spoken(token) for token in told if token.type == "inline"] == expected


@pytest.mark.parametrize(
    "title", ["#1: *Go*", "C #", "- a", "1. b", "<b>", "[x](y)", "a\nb", "  c", "=", "~~~", "&amp;"]
)
def test_a_title_and_a_name_are_one_line_each(title: str) -> None:
    told = reader.parse(markdown(manuscript("Text", title=title, display=title)))
    plain = " ".join(title.split())
    assert [token.type for token in told[:3]] == ["heading_open", "inline", "heading_close"]
    assert spoken(told[1]) == plain
    assert spoken(next(t for t in reversed(told) if t.type == "inline")) == f"{plain}: 1 segment"


def spoken(token: Any) -> str:
    """Return what a reader sees of a line, which must be nothing but text."""
    assert {child.type for child in token.children} <= {"text", "text_special", "hardbreak"}, token
    return "".join("\n" if child.type == "hardbreak" else child.content for child in token.children)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A walk", "a-walk"),
        ("Été à Zürich", "ete-a-zurich"),
        ("../../etc/passwd", "etc-passwd"),
        ('x"; rm -rf *', "x-rm-rf"),
        ("写作", "draft"),
        ("---", "draft"),
        ("CON", "draft-con"),
        ("a" * 200, "a" * 60),
        ("word " * 40, ("word-" * 12).strip("-")),
    ],
)
def test_a_filename_is_one_that_every_system_takes(title: str, name: str) -> None:
    assert filename(title, "md") == f"{name}.md"
