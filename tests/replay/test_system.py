"""What the service tells of itself is legal, or it is found: whose deed it is, and that each is told at its place."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from onering.domain.system import (
    AccessRestored,
    AccessRevoked,
    Address,
    Administered,
    LogKeyAdded,
    LogKeyRetired,
    LogOpened,
    RequestRefused,
    SignedIn,
    SignInsRefused,
)
from onering.log.connection import Database
from onering.records.record import sign_in_identity
from onering.replay.timeline import line
from onering.system import OPERATOR, SYSTEM, record
from tests.replay.conftest import Run
from tests.replay.scribe import ISSUER, Scribe, looked_at, rules

ALICE, ROOT = (ISSUER, "alice"), (OPERATOR, "root")
DAY = date(2026, 1, 2)
MINUTE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
CAME = SignedIn(user_id="alice", day=DAY.isoformat(), request_id="r-1")
REFUSED = RequestRefused(user_id="alice", code="forbidden", status=403, method="GET", path="/v1/audit")
TURNED_AWAY = SignInsRefused(minute=MINUTE, refused=5, addresses=(Address(address="192.0.2.1", refused=3),), others=2)
REVOKED = AccessRevoked(user_id="alice", principal_issuer=ISSUER, principal_subject="alice")
DONE = Administered(action="rebuild", detail="drafts 2")


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.register("alice")
    return made


def came(scribe: Scribe, event: SignedIn = CAME, by: tuple[str, str] = ALICE, day: date = DAY) -> None:
    scribe.serve(event, by, sign_in_identity(*by, None, day))


def test_all_that_the_service_tells_is_legal(scribe: Scribe) -> None:
    came(scribe)
    scribe.serve(REFUSED, ALICE)
    scribe.serve(TURNED_AWAY, SYSTEM)
    scribe.serve(REVOKED, ROOT)
    scribe.serve(AccessRestored(**REVOKED.model_dump(exclude={"type", "issued_before"})), ROOT)
    for kind in (LogKeyAdded, LogKeyRetired, LogOpened):
        scribe.serve(kind(origin="example.com/log", key="example.com/log+0+AA"), ROOT)
    scribe.serve(DONE, ROOT)
    identity = sign_in_identity(*ALICE, "support", DAY)
    scribe.serve(CAME, ALICE, identity, impersonator="support")
    judged = looked_at(scribe.records)
    assert (judged.findings, judged.notes) == ([], [])


def elsewhere(scribe: Scribe) -> None:
    scribe.serve(DONE, ROOT)
    scribe.change(2, workspace_id=uuid4())


Tale = Callable[[Scribe], None]


@pytest.mark.parametrize(
    ("tale", "rule"),
    [
        (lambda scribe: came(scribe, by=ROOT), "actor"),
        (lambda scribe: came(scribe, by=(ISSUER, "bob")), "actor"),
        (lambda scribe: scribe.serve(CAME, ALICE), "identity"),
        (lambda scribe: came(scribe, day=date(2026, 1, 3)), "identity"),
        (lambda scribe: came(scribe, CAME.model_copy(update={"day": "2026-02-02"}), day=date(2026, 2, 2)), "legal"),
        (lambda scribe: scribe.serve(CAME.model_copy(update={"day": "today"}), ALICE), "legal"),
        (lambda scribe: scribe.serve(REFUSED, SYSTEM), "actor"),
        (lambda scribe: scribe.serve(REFUSED, (ISSUER, "bob")), "actor"),
        (lambda scribe: scribe.serve(REFUSED, ALICE, uuid4()), "identity"),
        (lambda scribe: scribe.serve(REFUSED.model_copy(update={"dropped": -1}), ALICE), "legal"),
        (lambda scribe: scribe.serve(TURNED_AWAY, ROOT), "actor"),
        (lambda scribe: scribe.serve(TURNED_AWAY.model_copy(update={"refused": 4}), SYSTEM), "legal"),
        (lambda scribe: scribe.serve(REVOKED, ALICE), "actor"),
        (lambda scribe: scribe.serve(REVOKED.model_copy(update={"user_id": "bob"}), ROOT), "actor"),
        (lambda scribe: scribe.serve(DONE, ALICE), "actor"),
        (lambda scribe: scribe.serve(DONE, SYSTEM), "actor"),
        (elsewhere, "stream"),
        (lambda scribe: scribe.serve(DONE, ROOT, payload="{}"), "payload"),
        (lambda scribe: scribe.serve(DONE, ROOT, payload='{"idempotency_key":"k","data":{}}'), "payload"),
    ],
    ids=[
        "an operator signs in as somebody",
        "somebody else signs in as them",
        "a sign-in at any place",
        "a sign-in of another day",
        "a sign-in in the future",
        "a sign-in on no day",
        "a refusal of nobody",
        "a refusal of somebody else",
        "a refusal at no place",
        "less than none dropped",
        "an operator counts addresses",
        "counts that do not add up",
        "somebody revokes by themselves",
        "a revocation under another's name",
        "somebody who is no operator rebuilds",
        "the service rebuilds by itself",
        "a stream of another workspace",
        "another payload",
        "a payload with a key",
    ],
)
def test_what_nobody_can_have_told_is_found(scribe: Scribe, tale: Tale, rule: str) -> None:
    tale(scribe)
    found = rules(looked_at(scribe.records).findings)
    assert (2, rule) in found


def test_what_a_newer_release_tells_is_noted_and_what_was_erased_is_counted(scribe: Scribe) -> None:
    scribe.serve(DONE, ROOT, type="sung")
    scribe.serve(DONE, ROOT, schema_version=2)
    scribe.serve(DONE, ROOT, payload='{"idempotency_key":null,"data":{"action":"sing","song":"x"}}')
    scribe.serve(DONE, ROOT)
    scribe.erase(5)
    judged = looked_at(scribe.records)
    assert judged.findings == []
    assert (judged.counts.unknown, judged.counts.erased) == (3, 1)


def test_it_is_printed_as_a_person_reads_it(scribe: Scribe) -> None:
    scribe.serve(TURNED_AWAY, SYSTEM)
    scribe.serve(REFUSED, ALICE)
    first, second = [line(entry.event).plain for entry in scribe.records[1:]]
    assert "sign_ins_refused" in first
    assert "refused=5  addresses=['192.0.2.1 (3)']  others=2" in first
    assert second.split("request_refused")[1].strip() == (
        "user_id='alice'  code='forbidden'  status=403  method='GET'  path='/v1/audit'  dropped=0"
    )


def test_a_check_of_a_log_goes_through_it(admin_dsn: str, app_dsn: str, run: Run) -> None:
    async def tell() -> None:
        conn = await Database(app_dsn).connect("test")
        await record(conn, DONE, "root")
        await conn.close()

    asyncio.run(tell())
    code, told, _ = run("check", "--database-url", admin_dsn)
    assert (code, "1 event" in told) == (0, True), told
    assert "rebuild" in run("print", "--database-url", admin_dsn)[1]
