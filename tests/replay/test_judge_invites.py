"""An invite and what came of it in its draft are one: both legal, or found."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from onering.domain.events import (
    CollaboratorAdded,
    InviteAccepted,
    InviteCreated,
    InviteDeclined,
    InviteEvent,
    InviteRevoked,
)
from onering.domain.values import GrantedRole
from tests.replay.scribe import Scribe, looked_at, rules

CONTRIBUTOR, VIEWER = GrantedRole.CONTRIBUTOR, GrantedRole.VIEWER


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.register("alice", "bob", "carol", "eve")  # 1 to 4
    return made


@pytest.fixture
def draft(scribe: Scribe) -> UUID:
    return scribe.create()  # 5


def joined(invite: UUID, name: str = "bob", role: GrantedRole = CONTRIBUTOR) -> CollaboratorAdded:
    return CollaboratorAdded(user_id=name, role=role, invite_id=invite)


def accepted(scribe: Scribe, draft: UUID, name: str = "bob", **fields: Any) -> InviteAccepted:
    told = {"draft_id": draft, "user_id": name, "role": CONTRIBUTOR, "decided_at": scribe.now} | fields
    return InviteAccepted.model_validate(told)


def test_invites_that_come_to_every_end_are_clean(scribe: Scribe, draft: UUID) -> None:
    for name in ("bob", "carol", "eve", "dan"):
        scribe.invite(draft, name, role=VIEWER, message="Read this")  # 6 to 9
    bobs, carols, eves, _ = scribe.invites
    scribe.accept(bobs, "bob")  # 10, 11
    scribe.decline(carols, "carol")  # 12
    scribe.revoke(eves)  # 13
    scribe.let_in(draft, "dan")  # 14
    scribe.accept(list(scribe.invites)[3], "dan")  # 15: he is in already
    scribe.add(draft)
    types = [record.event.type for record in scribe.records[9:15]]
    assert types == [
        "collaborator_added", "invite_accepted", "invite_declined", "invite_revoked", "collaborator_added",
        "invite_accepted",
    ]  # fmt: skip
    for page in (1, 2, 7):
        judged = looked_at(scribe.records, page)
        assert (judged.findings, judged.notes, judged.counts.unjudged) == ([], [], 0)


def test_somebody_without_a_registration_is_known_by_what_they_did_to_invites(draft: UUID, scribe: Scribe) -> None:
    scribe.accept(scribe.invite(draft, "dan"), "dan")
    scribe.hand(draft, "dan")
    scribe.add(draft, "dan")
    assert looked_at(scribe.records).findings == []
    scribe.change(7, subject="eve")
    assert (7, "actor") in rules(looked_at(scribe.records).findings)


def invited(scribe: Scribe, draft: UUID, by: str, whom: str, hours: float = 72, **fields: Any) -> InviteCreated:
    told = {
        "draft_id": draft,
        "inviter_id": by,
        "target_user_id": whom,
        "role": CONTRIBUTOR,
        "expires_at": scribe.now + timedelta(hours=hours),
        "decided_at": scribe.now,
    }
    return InviteCreated.model_validate(told | fields)


class TestForgedInvites:
    @pytest.mark.parametrize(
        ("who", "fields", "said"),
        [
            ("eve", {}, "no such draft"),
            ("bob", {}, "Only the owner and the ring holder"),
            ("alice", {"inviter_id": "bob"}, "gives the inviter_id 'alice'"),
            ("alice", {"target_user_id": "alice"}, "in the draft already"),
            ("alice", {"target_user_id": "bob"}, "already a member"),
            ("alice", {"hours": 721}, "expires_in_hours"),
            ("alice", {"hours": 1.5}, "gives the expires_at"),
            ("alice", {"message": " "}, "message"),
            ("alice", {"draft_id": UUID(int=3)}, "no such draft"),
        ],
    )
    def test_an_invite_that_nobody_could_make_is_found(
        self, scribe: Scribe, draft: UUID, who: str, fields: dict[str, Any], said: str
    ) -> None:
        scribe.let_in(draft, "bob")  # 6
        made = invited(scribe, draft, who, "carol", **fields)
        scribe.forge_on_invite(uuid4(), draft, made, who)
        found = looked_at(scribe.records).findings
        assert (7, "legal") in rules(found)
        assert said in next(finding.text for finding in found if finding.rule == "legal")

    def test_one_whose_identity_is_not_its_commands_is_found(self, scribe: Scribe, draft: UUID) -> None:
        scribe.forge_on_invite(uuid4(), draft, invited(scribe, draft, "alice", "bob"), "alice")
        assert rules(looked_at(scribe.records).findings) == [(6, "identity")]

    def test_an_answer_under_another_identity_is_found(self, scribe: Scribe, draft: UUID) -> None:
        scribe.accept(scribe.invite(draft, "bob"), "bob")  # 6; 7, 8
        for position in (7, 8):
            scribe.change(position, command_id=UUID(int=9))
        assert (8, "identity") in rules(looked_at(scribe.records).findings)


class TestForgedAnswers:
    def forged(self, scribe: Scribe, invite: UUID, draft: UUID, event: InviteEvent, who: str, *more: Any) -> str:
        at = len(scribe.records) + 1
        scribe.forge_on_invite(invite, draft, event, who, *more)
        found = [f for f in looked_at(scribe.records).findings if f.rule == "legal" and f.position in (at, at + 1)]
        assert len(found) == 1
        return found[0].text

    def test_one_of_another_person(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")
        event = accepted(scribe, draft, "eve")
        assert "somebody else" in self.forged(scribe, invite, draft, event, "eve", joined(invite, "eve"))

    def test_one_in_another_role(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob", role=VIEWER)
        event = accepted(scribe, draft)
        assert "role" in self.forged(scribe, invite, draft, event, "bob", joined(invite))

    def test_one_that_joins_nobody(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")
        assert "collaborator_added" in self.forged(scribe, invite, draft, accepted(scribe, draft), "bob")

    def test_one_that_joins_somebody_else_by_the_way(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")
        event = accepted(scribe, draft)
        assert "user_id" in self.forged(scribe, invite, draft, event, "bob", joined(invite, "eve"))

    def test_one_of_another_draft(self, scribe: Scribe, draft: UUID) -> None:
        other = scribe.create("carol")
        invite = scribe.invite(draft, "bob")
        event = accepted(scribe, draft)
        assert "another draft" in self.forged(scribe, invite, other, event, "bob", joined(invite))

    def test_one_after_the_invite_had_expired_been_revoked_or_declined(self, scribe: Scribe, draft: UUID) -> None:
        late, revoked, declined = (scribe.invite(draft, "bob", expires_in_hours=hours) for hours in (1, 2, 2))
        scribe.revoke(revoked)
        scribe.decline(declined, "bob")
        scribe.now += timedelta(hours=1)
        for invite, said in ((late, "expired"), (revoked, "revoked"), (declined, "declined")):
            event = accepted(scribe, draft)
            assert said in self.forged(scribe, invite, draft, event, "bob", joined(invite))

    def test_a_second_one(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")
        scribe.accept(invite, "bob")
        assert "no event" in self.forged(scribe, invite, draft, accepted(scribe, draft), "bob")

    def test_one_of_an_invite_that_never_was(self, scribe: Scribe, draft: UUID) -> None:
        invite = uuid4()
        event = accepted(scribe, draft)
        assert "no such invite" in self.forged(scribe, invite, draft, event, "bob", joined(invite))

    def test_a_refusal_or_revocation_by_somebody_else(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")
        declined = InviteDeclined(draft_id=draft, decided_at=scribe.now)
        assert "somebody else" in self.forged(scribe, invite, draft, declined, "eve")
        other = scribe.invite(draft, "carol")
        assert "may revoke" in self.forged(scribe, other, draft, InviteRevoked(draft_id=draft), "carol")

    def test_joining_by_an_invite_without_its_answer(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")  # 6
        scribe.forge(draft, joined(invite), "bob")
        assert (7, "legal") in rules(looked_at(scribe.records).findings)


class TestErased:
    def test_an_erased_answer_still_lets_its_person_in_as_the_invite_says(self, scribe: Scribe, draft: UUID) -> None:
        scribe.accept(scribe.invite(draft, "bob"), "bob")  # 6; 7, 8
        scribe.hand(draft, "bob")
        scribe.erase(7, 8)
        judged = looked_at(scribe.records)
        assert (judged.findings, judged.counts.erased, judged.counts.assumed) == ([], 2, 0)

    def test_an_erased_answer_of_somebody_else_is_found(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")  # 6
        event = accepted(scribe, draft, "eve")
        scribe.forge_on_invite(invite, draft, event, "eve", joined(invite, "eve"))
        scribe.erase(7, 8)
        assert (8, "legal") in rules(looked_at(scribe.records).findings)

    def test_of_an_erased_invite_nothing_can_be_judged_but_the_draft_goes_on(self, scribe: Scribe, draft: UUID) -> None:
        scribe.accept(scribe.invite(draft, "bob"), "bob")  # 6; 7, 8
        scribe.hand(draft, "bob")
        scribe.add(draft, "bob")
        scribe.erase(6)
        judged = looked_at(scribe.records)
        assert (judged.findings, judged.counts.erased, judged.counts.unjudged) == ([], 1, 2)
        scribe.erase(7, 8)
        judged = looked_at(scribe.records)
        assert (judged.findings, judged.counts.erased) == ([], 3)

    def test_an_erased_refusal_settles_it(self, scribe: Scribe, draft: UUID) -> None:
        invite = scribe.invite(draft, "bob")  # 6
        scribe.decline(invite, "bob")  # 7
        event = accepted(scribe, draft)
        scribe.forge_on_invite(invite, draft, event, "bob", joined(invite))
        scribe.erase(7)
        assert (9, "legal") in rules(looked_at(scribe.records).findings)


@pytest.mark.parametrize("change", [{"type": "invite_forwarded"}, {"schema_version": 2}])
def test_what_a_newer_release_did_to_an_invite_is_counted(scribe: Scribe, draft: UUID, change: dict[str, Any]) -> None:
    scribe.accept(scribe.invite(draft, "bob"), "bob")  # 6; 7, 8
    scribe.hand(draft, "bob")
    scribe.change(6, **change)
    judged = looked_at(scribe.records)
    assert (judged.findings, rules(judged.notes)) == ([], [(6, "not-understood")])
    assert (judged.counts.unknown, judged.counts.unjudged) == (1, 2)
