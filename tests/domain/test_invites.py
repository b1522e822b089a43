"""create-invite, accept-invite, revoke-invite, decline-invite: each rule happens, is refused, and stays quiet."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from onering.domain.commands import AcceptInvite, CreateInvite, DeclineInvite, InviteCommand, RevokeInvite
from onering.domain.events import (
    CollaboratorAdded,
    CollaboratorRemoved,
    DraftArchived,
    Event,
    InviteAccepted,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteRevoked,
)
from onering.domain.invites import Decision, InviteState, InviteStatus, decide_on_invite, evolve_invite
from onering.domain.refusals import Conflict, Forbidden, Gone, Invalid, NotFound, Refusal
from onering.domain.rules import MEMBERS_LIMIT
from onering.domain.values import GrantedRole, Role, Status, Visibility
from tests.domain.telling import COMMAND, DRAFT, HOUR, NOW, TICK, Given, created, joined, passed, person

INVITE = UUID(int=9)
LIFE = 72 * HOUR
CONTRIBUTOR, VIEWER = GrantedRole.CONTRIBUTOR, GrantedRole.VIEWER


def invited(by: str = "alice", whom: str = "bob", role: GrantedRole = CONTRIBUTOR, **fields: Any) -> InviteCreated:
    return InviteCreated(
        draft_id=DRAFT,
        inviter_id=by,
        target_user_id=whom,
        role=role,
        expires_at=NOW + LIFE,
        decided_at=NOW,
        **fields,
    )


def accepted(after: timedelta = timedelta(0), role: GrantedRole = CONTRIBUTOR) -> InviteAccepted:
    return InviteAccepted(draft_id=DRAFT, user_id="bob", role=role, decided_at=NOW + after)


def declined(after: timedelta = timedelta(0)) -> InviteDeclined:
    return InviteDeclined(draft_id=DRAFT, decided_at=NOW + after)


REVOKED = InviteRevoked(draft_id=DRAFT)


class Invited:
    """An invite and its draft, which alice owns."""

    def __init__(self, *told: InviteEvent, draft: tuple[Event, ...] = (created(),), **overrides: Any) -> None:
        self.invite = evolve_invite(InviteState(INVITE), [(event, NOW) for event in told])
        self.draft = Given(*draft, **overrides).state

    def ask(self, command: InviteCommand, by: str, after: timedelta = timedelta(0)) -> Decision:
        return decide_on_invite(self.invite, self.draft, command, person(by), NOW + after)

    def refuses(self, command: InviteCommand, by: str, why: type[Refusal], after: timedelta = timedelta(0)) -> str:
        with pytest.raises(Refusal) as caught:
            self.ask(command, by, after)
        assert type(caught.value) is why
        return caught.value.detail


def invite(**fields: Any) -> CreateInvite:
    said = {"command_id": COMMAND, "draft_id": DRAFT, "target_user_id": "bob"} | fields
    return CreateInvite.model_validate(said)


ACCEPT = AcceptInvite(command_id=COMMAND, invite_id=INVITE, token="t")
REVOKE = RevokeInvite(command_id=COMMAND, invite_id=INVITE)
DECLINE = DeclineInvite(command_id=COMMAND, invite_id=INVITE)


class TestCreateInvite:
    def test_the_owner_invites_for_three_days(self) -> None:
        assert Invited().ask(invite(), "alice") == Decision(invite=(invited(),))

    def test_it_says_as_what_how_long_and_why(self) -> None:
        said = invite(role=VIEWER, message="Read this", expires_in_hours=1)
        event = invited(role=VIEWER, message="Read this").model_copy(update={"expires_at": NOW + HOUR})
        assert Invited().ask(said, "alice") == Decision(invite=(event,))

    def test_the_holder_invites_too(self) -> None:
        given = Invited(draft=(created(), joined("carol"), passed("alice", "carol")))
        assert given.ask(invite(), "carol") == Decision(invite=(invited("carol"),))

    def test_nobody_else_invites(self) -> None:
        given = Invited(draft=(created(Visibility.PUBLIC), joined("carol")))
        assert "owner and the ring holder" in given.refuses(invite(), "carol", Forbidden)
        given.refuses(invite(), "eve", Forbidden)
        Invited().refuses(invite(), "eve", NotFound)

    def test_nobody_invites_themselves(self) -> None:
        Invited().refuses(invite(target_user_id="alice"), "alice", Invalid)

    @pytest.mark.parametrize(("role", "said"), [(CONTRIBUTOR, "a contributor"), (VIEWER, "a viewer")])
    def test_a_member_needs_no_invite(self, role: GrantedRole, said: str) -> None:
        assert said in Invited(draft=(created(), joined("bob", role))).refuses(invite(), "alice", Conflict)

    def test_nor_does_the_owner(self) -> None:
        given = Invited(draft=(created(), joined("carol"), passed("alice", "carol")))
        assert "its owner" in given.refuses(invite(target_user_id="alice"), "carol", Conflict)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.ARCHIVED])
    def test_nobody_is_invited_to_a_closed_draft(self, status: Status) -> None:
        Invited(status=status).refuses(invite(), "alice", Conflict)

    def test_one_is_made_once(self) -> None:
        Invited(invited()).refuses(invite(), "alice", Conflict)

    @pytest.mark.parametrize(
        "fields",
        [
            {"target_user_id": None},
            {"target_handle": "bob"},
            {"expires_in_hours": 0},
            {"expires_in_hours": 721},
            {"role": "owner"},
            {"message": " "},
            {"target_user_id": None, "target_handle": "b"},
        ],
    )
    def test_what_makes_no_sense_is_no_command(self, fields: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            invite(**fields)

    @pytest.mark.parametrize("spelled", ["@Bob_1", "bob_1", "BOB_1", "@bob_1"])
    def test_a_handle_has_one_spelling(self, spelled: str) -> None:
        assert invite(target_user_id=None, target_handle=spelled).target_handle == "bob_1"


class TestAcceptInvite:
    @pytest.mark.parametrize("role", GrantedRole)
    def test_the_target_joins_in_the_role_of_the_invite(self, role: GrantedRole) -> None:
        joining = CollaboratorAdded(user_id="bob", role=role, invite_id=INVITE)
        decision = Invited(invited(role=role)).ask(ACCEPT, "bob", HOUR)
        assert decision == Decision(invite=(accepted(HOUR, role),), draft=(joining,))

    def test_it_stands_to_the_last_microsecond(self) -> None:
        given = Invited(invited())
        assert given.ask(ACCEPT, "bob", LIFE - TICK).invite == (accepted(LIFE - TICK),)
        assert "expired" in given.refuses(ACCEPT, "bob", Gone, LIFE)

    def test_twice_is_the_same_as_once_whatever_happened_since(self) -> None:
        for draft in ((created(), joined("bob")), (created(), joined("bob"), CollaboratorRemoved(user_id="bob"))):
            assert Invited(invited(), accepted(), draft=draft).ask(ACCEPT, "bob", 9 * LIFE) == Decision()

    def test_nobody_else_joins_by_it(self) -> None:
        for name in ("eve", "alice"):
            Invited(invited()).refuses(ACCEPT, name, Forbidden)
            Invited(invited(), accepted()).refuses(ACCEPT, name, Forbidden)

    def test_what_was_revoked_or_declined_lets_nobody_in(self) -> None:
        assert "revoked" in Invited(invited(), REVOKED).refuses(ACCEPT, "bob", Gone)
        assert "declined" in Invited(invited(), declined()).refuses(ACCEPT, "bob", Conflict)

    def test_there_must_be_such_an_invite(self) -> None:
        for command in (ACCEPT, REVOKE, DECLINE):
            Invited().refuses(command, "bob", NotFound)

    def test_whoever_came_in_by_other_means_only_settles_it(self) -> None:
        given = Invited(invited(), draft=(created(), joined("bob", VIEWER)))
        assert given.ask(ACCEPT, "bob") == Decision(invite=(accepted(),))

    def test_a_closed_draft_takes_nobody(self) -> None:
        Invited(invited(), draft=(created(), DraftArchived())).refuses(ACCEPT, "bob", Conflict)

    def test_a_full_draft_takes_nobody(self) -> None:
        full = {"alice": Role.OWNER} | {f"u{n}": Role.VIEWER for n in range(MEMBERS_LIMIT - 1)}
        Invited(invited(), members=full).refuses(ACCEPT, "bob", Conflict)


class TestRevokeInvite:
    def test_its_maker_and_the_owner_take_it_back_expired_or_not(self) -> None:
        given = Invited(invited("carol"), draft=(created(), joined("carol")))
        for name in ("carol", "alice"):
            assert given.ask(REVOKE, name, 9 * LIFE) == Decision(invite=(REVOKED,))

    def test_twice_stays_quiet(self) -> None:
        assert Invited(invited(), REVOKED).ask(REVOKE, "alice") == Decision()

    def test_nobody_else_takes_it_back(self) -> None:
        given = Invited(invited(), draft=(created(Visibility.PUBLIC), joined("carol")))
        for name in ("bob", "carol", "eve"):
            given.refuses(REVOKE, name, Forbidden)

    def test_what_was_answered_is_answered(self) -> None:
        assert "accepted already" in Invited(invited(), accepted()).refuses(REVOKE, "alice", Conflict)
        assert "declined already" in Invited(invited(), declined()).refuses(REVOKE, "alice", Conflict)


class TestDeclineInvite:
    def test_the_target_says_no(self) -> None:
        assert Invited(invited()).ask(DECLINE, "bob", HOUR) == Decision(invite=(declined(HOUR),))

    def test_twice_stays_quiet(self) -> None:
        assert Invited(invited(), declined()).ask(DECLINE, "bob", 9 * LIFE) == Decision()

    def test_nobody_else_says_no_for_them(self) -> None:
        for name in ("alice", "eve"):
            Invited(invited()).refuses(DECLINE, name, Forbidden)

    def test_whoever_accepted_leaves_instead(self) -> None:
        assert "leave" in Invited(invited(), accepted()).refuses(DECLINE, "bob", Conflict)

    def test_what_is_gone_needs_no_answer(self) -> None:
        Invited(invited(), REVOKED).refuses(DECLINE, "bob", Gone)
        Invited(invited()).refuses(DECLINE, "bob", Gone, LIFE)


def test_an_invite_knows_when_it_was_made_and_settled() -> None:
    at = [(invited(), NOW), (accepted(), NOW + HOUR)]
    state = evolve_invite(InviteState(INVITE), at)
    assert (state.created_at, state.settled_at, state.status) == (NOW, NOW + HOUR, InviteStatus.ACCEPTED)
