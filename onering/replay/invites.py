"""Whether what one command did to an invite is legal, and to its draft with it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError

from onering.domain.actor import Actor
from onering.domain.commands import AcceptInvite, DeclineInvite, InviteCommand, RevokeInvite
from onering.domain.events import (
    Event,
    InviteAccepted,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteRevoked,
)
from onering.domain.ids import command_identity, derived
from onering.domain.invites import Decision, InviteState, InviteStatus, decide_on_invite, evolve_invite
from onering.domain.legality import UNKNOWN_TOKEN, rebuilt_on_invite
from onering.domain.refusals import Refusal
from onering.domain.state import DraftState, evolve
from onering.domain.values import Role
from onering.log.codec import understood, understood_invite
from onering.log.event import StoredEvent
from onering.replay.drafts import difference, read, take, untaken
from onering.replay.known import Known
from onering.replay.supposed import with_member, with_owner


class _Case(NamedTuple):
    """One command's events, by stream: those of an invite, and what came of it in a draft."""

    invite: Sequence[StoredEvent]
    draft: Sequence[StoredEvent]

    @property
    def key(self) -> bytes:
        return self.invite[0].stream_id.bytes


def judge_on_invite(known: Known, events: Sequence[StoredEvent]) -> None:
    """Judge the events of one command on one invite, and on its draft."""
    case = _Case(
        [event for event in events if event.stream_type == "invite"],
        [event for event in events if event.stream_type == "draft"],
    )
    draft = case.draft[0].stream_id.bytes if case.draft else None
    if case.key in known.closed or draft in known.closed:
        _unjudged(known, case)
    elif None in [event.payload for event in events]:
        _erased(known, case)
    else:
        _legible(known, case)


def _unjudged(known: Known, case: _Case) -> None:
    """Of what is not known any more nothing can be said, but that somebody joined by it."""
    events = (*case.invite, *case.draft)
    lost = sum(event.payload is None for event in events)
    known.judged.counts.erased += lost
    known.judged.counts.unjudged += len(events) - lost
    if case.draft and case.draft[0].stream_id.bytes not in known.closed:
        _joined(known, case, known.people.actor(events[0].issuer, events[0].subject, events[0].workspace_id.bytes))


def _legible(known: Known, case: _Case) -> None:
    said = read(known.judged, case.invite, understood_invite)
    then = read(known.judged, case.draft, understood)
    if said is None or then is None:
        known.close(case.key)
        if then is None:
            known.close(case.draft[0].stream_id.bytes)
        elif then:
            known.judged.counts.unjudged += len(then)
            take(known, case.draft, [fact for fact, _ in then])
        return
    decision = Decision(tuple(fact for fact, _ in said), tuple(fact for fact, _ in then))
    fact, before = decision.invite[0], known.invites.get(case.key) or InviteState(case.invite[0].stream_id)
    draft = known.drafts.get(fact.draft_id.bytes) or DraftState(fact.draft_id, case.invite[0].workspace_id)
    if (actor := known.actor_of(case.invite[0], _claimed(before, draft, fact))) is not None:
        for key in {key for _, key in (*said, *then)}:
            _identified(known, case.invite[0], fact, key, actor)
        if fact.draft_id.bytes in known.closed:
            known.judged.counts.unjudged += len(case.invite)
        else:
            _legal(known, case, before, draft, decision, actor)
    at = [(event, stored.recorded_at) for event, stored in zip(decision.invite, case.invite, strict=True)]
    known.invites[case.key] = evolve_invite(before, at)
    if case.draft:
        take(known, case.draft, decision.draft)


def _claimed(invite: InviteState, draft: DraftState, fact: InviteEvent) -> tuple[str, ...]:
    """Return by which names an invite's event may say that its actor goes."""
    created = invite.created
    match fact:
        case InviteCreated(inviter_id=name) | InviteAccepted(user_id=name):
            return (name,)
        case InviteRevoked():
            return (*([created.inviter_id] if created else []), draft.owner_id)
        case InviteDeclined():
            return (created.target_user_id,) if created else ()


def _identified(known: Known, event: StoredEvent, fact: InviteEvent, key: str | None, actor: Actor) -> None:
    begins = isinstance(fact, InviteCreated)
    if begins and event.stream_id != derived(event.command_id, "invite"):
        known.judged.find(event, "identity", "its invite is not that of its command")
    scope: UUID = fact.draft_id if begins else event.stream_id
    if key is not None and event.command_id != command_identity(actor.user_id, scope, key):
        text = "its command_id is not that of its person, of what it is about, and of the idempotency key"
        known.judged.find(event, "identity", text)


def _legal(known: Known, case: _Case, invite: InviteState, draft: DraftState, decision: Decision, actor: Actor) -> None:
    first = case.invite[0]
    elsewhere = [event for event in case.draft if event.stream_id != decision.invite[0].draft_id]
    if elsewhere:
        known.judged.find(elsewhere[0], "legal", "it is about another draft than its invite")
        return
    against = _against(invite, draft, first, decision, actor)
    if against is not None and draft.draft_id.bytes in known.vague:
        other = _supposed(draft, invite, decision, actor)
        if _against(invite, other, first, decision, actor) is None:
            known.judged.counts.assumed += len(case.invite) + len(case.draft)
            if case.draft:
                known.drafts[draft.draft_id.bytes] = other
            return
    if against is not None:
        known.judged.find(first, "legal", against)


def _against(
    invite: InviteState, draft: DraftState, first: StoredEvent, decision: Decision, actor: Actor
) -> str | None:
    fact = decision.invite[0]
    try:
        command = rebuilt_on_invite(fact, first.command_id, first.stream_id)
        again = decide_on_invite(invite, draft, command, actor, fact.decided_at or first.recorded_at)
    except ValidationError as invalid:
        return untaken(invalid)
    except Refusal as refusal:
        return f"it would be refused: {refusal.detail}"
    return None if again == decision else difference([*again.draft, *again.invite], [*decision.draft, *decision.invite])


def _supposed(draft: DraftState, invite: InviteState, decision: Decision, actor: Actor) -> DraftState:
    """Return the draft as it must have been, as far as erased events may have made it so."""
    match decision.invite[0]:
        case InviteCreated(target_user_id=person):
            return _without(with_owner(draft, actor.user_id), person)
        case InviteAccepted(user_id=person):
            return _without(draft, person) if decision.draft else with_member(draft, person)
        case InviteRevoked() if invite.created is not None and invite.created.inviter_id != actor.user_id:
            return with_owner(draft, actor.user_id)
    return draft


def _without(draft: DraftState, person: str) -> DraftState:
    if draft.role_of(person) is Role.OWNER:
        return draft
    return draft._replace(members={user: role for user, role in draft.members.items() if user != person})


# ---------------------------------------------------------------------------------------------------------------------
# What was erased: of an answer all that rules need is in its row, of an invite nothing


def _erased(known: Known, case: _Case) -> None:
    first = case.invite[0]
    known.judged.counts.erased += sum(event.payload is None for event in (*case.invite, *case.draft))
    actor = known.people.actor(first.issuer, first.subject, first.workspace_id.bytes)
    invite = known.invites.get(case.key)
    if actor is None or invite is None or invite.created is None or first.type == "invite_created":
        known.close(case.key)
        _joined(known, case, actor)
        return
    draft = known.drafts.get(invite.created.draft_id.bytes) or DraftState(invite.created.draft_id, first.workspace_id)
    vague = draft.draft_id.bytes in known.vague
    try:
        decided = _decided_again(invite, draft, first, actor)
    except Refusal as refusal:
        if not vague:
            text = f"whatever it said, it would have been refused: {refusal.detail}"
            known.judged.find(first, "legal", text)
        decided = ()
    known.invites[case.key] = invite._replace(status=_STATUS.get(first.type, invite.status))
    if len(decided) == len(case.draft):
        _take_again(known, draft, decided, case)
    else:
        _joined(known, case, actor)


_STATUS = {
    "invite_accepted": InviteStatus.ACCEPTED,
    "invite_revoked": InviteStatus.REVOKED,
    "invite_declined": InviteStatus.DECLINED,
}


def _decided_again(invite: InviteState, draft: DraftState, first: StoredEvent, actor: Actor) -> tuple[Event, ...]:
    """Return what the answer did to the draft; when it was given is not known, so it is taken to have been in time."""
    command_id, invite_id = first.command_id, invite.invite_id
    command: InviteCommand
    match first.type:
        case "invite_accepted":
            command = AcceptInvite(command_id=command_id, invite_id=invite_id, token=UNKNOWN_TOKEN)
        case "invite_revoked":
            command = RevokeInvite(command_id=command_id, invite_id=invite_id)
        case _:
            command = DeclineInvite(command_id=command_id, invite_id=invite_id)
    at = invite.created_at or first.recorded_at
    return decide_on_invite(invite, draft, command, actor, at).draft


def _take_again(known: Known, draft: DraftState, decided: Sequence[Event], case: _Case) -> None:
    for event, stored in zip(decided, case.draft, strict=True):
        draft = evolve(draft, event, stored.recorded_at)
    if case.draft:
        known.drafts[draft.draft_id.bytes] = draft


def _joined(known: Known, case: _Case, actor: Actor | None) -> None:
    """Somebody joined by an invite of which nothing is known: that it was whoever did it, but not as what."""
    if not case.draft:
        return
    key, legible = case.draft[0].stream_id.bytes, None not in [event.payload for event in case.draft]
    if legible and (said := read(known.judged, case.draft, understood)) is not None:
        take(known, case.draft, [fact for fact, _ in said])
    elif legible or actor is None:
        known.close(key)
    else:
        known.drafts[key] = with_member(known.draft_of(case.draft[0]), actor.user_id)
        known.vague.add(key)
