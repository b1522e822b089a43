"""The words of the domain: text, names and closed sets that commands and events are made of."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Platform(StrEnum):
    """Where a finished draft is meant to be published."""

    X = "x"
    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    BLOG = "blog"


class Visibility(StrEnum):
    """Who may read a draft: its members, everyone of its workspace, or anyone."""

    PRIVATE = "private"
    WORKSPACE = "workspace"
    PUBLIC = "public"


class Status(StrEnum):
    """Where a draft stands in its life."""

    ACTIVE = "active"
    LOCKED = "locked"
    COMPLETED = "completed"
    ARCHIVED = "archived"


class Role(StrEnum):
    """What a member may do: own it, write in turn, or read."""

    OWNER = "owner"
    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"


class Strategy(StrEnum):
    """How a smart pass chooses who is next."""

    MOST_INACTIVE = "most_inactive"
    ROUND_ROBIN = "round_robin"
    BACK_TO_CREATOR = "back_to_creator"
    BEST_NEXT = "best_next"


class GrantedRole(StrEnum):
    """The roles that can be given; ownership is transferred, never granted."""

    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"


def plain_text(value: str) -> str:
    """Refuse control characters other than newline and tab."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters other than newline and tab")
    return value


def not_blank(value: str) -> str:
    """Refuse text that is white space only."""
    if not value.strip():
        raise ValueError("must not be only white space")
    return value


def principal_name(value: str) -> str:
    """Refuse white space and control characters in the name of a person."""
    if _CONTROL.search(value) or any(character.isspace() for character in value):
        raise ValueError("must not contain white space or control characters")
    return value


# Longest texts, in Unicode code points.
TITLE, DESCRIPTION, CONTENT, MESSAGE = 200, 2000, 500, 500

# Longest turn, and life of an invite, in hours.
LONGEST_TURN, LONGEST_INVITE = 24 * 365, 720

Title = Annotated[
    str, StringConstraints(min_length=1, max_length=TITLE), AfterValidator(plain_text), AfterValidator(not_blank)
]
Description = Annotated[str, StringConstraints(max_length=DESCRIPTION), AfterValidator(plain_text)]
Content = Annotated[
    str, StringConstraints(min_length=1, max_length=CONTENT), AfterValidator(plain_text), AfterValidator(not_blank)
]
UserId = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(principal_name)]
Message = Annotated[
    str, StringConstraints(min_length=1, max_length=MESSAGE), AfterValidator(plain_text), AfterValidator(not_blank)
]


def handle_name(value: str) -> str:
    """Return a handle in its one spelling: `@Alice` and `alice` are the same."""
    name = value.removeprefix("@").lower()
    if re.fullmatch(r"[a-z0-9_]{2,30}", name) is None:
        raise ValueError("a handle is 2 to 30 of a-z 0-9 _")
    return name


Handle = Annotated[str, StringConstraints(max_length=64), AfterValidator(handle_name)]


def of_our_days(value: datetime) -> datetime:
    """Refuse times near the ends of the calendar, where arithmetic with an offset leaves it."""
    if not 1970 <= value.year <= 9998:
        raise ValueError("must be a time between the years 1970 and 9998")
    return value.astimezone(UTC)


Time = Annotated[AwareDatetime, AfterValidator(of_our_days)]
