"""What the log is told of attacks: bounded, whoever attacks, and never what they sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from onering.auth.development import ISSUER
from onering.auth.identity import Identity
from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.http.refusals import Refusals
from onering.limits.callers import Callers
from onering.system import SYSTEM_STREAM
from tests.http.checks import shared_draft, signed_in
from tests.limits.conftest import eventually
from tests.serving import Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

PER_MINUTE = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    """Serve within limits, behind a proxy that says where each request is from."""
    limits = {"refusals_per_minute": PER_MINUTE, "refused_addresses": 500, "trusted_proxies": ("127.0.0.1",)}
    async with serving(shared_dsn, rate_limit="on", **limits) as service:
        yield service


@asynccontextmanager
async def told(service: Service, log: Any) -> AsyncIterator[list[Any]]:
    """Give, after the block, what the service told meanwhile of itself."""
    before = await log.fetchval("SELECT count(*) FROM onering.events")
    found: list[Any] = []
    yield found
    await service.process.recorder.drained()
    await eventually(lambda: not service.process.recorder.waiting)
    rows = await log.fetch(
        "SELECT * FROM onering.events WHERE stream_id = $1 AND position > $2 ORDER BY position", SYSTEM_STREAM, before
    )
    found += rows


def data(row: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(row["payload"])["data"]
    return found


def service_refuses(service: Service, name: str) -> None:
    """Refuse a person something, as fast as a request can't come."""
    identity = Identity(Actor(ISSUER, name, name, personal_workspace(ISSUER, name)))
    scope = {"path": "/v1/audit", "headers": [], "method": "GET"}
    Refusals(service.process.recorder, Callers()).of_person(scope, identity, "rate_limited", 429)


async def test_a_person_who_is_refused_a_thousand_times_a_second_costs_a_bounded_number_of_events(
    service: Service, log: Any
) -> None:
    name = f"u-{uuid4().hex[:8]}"
    mallory = await signed_in(service, name)
    dropped = service.process.recorder.dropped
    before = dropped["request_refused"]
    async with told(service, log) as events:
        answers = await asyncio.gather(*[mallory.http.get("/v1/audit") for _ in range(100)])
        assert {answer.status_code for answer in answers} == {403, 429}
        for _ in range(900):
            service_refuses(service, name)
    events = [event for event in events if event["type"] == "request_refused"]
    # A minute may end among them.
    assert PER_MINUTE <= len(events) <= 2 * PER_MINUTE
    assert len(events) + dropped["request_refused"] - before == 1000


async def test_whoever_is_over_a_limit_is_told_of_whatever_they_send(service: Service, log: Any) -> None:
    mallory = await signed_in(service, f"u-{uuid4().hex[:8]}")
    async with told(service, log) as events:
        answers = await asyncio.gather(*[mallory.submit("no-such-command") for _ in range(25)])
        assert {answer.status_code for answer in answers} == {422, 429}
    refusals = [data(event) for event in events if event["type"] == "request_refused"]
    assert {(refusal["code"], refusal["status"]) for refusal in refusals} == {("rate_limited", 429)}


async def test_ten_thousand_addresses_cost_one_event_a_minute_and_the_worst_is_in_it(
    service: Service, log: Any
) -> None:
    recorder = service.process.recorder
    await recorder.drained()
    refusals = Refusals(recorder, Callers(("127.0.0.1",)))
    async with told(service, log) as events:
        for n in range(10_000):
            forwarded = f"10.{n >> 8}.{n & 255}.1" if n % 10 else "203.0.113.7"
            scope = {"client": ("127.0.0.1", 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
            refusals.at_the_door(scope, 401)
        answer = await service.client().get("/v1/me", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
        assert answer.status_code == 401
    counted = [data(event) for event in events if event["type"] == "sign_ins_refused"]
    assert 1 <= len(counted) <= 2  # a minute may end among them
    assert sum(minute["refused"] for minute in counted) == 10_001
    for minute in counted:
        assert len(minute["addresses"]) <= 20
        assert minute["refused"] == minute["others"] + sum(address["refused"] for address in minute["addresses"])
    assert counted[-1]["addresses"][0]["address"] == "203.0.113.7"


SECRET = "s3cr3t-and-nobodys-business"


async def test_no_token_secret_or_text_of_a_draft_is_in_any_record(service: Service, log: Any) -> None:
    owner, other = f"u-{uuid4().hex[:8]}", f"u-{uuid4().hex[:8]}"
    async with told(service, log) as events:
        alice, eve = await signed_in(service, owner), await signed_in(service, other)
        draft = await shared_draft(alice, other, title=SECRET, visibility="private", initial_segment=SECRET)
        invited = await alice.http.post(f"/v1/collab/drafts/{draft}/invites", json={"target_user_id": "carol"})
        token = invited.json()["data"]["token"]
        for answer in (
            await eve.add(draft, SECRET, **{"Idempotency-Key": SECRET}),
            await eve.submit("edit-draft", draft_id=draft, title=SECRET),
            await eve.take_out(draft, SECRET),
            await eve.http.get("/v1/audit", params={"actor": SECRET, "access_token": token}),
        ):
            assert answer.status_code == 403
        for authorization in (f"Bearer {SECRET}", f"Basic {SECRET}", f"Bearer a.{SECRET}.c"):
            answer = await service.client(Authorization=authorization).get(f"/v1/me?token={token}")
            assert answer.status_code == 401
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}?token={token}", proxy=None)
        assert (await service.client(**{"X-Forwarded-For": SECRET}).get("/v1/me")).status_code == 401
    assert {event["type"] for event in events} == {"signed_in", "request_refused", "sign_ins_refused"}
    assert len([event for event in events if event["type"] == "request_refused"]) == 4
    for event in events:
        shown = repr(dict(event))
        assert SECRET not in shown
        assert token not in shown
