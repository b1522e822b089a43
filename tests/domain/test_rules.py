"""What holds for every command alike: who may read, what a closed draft takes, and that each has its tests."""

import re
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from onering.domain import refusals
from onering.domain.commands import Command, CreateDraft, DraftCommand, ReopenDraft
from onering.domain.refusals import Conflict, NotFound, Refusal
from onering.domain.state import SegmentFact, may_read
from onering.domain.values import GrantedRole, Status, Visibility
from tests.domain.telling import COMMAND, DRAFT, WORKSPACE, Given, created, joined

SAMPLES: dict[str, Any] = {
    "content": "And then",
    "segment_id": UUID(int=5),
    "to_user_id": "bob",
    "collaborator_id": "bob",
    "role": GrantedRole.VIEWER,
    "title": "Another",
}
ON_A_DRAFT = [model for model in get_args(DraftCommand) if model is not CreateDraft]


def sample(model: type[Any]) -> Any:
    fields = {name: value for name, value in SAMPLES.items() if name in model.model_fields}
    return model(command_id=COMMAND, draft_id=DRAFT, **fields)


@pytest.mark.parametrize("model", ON_A_DRAFT)
class TestEveryCommand:
    def test_of_a_draft_that_there_is_not_nothing_can_be_asked(self, model: type[Any]) -> None:
        Given().when(sample(model), "alice").refused(NotFound, "There is no such draft.")

    def test_of_a_draft_that_one_may_not_read_one_learns_as_little(self, model: type[Any]) -> None:
        Given(created(), joined("bob")).when(sample(model), "eve").refused(NotFound, "There is no such draft.")

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.ARCHIVED])
    def test_a_closed_draft_takes_nothing_but_to_be_reopened(self, model: type[Any], status: Status) -> None:
        segment = SegmentFact(UUID(int=5), 0, "alice", "")
        given = Given(created(), joined("bob"), status=status, segment=segment)
        asked = given.when(sample(model), "alice")
        if model is ReopenDraft:
            assert asked.events
        elif _moves_to(model) == status:
            asked.stays_quiet()
        else:
            asked.refused(Conflict, "until its owner reopens it")

    def test_deciding_again_gives_the_same(self, model: type[Any]) -> None:
        given = Given(created(), joined("bob"), segment=SegmentFact(UUID(int=5), 0, "alice", ""))
        try:
            first = list(given.when(sample(model), "alice").events)
        except Refusal as refusal:
            given.when(sample(model), "alice").refused(type(refusal), refusal.detail)
        else:
            given.when(sample(model), "alice").then(*first)


def _moves_to(model: type[Any]) -> str | None:
    return {"complete-draft": "completed", "archive-draft": "archived"}.get(model.model_fields["type"].default)


class TestReading:
    @pytest.mark.parametrize(
        ("visibility", "reader", "workspace", "allowed"),
        [
            (Visibility.PRIVATE, "alice", None, True),
            (Visibility.PRIVATE, "vera", None, True),
            (Visibility.PRIVATE, "eve", WORKSPACE, False),
            (Visibility.PRIVATE, None, None, False),
            (Visibility.WORKSPACE, "eve", WORKSPACE, True),
            (Visibility.WORKSPACE, "eve", UUID(int=8), False),
            (Visibility.WORKSPACE, None, None, False),
            (Visibility.PUBLIC, "eve", None, True),
            (Visibility.PUBLIC, None, None, True),
        ],
    )
    def test_who_may_read(
        self, visibility: Visibility, reader: str | None, workspace: UUID | None, allowed: bool
    ) -> None:
        state = Given(created(visibility), joined("vera", GrantedRole.VIEWER)).state
        assert may_read(state, reader, workspace) is allowed

    def test_nobody_reads_what_does_not_exist(self) -> None:
        assert not may_read(Given().state, "alice", WORKSPACE)


TESTS = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("model", get_args(Command))
def test_every_command_has_tests_that_name_it(model: type[Any]) -> None:
    assert model.model_fields["type"].default in TESTS
    assert model.__name__ in TESTS


def test_every_refusal_is_given_somewhere() -> None:
    kinds = {kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)}
    # Plans are no rules of a draft: they are held where commands are stored.
    of_rules = kinds - {Refusal, refusals.QuotaExceeded}
    missing = [kind.__name__ for kind in of_rules if not re.search(rf"[(, ]{kind.__name__}[,)]", TESTS)]
    assert missing == []
