"""Whether a first sign-in is that of its person: the same for everybody, but for the name."""

import orjson

from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.log.event import StoredEvent
from onering.replay.findings import Judged
from onering.replay.payload import loaded
from onering.replay.people import People
from onering.users import registration


def judge_registration(event: StoredEvent, people: People, judged: Judged) -> None:
    """Judge an event of a person's stream, and learn the name that rules and payloads know the person by."""
    if event.payload is None:
        judged.counts.erased += 1
        return
    if event.type != "user_registered" or event.schema_version != 1:
        judged.not_understood(event, f"{event.type} version {event.schema_version} is of a newer release")
        return
    data = (loaded(event.payload) or {}).get("data", {})
    if not isinstance(name := data.get("user_id"), str):
        judged.find(event, "payload", "its payload is not that of an event")
        return
    if against := people.know((event.issuer, event.subject), name):
        judged.find(event, "actor", against)
    _register_again(event, name, data, judged)


def _register_again(event: StoredEvent, name: str, data: dict[str, object], judged: Judged) -> None:
    workspace = personal_workspace(event.issuer, event.subject)
    again = registration(Actor(event.issuer, event.subject, name, workspace, event.impersonator))
    (write,) = again.writes
    same = (event.command_id, event.stream_id, event.workspace_id, event.version)
    if same != (again.command_id, write.stream_id, write.workspace_id, 1):
        judged.find(event, "legal", "a first sign-in of this person would have had other identities")
    expected = orjson.loads(write.events[0].payload)["data"]
    if any(data.get(field) != value for field, value in expected.items()):
        judged.find(event, "legal", "a first sign-in of this person would have said something else")
    elif len(data) > len(expected):
        judged.not_understood(event, f"{event.type} has fields that this release does not know")
