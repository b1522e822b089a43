"""Whether what happened to a person is legal: their first sign-in, what they are called, and the plan they got."""

from uuid import UUID

import orjson
from pydantic import ValidationError

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.ids import command_identity, derived
from onering.domain.profile import (
    ChangeProfile,
    PlanChanged,
    ProfileChanged,
    UserRegistered,
    decide_profile,
    evolve_person,
)
from onering.log.codec import UnknownEvent
from onering.log.event import StoredEvent
from onering.people import person_event, person_stream
from onering.replay.findings import Judged
from onering.replay.payload import loaded
from onering.replay.people import KnownPerson, People
from onering.system import OPERATOR
from onering.users import registration


def judge_person(event: StoredEvent, people: People, judged: Judged) -> None:
    """Judge an event of a person's stream, and learn the name that rules and payloads know the person by."""
    _Judgement(people, judged).judge(event)


class _Judgement:
    def __init__(self, people: People, judged: Judged) -> None:
        self._people = people
        self._judged = judged

    def judge(self, event: StoredEvent) -> None:
        if event.payload is None:
            self._judged.counts.erased += 1
            self._erased(event)
            return
        payload = loaded(event.payload)
        if payload is None:
            self._judged.find(event, "payload", "its payload is not that of an event")
            return
        try:
            fact = person_event(event)
        except UnknownEvent:
            self._judged.not_understood(event, f"{event.type} version {event.schema_version} is of a newer release")
            return
        match fact:
            case UserRegistered():
                self._registered(event, fact, payload["data"])
            case ProfileChanged():
                self._renamed(event, fact, payload["idempotency_key"])
            case PlanChanged():
                self._given(event, fact)
        if not payload["data"].keys() <= type(fact).model_fields.keys():
            self._judged.not_understood(event, f"{event.type} has fields that this release does not know")

    def _registered(self, event: StoredEvent, fact: UserRegistered, data: dict[str, object]) -> None:
        if against := self._people.know((event.issuer, event.subject), fact.user_id):
            self._judged.find(event, "actor", against)
        workspace = personal_workspace(event.issuer, event.subject)
        again = registration(Actor(event.issuer, event.subject, fact.user_id, workspace, event.impersonator))
        (write,) = again.writes
        same = (event.command_id, event.stream_id, event.workspace_id, event.version)
        if same != (again.command_id, write.stream_id, write.workspace_id, 1):
            self._judged.find(event, "legal", "a first sign-in of this person would have had other identities")
        expected = orjson.loads(write.events[0].payload)["data"]
        if any(data.get(field) != value for field, value in expected.items()):
            self._judged.find(event, "legal", "a first sign-in of this person would have said something else")
        self._people.known[event.stream_id] = KnownPerson(fact.user_id)

    def _renamed(self, event: StoredEvent, fact: ProfileChanged, key: str | None) -> None:
        if against := self._people.know((event.issuer, event.subject), fact.user_id):
            self._judged.find(event, "actor", against)
        if event.stream_id != person_stream(event.issuer, event.subject):
            self._judged.find(event, "actor", "nobody changes what somebody else is called")
        if key is None or event.command_id != command_identity(fact.user_id, event.stream_id, key):
            self._judged.find(event, "identity", "its command_id is not that of its person, stream and idempotency key")
        known = self._people.known.get(event.stream_id)
        if against := self._against_names(event, fact, known):
            self._judged.find(event, "legal", against)
        self._take(event.stream_id, known or KnownPerson(fact.user_id), fact)

    def _against_names(self, event: StoredEvent, fact: ProfileChanged, known: KnownPerson | None) -> str | None:
        if known is None:
            return "nobody had signed in of whom it tells"
        try:
            asked = ChangeProfile(display_name=fact.display_name, handle=fact.handle)
        except ValidationError as invalid:
            return f"no such change would have been taken: {invalid.errors()[0]['msg']}"
        if asked.handle != fact.handle:
            return "a handle is stored in one spelling"
        if not known.vague and decide_profile(known.state, asked, fact.user_id) is None:
            return "it changes nothing"
        if fact.handle is not None and self._people.handles.get(fact.handle, event.stream_id) != event.stream_id:
            return f"somebody else has the handle {fact.handle!r}"
        return None

    def _given(self, event: StoredEvent, fact: PlanChanged) -> None:
        if event.issuer != OPERATOR:
            self._judged.find(event, "actor", "only an operator gives a plan")
        if event.command_id != derived(event.stream_id, "plan", event.version - 1):
            self._judged.find(event, "identity", "its command_id is not that of its person and version")
        known = self._people.known.get(event.stream_id)
        if known is None or (known.user_id != fact.user_id and not known.vague):
            self._judged.find(event, "legal", "nobody had signed in of whom it tells")
        elif known.state.plan == fact.plan and not known.vague:
            self._judged.find(event, "legal", "it changes nothing")
        self._take(event.stream_id, known or KnownPerson(fact.user_id), fact)

    def _take(self, stream_id: UUID, known: KnownPerson, fact: ProfileChanged | PlanChanged) -> None:
        state = evolve_person(known.state, fact)
        if known.state.handle is not None and self._people.handles.get(known.state.handle) == stream_id:
            del self._people.handles[known.state.handle]
        if state.handle is not None:
            self._people.handles[state.handle] = stream_id
        self._people.known[stream_id] = known._replace(state=state)

    def _erased(self, event: StoredEvent) -> None:
        known = self._people.known.get(event.stream_id) or KnownPerson("")
        if event.type == "profile_changed":
            self._take(event.stream_id, known, ProfileChanged(user_id=known.user_id))
        known = self._people.known.get(event.stream_id, known)
        self._people.known[event.stream_id] = known._replace(vague=True)
