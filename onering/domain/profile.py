"""A person as others meet them, and their plan: what may be changed of it, and what each change says."""

import re
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from onering.domain.plans import DEFAULT_PLAN, Plan
from onering.domain.values import Handle, not_blank

# Longest display name, in Unicode code points.
DISPLAY_NAME = 50

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(value: str) -> str:
    """Refuse control characters and line ends."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


DisplayName = Annotated[
    str, StringConstraints(min_length=1, max_length=DISPLAY_NAME), AfterValidator(one_line), AfterValidator(not_blank)
]


class ChangeProfile(BaseModel):
    """Be called otherwise. A field that is not set stays as it is; null takes the name away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    display_name: DisplayName | None = None
    handle: Handle | None = None


class _PersonEvent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    user_id: str


class UserRegistered(_PersonEvent):
    """A person signed in for the first time."""

    type: Literal["user_registered"] = "user_registered"
    plan: str = DEFAULT_PLAN


class ProfileChanged(_PersonEvent):
    """A person is called so from now on: what is absent, they have not."""

    type: Literal["profile_changed"] = "profile_changed"
    display_name: str | None = None
    handle: str | None = None


class PlanChanged(_PersonEvent):
    """An operator gave a person another plan."""

    type: Literal["plan_changed"] = "plan_changed"
    plan: Plan


PersonEvent: TypeAlias = UserRegistered | ProfileChanged | PlanChanged

PERSON_EVENT_TYPES: dict[str, type[PersonEvent]] = {
    "user_registered": UserRegistered,
    "profile_changed": ProfileChanged,
    "plan_changed": PlanChanged,
}


class PersonState(NamedTuple):
    """What a person is called, and which plan they have."""

    plan: str = DEFAULT_PLAN
    display_name: str | None = None
    handle: str | None = None


def decide_profile(state: PersonState, asked: ChangeProfile, user_id: str) -> ProfileChanged | None:
    """Return what a change comes to, or None if it changes nothing. Whether a handle is free is not known here."""
    said = asked.model_fields_set
    name = asked.display_name if "display_name" in said else state.display_name
    handle = asked.handle if "handle" in said else state.handle
    if (name, handle) == (state.display_name, state.handle):
        return None
    return ProfileChanged(user_id=user_id, display_name=name, handle=handle)


def evolve_person(state: PersonState, event: PersonEvent) -> PersonState:
    """Return the state after `event`."""
    match event:
        case ProfileChanged():
            return state._replace(display_name=event.display_name, handle=event.handle)
        case PlanChanged():
            return state._replace(plan=event.plan)
        case UserRegistered():
            return state
