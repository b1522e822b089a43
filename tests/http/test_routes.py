"""The table of routes against contract.md, and the words of its problems."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import onering.auth.faults
import onering.domain.refusals
import onering.http.faults
from onering.auth.faults import AuthFault
from onering.domain.refusals import Refusal
from onering.handle import CommandFault, Unavailable
from onering.http import problems
from onering.http.faults import RequestFault
from onering.http.problems import STATUSES, TITLES
from onering.http.routes import FEED, table


class Named:
    """Stands in for the endpoints: each is known by its name, or its command."""

    def __getattr__(self, name: str) -> str:
        return name

    def resource(self, model: Any, *, query: Any = ()) -> str:
        return " ".join([model.model_fields["type"].default, *query])


def test_the_table_is_that_of_contract_md() -> None:
    named: Any = Named()
    assert {(line.method, line.path): line.endpoint for line in table(named, named, named)} == {
        ("POST", "/v1/commands"): "submit",
        ("POST", "/v1/collab/drafts"): "create-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/segments"): "add-segment",
        ("POST", "/v1/collab/drafts/{draft_id}/pass-ring"): "pass-ring",
        ("POST", "/v1/collab/drafts/{draft_id}/collaborators"): "add-collaborator collaborator_id role",
        ("DELETE", "/v1/collab/drafts/{draft_id}/collaborators/{collaborator_id:path}"): "remove-collaborator",
        ("GET", "/v1/collab/drafts"): "drafts",
        ("GET", "/v1/collab/drafts/{draft_id}"): "draft",
        ("GET", "/v1/collab/drafts/{draft_id}/events"): "events",
        ("GET", "/v1/timeline/drafts/{draft_id}"): "timeline",
        ("GET", "/v1/config"): "config",
        ("POST", "/v1/dev/token"): "token",
        ("GET", "/healthz"): "healthz",
        ("GET", "/readyz"): "readyz",
    }
    assert FEED == "/v1/ws/drafts/{draft_id}"


def test_no_route_is_in_the_table_twice() -> None:
    named: Any = Named()
    lines = [(line.method, line.path) for line in table(named, named, named)]
    assert len(lines) == len(set(lines))


def subclasses(kind: type) -> list[Any]:
    return [kind, *[deeper for sub in kind.__subclasses__() for deeper in subclasses(sub)]]


@pytest.mark.parametrize("kind", [AuthFault, RequestFault, Refusal])
def test_every_fault_has_a_code_with_a_title(kind: type) -> None:
    codes = {fault.code for fault in subclasses(kind) if "code" in vars(fault)}
    assert codes
    assert codes <= set(TITLES)


def test_every_refusal_has_a_status() -> None:
    assert {fault.code for fault in subclasses(Refusal) if "code" in vars(fault)} == set(STATUSES)


def test_every_fault_of_a_command_has_a_status_and_a_code() -> None:
    told = set(problems._FAULTS) | set(subclasses(Unavailable)) | {CommandFault}
    assert set(subclasses(CommandFault)) == told
    assert {code for _, code in problems._FAULTS.values()} <= set(TITLES)


def test_every_code_in_the_source_has_a_title() -> None:
    source = "".join(path.read_text() for path in Path(inspect.getfile(problems)).parent.glob("*.py"))
    codes = set(re.findall(r"Problem\(\s*\d{3}, \"(\w+)\"", source))
    assert codes
    assert codes <= set(TITLES)


def test_the_trees_on_top_of_the_files_of_faults_name_every_fault() -> None:
    for module, kind in (
        (onering.auth.faults, AuthFault),
        (onering.http.faults, RequestFault),
        (onering.domain.refusals, Refusal),
    ):
        drawn = set(re.findall(r"[─ ]([A-Z]\w+)", module.__doc__ or "")) | {(module.__doc__ or "").split()[0]}
        for fault in subclasses(kind):
            if fault.__module__ == module.__name__:
                assert fault.__name__ in (module.__doc__ or ""), (fault, drawn)
