"""What the log is told of who came over HTTP and sockets, and of what they were refused, as auditors see it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from jose import jwt
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from onering.auth.development import ISSUER, KID
from onering.auth.identity import Identity
from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.revocations import Principal, revoke
from onering.system import SYSTEM_STREAM
from tests.http.checks import shared_draft, signed_in
from tests.limits.conftest import eventually
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, auditors=("ida",), refusals_per_minute=1000, sockets_per_user=1) as service:
        yield service


class Auditor:
    """Somebody who asks what the service told, once all of it is in the log and shown."""

    def __init__(self, service: Service, person: Person, log: Any) -> None:
        self._service = service
        self._person = person
        self._log = log

    async def told(self, type: str, actor: str | None = None, **query: Any) -> list[dict[str, Any]]:
        recorder = self._service.process.recorder
        await eventually(lambda: not recorder.waiting)
        head = await self._log.fetchval("SELECT max(position) FROM onering.events")
        query |= {"type": type, "limit": 1000} | ({} if actor is None else {"actor": actor})
        answer = await self._person.http.get("/v1/audit", params=query, headers={"OneRing-Min-Position": f"0.{head}"})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def refusals(self, actor: str) -> list[dict[str, Any]]:
        return [event["data"] for event in await self.told("request_refused", actor)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ida(service: Service, log: Any) -> Auditor:
    return Auditor(service, await signed_in(service, "ida"), log)


@pytest.fixture
def name() -> str:
    """Return the name of a person of this test alone."""
    return f"u-{uuid4().hex[:8]}"


@pytest_asyncio.fixture(loop_scope="module")
async def person(service: Service, name: str) -> Person:
    return await signed_in(service, name)


def token(user: str, **claims: Any) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": ISSUER, "sub": user, "iat": now, "exp": now + 600} | claims
    return str(jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": KID}))


async def test_a_person_who_comes_is_told_once_with_the_request_that_was_first(
    service: Service, ida: Auditor, name: str
) -> None:
    first = service.client(name, **{"X-Request-Id": "first"})
    for client in (first, service.client(name), service.client(Authorization=f"Bearer {token(name)}")):
        assert (await client.get("/v1/me")).status_code == 200
    (event,) = await ida.told("signed_in", name)
    today = datetime.now(UTC).date().isoformat()
    assert event["data"] == {"user_id": name, "day": today, "request_id": "first"}
    assert (event["issuer"], event["subject"], event["impersonator"]) == (ISSUER, name, None)
    assert (event["actor"], event["stream_type"], event["stream_id"]) == ({"id": name}, "system", str(SYSTEM_STREAM))
    assert len(event["correlation_id"]) == 32


async def test_who_acts_in_somebodys_place_is_told_beside_them(service: Service, ida: Auditor, name: str) -> None:
    acting = service.client(Authorization=f"Bearer {token(name, act={'sub': 'support'})}")
    assert (await acting.get("/v1/me")).status_code == 200
    assert (await acting.get("/v1/audit")).status_code == 403
    for type in ("signed_in", "request_refused"):
        (event,) = await ida.told(type, name)
        assert (event["subject"], event["impersonator"]) == (name, "support")


async def test_whoever_joins_by_a_socket_alone_came_too(
    service: Service, ida: Auditor, alice: Person, name: str
) -> None:
    draft = await alice.create(visibility="public")
    async with connect(f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}", proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token(name)}))
        assert json.loads(await socket.recv())["type"] == "welcome"
        assert len(await ida.told("signed_in", name)) == 1


async def test_a_refused_command_tells_which_and_of_what_draft_in_either_form(
    ida: Auditor, alice: Person, person: Person, name: str
) -> None:
    draft = await shared_draft(alice, name)
    answer = await person.add(draft, "And then", **{"X-Request-Id": "theirs"})
    assert answer.json()["error"]["code"] == "ring_required"
    assert (await person.submit("add-segment", draft_id=draft, content="And then")).status_code == 403
    assert (await person.let_in(draft, "carol")).status_code == 403
    first, second, third = await ida.refusals(name)
    assert first == {
        "user_id": name,
        "code": "ring_required",
        "status": 403,
        "method": "POST",
        "path": f"/v1/collab/drafts/{draft}/segments",
        "command": "add-segment",
        "draft_id": draft,
        "request_id": "theirs",
        "dropped": 0,
    }
    assert (second["path"], second["command"], second["draft_id"]) == ("/v1/commands", "add-segment", draft)
    assert (third["code"], third["command"]) == ("forbidden", "add-collaborator")


async def test_each_refused_command_of_an_array_is_told(ida: Auditor, alice: Person, person: Person, name: str) -> None:
    draft = await shared_draft(alice, name)
    commands = [
        {"type": "add-segment", "draft_id": draft, "content": "x", "idempotency_key": uuid4().hex} for _ in range(2)
    ]
    commands.append({"type": "create-draft", "title": "Mine", "idempotency_key": uuid4().hex})
    assert (await person.http.post("/v1/commands", json=commands)).status_code == 200
    assert [refusal["code"] for refusal in await ida.refusals(name)] == ["ring_required"] * 2


async def test_of_what_is_hidden_a_try_is_told_and_of_what_is_not_there_none(
    ida: Auditor, alice: Person, person: Person, name: str
) -> None:
    private, nowhere = await alice.create(visibility="private"), str(uuid4())
    for draft in (private, nowhere):
        for answer in (await person.draft(draft), await person.timeline(draft), await person.add(draft)):
            assert answer.status_code == 404
    told = await ida.refusals(name)
    assert [(refusal["code"], refusal["method"], refusal["draft_id"]) for refusal in told] == [
        ("not_found", "GET", private),
        ("not_found", "GET", private),
        ("not_found", "POST", private),
    ]


async def test_what_is_wrong_or_late_is_no_refusal(ida: Auditor, person: Person, name: str) -> None:
    draft = await person.create()
    for answer, status in [
        (await person.submit("add-segment", draft_id=draft, content=""), 422),
        (await person.draft("no-uuid"), 404),
        (await person.add(draft, "x", **{"If-Match": '"7"'}), 412),
        (await person.http.get("/nowhere"), 404),
        (await person.http.put("/v1/me"), 405),
    ]:
        assert answer.status_code == status
    assert await ida.refusals(name) == []


async def test_a_key_that_was_used_for_something_else_is_told(ida: Auditor, person: Person, name: str) -> None:
    for title in ("One", "Another"):
        answer = await person.submit("create-draft", "the-key", title=title)
    assert answer.status_code == 422
    assert [refusal["code"] for refusal in await ida.refusals(name)] == ["idempotency_mismatch"]


async def test_of_a_path_only_words_and_identities_are_told(
    ida: Auditor, alice: Person, person: Person, name: str
) -> None:
    draft = await shared_draft(alice, name)
    assert (await person.take_out(draft, "s3cr3t")).status_code == 403
    assert (await person.http.get("/v1/audit?actor=s3cr3t")).status_code == 403
    paths = [refusal["path"] for refusal in await ida.refusals(name)]
    assert paths == [f"/v1/collab/drafts/{draft}/collaborators/*", "/v1/audit"]


async def test_a_refused_handshake_and_a_socket_that_is_closed_are_told(
    service: Service, ida: Auditor, alice: Person, name: str
) -> None:
    draft = await shared_draft(alice, name, visibility="private")
    url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}"
    async with connect(url, proxy=None, additional_headers={"X-User-Id": name}) as socket:
        assert json.loads(await socket.recv())["type"] == "welcome"
        with pytest.raises(InvalidStatus):
            await connect(url, proxy=None, additional_headers={"X-User-Id": name})
        assert (await alice.take_out(draft, name)).status_code == 200
        closes = service.process.hub.closes
        await eventually(lambda: closes[4403] == 1)
    told = [(refusal["code"], refusal["status"], refusal["path"]) for refusal in await ida.refusals(name)]
    assert told == [("limit_exceeded", 429, f"/v1/ws/drafts/{draft}"), ("forbidden", 4403, f"/v1/ws/drafts/{draft}")]


async def test_whose_token_was_revoked_is_told_by_name(service: Service, ida: Auditor, log: Any, name: str) -> None:
    client = service.client(Authorization=f"Bearer {token(name)}")
    assert (await client.get("/v1/me")).status_code == 200
    await revoke(log, Principal(ISSUER, name, name), "root", until_restored=True)
    revoked = service.process.auth.verifier.revoked
    person = Identity(Actor(ISSUER, name, name, personal_workspace(ISSUER, name)))
    await eventually(lambda: revoked.covers(person))
    assert (await client.get("/v1/me")).status_code == 401
    assert [(told["code"], told["status"], told["path"]) for told in await ida.refusals(name)] == [
        ("unauthorized", 401, "/v1/me")
    ]


async def test_whoever_tries_a_feed_that_is_hidden_from_them_or_with_a_revoked_token_is_told_by_name(
    service: Service, ida: Auditor, alice: Person, log: Any, name: str
) -> None:
    private, nowhere = await alice.create(visibility="private"), str(uuid4())
    feed = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/"
    for draft in (private, nowhere):
        with pytest.raises(InvalidStatus):
            await connect(feed + draft, proxy=None, additional_headers={"X-User-Id": name})
        assert (await closed(feed + draft, token(name))) == 4404
    await revoke(log, Principal(ISSUER, name, name), "root", until_restored=True)
    person = Identity(Actor(ISSUER, name, name, personal_workspace(ISSUER, name)))
    await eventually(lambda: service.process.auth.verifier.revoked.covers(person))
    assert (await closed(feed + private, token(name))) == 4401
    assert [(told["code"], told["status"], told["draft_id"]) for told in await ida.refusals(name)] == [
        ("not_found", 404, private),
        ("not_found", 4404, private),
        ("unauthorized", 4401, private),
    ]


async def closed(url: str, token: str) -> int:
    """Say hello with a token; return the code that the socket is closed with."""
    async with connect(url, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await socket.wait_closed()
        assert socket.close_code is not None
        return socket.close_code


async def test_nobody_known_is_counted_by_address(service: Service, ida: Auditor, nobody: Person) -> None:
    recorder = service.process.recorder
    await recorder.drained()
    before = len(await ida.told("sign_ins_refused"))
    for headers in ({"Authorization": "Bearer no.token.this"}, {"Authorization": "Basic eA=="}, {}):
        assert (await nobody.http.get("/v1/me", headers=headers)).status_code == 401
    assert (await nobody.http.get("/nowhere")).status_code == 404
    await recorder.drained()
    told = (await ida.told("sign_ins_refused"))[before:]
    assert sum(event["data"]["refused"] for event in told) == 3
    assert {address["address"] for event in told for address in event["data"]["addresses"]} == {"127.0.0.1"}
    assert {(event["issuer"], event["subject"]) for event in told} == {("onering:system", "onering")}
    assert await ida.told("sign_ins_refused", "onering:system|onering") == await ida.told("sign_ins_refused")


async def test_an_organisations_auditor_sees_none_of_it(service: Service, ida: Auditor, name: str) -> None:
    org = f"org_{uuid4().hex[:8]}"
    auditor = Person(service.client(Authorization=f"Bearer {token(name, org_id=org, org_role='auditor')}"))
    assert len(await ida.told("signed_in", name)) == 0
    assert (await auditor.http.get("/v1/audit")).status_code == 200
    assert len(await ida.told("signed_in", name)) == 1
    for type in ("signed_in", "request_refused", "sign_ins_refused"):
        assert (await auditor.http.get("/v1/audit", params={"type": type})).json()["data"] == []
