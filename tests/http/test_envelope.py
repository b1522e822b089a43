"""The envelope of a command, without a server: key, condition, preference, and the identity they give it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from onering.domain.actor import Actor
from onering.domain.commands import AddSegment, Command, CreateDraft
from onering.domain.ids import command_identity
from onering.http.envelope import COMMANDS, Envelope, command_request, envelope, model_of, named
from onering.http.faults import ConditionFailed, InvalidFields
from onering.requests import CommandRequest
from tests.http.test_parameters import asked

ALICE = Actor("test", "alice", "alice", UUID(int=1))
SILENT = Envelope(key=None, expected_version=None, any_version=False, minimal=False, conditional=False)
DRAFT = UUID("0189d3c4-aaaa-bbbb-8ccc-0123456789ab")


def request(model: type[Command], said: Envelope = SILENT, **fields: Any) -> CommandRequest:
    return command_request(fields, model, said, ALICE, "request-1", key_needed=False)


class TestHeaders:
    def test_without_any_nothing_is_said(self) -> None:
        assert envelope(asked()) == SILENT

    def test_each_is_read(self) -> None:
        said = envelope(asked("", ("Idempotency-Key", '"k"'), ("If-Match", ' "17" '), ("Prefer", "return=minimal")))
        assert said == Envelope(key="k", expected_version=17, any_version=False, minimal=True, conditional=True)

    def test_a_star_is_any_version(self) -> None:
        assert envelope(asked("", ("If-Match", "*"))) == Envelope(None, None, True, False, True)

    def test_a_weak_version_never_matches(self) -> None:
        with pytest.raises(ConditionFailed):
            envelope(asked("", ("If-Match", 'W/"17"')))


class TestRequests:
    def test_the_identity_is_of_the_person_the_draft_and_the_key(self) -> None:
        made = request(AddSegment, draft_id=str(DRAFT), content="x", idempotency_key="k")
        assert made.command == AddSegment(command_id=command_identity("alice", DRAFT, "k"), draft_id=DRAFT, content="x")
        assert (made.key, made.expected_version, made.correlation_id) == ("k", None, "request-1")

    @pytest.mark.parametrize("spelling", [str(DRAFT).upper(), DRAFT.hex, DRAFT.urn, f"{{{DRAFT}}}", str(DRAFT)])
    def test_however_a_draft_is_spelled_the_command_is_the_same(self, spelling: str) -> None:
        made = request(AddSegment, draft_id=spelling, content="x", idempotency_key="k")
        assert made.command.command_id == command_identity("alice", DRAFT, "k")

    def test_without_a_key_each_command_is_one_of_its_own(self) -> None:
        one, two = request(CreateDraft, title="T"), request(CreateDraft, title="T")
        assert one.key != two.key
        assert one.command.command_id != two.command.command_id

    def test_a_null_key_or_version_is_unsaid(self) -> None:
        said = Envelope("k", 3, False, False, True)
        made = request(AddSegment, said, draft_id=str(DRAFT), content="x", idempotency_key=None, expected_version=None)
        assert (made.key, made.expected_version) == ("k", 3)

    def test_only_fields_that_were_sent_count_as_set(self) -> None:
        made = request(CreateDraft, title="T", description="")
        assert made.command.model_fields_set == {"command_id", "title", "description"}

    def test_no_version_holds_for_a_draft_that_is_to_be(self) -> None:
        with pytest.raises(ConditionFailed):
            request(CreateDraft, Envelope(None, None, True, False, True), title="T")

    @pytest.mark.parametrize("name", ["command_id", "actor", "user_id", "issuer", "created_at", "Title"])
    def test_nobody_brings_an_identity_a_person_or_a_time(self, name: str) -> None:
        with pytest.raises(InvalidFields) as refused:
            request(CreateDraft, title="T", **{name: str(uuid4())})
        assert refused.value.errors[0]["loc"] == [name]


class TestModels:
    def test_every_command_has_the_name_that_contract_md_gives_it(self) -> None:
        assert set(COMMANDS) == {
            *("create-draft", "edit-draft", "add-segment", "amend-segment", "withdraw-segment"),
            *("pass-ring", "pass-ring-smart", "reclaim-ring", "nudge-holder"),
            *("add-collaborator", "change-role", "remove-collaborator", "transfer-ownership"),
            *("create-invite", "accept-invite", "revoke-invite", "decline-invite"),
            *("lock-draft", "unlock-draft", "complete-draft", "reopen-draft", "archive-draft"),
        }

    @pytest.mark.parametrize("type", [None, "", "fly", 7, ["add-segment"], {"add-segment": 1}, True])
    def test_any_other_name_is_refused(self, type: Any) -> None:
        with pytest.raises(InvalidFields, match="one of create-draft"):
            model_of({"type": type})

    @pytest.mark.parametrize("value", [None, 7, "", "x", [], {}, "0" * 31, "é" * 32, "\0" * 32])
    def test_what_is_no_uuid_names_no_draft(self, value: Any) -> None:
        assert named(value) is None


def test_of_many_unknown_fields_only_those_are_looked_at_that_are_named() -> None:
    unknown: dict[str, Any] = {f"field{n}": n for n in range(26_000)}
    with pytest.raises(InvalidFields) as refused:
        request(AddSegment, draft_id=str(DRAFT), **unknown, content="")
    assert [error["loc"] for error in refused.value.errors][:2] == [["content"], ["field0"]]
    assert len(refused.value.errors) == 20
    assert isinstance(cause := refused.value.__context__, ValidationError)
    assert cause.error_count() == 21
