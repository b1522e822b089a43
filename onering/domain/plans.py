"""The plans that people have, and how much each of them allows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Plan(StrEnum):
    """What a person has paid for."""

    FREE = "free"
    CREATOR = "creator"
    TEAM = "team"


DEFAULT_PLAN = Plan.FREE


class Limits(NamedTuple):
    """How much a plan allows (None: any number): drafts owned and not archived, people in a draft beside its owner, and
    segments written a day (UTC).
    """

    plan: Plan
    drafts: int | None = None
    collaborators_per_draft: int | None = None
    segments_a_day: int | None = None


PLANS: Mapping[str, Limits] = {
    Plan.FREE: Limits(Plan.FREE, drafts=10, collaborators_per_draft=3, segments_a_day=20),
    Plan.CREATOR: Limits(Plan.CREATOR, drafts=50, collaborators_per_draft=10, segments_a_day=100),
    Plan.TEAM: Limits(Plan.TEAM),
}


def limits_of(plan: str) -> Limits:
    """Return what a plan allows; one that this release does not know allows as much as the default one."""
    return PLANS.get(plan, PLANS[DEFAULT_PLAN])
