"""Rules of invites: one person is asked into one draft, and says yes or no while the invite stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, assert_never
from uuid import UUID

from onering.domain.actor import Actor
from onering.domain.commands import AcceptInvite, CreateInvite, DeclineInvite, InviteCommand, RevokeInvite
from onering.domain.events import (
    CollaboratorAdded,
    Event,
    InviteAccepted,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteRevoked,
)
from onering.domain.refusals import Conflict, Forbidden, Gone, Invalid, NotFound
from onering.domain.rules import require_member, require_open, require_place
from onering.domain.state import DraftState
from onering.domain.values import GrantedRole, Role


class InviteStatus(StrEnum):
    """What became of an invite; one that is pending may have expired."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    DECLINED = "declined"


class InviteState(NamedTuple):
    """One invite as the rules see it; without `created` there is none. `settled_at` is when it ceased to be pending."""

    invite_id: UUID
    created: InviteCreated | None = None
    status: InviteStatus = InviteStatus.PENDING
    created_at: datetime | None = None
    settled_at: datetime | None = None


class Decision(NamedTuple):
    """What a command about an invite does, to the invite and to the draft: in one commit, or not at all."""

    invite: tuple[InviteEvent, ...] = ()
    draft: tuple[Event, ...] = ()


def evolve_invite(state: InviteState, events: Iterable[tuple[InviteEvent, datetime]]) -> InviteState:
    """Return the state after `events`, each with when it was recorded."""
    for event, at in events:
        match event:
            case InviteCreated():
                state = state._replace(created=event, created_at=at)
            case InviteAccepted():
                state = state._replace(status=InviteStatus.ACCEPTED, settled_at=at)
            case InviteRevoked():
                state = state._replace(status=InviteStatus.REVOKED, settled_at=at)
            case InviteDeclined():
                state = state._replace(status=InviteStatus.DECLINED, settled_at=at)
            case _:
                assert_never(event)
    return state


def decide_on_invite(
    invite: InviteState, draft: DraftState, command: InviteCommand, actor: Actor, now: datetime
) -> Decision:
    """Return what `command` does to an invite and to its draft; nothing if it changes nothing. Raises a `Refusal`.

    That the token of an acceptance is right was seen before: it is in no event.
    """
    if isinstance(command, CreateInvite):
        return _create(invite, draft, command, actor, now)
    if invite.created is None:
        raise NotFound("There is no such invite.")
    match command:
        case AcceptInvite():
            return _accept(invite, invite.created, draft, actor, now)
        case RevokeInvite():
            return _revoke(invite, invite.created, draft, actor)
        case DeclineInvite():
            return _decline(invite, invite.created, actor, now)
        case _:
            assert_never(command)


def _create(invite: InviteState, draft: DraftState, command: CreateInvite, actor: Actor, now: datetime) -> Decision:
    require_member(draft, actor, "invite somebody")
    if actor.user_id not in (draft.owner_id, draft.holder_id):
        raise Forbidden("Only the owner and the ring holder may invite somebody.")
    require_open(draft)
    target = command.target_user_id
    assert target is not None  # a handle was resolved by whoever asks
    if target == actor.user_id:
        raise Invalid("You are in the draft already; invite somebody else.")
    if (role := draft.role_of(target)) is not None:
        raise Conflict(f"{target} is already a member, as {_a(role)}.")
    created = InviteCreated(
        draft_id=command.draft_id,
        inviter_id=actor.user_id,
        target_user_id=target,
        role=command.role,
        message=command.message,
        expires_at=now + timedelta(hours=command.expires_in_hours),
        decided_at=now,
    )
    if invite.created is not None:
        raise Conflict("This invite exists already.")
    return Decision(invite=(created,))


def _accept(invite: InviteState, created: InviteCreated, draft: DraftState, actor: Actor, now: datetime) -> Decision:
    _require_target(created, actor)
    if invite.status is InviteStatus.ACCEPTED:
        return Decision()
    _require_standing(invite, created, now)
    require_open(draft)
    accepted = InviteAccepted(draft_id=created.draft_id, user_id=actor.user_id, role=created.role, decided_at=now)
    if draft.role_of(actor.user_id) is not None:
        return Decision(invite=(accepted,))
    require_place(draft)
    joined = CollaboratorAdded(user_id=actor.user_id, role=created.role, invite_id=invite.invite_id)
    return Decision(invite=(accepted,), draft=(joined,))


def _revoke(invite: InviteState, created: InviteCreated, draft: DraftState, actor: Actor) -> Decision:
    if actor.user_id not in (created.inviter_id, draft.owner_id):
        raise Forbidden("Only whoever made an invite and the owner of the draft may revoke it.")
    match invite.status:
        case InviteStatus.REVOKED:
            return Decision()
        case InviteStatus.PENDING:
            return Decision(invite=(InviteRevoked(draft_id=created.draft_id),))
    raise Conflict(f"The invite was {invite.status} already.")


def _decline(invite: InviteState, created: InviteCreated, actor: Actor, now: datetime) -> Decision:
    _require_target(created, actor)
    if invite.status is InviteStatus.DECLINED:
        return Decision()
    if invite.status is InviteStatus.ACCEPTED:
        raise Conflict("The invite was accepted already; leave the draft instead.")
    _require_standing(invite, created, now)
    return Decision(invite=(InviteDeclined(draft_id=created.draft_id, decided_at=now),))


def _require_target(created: InviteCreated, actor: Actor) -> None:
    if actor.user_id != created.target_user_id:
        raise Forbidden("The invite is for somebody else.")


def _require_standing(invite: InviteState, created: InviteCreated, now: datetime) -> None:
    if invite.status is InviteStatus.REVOKED:
        raise Gone("The invite was revoked.")
    if invite.status is InviteStatus.DECLINED:
        raise Conflict("The invite was declined; ask for another one.")
    if now >= created.expires_at:
        raise Gone("The invite has expired; ask for another one.")


def _a(role: Role | GrantedRole) -> str:
    return "its owner" if role is Role.OWNER else f"a {role}"
