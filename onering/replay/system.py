"""Whether what happened to the service itself is legal: who was let in or refused, and what operators did."""

from datetime import date, timedelta

from onering.domain.system import (
    AccessRestored,
    AccessRevoked,
    RequestRefused,
    SignedIn,
    SignInsRefused,
    SystemEvent,
)
from onering.log.codec import UnknownEvent
from onering.log.event import StoredEvent
from onering.records.record import sign_in_identity
from onering.replay.findings import Judged
from onering.replay.payload import loaded
from onering.replay.people import People
from onering.system import OPERATOR, SYSTEM, SYSTEM_STREAM, SYSTEM_WORKSPACE, place_identity, system_event

# How far the clocks of a process and of its database may be apart around midnight.
APART = timedelta(days=1)


def judge_of_system(event: StoredEvent, people: People, judged: Judged) -> None:
    """Judge an event of the service's own stream, and learn the names of those whom it tells of."""
    _Judgement(event, people, judged).judge()


class _Judgement:
    def __init__(self, event: StoredEvent, people: People, judged: Judged) -> None:
        self._event = event
        self._people = people
        self._judged = judged

    def judge(self) -> None:
        event = self._event
        if (event.stream_id, event.workspace_id) != (SYSTEM_STREAM, SYSTEM_WORKSPACE):
            self._find("stream", "the service has one stream of its own, in a workspace of its own")
        if event.payload is None:
            self._judged.counts.erased += 1
            return
        payload = loaded(event.payload)
        if payload is None or payload["idempotency_key"] is not None:
            self._find("payload", "its payload is not that of an event of the service")
            return
        try:
            fact = system_event(event)
        except UnknownEvent:
            self._judged.not_understood(event, f"{event.type} version {event.schema_version} is of a newer release")
            return
        self._of(fact)
        if not payload["data"].keys() <= type(fact).model_fields.keys():
            self._judged.not_understood(event, f"{event.type} has fields that this release does not know")

    def _of(self, fact: SystemEvent) -> None:
        event = self._event
        identity = place_identity(event.version - 1)
        match fact:
            case SignedIn():
                self._named(event.issuer, event.subject, fact.user_id)
                if (day := self._day(fact)) is not None:
                    identity = sign_in_identity(event.issuer, event.subject, event.impersonator, day)
            case RequestRefused():
                self._named(event.issuer, event.subject, fact.user_id)
                if fact.dropped < 0:
                    self._find("legal", "less than none were dropped before it")
            case SignInsRefused():
                self._counted(fact)
            case AccessRevoked() | AccessRestored():
                self._of_operator()
                self._named(fact.principal_issuer, fact.principal_subject, fact.user_id)
            case _:
                self._of_operator()
        if event.command_id != identity:
            self._find("identity", "its command_id is not that of its place, or of its person and day")

    def _named(self, issuer: str, subject: str, user_id: str) -> None:
        if issuer in (OPERATOR, SYSTEM[0]):
            self._find("actor", "only people sign in and are refused")
        elif against := self._people.know((issuer, subject), user_id):
            self._find("actor", against)

    def _of_operator(self) -> None:
        if self._event.issuer != OPERATOR:
            self._find("actor", f"only an operator does what {self._event.type} tells")

    def _counted(self, fact: SignInsRefused) -> None:
        if (self._event.issuer, self._event.subject) != SYSTEM:
            self._find("actor", "only the service itself counts whom it refused")
        counts = [*(address.refused for address in fact.addresses), fact.others]
        if min(counts) < 0 or sum(counts) != fact.refused or not fact.refused:
            self._find("legal", "its addresses and the others are not as many as were refused")

    def _day(self, fact: SignedIn) -> date | None:
        try:
            day = date.fromisoformat(fact.day)
        except ValueError:
            self._find("legal", f"{fact.day!r} is no day")
            return None
        if day > (self._event.recorded_at + APART).date():
            self._find("legal", "it was recorded before the day on which it happened")
        return day

    def _find(self, rule: str, text: str) -> None:
        self._judged.find(self._event, rule, text)
