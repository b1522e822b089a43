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
from onering.http import problems
from onering.http.faults import RequestFault
from onering.http.problems import STATUSES, TITLES
from onering.http.routes import FEED, described
from onering.requests import CommandFault, Unavailable
from tests.conformance import LINES


def test_the_table_is_that_of_contract_md() -> None:
    assert {(route.method, route.path): route.name for route in described(LINES)} == {
        ("POST", "/v1/commands"): "submit",
        ("POST", "/v1/collab/drafts"): "create-draft",
        ("PATCH", "/v1/collab/drafts/{draft_id}"): "edit-draft",
        ("DELETE", "/v1/collab/drafts/{draft_id}"): "archive-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/lock"): "lock-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/unlock"): "unlock-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/complete"): "complete-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/reopen"): "reopen-draft",
        ("POST", "/v1/collab/drafts/{draft_id}/archive"): "archive-draft-2",
        ("PATCH", "/v1/collab/drafts/{draft_id}/segments/{segment_id}"): "amend-segment",
        ("DELETE", "/v1/collab/drafts/{draft_id}/segments/{segment_id}"): "withdraw-segment",
        ("POST", "/v1/collab/drafts/{draft_id}/pass-ring/smart"): "pass-ring-smart",
        ("POST", "/v1/collab/drafts/{draft_id}/reclaim-ring"): "reclaim-ring",
        ("POST", "/v1/collab/drafts/{draft_id}/nudge"): "nudge-holder",
        ("PATCH", "/v1/collab/drafts/{draft_id}/collaborators/{collaborator_id:path}"): "change-role",
        ("POST", "/v1/collab/drafts/{draft_id}/transfer"): "transfer-ownership",
        ("POST", "/v1/collab/drafts/{draft_id}/invites"): "create-invite",
        ("GET", "/v1/collab/drafts/{draft_id}/invites"): "listed",
        ("GET", "/v1/collab/invites/{invite_id}"): "invitation",
        ("POST", "/v1/collab/invites/{invite_id}/accept"): "accept-invite",
        ("POST", "/v1/collab/invites/{invite_id}/revoke"): "revoke-invite",
        ("POST", "/v1/collab/invites/{invite_id}/decline"): "decline-invite",
        ("POST", "/v1/collab/drafts/{draft_id}/segments"): "add-segment",
        ("POST", "/v1/collab/drafts/{draft_id}/pass-ring"): "pass-ring",
        ("POST", "/v1/collab/drafts/{draft_id}/collaborators"): "add-collaborator",
        ("DELETE", "/v1/collab/drafts/{draft_id}/collaborators/{collaborator_id:path}"): "remove-collaborator",
        ("GET", "/v1/collab/drafts"): "drafts",
        ("GET", "/v1/collab/drafts/{draft_id}"): "draft",
        ("GET", "/v1/collab/drafts/{draft_id}/events"): "events",
        ("GET", "/v1/timeline/drafts/{draft_id}"): "timeline",
        ("GET", "/v1/timeline/drafts/{draft_id}/attribution"): "attribution",
        ("GET", "/v1/analytics/drafts/{draft_id}/summary"): "summary",
        ("GET", "/v1/analytics/drafts/{draft_id}/contributors"): "contributors",
        ("GET", "/v1/analytics/drafts/{draft_id}/ring"): "ring",
        ("GET", "/v1/analytics/drafts/{draft_id}/daily"): "daily",
        ("GET", "/v1/insights/drafts/{draft_id}"): "insights",
        ("GET", "/v1/analytics/leaderboard"): "leaderboard",
        ("GET", "/v1/collab/drafts/{draft_id}/diff"): "diff",
        ("GET", "/v1/collab/drafts/{draft_id}/share-card"): "share_card",
        ("GET", "/v1/collab/drafts/{draft_id}/share-card.svg"): "share_card_picture",
        ("POST", "/v1/export/drafts/{draft_id}"): "export",
        ("GET", "/api/analytics/drafts/{draft_id}/summary"): "summary-2",
        ("GET", "/api/analytics/drafts/{draft_id}/contributors"): "contributors-2",
        ("GET", "/api/analytics/drafts/{draft_id}/ring"): "ring-2",
        ("GET", "/api/analytics/drafts/{draft_id}/daily"): "daily-2",
        ("GET", "/api/insights/drafts/{draft_id}"): "insights-2",
        ("GET", "/v1/collab/drafts/{draft_id}/analytics"): "summary-3",
        ("GET", "/v1/collab/api/insights/drafts/{draft_id}"): "insights-3",
        ("GET", "/v1/audit"): "audit",
        ("GET", "/v1/collab/drafts/{draft_id}/events/{version}/proof"): "event_proof",
        ("GET", "/v1/collab/drafts/{draft_id}/segments/{segment_id}/proof"): "segment_proof",
        ("GET", "/v1/audit/{position}/proof"): "audited_proof",
        ("GET", "/v1/log/checkpoint"): "checkpoint",
        ("GET", "/v1/log/keys"): "keys",
        ("GET", "/v1/log/consistency"): "consistency",
        ("GET", "/v1/log/tile/entries/{index:path}"): "entries",
        ("GET", "/v1/log/tile/{level}/{index:path}"): "tile",
        ("GET", "/v1/me"): "me",
        ("PATCH", "/v1/me"): "change_me",
        ("GET", "/v1/config"): "config",
        ("POST", "/v1/dev/token"): "token",
        ("GET", "/healthz"): "healthz",
        ("GET", "/metrics"): "metrics",
        ("GET", "/readyz"): "readyz",
        ("GET", "/openapi.json"): "openapi",
        ("GET", "/asyncapi.json"): "asyncapi",
        ("GET", "/docs"): "page",
        ("GET", "/docs/{file}"): "file",
    }
    assert FEED == "/v1/ws/drafts/{draft_id}"


def test_no_route_is_in_the_table_twice() -> None:
    lines = [(line.method, line.path) for line in LINES]
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
