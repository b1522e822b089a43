"""The one table of routes: method, path, command or query, and what the contract says of it."""

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from onering.contract import analytics as figures
from onering.contract import sharing
from onering.contract.attribution import AttributionAnswer
from onering.contract.audit import AuditPage
from onering.contract.commands import CommandAnswer, SmartPass
from onering.contract.consistency import ConsistencyAnswer
from onering.contract.drafts import DraftAnswer, DraftList
from onering.contract.history import EventList, TimelineAnswer
from onering.contract.insights import InsightsAnswer
from onering.contract.invites import InvitationAnswer, InviteAnswer, InviteList, NewInviteAnswer
from onering.contract.leaderboard import LeaderboardAnswer
from onering.contract.me import MeAnswer, MeRequest
from onering.contract.openapi import AnyCommand, Described
from onering.contract.operation import JSON, Caller, Operation, change, read
from onering.contract.service import (
    Alive,
    ConfigAnswer,
    Ready,
    TokenAnswer,
    TokenRequest,
    Unready,
)
from onering.domain.commands import (
    AcceptInvite,
    AddCollaborator,
    AddSegment,
    AmendSegment,
    ArchiveDraft,
    ChangeRole,
    Command,
    CompleteDraft,
    CreateDraft,
    CreateInvite,
    DeclineInvite,
    EditDraft,
    LockDraft,
    NudgeHolder,
    PassRing,
    PassRingSmart,
    ReclaimRing,
    RemoveCollaborator,
    ReopenDraft,
    RevokeInvite,
    TransferOwnership,
    UnlockDraft,
    WithdrawSegment,
)
from onering.http.aliases import aliases
from onering.http.analytics import Analytics, DailyParameters, FigureParameters, RingParameters
from onering.http.audit import CSV, NDJSON, Audit, AuditParameters
from onering.http.commands import MOST_COMMANDS, Commands, Endpoint, smart_choice
from onering.http.diffs import DiffParameters, Diffs
from onering.http.documents import ASYNCAPI, OPENAPI, PAGE, Documents
from onering.http.envelope import COMMANDS
from onering.http.events import STREAM
from onering.http.exports import ExportRequest, Exports
from onering.http.invites import Invites, InvitesParameters
from onering.http.leaderboard import Leaderboard, LeaderboardParameters
from onering.http.me import Me
from onering.http.operations import Operations
from onering.http.parameters import DraftParameters, EventsParameters, ListParameters, TimelineParameters
from onering.http.problems import STATUSES
from onering.http.proofs import TEXT, Proofs
from onering.http.queries import Queries
from onering.http.share_cards import SVG, ShareCards
from onering.http.tlog import BYTES, ENTRIES, PREFIX, TILE, ConsistencyParameters, Tlog
from onering.http.told import enveloped


class Line(NamedTuple):
    """One route; `about` is its contract."""

    method: str
    path: str
    endpoint: Endpoint
    about: Operation | None = None


DRAFTS = "/v1/collab/drafts"
DRAFT = DRAFTS + "/{draft_id}"
INVITE = "/v1/collab/invites/{invite_id}"
FEED = "/v1/ws/drafts/{draft_id}"
SEGMENT = DRAFT + "/segments/{segment_id}"
METRICS = "/metrics"

_ANY_COMMAND = Operation(
    {JSON: CommandAnswer},
    body=AnyCommand(COMMANDS, MOST_COMMANDS),
    codes=tuple(dict.fromkeys((*STATUSES, "precondition_failed", "idempotency_mismatch"))),
    headers=("OneRing-Position", "Preference-Applied"),
    takes=("Idempotency-Key", "If-Match", "Prefer"),
)
_AUDIT = read(AuditPage, AuditParameters, caller=Caller.SIGNED_IN, also=(NDJSON, CSV))
_PAGES = read(EventList, EventsParameters, "limit_exceeded", also=(STREAM,))
_EVENTS = replace(_PAGES, takes=(*_PAGES.takes, "Last-Event-ID"))
_ANYONE = Caller.ANYONE
_PICTURE = replace(read(None, FigureParameters), answers={SVG: None})
_EXPORT = replace(read(sharing.ExportAnswer, None, "conflict", caller=Caller.SIGNED_IN), body=ExportRequest)


def table(
    commands: Commands,
    invites: Invites,
    me: Me,
    queries: Queries,
    analytics: Analytics,
    leaderboard: Leaderboard,
    diffs: Diffs,
    cards: ShareCards,
    exports: Exports,
    audit: Audit,
    proofs: Proofs,
    tlog: Tlog,
    operations: Operations,
    documents: Documents,
) -> Sequence[Line]:
    """Return every route of the API; the most used one first."""
    return (
        Line("POST", "/v1/commands", commands.submit, _ANY_COMMAND),
        *_writing(commands),
        *_turns(commands),
        *_people(commands),
        *_invites(invites),
        *_me(me),
        *_reading(queries),
        *_figures(analytics, leaderboard),
        *_sharing(diffs, cards, exports),
        *(Line(*alias) for alias in aliases(analytics)),
        Line("GET", "/v1/audit", audit.audit, _AUDIT),
        *_proving(proofs, tlog),
        *_of_the_service(operations, documents),
    )


def _writing(commands: Commands) -> Sequence[Line]:
    do = commands.resource
    rules = ("ring_required", "draft_locked")
    moves: Mapping[str, type[Command]] = {
        "lock": LockDraft,
        "unlock": UnlockDraft,
        "complete": CompleteDraft,
        "archive": ArchiveDraft,
    }
    return (
        Line("POST", DRAFTS, do(CreateDraft), change(CreateDraft, "quota_exceeded")),
        Line("PATCH", DRAFT, do(EditDraft), change(EditDraft)),
        Line("DELETE", DRAFT, do(ArchiveDraft), change(ArchiveDraft)),
        *(Line("POST", f"{DRAFT}/{name}", do(model), change(model)) for name, model in moves.items()),
        Line("POST", DRAFT + "/reopen", do(ReopenDraft), change(ReopenDraft, "quota_exceeded")),
        Line("POST", DRAFT + "/segments", do(AddSegment), change(AddSegment, *rules, "quota_exceeded")),
        Line("PATCH", SEGMENT, do(AmendSegment), change(AmendSegment, *rules)),
        Line("DELETE", SEGMENT, do(WithdrawSegment), change(WithdrawSegment, *rules)),
    )


def _turns(commands: Commands) -> Sequence[Line]:
    do = commands.resource
    smart = change(PassRingSmart, "ring_required", "no_collaborator_candidates", answer=SmartPass)
    return (
        Line("POST", DRAFT + "/pass-ring", do(PassRing), change(PassRing, "ring_required")),
        Line("POST", DRAFT + "/pass-ring/smart", do(PassRingSmart, tell=smart_choice), smart),
        Line("POST", DRAFT + "/reclaim-ring", do(ReclaimRing), change(ReclaimRing)),
        Line("POST", DRAFT + "/nudge", do(NudgeHolder), change(NudgeHolder, "limit_exceeded")),
    )


def _people(commands: Commands) -> Sequence[Line]:
    do = commands.resource
    person, query = DRAFT + "/collaborators/{collaborator_id:path}", ("collaborator_id", "role")
    added = change(AddCollaborator, "quota_exceeded", query=query)
    return (
        Line("POST", DRAFT + "/collaborators", do(AddCollaborator, query=query), added),
        Line("PATCH", person, do(ChangeRole, query=("role",)), change(ChangeRole, query=("role",))),
        Line("DELETE", person, do(RemoveCollaborator), change(RemoveCollaborator)),
        Line("POST", DRAFT + "/transfer", do(TransferOwnership), change(TransferOwnership, "quota_exceeded")),
    )


def _invites(invites: Invites) -> Sequence[Line]:
    listed = read(InviteList, InvitesParameters, caller=Caller.SIGNED_IN)
    accepted = change(AcceptInvite, "gone", "quota_exceeded", answer=InviteAnswer)
    return (
        Line("POST", DRAFT + "/invites", invites.create, change(CreateInvite, answer=NewInviteAnswer)),
        Line("GET", DRAFT + "/invites", invites.listed, listed),
        Line("GET", INVITE, invites.invitation, read(InvitationAnswer, caller=Caller.SIGNED_IN)),
        Line("POST", INVITE + "/accept", invites.accept, accepted),
        Line("POST", INVITE + "/revoke", invites.revoke, change(RevokeInvite, answer=InviteAnswer)),
        Line("POST", INVITE + "/decline", invites.decline, change(DeclineInvite, "gone", answer=InviteAnswer)),
    )


def _reading(queries: Queries) -> Sequence[Line]:
    timeline = read(TimelineAnswer, TimelineParameters, caller=Caller.SIGNED_IN)
    return (
        Line("GET", DRAFTS, queries.drafts, read(DraftList, ListParameters)),
        Line("GET", DRAFT, queries.draft, read(DraftAnswer, DraftParameters, headers=("OneRing-Position", "ETag"))),
        Line("GET", DRAFT + "/events", queries.events, _EVENTS),
        Line("GET", "/v1/timeline/drafts/{draft_id}", queries.timeline, timeline),
    )


def _figures(analytics: Analytics, leaderboard: Leaderboard) -> Sequence[Line]:
    draft, member = "/v1/analytics/drafts/{draft_id}", Caller.SIGNED_IN
    attribution = read(AttributionAnswer, caller=member)
    summary = read(figures.SummaryAnswer, FigureParameters, caller=member)
    contributors = read(figures.ContributorsAnswer, FigureParameters, caller=member)
    ring = read(figures.RingAnswer, RingParameters, caller=member)
    daily = read(figures.DailyAnswer, DailyParameters, caller=member)
    insights = read(InsightsAnswer, FigureParameters, caller=member)
    board = read(LeaderboardAnswer, LeaderboardParameters, caller=member)
    return (
        Line("GET", "/v1/timeline/drafts/{draft_id}/attribution", enveloped(analytics.attribution), attribution),
        Line("GET", draft + "/summary", enveloped(analytics.summary), summary),
        Line("GET", draft + "/contributors", enveloped(analytics.contributors), contributors),
        Line("GET", draft + "/ring", enveloped(analytics.ring), ring),
        Line("GET", draft + "/daily", enveloped(analytics.daily), daily),
        Line("GET", "/v1/insights/drafts/{draft_id}", enveloped(analytics.insights), insights),
        Line("GET", "/v1/analytics/leaderboard", enveloped(leaderboard.leaderboard), board),
    )


def _sharing(diffs: Diffs, cards: ShareCards, exports: Exports) -> Sequence[Line]:
    return (
        Line("GET", DRAFT + "/diff", enveloped(diffs.diff), read(sharing.DiffAnswer, DiffParameters)),
        Line(
            "GET", DRAFT + "/share-card", enveloped(cards.share_card), read(sharing.ShareCardAnswer, FigureParameters)
        ),
        Line("GET", DRAFT + "/share-card.svg", cards.share_card_picture, _PICTURE),
        Line("POST", "/v1/export/drafts/{draft_id}", enveloped(exports.export), _EXPORT),
    )


def _proving(proofs: Proofs, tlog: Tlog) -> Sequence[Line]:
    file = replace(read(None, caller=Caller.SIGNED_IN), answers={TEXT: None})
    checkpoint = replace(read(None, caller=_ANYONE, headers=("OneRing-Position", "ETag")), answers={TEXT: None})
    keys = replace(read(None, caller=_ANYONE), answers={TEXT: None})
    hashes = Operation({BYTES: None}, _ANYONE, codes=("not_found",))
    consistency = read(ConsistencyAnswer, ConsistencyParameters, caller=_ANYONE)
    return (
        Line("GET", DRAFT + "/events/{version}/proof", proofs.event_proof, file),
        Line("GET", SEGMENT + "/proof", proofs.segment_proof, file),
        Line("GET", "/v1/audit/{position}/proof", proofs.audited_proof, file),
        Line("GET", PREFIX + "/checkpoint", tlog.checkpoint, checkpoint),
        Line("GET", PREFIX + "/keys", tlog.keys, keys),
        Line("GET", PREFIX + "/consistency", tlog.consistency, consistency),
        Line("GET", ENTRIES + "/{index:path}", tlog.entries, replace(hashes, caller=Caller.SIGNED_IN)),
        Line("GET", TILE + "/{level}/{index:path}", tlog.tile, hashes),
    )


def _of_the_service(operations: Operations, documents: Documents) -> Sequence[Line]:
    token = Operation({JSON: TokenAnswer}, _ANYONE, body=TokenRequest, codes=("not_found",))
    contract = Operation({JSON: None}, _ANYONE, headers=("ETag",))
    return (
        Line("GET", "/v1/config", operations.config, Operation({JSON: ConfigAnswer}, _ANYONE)),
        Line("POST", "/v1/dev/token", operations.token, token),
        Line("GET", "/healthz", operations.healthz, Operation({JSON: Alive}, _ANYONE)),
        Line("GET", METRICS, operations.metrics, Operation({"text/plain": None}, _ANYONE, codes=("not_found",))),
        Line("GET", "/readyz", operations.readyz, Operation({JSON: Ready}, _ANYONE, unwell=Unready)),
        Line("GET", OPENAPI, documents.openapi, contract),
        Line("GET", ASYNCAPI, documents.asyncapi, contract),
        Line("GET", PAGE, documents.page, Operation({"text/html; charset=utf-8": None}, _ANYONE)),
        Line("GET", PAGE + "/{file}", documents.file, Operation({"*/*": None}, _ANYONE, codes=("not_found",))),
    )


def _me(me: Me) -> Sequence[Line]:
    headers = ("OneRing-Position", "ETag")
    change = Operation(
        {JSON: MeAnswer},
        body=MeRequest,
        codes=("conflict", "precondition_failed", "idempotency_mismatch"),
        headers=headers,
        takes=("Idempotency-Key", "If-Match"),
    )
    return (
        Line("GET", "/v1/me", me.me, Operation({JSON: MeAnswer}, headers=headers)),
        Line("PATCH", "/v1/me", me.change_me, change),
    )


def described(lines: Sequence[Line]) -> Sequence[Described]:
    """Return the routes as their contract names them: by the command, or by the endpoint and what it says of itself.

    A name that is used again is numbered. Raises ValueError for a route without a contract.
    """
    found: list[Described] = []
    uses: Counter[str] = Counter()
    for line in lines:
        route = _described(line)
        uses[route.name] += 1
        found.append(route if uses[route.name] == 1 else route._replace(name=f"{route.name}-{uses[route.name]}"))
    return found


def _described(line: Line) -> Described:
    if line.about is None:
        raise ValueError(f"{line.method} {line.path} has no contract")
    if (command := line.about.command) is not None:
        name, doc = str(command.model_fields["type"].default), inspect.getdoc(command) or ""
    else:
        name, doc = line.endpoint.__name__, inspect.getdoc(line.endpoint) or ""
    return Described(line.method, line.path, name, _sentence(doc), line.about)


def _sentence(doc: str) -> str:
    """Return the first paragraph of a docstring, without the `METHOD /path: ` of an endpoint's."""
    text = " ".join(doc.partition("\n\n")[0].split())
    head, colon, rest = text.partition(": ")
    told = rest if colon and head.split(" ")[0] in ("GET", "POST", "PATCH", "DELETE") else text
    return told[:1].upper() + told[1:]
