"""GET /v1/audit: who sees what of everything that happened, in pages and as a stream."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from jose import jwt

from onering.auth.development import ISSUER, KID
from onering.auth.principals import organisation_workspace
from onering.http import audit
from tests.http.checks import check_problem, signed_in
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, auditors=("ida",)) as service:
        yield service


class Auditor:
    """Somebody who asks what happened, as new as the log is."""

    def __init__(self, person: Person, log: Any) -> None:
        self.person = person
        self._log = log

    async def get(self, media_type: str = "application/json", **query: Any) -> httpx.Response:
        head = await self._log.fetchval("SELECT max(position) FROM onering.events")
        headers = {"OneRing-Min-Position": f"0.{head}", "Accept": media_type}
        answer = await self.person.http.get("/v1/audit", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == media_type
        return answer

    async def page(self, **query: Any) -> list[dict[str, Any]]:
        answer = (await self.get(**query)).json()
        found: list[dict[str, Any]] = answer["data"]
        assert answer["count"] == len(found)
        return found

    async def all(self, media_type: str, **query: Any) -> str:
        return (await self.get(media_type, **query)).text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ida(service: Service, log: Any) -> Auditor:
    return Auditor(await signed_in(service, "ida"), log)


def member(service: Service, user: str, organisation: str, role: str) -> Person:
    """Return somebody whose token names an organisation and a role in it."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": ISSUER, "sub": user, "iat": now, "exp": now + 600, "org_id": organisation, "org_role": role}
    token = jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": KID})
    return Person(service.client(Authorization=f"Bearer {token}"))


async def test_an_event_is_what_its_readers_see_and_where_it_is_from(ida: Auditor, alice: Person) -> None:
    draft = await alice.create(visibility="private", initial_segment="Once")
    created, added = await ida.page(draft_id=draft)
    wire = (await alice.events(draft)).json()["data"][1]
    assert {name: added[name] for name in wire} == wire
    beside = {name: value for name, value in added.items() if name not in wire}
    assert beside == {
        "schema_version": 1,
        "stream_type": "draft",
        "stream_id": draft,
        "workspace_id": created["workspace_id"],
        "issuer": ISSUER,
        "subject": "alice",
        "impersonator": None,
        "correlation_id": beside["correlation_id"],
        "causation_id": None,
        "recorded_at": wire["at"],
    }
    assert (created["type"], added["data"]["content"]) == ("draft_created", "Once")


async def test_nobody_but_auditors_sees_anything(alice: Person, nobody: Person, service: Service, ida: Auditor) -> None:
    assert (await nobody.http.get("/v1/audit")).status_code == 401
    for person in (alice, member(service, "mia", "acme", "org:admin"), member(service, "ida2", "acme", "org:member")):
        for media_type in ("application/json", "text/csv"):
            answer = await person.http.get("/v1/audit", headers={"Accept": media_type})
            check_problem(answer, 403, "forbidden")


async def test_an_organisations_auditor_sees_its_own_workspace_alone(service: Service, ida: Auditor, log: Any) -> None:
    writer, other = member(service, "wim", "acme", "org:member"), member(service, "oz", "other", "org:member")
    own, foreign = await writer.create(), await other.create()
    auditor = Auditor(member(service, "ada", "acme", "org:auditor"), log)
    events = await auditor.page(limit=1000)
    assert own in {event["draft_id"] for event in events if "draft_id" in event}
    assert {event["workspace_id"] for event in events} == {str(organisation_workspace(ISSUER, "acme"))}
    assert await auditor.page(draft_id=foreign) == await auditor.page(actor="oz", type="draft_created") == []
    assert foreign not in await auditor.all("application/x-ndjson")
    assert [event["draft_id"] for event in await ida.page(actor="oz", type="draft_created")] == [foreign]


async def test_pages_and_streams_have_the_same_events(ida: Auditor, somebody: Person, alice: Person) -> None:
    name = str(somebody.http.headers["x-user-id"])
    draft = await somebody.create()
    for _ in range(7):
        await somebody.add(draft)
    paged: list[dict[str, Any]] = []
    query: dict[str, Any] | None = {"actor": name, "type": "segment_added", "limit": 3}
    while query is not None:
        page = (await ida.get(**query)).json()
        paged += page["data"]
        query = {**query, "after": page["next_cursor"]} if page["next_cursor"] else None
    assert len(paged) == 7
    lines = await ida.all("application/x-ndjson", actor=name, type="segment_added", limit=1)
    assert [json.loads(line) for line in lines.splitlines()] == paged
    rows = list(csv.DictReader(io.StringIO(await ida.all("text/csv", actor=name, type="segment_added"))))
    assert [row["position"] for row in rows] == [event["position"] for event in paged]
    assert [json.loads(row["payload"])["data"] for row in rows] == [event["data"] for event in paged]
    assert "salt" not in lines + str(rows[0])


async def test_a_time_or_a_position_says_from_where_to_where(ida: Auditor, alice: Person) -> None:
    draft = await alice.create()
    for _ in range(3):
        await alice.add(draft)
    created, one, two, three = await ida.page(draft_id=draft)
    assert await ida.page(draft_id=draft, **{"from": one["at"], "to": two["at"]}) == [one, two]
    assert await ida.page(draft_id=draft, after=one["position"]) == [two, three]
    assert await ida.page(draft_id=draft, to=created["at"]) == [created]


async def test_a_cell_that_a_spreadsheet_would_run_is_text(ida: Auditor, service: Service) -> None:
    mallory = await signed_in(service, "=cmd|calc")
    await mallory.create()
    rows = list(csv.DictReader(io.StringIO(await ida.all("text/csv", actor="=cmd|calc"))))
    assert {row["actor"] for row in rows} == {row["subject"] for row in rows} == {"'=cmd|calc"}


async def test_what_was_erased_is_null(ida: Auditor, alice: Person, log: Any) -> None:
    draft = await alice.create(initial_segment="My secret")
    async with log.transaction():
        await log.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
        await log.execute("UPDATE onering.events SET payload = NULL, salt = NULL WHERE stream_id = $1", draft)
        await log.execute("ALTER TABLE onering.events ENABLE ALWAYS TRIGGER events_never_change")
    assert [event["data"] for event in await ida.page(draft_id=draft)] == [None, None]
    assert "secret" not in await ida.all("text/csv", draft_id=draft)


@pytest.mark.parametrize(
    ("query", "status", "name"),
    [
        ("after=x", 400, "after"),
        ("after=7.1", 400, "after"),
        ("after=0.1@0123456789ab", 400, "after"),
        ("from=yesterday", 422, "from"),
        ("to=1", 422, "to"),
        ("draft_id=1", 422, "draft_id"),
        ("limit=1001", 422, "limit"),
        ("type=Draft%00", 422, "type"),
        ("actor=%00", 422, "actor"),
    ],
)
async def test_a_wrong_parameter_is_named(ida: Auditor, query: str, status: int, name: str) -> None:
    document = check_problem(await ida.person.http.get(f"/v1/audit?{query}"), status, "validation_error")
    assert name in document["detail"]


async def test_json_is_answered_to_whoever_takes_anything(ida: Auditor) -> None:
    for accept in ("*/*", "application/json, text/csv", "text/html", ""):
        answer = await ida.person.http.get("/v1/audit?limit=1", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json"
    answer = await ida.person.http.head("/v1/audit", headers={"Accept": "text/csv;q=1, */*;q=0.1"})
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "text/csv", b"")


async def test_a_client_that_hangs_up_ends_the_stream_in_the_middle_of_a_query(
    ida: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ended, real = asyncio.Event(), asyncio.Event(), audit.audit_page

    async def first_page_then_silence(models: Any, wanted: Any, span: Any, limit: int) -> Any:
        if span.after > 0:
            try:
                asked.set()
                await asyncio.Event().wait()
            finally:
                ended.set()
        return await real(models, wanted, span, 1)

    monkeypatch.setattr(audit, "audit_page", first_page_then_silence)
    headers = {"Accept": "application/x-ndjson"}
    async with ida.person.http.stream("GET", "/v1/audit", headers=headers) as answer:
        line = await anext(answer.aiter_lines())
        assert json.loads(line)["position"] == "0.1"
        await asyncio.wait_for(asked.wait(), 10)
    await asyncio.wait_for(ended.wait(), 10)


async def test_an_answer_that_ends_properly_is_complete(
    ida: Auditor, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await alice.create(initial_segment="Once")
    assert len((await ida.all("application/x-ndjson", draft_id=draft)).splitlines()) == 2
    real = audit.audit_page

    async def one_page_then_trouble(models: Any, wanted: Any, span: Any, limit: int) -> Any:
        if span.after > 0:
            raise TimeoutError
        return await real(models, wanted, span, 1)

    monkeypatch.setattr(audit, "audit_page", one_page_then_trouble)
    with pytest.raises(httpx.RemoteProtocolError):
        await ida.all("application/x-ndjson", draft_id=draft)
