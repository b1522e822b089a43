"""A command decided on what is known of its draft and its people's plans, and as what it is appended."""

from datetime import datetime
from uuid import UUID

from onering import usage
from onering.domain.actor import Actor
from onering.domain.commands import AcceptInvite, Command, TransferOwnership
from onering.domain.decide import decide
from onering.domain.events import EVENT_TYPES, INVITE_EVENT_TYPES, Event, InviteEvent
from onering.domain.ids import derived
from onering.domain.invites import Decision, decide_on_invite
from onering.domain.rules import no_such_draft
from onering.domain.state import DraftState, may_read
from onering.log.append import Append, Guard, NewEvent, Write
from onering.log.codec import encode_payload
from onering.plans import Plans
from onering.requests import CommandRequest, PreconditionFailed, TooNew
from onering.states import Entry, Tip
from onering.subjects import InviteTokens, Subject


class Deciding:
    """Decides without any I/O: `plans` are those that were read before."""

    def __init__(self, tokens: InviteTokens, plans: Plans) -> None:
        self._tokens = tokens
        self._plans = plans

    def decide(
        self,
        entry: Entry,
        tip: Tip,
        expected_version: int | None,
        subject: Subject,
        actor: Actor,
        now: datetime,
    ) -> Decision:
        """Return what the command does to the draft at `tip`, and to its invite.

        Raises Refusal, PreconditionFailed, TooNew, and PlanUnread where a plan has to be read first.
        """
        command, invite = subject.command, subject.invite
        readable = may_read(tip.state, actor.user_id, actor.workspace_id)
        if entry.closed and (readable or not tip.state.exists):
            raise _too_new()
        # Whoever was invited may answer, before he may read the draft; so may whoever invited, and was removed since.
        if not readable and command.type != "create-draft" and (invite is None or invite.created is None):
            raise no_such_draft(exists=tip.state.exists)
        stale = expected_version is not None and expected_version != tip.version
        if stale and readable:
            raise _at_another_version(tip, expected_version)
        if invite is not None:
            if isinstance(command, AcceptInvite):
                self._tokens.check(command)
            decision = decide_on_invite(invite, tip.state, command, actor, now)  # type: ignore[arg-type]
        else:
            state = tip.state if subject.segment is None else tip.state._replace(segment=subject.segment)
            decision = Decision(draft=tuple(decide(state, command, actor, now)))  # type: ignore[arg-type]
        # Only now: of a draft that they may not read, those whose answer an invite awaits may know.
        if entry.closed:
            raise _too_new()
        if stale:
            raise _at_another_version(tip, expected_version)
        usage.check_collaborators(tip.state, decision.draft, self._plans.limits_of)
        return decision


def concerned(command: Command, state: DraftState, actor: Actor) -> set[str]:
    """Return whose plans a command may use."""
    gets = (command.to_user_id,) if isinstance(command, TransferOwnership) else ()
    return {actor.user_id, state.owner_id or actor.user_id, *gets}


def appended(
    subject: Subject,
    tip: Tip,
    decision: Decision,
    request: CommandRequest,
    actor: Actor,
    stamp: bytes,
    guards: tuple[Guard, ...],
) -> Append:
    """Return what a decision appends: to the draft first, which it rests on even where it leaves it as it is."""
    command_id = subject.command.command_id
    on_draft = tuple(
        _new(event, EVENT_TYPES[event.type][0], command_id, n, request.key) for n, event in enumerate(decision.draft)
    )
    writes = [Write(subject.draft_id, "draft", tip.state.workspace_id, tip.version, on_draft)]
    if subject.invite is not None:
        on_invite = tuple(
            _new(event, INVITE_EVENT_TYPES[event.type][0], command_id, n, request.key)
            for n, event in enumerate(decision.invite, len(on_draft))
        )
        invite_id = subject.invite.invite_id
        writes.append(Write(invite_id, "invite", tip.state.workspace_id, subject.invite_version, on_invite))
    return Append(
        command_id,
        stamp,
        actor.issuer,
        actor.subject,
        actor.impersonator,
        request.correlation_id,
        tuple(writes),
        guards=guards,
    )


def _new(event: Event | InviteEvent, schema_version: int, command_id: UUID, n: int, key: str) -> NewEvent:
    return NewEvent(derived(command_id, "event", n), event.type, schema_version, encode_payload(event, key))


def _at_another_version(tip: Tip, expected: int | None) -> PreconditionFailed:
    return PreconditionFailed(f"The draft is at version {tip.version}, not {expected}.")


def _too_new() -> TooNew:
    return TooNew("A newer release of this service wrote to the draft; this server cannot change it.")
