"""What a judge knows at some position of a log: people, drafts, segments and invites, and what was said of them."""

from dataclasses import dataclass, field

from onering.domain.actor import Actor
from onering.domain.invites import InviteState
from onering.domain.state import DraftState
from onering.log.event import StoredEvent
from onering.replay.findings import Judged
from onering.replay.people import People
from onering.replay.written import Written


@dataclass(slots=True)
class Known:
    """Drafts take 850 bytes each, invites 1,750 and segments 16.

    Something about a `vague` draft was erased, so what follows is judged under an assumption where it must be; what
    happens to a `closed` draft or invite can't be judged any more.
    """

    people: People = field(default_factory=People)
    drafts: dict[bytes, DraftState] = field(default_factory=dict)
    written: Written = field(default_factory=Written)
    invites: dict[bytes, InviteState] = field(default_factory=dict)
    vague: set[bytes] = field(default_factory=set)
    closed: set[bytes] = field(default_factory=set)
    judged: Judged = field(default_factory=Judged)

    def close(self, stream: bytes) -> None:
        """Give up on a stream."""
        self.closed.add(stream)
        self.drafts.pop(stream, None)
        self.invites.pop(stream, None)
        self.written.forget(stream)

    def draft_of(self, event: StoredEvent) -> DraftState:
        """Return the draft whose event it is, as it was before."""
        return self.drafts.get(event.stream_id.bytes) or DraftState(event.stream_id, event.workspace_id)

    def actor_of(self, event: StoredEvent, names: tuple[str, ...]) -> Actor | None:
        """Return who did an event, who may go by one of `names`; None, and a finding, if nobody can have done it."""
        person, workspace, against = (event.issuer, event.subject), event.workspace_id.bytes, None
        if (actor := self.people.actor(*person, workspace)) is not None:
            return actor
        for name in names:
            if (against := self.people.know(person, name)) is None:
                return self.people.actor(*person, workspace)
        self.judged.find(event, "actor", against or "nobody can have done it")
        return None
