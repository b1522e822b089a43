"""given(events).when(command, by).then(events): the stories that rules are tested by, and their words."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from onering.domain.actor import Actor
from onering.domain.commands import AddCollaborator, AddSegment, DraftCommand, PassRing, RemoveCollaborator
from onering.domain.decide import decide
from onering.domain.events import CollaboratorAdded, DraftCreated, Event, RingPassed
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, evolve
from onering.domain.values import GrantedRole, Visibility

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
WORKSPACE = UUID(int=7)
COMMAND = UUID(int=42)
DRAFT = UUID(int=1)

C = TypeVar("C", bound=DraftCommand)


def person(name: str) -> Actor:
    return Actor("test", name, name, UUID(int=len(name)))


def created(visibility: Visibility = Visibility.PRIVATE) -> DraftCreated:
    return DraftCreated(creator_id="alice", title="A walk", visibility=visibility)


def joined(name: str, role: GrantedRole = GrantedRole.CONTRIBUTOR) -> CollaboratorAdded:
    return CollaboratorAdded(user_id=name, role=role)


def passed(giver: str, taker: str) -> RingPassed:
    return RingPassed(from_user_id=giver, to_user_id=taker)


class Given:
    """What happened; every event at NOW, or `after` so long."""

    def __init__(self, *events: Event, after: timedelta = timedelta(0), **overrides: object) -> None:
        self.state = DraftState(DRAFT, WORKSPACE)
        for event in events:
            self.state = evolve(self.state, event, NOW + after)
        if overrides:
            self.state = self.state._replace(**overrides)

    def when(self, command: DraftCommand, by: str, after: timedelta = timedelta(0)) -> "When":
        """Ask for something, so long after NOW."""
        return When(lambda: decide(self.state, command, person(by), NOW + after))

    def then(self, *events: Event, after: timedelta = timedelta(0)) -> "Given":
        """Go on with the story."""
        going = Given()
        going.state = self.state
        for event in events:
            going.state = evolve(going.state, event, NOW + after)
        return going


class When:
    """What was asked for: it happens, it is refused, or it stays quiet."""

    def __init__(self, decided: Callable[[], Sequence[Event]]) -> None:
        self._decided = decided

    @property
    def events(self) -> Sequence[Event]:
        return self._decided()

    def then(self, *events: Event) -> None:
        assert list(self.events) == list(events)

    def stays_quiet(self) -> None:
        self.then()

    def refused(self, why: type[Refusal], *words: str) -> Refusal:
        with pytest.raises(Refusal) as caught:
            self._decided()
        assert type(caught.value) is why
        assert [word for word in words if word not in caught.value.detail] == []
        return caught.value


def ask(model: type[C], **fields: Any) -> C:
    """Return a command on the draft."""
    return model.model_validate({"command_id": COMMAND, "draft_id": DRAFT, **fields})


def add(text: str = "And then") -> AddSegment:
    return ask(AddSegment, content=text)


def hand(to: str) -> PassRing:
    return ask(PassRing, to_user_id=to)


def let_in(name: str, role: GrantedRole = GrantedRole.CONTRIBUTOR) -> AddCollaborator:
    return ask(AddCollaborator, collaborator_id=name, role=role)


def take_out(name: str) -> RemoveCollaborator:
    return ask(RemoveCollaborator, collaborator_id=name)
