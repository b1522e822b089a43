"""What a command is about beside its draft: an invite, a segment or a person, looked up before it is decided."""

import hmac
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from onering.domain.commands import (
    AcceptInvite,
    AmendSegment,
    Command,
    CreateInvite,
    DeclineInvite,
    RevokeInvite,
    WithdrawSegment,
)
from onering.domain.invites import InviteState, evolve_invite
from onering.domain.refusals import Forbidden, NotFound
from onering.domain.state import SegmentFact
from onering.log.codec import UnknownEvent, decode_invite
from onering.log.reader import Reader, read_stream
from projections.drafts import find_segment
from projections.models import ReadModels

# An invite has two events: it was made, and it was settled.
_MOST_EVENTS = 16


class Subject(NamedTuple):
    """What was looked up: `command` is complete, `draft_id` names its draft.

    `invite` stands at `invite_version`; `segment` was found when the draft was at `draft_version`.
    """

    command: Command
    draft_id: UUID
    invite: InviteState | None = None
    invite_version: int = 0
    segment: SegmentFact | None = None
    draft_version: int | None = None


class InviteTokens:
    """Makes the tokens that let people accept invites: HMAC-SHA256 of the invite's id, stored nowhere.

    Without a secret there are none, and nobody can be invited.
    """

    def __init__(self, secret: bytes | None) -> None:
        self._secret = secret

    @property
    def enabled(self) -> bool:
        """Whether there is a secret."""
        return self._secret is not None

    def token(self, invite_id: UUID) -> str:
        """Return the invite's token, 64 hex digits. Raises LookupError without a secret."""
        if self._secret is None:
            raise LookupError("there is no invite secret")
        return hmac.new(self._secret, invite_id.bytes, sha256).hexdigest()

    def check(self, command: AcceptInvite) -> None:
        """Refuse a wrong token. Raises Forbidden."""
        if not hmac.compare_digest(self.token(command.invite_id).encode(), command.token.encode()):
            raise Forbidden("The token is not that of the invite.")


class Subjects:
    """Looks up what commands are about; those about nothing but their draft are not looked up."""

    LOOKED_UP = frozenset(
        model.model_fields["type"].default
        for model in (CreateInvite, AcceptInvite, RevokeInvite, DeclineInvite, AmendSegment, WithdrawSegment)
    )

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._pool: asyncpg.Pool[Any] = models.pool

    async def find(self, command: Command) -> Subject:
        """Return what a command of a type in LOOKED_UP is about.

        Raises NotFound, UnknownEvent, DATABASE_FAULTS, NotBuilt; ValueError for any other.
        """
        match command:
            case CreateInvite():
                return Subject(await self._with_target(command), command.draft_id, InviteState(command.invite_id))
            case AcceptInvite() | RevokeInvite() | DeclineInvite():
                invite, version = await read_invite(self._pool, self._models.lane, command.invite_id)
                if invite.created is None:
                    raise NotFound("There is no such invite.")
                return Subject(command, invite.created.draft_id, invite, version)
            case AmendSegment() | WithdrawSegment():
                return await self._segment(command)
            case _:
                raise ValueError(f"{command.type} is about its draft alone")

    async def _segment(self, command: AmendSegment | WithdrawSegment) -> Subject:
        try:
            version, segment = await find_segment(self._models, command.draft_id, command.segment_id)
        except UnknownEvent:
            # Who may know that a newer release wrote to the draft is decided on the draft, which says so too.
            return Subject(command, command.draft_id)
        return Subject(command, command.draft_id, segment=segment, draft_version=version)

    async def _with_target(self, command: CreateInvite) -> CreateInvite:
        if command.target_handle is None:
            return command
        user_id = await find_handle(self._pool, command.target_handle)
        if user_id is None:
            raise NotFound("Nobody has this handle.")
        return command.model_copy(update={"target_user_id": user_id})


async def read_invite(conn: Reader, lane: int, invite_id: UUID) -> tuple[InviteState, int]:
    """Return an invite as the log has it now, and its version: 0 if there is none.

    Raises UnknownEvent, DATABASE_FAULTS.
    """
    events = await read_stream(conn, lane, invite_id, 0, _MOST_EVENTS)
    if not events or events[0].stream_type != "invite":
        return InviteState(invite_id), 0
    told = [(decode_invite(event), event.recorded_at) for event in events]
    return evolve_invite(InviteState(invite_id), told), events[-1].version


HANDLE = "SELECT u.user_id FROM onering.app_users u WHERE u.handle = $1"


async def find_handle(conn: Reader, handle: str) -> str | None:
    """Return who has a handle (in its one spelling), or None. Raises DATABASE_FAULTS."""
    row = await conn.fetchrow(HANDLE, handle)
    return row[0] if row else None
