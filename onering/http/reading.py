"""What every read begins with: who may read the draft, and how new the answer must be."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from onering.auth.faults import NoCredentials
from onering.auth.identity import Identity
from onering.domain.refusals import NotFound
from onering.domain.rules import no_such_draft
from onering.domain.state import may_read
from onering.http.acknowledged import Acknowledged
from onering.http.call import Call
from onering.http.faults import NotMembers
from onering.http.parameters import min_position
from onering.log.event import Position
from onering.log.tail import Tail
from onering.log.wire import Principal
from onering.states import DraftStates, Entry
from projections.models import ReadAt, ReadModels


class Reading:
    """What reads share. A draft that the caller may not read does not exist for him; somebody who is not signed in is
    asked to, and learns as little. `read_wait` is in seconds.
    """

    def __init__(
        self,
        *,
        states: DraftStates,
        models: ReadModels,
        tail: Tail,
        acknowledged: Acknowledged,
        principal: Principal,
        clock: Callable[[], datetime],
        anonymous_read: bool,
        read_wait: float,
    ) -> None:
        self.models = models
        self.tail = tail
        self.principal = principal
        self.clock = clock
        self.anonymous_read = anonymous_read
        self._states = states
        self._acknowledged = acknowledged
        self._read_wait = read_wait

    def read_at(self, call: Call) -> ReadAt:
        """Return what a projected read must reflect, fixed on arrival. Raises BadRequest."""
        asked = min_position(call, self.tail.lane, self.tail.epoch)
        own = self._acknowledged.of(call.identity.actor.user_id) if call.identity else 0
        return ReadAt(self.tail.epoch, max(asked, own), self._read_wait)

    def check_position(self, call: Call) -> None:
        """Refuse a position that is none of this log. One draft is always current: there is nothing to wait for."""
        min_position(call, self.tail.lane, self.tail.epoch)

    def place(self, position: int) -> Position:
        """Return a position of this log's lane, for the answer."""
        return Position(self.tail.lane, position)

    async def readable(self, call: Call, draft_id: UUID) -> Entry:
        """Return the rules' view of a draft as the log has it now, if the caller may read it.

        Raises NotFound, NoCredentials, UnknownEvent, DATABASE_FAULTS.
        """
        try:
            entry = await self._states.entry(draft_id)
        except NotFound:
            raise self.hidden(call) from None
        await self._states.refresh(draft_id, entry)
        if not entry.state.exists and entry.closed and entry.unknown is not None:
            raise entry.unknown
        if not may_read(entry.state, *reader(call.identity)):
            raise self.hidden(call, exists=entry.state.exists)
        self.check_anonymous(call)
        return entry

    async def for_member(self, call: Call, draft_id: UUID, what: str) -> Entry:
        """Return the rules' view of a draft to one of its members; `what` is what nobody else sees.

        Ask it after what is shown was read, perhaps after a wait: the event that ended the caller's access may be in
        it. Raises NoCredentials, NotFound, NotMembers, UnknownEvent, DATABASE_FAULTS.
        """
        caller = call.signed_in()
        entry = await self.readable(call, draft_id)
        if entry.state.role_of(caller.actor.user_id) is None:
            raise NotMembers(f"Only members of the draft see {what}.")
        return entry

    def check_anonymous(self, call: Call) -> None:
        """Refuse a caller without credentials where these may read nothing. Raises NoCredentials."""
        if call.identity is None and not self.anonymous_read:
            raise NoCredentials

    def hidden(self, call: Call, *, exists: bool = False) -> Exception:
        """Return what a caller is told of a draft that does not exist for him, whether or not it `exists`."""
        return NoCredentials() if call.identity is None else no_such_draft(exists=exists)


def reader(identity: Identity | None) -> tuple[str | None, UUID | None]:
    """Return who reads, as rules ask: their user id and workspace."""
    return (identity.actor.user_id, identity.actor.workspace_id) if identity else (None, None)
