"""What is asked of a large log: each kind of read, by whom, over HTTP and of the read models themselves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from onering.auth.development import ISSUER
from onering.domain.values import Role, Status, Visibility
from onering.log.event import DEFAULT_LANE
from projections import PROJECTIONS
from projections.audit import AuditFilter, audit_page, audited_span
from projections.checkpoints import Checkpoints
from projections.document import SegmentPage
from projections.draft_list import DraftFilter, list_drafts
from projections.drafts import read_draft
from projections.models import ReadAt, ReadModels
from projections.timeline import read_timeline
from scripts.benchmark.archive import ABSENT, BUSY, COMMON, PEOPLE, RARE
from scripts.benchmark.plans import Explaining

LISTED, AUDITED, SEGMENTS = 20, 100, 100
AUDITOR = "auditor"
_NOW = ReadAt("bench")

Ask = Callable[[ReadModels], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of read: its path with the query, who asks, and what that asks of the read models."""

    what: str
    path: str
    user: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom the questions are about: a draft of usual length, the long one, and two times that are close."""

    draft: UUID
    writer: str
    long: UUID
    since: Any
    until: Any


_DRAFT = """
    SELECT d.draft_id, d.owner_id FROM {drafts}.drafts d
     WHERE d.lane = $1 AND d.visibility = 'public' ORDER BY abs(d.segment_count - 14), d.draft_id LIMIT 1"""
_LONG = "SELECT d.draft_id FROM {drafts}.drafts d WHERE d.lane = $1 ORDER BY d.segment_count DESC LIMIT 1"
_TIME = """
    SELECT e.recorded_at FROM onering.events e
     WHERE e.lane = $1 AND e.position >= (SELECT max(h.position) / $2 FROM onering.events h)
     ORDER BY e.position LIMIT 1"""


def reading(pool: Any) -> ReadModels:
    """Return the read models of a database as they are."""
    return ReadModels(pool, Checkpoints(pool, DEFAULT_LANE, PROJECTIONS))


async def subjects(pool: "asyncpg.Pool[Any]") -> Subjects:
    """Choose whom to ask about."""
    models = reading(pool)
    ((draft, writer),) = await models.fetch(_DRAFT, DEFAULT_LANE)
    ((long,),) = await models.fetch(_LONG, DEFAULT_LANE)
    since = await pool.fetchval(_TIME, DEFAULT_LANE, 2)
    return Subjects(draft, writer, long, since, await pool.fetchval(_TIME, DEFAULT_LANE, 1))


def questions(about: Subjects) -> Sequence[Question]:
    """Return every kind of read."""
    return [*_lists(), *_searches(), *_of_a_draft(about), *_audits(about)]


async def blocks(pool: "asyncpg.Pool[Any]", asked: Sequence[Question]) -> Mapping[str, int]:
    """Return how many blocks of the database each question touches."""
    counted = {}
    for question in asked:
        explaining = Explaining(pool)
        await question.ask(reading(explaining))
        counted[question.what] = explaining.blocks
    return counted


def _lists() -> Sequence[Question]:
    usual = PEOPLE[1]
    return [
        _list("list, of one with very many drafts", BUSY),
        _list("list, of somebody else", usual),
        _list("list, also public", usual, scope="public"),
        _list("list, my turn", BUSY, holding=True),
        _list("list, locked private ones", BUSY, status=Status.LOCKED, visibility=Visibility.PRIVATE),
        _list("list, nothing matches", BUSY, role=Role.VIEWER),
    ]


def _searches() -> Sequence[Question]:
    usual = PEOPLE[1]
    return [
        _list("search, mine, a common word", BUSY, q=COMMON),
        _list("search, mine, a rare word", BUSY, q=RARE),
        _list("search, mine, a word nobody uses", BUSY, q=ABSENT),
        _list("search, public, a common word", usual, scope="public", q=COMMON),
        _list("search, public, a rare word", usual, scope="public", q=RARE),
        _list("search, of somebody else, two words", usual, q=f"{COMMON} {RARE}"),
    ]


def _list(what: str, user: str, **query: Any) -> Question:
    wanted = DraftFilter(**{"search" if name == "q" else name: value for name, value in query.items()})
    spelled = {name: str(value).lower() for name, value in query.items()}
    path = f"/v1/collab/drafts?{urlencode({'limit': LISTED, **spelled})}"
    return Question(what, path, user, lambda models: list_drafts(models, user, _NOW, wanted, limit=LISTED))


def _of_a_draft(about: Subjects) -> Sequence[Question]:
    page = SegmentPage(limit=SEGMENTS)

    def told(draft: UUID) -> Ask:
        return lambda models: read_timeline(models, draft, _NOW, lambda issuer, subject: subject)

    return [
        Question("draft", f"/v1/collab/drafts/{about.draft}", about.writer, lambda m: read_draft(m, about.draft)),
        Question(
            "draft, a page of 10,000 segments",
            f"/v1/collab/drafts/{about.long}?limit={SEGMENTS}",
            BUSY,
            lambda models: read_draft(models, about.long, page),
        ),
        Question("timeline", f"/v1/timeline/drafts/{about.draft}", about.writer, told(about.draft)),
        Question("timeline, of 10,000 events", f"/v1/timeline/drafts/{about.long}", BUSY, told(about.long)),
    ]


def _audits(about: Subjects) -> Sequence[Question]:
    person = {"actor": PEOPLE[1]}
    return [
        _audit("audit", {}),
        _audit("audit, by person", person, people=[(ISSUER, PEOPLE[1])]),
        _audit("audit, by draft", {"draft_id": about.draft}, draft_id=about.draft),
        _audit("audit, by an unusual type", {"type": "draft_locked"}, type="draft_locked"),
        _audit("audit, by a usual type", {"type": "ring_passed"}, type="ring_passed"),
        _audit(
            "audit, between two times",
            {"from": about.since.isoformat(), "to": about.until.isoformat()},
            since=about.since,
            until=about.until,
        ),
        _audit(
            "audit, by person and type, nothing matches",
            {"actor": BUSY, "type": "role_changed"},
            people=[(ISSUER, BUSY)],
            type="role_changed",
        ),
    ]


def _audit(what: str, query: Mapping[str, Any], **wanted: Any) -> Question:
    filter = AuditFilter(**wanted)

    async def ask(models: ReadModels) -> None:
        span = await audited_span(models, _NOW, filter, 0)
        await audit_page(models, filter, span, AUDITED)

    return Question(what, f"/v1/audit?{urlencode({'limit': AUDITED, **query})}", AUDITOR, ask)
