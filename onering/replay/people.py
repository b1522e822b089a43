"""Who did it: the names by which rules and payloads know the verified people whom events are stamped with."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from onering.domain.actor import Actor
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftCreated,
    Event,
    HolderNudged,
    RingPassed,
    SegmentAdded,
    SegmentAmended,
    SegmentWithdrawn,
)
from onering.domain.profile import PersonState
from onering.domain.state import DraftState

Person = tuple[str, str]
"""(issuer, subject)"""


class KnownPerson(NamedTuple):
    """A person as far as the log told; of a `vague` one, something was erased."""

    user_id: str
    state: PersonState = PersonState()
    vague: bool = False


class People:
    """One name per person and one person per name, as long as a log is (docs/AUTH.md).

    A person's event of registration tells the name. Where there is none, the first name that an event of theirs uses
    is theirs, if it is spelled like theirs: the subject, or `<alias>|<subject>`.
    """

    def __init__(self) -> None:
        self.names: dict[Person, str] = {}
        # Those who signed in, by their stream, and which of them has a handle.
        self.known: dict[UUID, KnownPerson] = {}
        self.handles: dict[str, UUID] = {}
        self._bearers: dict[str, Person] = {}
        self._actors: dict[tuple[str, str, bytes], Actor] = {}

    def know(self, person: Person, name: str) -> str | None:
        """Take note of a person's name; return what speaks against it."""
        if name != person[1] and not name.endswith(f"|{person[1]}"):
            return f"it is told in the name of {name!r}, and was done by {person[1]!r}"
        known = self.names.setdefault(person, name)
        if known != name:
            return f"{person[1]!r} goes by the name {name!r} here, and by {known!r} before"
        if self._bearers.setdefault(name, person) != person:
            return f"the name {name!r} belongs to another issuer's person"
        return None

    def actor(self, issuer: str, subject: str, workspace_id: bytes) -> Actor | None:
        """Return who did an event of a workspace, as the rules see them; None if their name is not known."""
        key = issuer, subject, workspace_id
        if (known := self._actors.get(key)) is not None:
            return known
        if (name := self.names.get((issuer, subject))) is None:
            return None
        # Whether somebody of the workspace may read matters to no rule that lets something be written.
        return self._actors.setdefault(key, Actor(issuer, subject, name, UUID(bytes=workspace_id)))


def claimed(state: DraftState, events: Sequence[Event]) -> tuple[str, ...]:
    """Return by which names the events of one command may say that their actor goes."""
    match events[0]:
        case SegmentAdded(author_id=name) | DraftCreated(creator_id=name) | RingPassed(reason=None, from_user_id=name):
            return (name,)
        case RingPassed(reason="reclaimed", to_user_id=name) | HolderNudged(user_id=name):
            return (name,)
        case RingPassed(from_user_id=name) | CollaboratorRemoved(user_id=name):
            return (state.owner_id, name)
        case SegmentAmended() | SegmentWithdrawn():
            return (state.holder_id,)
        case CollaboratorAdded(user_id=name, invite_id=invite) if invite is not None:
            return (name,)
        case _:
            return (state.owner_id,)
