"""What a command answers: its outcome, the draft as it is then, or why it was refused, among others."""

from typing import Annotated, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.drafts import Draft, DraftAnswer
from onering.contract.history import Event, InviteEvent
from onering.contract.problems import Problem
from onering.contract.shapes import Id, PlaceInLog, Shape, Version, shown
from onering.domain.values import Strategy


class Outcome(Shape):
    """What became of a command. Its version is that of its last event, or of the draft if nothing changed."""

    model_config = shown(examples.OUTCOME)

    draft_id: Id
    version: Version
    position: PlaceInLog


class OutcomeAnswer(Shape):
    """The bare outcome: so preferred, or the draft can't be shown."""

    model_config = shown({"data": examples.OUTCOME})

    data: Outcome


class Link(Shape):
    """How the person who was invited accepts; whoever made the invite is shown it, and nobody else."""

    invite_id: Id
    token: str
    share_url: str


class Acknowledged(Outcome):
    """The outcome of any command; no `events` with `Prefer: return=minimal`, and an `invite` where one was made."""

    events: Annotated[list[Event | InviteEvent], Field(default_factory=list)]
    invite: Annotated[Link | None, Field(default=None)]


class Accepted(Shape):
    """A command of several that was carried out."""

    status: Literal[200]
    data: Acknowledged


class Refused(Shape):
    """A command of several that was refused."""

    status: Annotated[int, Field(ge=400, le=599)]
    problem: Problem


class CommandAnswer(Shape):
    """The outcome of a command; for an array, that of each, in order."""

    model_config = shown({"data": examples.OUTCOME | {"events": [examples.EVENT]}})

    data: Acknowledged | list[Accepted | Refused]


# What a resource form answers: the draft as it is now, unless it is not wanted or may not be read any more.
Changed = DraftAnswer | OutcomeAnswer


class SmartMetrics(Shape):
    """What a choice rests on: the strategy, how many could have been chosen, and the version it was decided on."""

    strategy: Strategy
    candidate_count: Annotated[int, Field(ge=1)]
    computed_from: str


class SmartPass(Shape):
    """The draft after a smart pass, and whom it chose."""

    model_config = shown(
        {
            "data": examples.DRAFT,
            "selected_to_user_id": examples.BOB,
            "strategy_used": "most_inactive",
            "reasoning": "bob has not had a turn yet.",
            "metrics": {"strategy": "most_inactive", "candidate_count": 1, "computed_from": "version 3"},
        }
    )

    data: Draft | Outcome
    selected_to_user_id: str
    strategy_used: Strategy
    reasoning: str
    metrics: SmartMetrics
