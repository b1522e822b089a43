"""Whoever is signed in, as they see themselves."""

from typing import Annotated

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Id, Shape, Time, shown
from onering.domain.profile import DISPLAY_NAME, ChangeProfile

Limit = Annotated[int | None, Field(ge=0, description="The most that the plan allows; null: any number.")]


class Drafts(Shape):
    """Drafts owned and not archived."""

    used: Count
    limit: Limit


class SegmentsToday(Shape):
    """Segments written today, UTC."""

    used: Count
    limit: Limit
    resets_at: Time


class CollaboratorsPerDraft(Shape):
    """People in a draft beside its owner."""

    limit: Limit


class Usage(Shape):
    """What is used of a plan, and what it allows."""

    drafts: Drafts
    segments_today: SegmentsToday
    collaborators_per_draft: CollaboratorsPerDraft


class Person(Shape):
    """Who is signed in; `enforced` says whether plans limit anything here."""

    model_config = shown(examples.ME)

    user_id: str
    display: Annotated[str, Field(description="What others see: the display name, or a default one.")]
    display_name: Annotated[str, Field(min_length=1, max_length=DISPLAY_NAME)] | None
    handle: Annotated[str, Field(pattern="^[a-z0-9_]{2,30}$")] | None
    plan: Annotated[str, Field(description="free, creator or team.")]
    created_at: Time
    workspace_id: Id
    usage: Usage
    enforced: bool


class MeAnswer(Shape):
    """Who is signed in."""

    model_config = shown({"data": examples.ME})

    data: Person


class MeRequest(ChangeProfile):
    """How to be called; what is left out stays, null takes a name away."""

    model_config = shown({"display_name": "Alice W.", "handle": "alice"})

    idempotency_key: Annotated[
        str | None, Field(pattern="^[A-Za-z0-9_.:-]{1,128}$", description="As the header `Idempotency-Key`.")
    ] = None
    expected_version: Annotated[
        int | None, Field(ge=0, le=2**31 - 1, description="As the header `If-Match`, a number here.")
    ] = None
