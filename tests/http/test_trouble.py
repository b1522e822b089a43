"""Bad luck behind the port: a database that cuts connections, refuses, or is gone; and a newer release beside us."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
import structlog

from onering.auth.development import mint
from onering.auth.principals import personal_workspace
from onering.http.commands import TOO_LATE
from onering.http.operations import Health, Operations
from onering.log.append import NewEvent, Write, append
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE as LANE
from onering.proofs.signer import OFF
from tests.http.checks import check_problem, nothing_stored, shared_draft, shown, signed_in
from tests.log.writing import command as raw_command
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, poll_seconds=0.1) as service:
        yield service


async def until(what: Any, seconds: float = 10) -> Any:
    """Return the first answer of `what` with status 200."""
    async with asyncio.timeout(seconds):
        while (answer := await what()).status_code != 200:
            await asyncio.sleep(0.01)
    return answer


async def insist(person: Person, key: str, draft: str) -> list[httpx.Response]:
    """Send a command with its key until it is acknowledged; return every answer on the way."""
    answers: list[httpx.Response] = []
    async with asyncio.timeout(20):
        while not answers or answers[-1].status_code != 200:
            answers.append(await person.submit("add-segment", key, draft_id=draft, content=key))
    return answers


class TestCutConnections:
    async def test_every_command_is_unavailable_or_stored_once(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        keys = [f"k{n}" for n in range(60)]
        for n in range(0, 60, 12):
            insisting = [asyncio.ensure_future(insist(alice, key, draft)) for key in keys[n : n + 12]]
            await log.execute(CUT)
            for answers in await asyncio.gather(*insisting):
                for failed in answers[:-1]:
                    check_problem(failed, 503, "unavailable")
                    assert failed.headers["retry-after"] == "1"
        events = (await until(lambda: alice.events(draft, limit=1000))).json()["data"]
        assert sorted(event["idempotency_key"] for event in events[1:]) == sorted(keys)
        assert [event["version"] for event in events] == list(range(1, 62))

    async def test_every_read_is_unavailable_or_right(self, alice: Person, log: Any) -> None:
        draft = await shared_draft(alice, "bob", initial_segment="Once")
        before = await shown(alice, draft, at=3)
        reads = (alice.draft, alice.events, alice.timeline, lambda _: alice.drafts())
        for _ in range(5):
            reading = [asyncio.ensure_future(read(draft)) for read in reads for _ in range(4)]
            await log.execute(CUT)
            for answer in await asyncio.gather(*reading):
                if answer.status_code != 200:
                    check_problem(answer, 503, "unavailable")
                    assert answer.headers["retry-after"] == "1"
        await until(lambda: alice.draft(draft))
        assert await shown(alice, draft, at=3) == before

    async def test_it_is_ready_again_by_itself(self, alice: Person, nobody: Person, log: Any) -> None:
        await log.execute(CUT)
        await until(lambda: nobody.http.get("/readyz"))
        assert (await nobody.http.get("/healthz")).json() == {"status": "ok"}
        await until(lambda: alice.drafts())

    async def test_a_first_sign_in_is_unavailable_or_complete(self, service: Service, log: Any) -> None:
        people = [Person(service.client(f"cut-{n}")) for n in range(8)]
        coming = [asyncio.ensure_future(person.drafts()) for person in people]
        await log.execute(CUT)
        for answer in await asyncio.gather(*coming):
            if answer.status_code != 200:
                check_problem(answer, 503, "unavailable")
        for person in people:
            await until(person.drafts)
        registered = "SELECT count(*) FROM onering.events WHERE type = 'user_registered' AND subject LIKE 'cut-%'"
        assert await log.fetchval(registered) == 8


class TestADatabaseThatIsAway:
    async def test_an_array_takes_no_longer_than_a_command_before_it_gives_up(
        self, app_dsn: str, admin_dsn: str
    ) -> None:
        """What is not even tried is told so, and stored by the same keys later."""
        owner = await Database(admin_dsn).connect("test")
        async with serving(app_dsn, poll_seconds=0.1, command_seconds=0.5) as service:
            alice = Person(service.client("alice"))
            draft = await alice.create()
            commands = [
                {"type": "add-segment", "draft_id": draft, "content": f"{n}", "idempotency_key": f"k{n}"}
                for n in range(30)
            ]
            async with owner.transaction():
                await owner.execute("SELECT pg_advisory_xact_lock(1330795079, 0)")
                tried, *others = (await alice.http.post("/v1/commands", json=commands)).json()["data"]
            assert "did not answer in time" in tried["problem"]["detail"]
            assert {other["problem"]["detail"] for other in others} == {TOO_LATE}
            again = (await alice.http.post("/v1/commands", json=commands)).json()["data"]
            assert [result["data"]["version"] for result in again] == list(range(2, 32))
        owner.terminate()

    async def test_it_is_alive_but_not_ready_until_the_database_is_back(self, app_dsn: str, admin_dsn: str) -> None:
        owner = await Database(admin_dsn).connect("test")
        name = await owner.fetchval("SELECT current_database()")
        async with serving(app_dsn, poll_seconds=0.1, command_seconds=0.5) as service:
            alice = await signed_in(service, "alice")
            draft = await alice.create()
            await owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
            await owner.execute(CUT)
            for answer in (await alice.add(draft, "x", **{"Idempotency-Key": "k"}), await alice.draft(draft)):
                check_problem(answer, 503, "unavailable")
                assert answer.headers["retry-after"] == "1"
            ready = await alice.http.get("/readyz")
            assert check_problem(ready, 503, "unavailable", beside=("database",))["database"] is False
            assert (await alice.http.get("/healthz")).status_code == 200
            await owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
            await until(lambda: alice.http.get("/readyz"))
            answer = await until(lambda: alice.add(draft, "x", **{"Idempotency-Key": "k"}))
            assert answer.json()["data"]["version"] == 2
            assert len((await alice.events(draft)).json()["data"]) == 2
        owner.terminate()

    async def test_a_process_whose_task_died_is_not_alive(self, service: Service) -> None:
        health = Health(None, None, tuple, lambda: False, lambda: OFF)  # type: ignore[arg-type]
        missing: dict[str, Any] = {"development_secret": None, "metrics": None, "newest": None}
        operations = Operations(health, {}, clock=lambda: datetime.now(UTC), **missing)
        answer = await operations.healthz(SimpleNamespace(request_id="r"))  # type: ignore[arg-type]
        assert (answer.status, answer.media_type) == (503, b"application/problem+json")
        assert b"background task died" in answer.body

    async def test_a_command_that_is_stored_is_acknowledged_even_if_the_draft_cannot_be_read(
        self, service: Service, alice: Person, log: Any
    ) -> None:
        """Told that it failed, a client without a key would do it twice."""
        draft = await alice.create()
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN display_name TO secret_name")
        try:
            answer = await alice.add(draft, "Stored")
        finally:
            await log.execute("ALTER TABLE onering.app_users RENAME COLUMN secret_name TO display_name")
        assert (answer.status_code, answer.json()["data"]["version"]) == (200, 2)
        assert [event["data"].get("content") for event in (await alice.events(draft)).json()["data"]] == [
            None,
            "Stored",
        ]


class TestFaultsInside:
    async def test_a_read_that_the_database_refuses_is_an_internal_error(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN display_name TO secret_name")
        try:
            with structlog.testing.capture_logs() as logs:
                answer = await alice.http.get(f"/v1/collab/drafts/{draft}", headers={"X-Request-Id": "find-me"})
        finally:
            await log.execute("ALTER TABLE onering.app_users RENAME COLUMN secret_name TO display_name")
        check_problem(answer, 500, "internal_error", "Something went wrong here; the request id names it in the log.")
        assert "name" not in answer.text.replace("names", "")
        assert answer.headers["x-request-id"] == "find-me"
        (line,) = [line for line in logs if line["event"] == "request_failed"]
        assert (line["request_id"], line["log_level"]) == ("find-me", "error")

    async def test_a_command_that_the_database_refuses_names_no_sql(self, alice: Person, log: Any) -> None:
        draft = await alice.create()
        await log.execute("ALTER TABLE onering.commands RENAME TO commands_away")
        try:
            answer = await alice.submit("add-segment", "k", draft_id=draft, content="x")
        finally:
            await log.execute("ALTER TABLE onering.commands_away RENAME TO commands")
        assert answer.status_code in (500, 503)
        check_problem(answer, answer.status_code, answer.json()["error"]["code"])
        assert "commands" not in answer.text.replace("command ", "")
        await until(lambda: alice.submit("add-segment", "k", draft_id=draft, content="x"))
        assert (await shown(alice, draft))["version"] == 2


class TestANewerRelease:
    @staticmethod
    async def sing(dsn: str, draft: str, version: int) -> None:
        """Append an event that this release does not know."""
        conn = await Database(dsn).connect("newer release")
        newer = NewEvent(uuid4(), "draft_sung", 1, '{"idempotency_key":null,"data":{"tune":"la"}}')
        workspace = personal_workspace("onering:local", "alice")
        await append(conn, LANE, [raw_command(Write(UUID(draft), "draft", workspace, version, (newer,)))])
        conn.terminate()

    async def test_its_draft_is_closed_but_for_its_events(self, alice: Person, shared_dsn: str, log: Any) -> None:
        draft, other = await alice.create(), await alice.create()
        await self.sing(shared_dsn, draft, 1)
        async with nothing_stored(log):
            for answer in (
                await alice.draft(draft),
                await alice.draft(draft, at=2),
                await alice.add(draft),
                await alice.submit("add-segment", draft_id=draft, content="x"),
            ):
                check_problem(answer, 503, "unavailable")
                assert "newer release" in answer.json()["detail"]
                assert answer.headers["retry-after"] == "1"
        events = (await alice.events(draft)).json()["data"]
        assert [(event["type"], event["data"].get("tune")) for event in events][1] == ("draft_sung", "la")
        assert (await alice.add(other)).status_code == 200
        assert (await shown(alice, other))["version"] == 2
        assert (await shown(alice, draft, at=1))["version"] == 1

    async def test_a_stranger_does_not_learn_of_it(self, alice: Person, eve: Person, shared_dsn: str) -> None:
        draft = await alice.create(visibility="private")
        await self.sing(shared_dsn, draft, 1)
        for answer in (await eve.draft(draft), await eve.draft(draft, at=1), await eve.add(draft)):
            check_problem(answer, 404, "not_found")

    async def test_what_was_acknowledged_before_is_answered_again(self, alice: Person, shared_dsn: str) -> None:
        draft = await alice.create()
        first = await alice.submit("add-segment", "k", draft_id=draft, content="x")
        await self.sing(shared_dsn, draft, 2)
        again = await alice.submit("add-segment", "k", draft_id=draft, content="x")
        assert (again.status_code, again.content) == (200, first.content)

    async def test_the_service_stays_alive_and_says_what_stands_still(
        self, alice: Person, nobody: Person, shared_dsn: str
    ) -> None:
        await self.sing(shared_dsn, await alice.create(), 1)

        async def standing() -> list[bool]:
            return [model["stuck"] for model in (await nobody.http.get("/readyz")).json()["projections"]]

        async with asyncio.timeout(10):
            while not any(await standing()):
                await asyncio.sleep(0.01)
        assert (await nobody.http.get("/healthz")).status_code == 200
        assert "draft_sung" not in (await nobody.http.get("/readyz")).text


async def test_no_secret_reaches_a_log(
    service: Service, log: Any, app_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = mint("zoe", SECRET, now=datetime.now(UTC))
    password = urlsplit(app_dsn).password
    with caplog.at_level("DEBUG"), structlog.testing.capture_logs() as logs:
        for sent in (token, token[:-4] + "AAAA", "x." + token):
            zoe = service.client(Authorization=f"Bearer {sent}")
            for path in ("/v1/collab/drafts", "/nowhere", f"/v1/collab/drafts?access_token={sent}"):
                await zoe.get(path)
        await log.execute(CUT)
        await until(lambda: service.client().get("/readyz"))
    # uvicorn's access log is off, until pytest gives it a handler; the others are the client's.
    ours = [
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore", "uvicorn.access"))
    ]
    told = str(ours + logs)
    assert "token_refused" in told
    for secret in (*token.split(".")[1:], SECRET.decode(), *filter(None, [password])):
        assert secret not in told


class TestASlowClient:
    @pytest.mark.parametrize("begun", [b"{", b""])
    async def test_a_body_that_does_not_come_in_time_is_given_up(self, app_dsn: str, begun: bytes) -> None:
        """It may come when its sender may do nothing any more."""
        head = b"POST /v1/collab/drafts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-User-Id: alice\r\nContent-Length: 99\r\n\r\n"
        async with serving(app_dsn, body_seconds=0.2) as service:
            reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
            writer.write(head + begun)
            answer = await asyncio.wait_for(reader.read(), 10)
            writer.close()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request_timeout"' in answer
