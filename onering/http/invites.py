"""The routes of invites: making one, answering one, and what a draft's members see of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from onering.domain.commands import AcceptInvite, CreateInvite, DeclineInvite, RevokeInvite
from onering.domain.invites import InviteState
from onering.domain.refusals import Forbidden, NotFound
from onering.http.answers import Answer, answer, at_position, data
from onering.http.call import Call
from onering.http.commands import Commands
from onering.http.links import InviteLinks
from onering.http.parameters import Number, Parameters, parameters
from onering.http.reading import Reading, reader
from onering.log.wire import timestamp
from onering.subjects import read_invite
from projections.document import SegmentPage
from projections.drafts import read_draft
from projections.invites import Invite, list_invites
from projections.people import display_names

# How much of a token is shown, to tell invites apart.
HINT = 6
_NO_SEGMENT = SegmentPage(limit=0)


class InvitesParameters(Parameters):
    """GET /v1/collab/drafts/{draft_id}/invites."""

    limit: Annotated[Number, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class Invites:
    """Endpoints of invites. Only whoever made an invite sees its token, and only in answer to making it."""

    def __init__(self, commands: Commands, reading: Reading, links: InviteLinks) -> None:
        self._commands = commands
        self._reading = reading
        self._links = links

    async def create(self, call: Call) -> Answer:
        """POST /v1/collab/drafts/{draft_id}/invites: ask somebody to join; the answer has the link for them."""
        done = await self._commands.perform(call, CreateInvite)
        assert isinstance(done.command, CreateInvite)
        invite_id = done.command.invite_id
        shown = await self._shown(await self._current(invite_id))
        return data(shown | self._links.shown(call, invite_id), at_position(done.outcome.position))

    async def accept(self, call: Call) -> Answer:
        """POST /v1/collab/invites/{invite_id}/accept: join, with the token of the link; twice is the same as once."""
        return await self._settle(call, AcceptInvite)

    async def revoke(self, call: Call) -> Answer:
        """POST /v1/collab/invites/{invite_id}/revoke: take an invite back."""
        return await self._settle(call, RevokeInvite)

    async def decline(self, call: Call) -> Answer:
        """POST /v1/collab/invites/{invite_id}/decline: say no."""
        return await self._settle(call, DeclineInvite)

    async def invitation(self, call: Call) -> Answer:
        """GET /v1/collab/invites/{invite_id}: what one is asked into, for its two people and the draft's members."""
        invite_id, reading = call.named("invite_id", "invite"), self._reading
        caller = call.signed_in()
        reading.check_position(call)
        state, _ = await read_invite(reading.models.pool, reading.tail.lane, invite_id)
        if state.created is None:
            raise NotFound("There is no such invite.")
        document = await read_draft(reading.models, state.created.draft_id, _NO_SEGMENT)
        assert document is not None  # an invite is into a draft
        invite, who = _invite(state), caller.actor.user_id
        if who not in (invite.target_user_id, invite.inviter_id) and document.role_of(who) is None:
            raise Forbidden("The invite is for somebody else.")
        shown = await self._shown(invite)
        # Whoever asked may have left meanwhile: an invite that stands tells its target alone.
        asked = shown["status"] == "pending" and who == invite.target_user_id
        told = asked or document.readable_by(*reader(caller))
        position = at_position(reading.place(document.position))
        return data(shown | {"draft_title": document.title if told else None}, position)

    async def listed(self, call: Call) -> Answer:
        """GET /v1/collab/drafts/{draft_id}/invites: a draft's invites, newest first, for its members."""
        asked, draft_id, reading = parameters(call, InvitesParameters), call.draft_id(), self._reading
        call.signed_in()
        page = await list_invites(
            reading.models, draft_id, reading.read_at(call), limit=asked.limit, cursor=asked.cursor
        )
        await reading.for_member(call, draft_id, "its invites")
        people = {person for invite in page.invites for person in (invite.inviter_id, invite.target_user_id)}
        names = await display_names(reading.models.pool, people)
        shown = [self._rendered(invite, names) for invite in page.invites]
        listed = {"data": shown, "count": len(shown), "next_cursor": page.next_cursor}
        return answer(listed, at_position(reading.place(page.position)))

    async def _settle(self, call: Call, model: type[AcceptInvite | RevokeInvite | DeclineInvite]) -> Answer:
        done = await self._commands.perform(call, model)
        assert isinstance(done.command, model)
        return data(await self._shown(await self._current(done.command.invite_id)), at_position(done.outcome.position))

    async def _current(self, invite_id: UUID) -> Invite:
        state, _ = await read_invite(self._reading.models.pool, self._reading.tail.lane, invite_id)
        return _invite(state)

    async def _shown(self, invite: Invite) -> dict[str, Any]:
        people = invite.inviter_id, invite.target_user_id
        return self._rendered(invite, await display_names(self._reading.models.pool, people))

    def _rendered(self, invite: Invite, names: Mapping[str, str]) -> dict[str, Any]:
        return render_invite(invite, names, self._hint(invite.invite_id), self._reading.clock())

    def _hint(self, invite_id: UUID) -> str | None:
        tokens = self._links.tokens
        return tokens.token(invite_id)[-HINT:] if tokens.enabled else None


def _invite(state: InviteState) -> Invite:
    created, at = state.created, state.created_at
    assert created is not None
    assert at is not None
    return Invite(
        state.invite_id,
        created.draft_id,
        created.inviter_id,
        created.target_user_id,
        created.role,
        created.message,
        state.status,
        at,
        created.expires_at,
        state.settled_at,
    )


def render_invite(invite: Invite, names: Mapping[str, str], hint: str | None, now: datetime) -> dict[str, Any]:
    """Return the JSON value of an invite as of `now`; `names` has its two people."""
    expired = invite.status == "pending" and now >= invite.expires_at
    return {
        "invite_id": str(invite.invite_id),
        "draft_id": str(invite.draft_id),
        "inviter_user_id": invite.inviter_id,
        "inviter_display": names[invite.inviter_id],
        "target_user_id": invite.target_user_id,
        "target_display": names[invite.target_user_id],
        "role": invite.role,
        "message": invite.message,
        "status": "expired" if expired else invite.status,
        "token_hint": hint,
        "created_at": timestamp(invite.created_at),
        "expires_at": timestamp(invite.expires_at),
        "settled_at": timestamp(invite.settled_at) if invite.settled_at else None,
    }
