"""A draft as a file to take along: Markdown, HTML or JSON, with credits to those who wrote it."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from onering.http.templating import rendered


class Format(StrEnum):
    """What kind of file."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Credit:
    """Somebody who wrote: how they are called, and how many segments that stand are theirs."""

    user_id: str
    display: str
    segments: int

    @property
    def said(self) -> str:
        """Their part in a few words."""
        return "1 segment" if self.segments == 1 else f"{self.segments} segments"


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What is in the file: `draft` is the draft as the API shows it; no `credits` if none are wanted."""

    draft: Mapping[str, Any]
    credits: Sequence[Credit] = ()

    @property
    def title(self) -> str:
        """The draft's title."""
        return str(self.draft["title"])

    @property
    def description(self) -> str:
        """The draft's description; empty if it has none."""
        return str(self.draft["description"])

    @property
    def texts(self) -> list[str]:
        """The texts of its segments, in order."""
        return [segment["content"] for segment in self.draft["segments"]]


def markdown(manuscript: Manuscript) -> str:
    """Return it as CommonMark in which nothing that people wrote is markup."""
    blocks = [f"# {_one_line(manuscript.title)}"]
    if manuscript.description:
        blocks.append(_paragraphs(manuscript.description))
    blocks += [_paragraphs(text) for text in manuscript.texts]
    if manuscript.credits:
        people = [f"- {_one_line(credit.display)}: {credit.said}" for credit in manuscript.credits]
        blocks += ["---", "## Credits", "\n".join(people)]
    return "\n\n".join(blocks) + "\n"


def html(manuscript: Manuscript) -> str:
    """Return it as a document without scripts that needs nothing from anywhere."""
    return rendered(
        "manuscript.html.jinja",
        {
            "title": manuscript.title,
            "description": manuscript.description,
            "texts": manuscript.texts,
            "credits": manuscript.credits,
        },
    )


def json(manuscript: Manuscript) -> str:
    """Return it as `{"draft": …, "credits": […]}`; without `credits` if none are wanted."""
    value: dict[str, Any] = {"draft": manuscript.draft}
    if manuscript.credits:
        value["credits"] = [
            {"user_id": credit.user_id, "display": credit.display, "segment_count": credit.segments}
            for credit in manuscript.credits
        ]
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


# How each kind of file is made, called, and ends.
MADE: Mapping[Format, tuple[Callable[[Manuscript], str], str, str]] = {
    Format.MARKDOWN: (markdown, "text/markdown; charset=utf-8", "md"),
    Format.HTML: (html, "text/html; charset=utf-8", "html"),
    Format.JSON: (json, "application/json", "json"),
}

_LONGEST_NAME = 60
# What Windows takes for a device, whatever its ending.
_DEVICE = re.compile("con|prn|aux|nul|(com|lpt)[0-9]")


def filename(title: str, ending: str) -> str:
    """Return a name that every system takes: ASCII letters, digits and hyphens of the title, or `draft` without any."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-")
    if _DEVICE.fullmatch(name):
        name = f"draft-{name}"
    return f"{name or 'draft'}.{ending}"


# What may be markup anywhere in a line (CommonMark, and GitHub's tables, strikethrough, formulas and bare links), what
# may be at its beginning (lists, rules, underlines of headings, columns of tables), and the white space of code blocks.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>&~|#$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_AT_FIRST = re.compile(r"^(?:(?=[+\-=:])|\d{1,9}(?=[.)]))", re.ASCII)
_INDENTED = re.compile(r"^[ \t]")


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split("\n")).strip())


def _paragraphs(text: str) -> str:
    """Return text whose lines and blank lines stay what they are, by a hard break within each paragraph."""
    lines = [_escaped(line.rstrip(" \t")) for line in text.strip("\n").split("\n")]
    following = [*lines[1:], ""]
    return "\n".join(line + "\\" if line and after else line for line, after in zip(lines, following, strict=True))


def _escaped(line: str) -> str:
    escaped = _ANYWHERE.sub(lambda match: "\\" + match[0], line)
    escaped = _AT_FIRST.sub(lambda match: match[0] + "\\", escaped)
    return _INDENTED.sub(lambda match: f"&#{ord(match[0])};", escaped)
