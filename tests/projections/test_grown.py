"""What reads touch in a log that is ten times as long: no more rows, and hardly more blocks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from onering.auth.development import ISSUER
from onering.domain.values import Role, Status
from onering.log.connection import Database
from projections import PROJECTIONS, audit, draft_list
from projections.audit import AuditFilter, audit_page, audited_span
from projections.checkpoints import Checkpoints
from projections.document import SegmentPage
from projections.draft_list import DraftFilter, list_drafts
from projections.drafts import read_draft
from projections.models import PLANNING, ReadModels
from projections.rebuild import prepare
from projections.timeline import read_timeline
from scripts.benchmark.archive import ABSENT, BUSY, COMMON, Archive, fill
from scripts.benchmark.history import person
from scripts.benchmark.plans import Explaining
from tests.projections.reading import NOW

SHORT, LONG = Archive(drafts=30, long=36), Archive(drafts=300, long=360)
FEW = 3

Read = Callable[[ReadModels], Awaitable[Any]]


@dataclass
class Touched:
    """What one read touched, and how much it found."""

    rows: int
    blocks: int
    found: int


@asynccontextmanager
async def archived(dsn: str, archive: Archive) -> AsyncIterator[Any]:
    """Yield a connection to a log with its read models; what is planned on it is planned as for large tables."""
    await fill(dsn, archive)
    database = Database(dsn)
    await prepare(database, 0)
    conn = await database.connect("test")
    try:
        await conn.execute("ANALYZE")
        for setting in (*PLANNING, "enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
            await conn.execute(f"SET {setting} = off")
        yield conn
    finally:
        await conn.close()


async def touched(conn: Any, long: UUID) -> Mapping[str, Touched]:
    """Return what each read touches."""
    checkpoints, found = Checkpoints(conn, 0, PROJECTIONS), {}
    for name, read in reads(long).items():
        explaining = Explaining(conn)
        answer = await read(ReadModels(explaining, checkpoints))
        found[name] = Touched(explaining.rows, explaining.blocks, answer)
    return found


def reads(long: UUID) -> Mapping[str, Read]:
    """Return every kind of read; each returns how much it found."""

    def listed(**wanted: Any) -> Read:
        async def read(models: ReadModels) -> int:
            workspace = person(BUSY).workspace_id
            filter = DraftFilter(**wanted)
            # Without documents: how long those few drafts are is another matter.
            page = await list_drafts(models, BUSY, NOW, filter, workspace_id=workspace, limit=FEW, known=None)
            return len(page.versions)

        return read

    def audited(**wanted: Any) -> Read:
        async def read(models: ReadModels) -> int:
            filter = AuditFilter(**wanted)
            return len((await audit_page(models, filter, await audited_span(models, NOW, filter, 0), FEW)).events)

        return read

    async def drafted(models: ReadModels) -> int:
        document = await read_draft(models, long, SegmentPage(limit=FEW))
        return len(document.segments) if document else 0

    async def told(models: ReadModels) -> int:
        return len((await read_timeline(models, long, NOW, lambda issuer, subject: subject, limit=FEW)).entries)

    busy = [(ISSUER, BUSY)]
    return {
        "list": listed(),
        "list, public": listed(scope="public"),
        "list, workspace": listed(scope="workspace"),
        "list, active": listed(status=Status.ACTIVE),
        "list, nothing": listed(role=Role.VIEWER, holding=True),
        "search": listed(search=COMMON),
        "search, nothing": listed(search=ABSENT),
        "search, public": listed(search=COMMON, scope="public"),
        "audit": audited(),
        "audit, person": audited(people=busy),
        "audit, draft": audited(draft_id=long),
        "audit, workspace": audited(workspace_id=person(BUSY).workspace_id),
        "audit, type": audited(type="draft_created"),
        "audit, usual type": audited(type="segment_added"),
        "audit, nothing": audited(people=busy, type="role_changed"),
        "draft": drafted,
        "timeline": told,
    }


@pytest.fixture
def other_dsn(another_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with another_database() as dsn:
        yield dsn


async def test_no_read_touches_more_in_a_log_ten_times_as_long(
    app_dsn: str, other_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_list, "CANDIDATES", 4)
    monkeypatch.setattr(audit, "EXAMINED", 40)
    async with archived(app_dsn, SHORT) as conn:
        short = await touched(conn, await longest(conn))
    async with archived(other_dsn, LONG) as conn:
        long = await touched(conn, await longest(conn))
    full = {name for name in short if not name.endswith("nothing")}
    assert {name: (short[name].found, long[name].found) for name in full} == dict.fromkeys(full, (FEW, FEW))
    assert all(long[name].found == 0 for name in set(short) - full)
    more = {
        name: (short[name], long[name])
        for name in short
        if long[name].rows > short[name].rows * 1.25 + 20 or long[name].blocks > short[name].blocks * 1.5 + 40
    }
    assert not more


async def longest(conn: Any) -> UUID:
    found: UUID = await conn.fetchval("SELECT stream_id FROM onering.streams ORDER BY version DESC LIMIT 1")
    return found
