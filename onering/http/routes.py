"""The one table of routes: method, path, command or query."""

from collections.abc import Sequence
from typing import NamedTuple

from onering.domain.commands import AddCollaborator, AddSegment, CreateDraft, PassRing, RemoveCollaborator
from onering.http.commands import Commands, Endpoint
from onering.http.operations import Operations
from onering.http.queries import Queries


class Line(NamedTuple):
    """One route."""

    method: str
    path: str
    endpoint: Endpoint


DRAFTS = "/v1/collab/drafts"
DRAFT = DRAFTS + "/{draft_id}"
FEED = "/v1/ws/drafts/{draft_id}"


def table(commands: Commands, queries: Queries, operations: Operations) -> Sequence[Line]:
    """Return every route of the API; the most used one first."""
    do = commands.resource
    return (
        Line("POST", "/v1/commands", commands.submit),
        Line("POST", DRAFTS, do(CreateDraft)),
        Line("POST", DRAFT + "/segments", do(AddSegment)),
        Line("POST", DRAFT + "/pass-ring", do(PassRing)),
        Line("POST", DRAFT + "/collaborators", do(AddCollaborator, query=("collaborator_id", "role"))),
        Line("DELETE", DRAFT + "/collaborators/{collaborator_id:path}", do(RemoveCollaborator)),
        Line("GET", DRAFTS, queries.drafts),
        Line("GET", DRAFT, queries.draft),
        Line("GET", DRAFT + "/events", queries.events),
        Line("GET", "/v1/timeline/drafts/{draft_id}", queries.timeline),
        Line("GET", "/v1/config", operations.config),
        Line("POST", "/v1/dev/token", operations.token),
        Line("GET", "/healthz", operations.healthz),
        Line("GET", "/readyz", operations.readyz),
    )
