"""A person is (issuer, subject), and their name says so (threats.md §6, 59)."""

from uuid import UUID

import pytest

from onering.auth.principals import Principals, ReservedName, organisation_workspace, personal_workspace

PRINCIPALS = Principals("https://home.example", {"https://other.example": "other"})


def test_the_home_issuers_people_go_by_their_bare_subject():
    assert PRINCIPALS.user_id("https://home.example", "user_1") == "user_1"


def test_everybody_else_goes_by_alias_and_subject():
    assert PRINCIPALS.user_id("https://other.example", "user_1") == "other|user_1"


def test_people_of_an_issuer_that_was_removed_keep_a_name_of_their_own():
    assert PRINCIPALS.user_id("https://gone.example", "user_1") == "https://gone.example|user_1"


def test_59_the_same_subject_of_two_issuers_is_two_people():
    home = PRINCIPALS.actor("https://home.example", "user_1")
    other = PRINCIPALS.actor("https://other.example", "user_1")
    assert home.user_id != other.user_id
    assert home.workspace_id != other.workspace_id


def test_59_a_home_subject_that_reads_like_another_issuers_person_is_refused():
    with pytest.raises(ReservedName):
        PRINCIPALS.actor("https://home.example", "other|user_1")
    assert PRINCIPALS.actor("https://home.example", "auth0|user_1").user_id == "auth0|user_1"
    assert PRINCIPALS.actor("https://home.example", "other").user_id == "other"


def test_a_workspace_identity_never_changes():
    assert personal_workspace("onering:local", "alice") == UUID("bc58e7cd-a32c-574e-b6fb-64cae1c7b3ec")
    assert organisation_workspace("onering:local", "acme") == UUID("3cbf3fb4-8b7a-5666-ac26-6a35b88dfaed")


def test_no_two_pairs_share_a_workspace():
    pairs = [("a", "bc"), ("ab", "c"), ("a", "b:c"), ("1:a", "bc"), ("", "abc"), ("abc", "")]
    made = {make(*pair) for pair in pairs for make in (personal_workspace, organisation_workspace)}
    assert len(made) == 2 * len(pairs)


def test_a_member_of_an_organisation_works_in_its_workspace():
    actor = PRINCIPALS.actor("https://home.example", "user_1", organisation="org_1", impersonator="user_2")
    assert actor.workspace_id == organisation_workspace("https://home.example", "org_1")
    assert actor.impersonator == "user_2"


@pytest.mark.parametrize(
    "pair",
    [
        ("https://home.example", "user_1"),
        ("https://home.example", "auth0|user_1"),
        ("https://other.example", "user_1"),
        ("https://other.example", "auth0|user_1"),
        ("https://gone.example", "user_1"),
    ],
)
def test_a_name_leads_back_to_whom_it_may_be_of(pair):
    assert pair in PRINCIPALS.named(PRINCIPALS.user_id(*pair))


def test_a_name_with_an_alias_is_nobody_elses():
    assert PRINCIPALS.named("other|user_1") == [("https://other.example", "user_1")]
    assert PRINCIPALS.named("user_1") == [("https://home.example", "user_1")]
