"""add-collaborator, change-role, remove-collaborator, transfer-ownership: happens, is refused, stays quiet."""

import pytest

from onering.domain.commands import ChangeRole, TransferOwnership
from onering.domain.events import CollaboratorRemoved, OwnershipTransferred, RingPassed, RoleChanged
from onering.domain.refusals import Conflict, Forbidden, NotFound
from onering.domain.rules import MEMBERS_LIMIT
from onering.domain.values import GrantedRole, Role, Visibility
from tests.domain.telling import Given, ask, created, joined, let_in, passed, take_out

VIEWER, CONTRIBUTOR = GrantedRole.VIEWER, GrantedRole.CONTRIBUTOR
BOB_HOLDS = (created(), joined("bob"), passed("alice", "bob"))


class TestAddCollaborator:
    @pytest.mark.parametrize("role", GrantedRole)
    def test_the_owner_lets_a_person_in(self, role: GrantedRole) -> None:
        Given(created()).when(let_in("bob", role), "alice").then(joined("bob", role))
        assert Given(created(), joined("bob", role)).state.role_of("bob") is Role(role)

    def test_it_stays_quiet_for_somebody_who_is_in_already(self) -> None:
        Given(created(), joined("bob")).when(let_in("bob"), "alice").stays_quiet()

    def test_another_role_for_a_member_is_refused(self) -> None:
        Given(created(), joined("bob")).when(let_in("bob", VIEWER), "alice").refused(Conflict, "as a contributor")

    def test_the_owner_is_a_member_already(self) -> None:
        Given(created()).when(let_in("alice"), "alice").refused(Conflict)

    def test_only_the_owner_lets_people_in(self) -> None:
        Given(created(), joined("bob")).when(let_in("carol"), "bob").refused(Forbidden)
        Given(created(Visibility.PUBLIC)).when(let_in("carol"), "eve").refused(Forbidden)
        Given(created()).when(let_in("carol"), "eve").refused(NotFound)

    def test_a_draft_has_a_bounded_number_of_members(self) -> None:
        full = {"alice": Role.OWNER} | {f"u{n}": Role.VIEWER for n in range(MEMBERS_LIMIT - 1)}
        given = Given(created(), members=full)
        given.when(let_in("one-more"), "alice").refused(Conflict, str(MEMBERS_LIMIT))
        given.when(let_in("u1", VIEWER), "alice").stays_quiet()


def turn_into(role: GrantedRole, name: str = "bob") -> ChangeRole:
    return ask(ChangeRole, collaborator_id=name, role=role)


class TestChangeRole:
    @pytest.mark.parametrize(("before", "after"), [(CONTRIBUTOR, VIEWER), (VIEWER, CONTRIBUTOR)])
    def test_the_owner_gives_a_member_the_other_role(self, before: GrantedRole, after: GrantedRole) -> None:
        given = Given(created(), joined("bob", before))
        event = RoleChanged(user_id="bob", role=after)
        given.when(turn_into(after), "alice").then(event)
        assert given.then(event).state.role_of("bob") is Role(after)

    def test_a_holder_made_a_viewer_returns_the_ring_to_the_owner_first(self) -> None:
        Given(*BOB_HOLDS).when(turn_into(VIEWER), "alice").then(
            RingPassed(from_user_id="bob", to_user_id="alice", reason="holder_demoted"),
            RoleChanged(user_id="bob", role=VIEWER),
        )

    @pytest.mark.parametrize("role", GrantedRole)
    def test_the_same_role_stays_quiet(self, role: GrantedRole) -> None:
        Given(created(), joined("bob", role)).when(turn_into(role), "alice").stays_quiet()

    def test_the_owners_role_is_transferred_never_changed(self) -> None:
        Given(created()).when(turn_into(VIEWER, "alice"), "alice").refused(Conflict, "transferred")

    def test_whoever_is_not_in_has_none(self) -> None:
        Given(created()).when(turn_into(VIEWER), "alice").refused(NotFound, "bob is not a member")

    def test_only_the_owner_changes_roles(self) -> None:
        Given(*BOB_HOLDS).when(turn_into(VIEWER), "bob").refused(Forbidden)
        Given(*BOB_HOLDS).when(turn_into(VIEWER), "eve").refused(NotFound, "no such draft")


class TestRemoveCollaborator:
    def test_the_owner_takes_a_person_out(self) -> None:
        removed = CollaboratorRemoved(user_id="bob")
        Given(created(), joined("bob")).when(take_out("bob"), "alice").then(removed)
        assert Given(created(), joined("bob"), removed).state.role_of("bob") is None

    def test_a_member_leaves(self) -> None:
        for role in GrantedRole:
            Given(created(), joined("bob", role)).when(take_out("bob"), "bob").then(CollaboratorRemoved(user_id="bob"))

    @pytest.mark.parametrize("by", ["alice", "bob"])
    def test_a_holder_who_goes_returns_the_ring_to_the_owner_first(self, by: str) -> None:
        Given(*BOB_HOLDS).when(take_out("bob"), by).then(
            RingPassed(from_user_id="bob", to_user_id="alice", reason="holder_removed"),
            CollaboratorRemoved(user_id="bob"),
        )

    def test_it_stays_quiet_for_somebody_who_is_not_in(self) -> None:
        Given(created()).when(take_out("bob"), "alice").stays_quiet()

    def test_a_contributor_takes_nobody_else_out(self) -> None:
        Given(*BOB_HOLDS, joined("carol")).when(take_out("carol"), "bob").refused(Forbidden)

    def test_the_owner_cannot_leave_before_the_draft_is_somebody_elses(self) -> None:
        Given(created()).when(take_out("alice"), "alice").refused(Conflict, "transfer it")
        sold = Given(created(), joined("bob"), OwnershipTransferred(from_user_id="alice", to_user_id="bob"))
        sold.when(take_out("alice"), "alice").then(
            RingPassed(from_user_id="alice", to_user_id="bob", reason="holder_removed"),
            CollaboratorRemoved(user_id="alice"),
        )

    def test_a_stranger_cannot_leave_a_draft_that_he_may_only_read(self) -> None:
        Given(created(Visibility.PUBLIC)).when(take_out("eve"), "eve").refused(Forbidden)


def transfer(to: str) -> TransferOwnership:
    return ask(TransferOwnership, to_user_id=to)


class TestTransferOwnership:
    @pytest.mark.parametrize("role", GrantedRole)
    def test_any_member_may_become_the_owner_and_the_one_before_stays_as_a_contributor(self, role: GrantedRole) -> None:
        given = Given(created(), joined("bob", role))
        event = OwnershipTransferred(from_user_id="alice", to_user_id="bob")
        given.when(transfer("bob"), "alice").then(event)
        state = given.then(event).state
        assert (state.owner_id, state.members) == ("bob", {"alice": Role.CONTRIBUTOR, "bob": Role.OWNER})

    def test_the_ring_stays_where_it_is(self) -> None:
        given = Given(created(), joined("bob"), OwnershipTransferred(from_user_id="alice", to_user_id="bob"))
        assert given.state.holder_id == "alice"

    def test_to_oneself_it_stays_quiet(self) -> None:
        Given(created()).when(transfer("alice"), "alice").stays_quiet()

    def test_it_stays_among_the_members(self) -> None:
        Given(created()).when(transfer("eve"), "alice").refused(Conflict, "eve is not one")

    def test_only_the_owner_gives_it_away(self) -> None:
        Given(*BOB_HOLDS).when(transfer("bob"), "bob").refused(Forbidden)
        Given(*BOB_HOLDS).when(transfer("eve"), "eve").refused(NotFound)
