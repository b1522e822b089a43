"""Every command is one line of the log, and so is a request that comes to nothing; neither says what was written."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from onering.auth.development import mint
from tests.http.checks import shared_draft
from tests.serving import SECRET, Person, Service

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
TEXT = "We left at dawn."
NAMES = {
    "event",
    "log_level",
    "type",
    "outcome",
    "draft_id",
    "version",
    "position",
    "duration_ms",
    "actor",
    "request_id",
    "trace_id",
}


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Return what is logged in the test."""
    with capture_logs() as logs:
        yield logs  # type: ignore[misc]  # structlog's are mutable mappings


def about_commands(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "command"]


def only(lines: list[dict[str, Any]], event: str) -> dict[str, Any]:
    (line,) = [line for line in lines if line["event"] in ("command", "request_refused", "token_refused")]
    assert line["event"] == event
    assert TEXT not in str(lines)
    return line


class TestACommand:
    async def test_that_is_accepted_says_who_did_what_to_which_draft(
        self, alice: Person, lines: list[dict[str, Any]]
    ) -> None:
        draft = await alice.create()
        lines.clear()
        answer = await alice.http.post(
            "/v1/commands",
            json={"type": "add-segment", "draft_id": draft, "content": TEXT},
            headers={"Idempotency-Key": "k", "X-Request-Id": "find-me", "traceparent": PARENT},
        )
        line = only(lines, "command")
        assert set(line) == NAMES
        assert 0 < line.pop("duration_ms") < 60_000
        assert str(line.pop("draft_id")) == draft
        assert line == {
            "event": "command",
            "log_level": "info",
            "type": "add-segment",
            "outcome": "accepted",
            "version": 2,
            "position": answer.json()["data"]["position"],
            "actor": "alice",
            "request_id": "find-me",
            "trace_id": TRACE,
        }

    async def test_of_a_resource_form_says_the_same(self, alice: Person, lines: list[dict[str, Any]]) -> None:
        draft = await alice.create(initial_segment=TEXT)
        line = only(lines, "command")
        assert (line["type"], line["outcome"], str(line["draft_id"]), line["version"]) == (
            "create-draft",
            "accepted",
            draft,
            2,
        )

    async def test_that_is_repeated_says_so(self, alice: Person, lines: list[dict[str, Any]]) -> None:
        draft = await alice.create()
        await alice.submit("add-segment", "again", draft_id=draft, content=TEXT)
        lines.clear()
        await alice.submit("add-segment", "again", draft_id=draft, content=TEXT)
        line = only(lines, "command")
        assert (line["outcome"], line["version"]) == ("repeated", 2)

    async def test_that_is_refused_says_by_what_code(
        self, alice: Person, bob: Person, lines: list[dict[str, Any]]
    ) -> None:
        draft = await shared_draft(alice, "bob")
        for refuse, kind, code in (
            (bob.submit("add-segment", draft_id=draft, content=TEXT), "add-segment", "ring_required"),
            (bob.add(draft, TEXT), "add-segment", "ring_required"),
            (bob.submit("add-segment", draft_id=str(uuid4()), content=TEXT), "add-segment", "not_found"),
            (bob.submit("add-segment", draft_id=draft, content=""), "add-segment", "validation_error"),
            (
                bob.submit("add-segment", draft_id=draft, content=TEXT, expected_version=1),
                "add-segment",
                "precondition_failed",
            ),
        ):
            lines.clear()
            answer = await refuse
            line = only(lines, "command")
            assert (line["type"], line["outcome"], line["actor"]) == (kind, code, "bob")
            assert (line["version"], line["position"]) == (None, None)
            assert line["request_id"] == answer.headers["x-request-id"]
            assert line["draft_id"] is not None

    async def test_that_is_none_is_named_unknown(self, alice: Person, lines: list[dict[str, Any]]) -> None:
        for told in ({"type": TEXT}, {"type": ["add-segment"]}, {"draft_id": TEXT}, {"type": "x", "draft_id": 7}):
            lines.clear()
            await alice.http.post("/v1/commands", json=told, headers={"Idempotency-Key": "k"})
            line = only(lines, "command")
            assert (line["type"], line["draft_id"], line["outcome"]) == ("unknown", None, "validation_error")

    async def test_of_an_array_has_a_line_each(self, alice: Person, lines: list[dict[str, Any]]) -> None:
        draft = await alice.create()
        lines.clear()
        commands = [
            {"type": "add-segment", "draft_id": draft, "content": TEXT, "idempotency_key": "a"},
            {"type": "add-segment", "draft_id": draft, "content": TEXT, "idempotency_key": "a"},
            {"type": "add-segment", "draft_id": draft, "content": "", "idempotency_key": "b"},
            "nothing",
        ]
        answer = await alice.http.post("/v1/commands", json=commands)
        told = about_commands(lines)
        assert sorted(line["outcome"] for line in told) == [
            "accepted",
            "repeated",
            "validation_error",
            "validation_error",
        ]
        assert {line["request_id"] for line in told} == {answer.headers["x-request-id"]}
        assert len({line["trace_id"] for line in told}) == 1
        assert not [line for line in lines if line["event"] == "request_refused"]
        assert TEXT not in str(lines)

    async def test_that_could_not_be_stored_is_a_warning(
        self, alice: Person, log: Any, lines: list[dict[str, Any]]
    ) -> None:
        draft = await alice.create()
        await log.execute("ALTER TABLE onering.commands RENAME TO commands_away")
        try:
            lines.clear()
            answer = await alice.submit("add-segment", "k", draft_id=draft, content=TEXT)
        finally:
            await log.execute("ALTER TABLE onering.commands_away RENAME TO commands")
        line = only(lines, "command")
        assert line["outcome"] == answer.json()["error"]["code"]
        assert line["log_level"] == "warning"

    async def test_that_is_broken_off_is_told_too(
        self, service: Service, alice: Person, log: Any, lines: list[dict[str, Any]]
    ) -> None:
        draft = await alice.create()
        lines.clear()
        others = asyncio.all_tasks()
        async with log.transaction():
            await log.execute("LOCK TABLE onering.commands")
            asking = asyncio.ensure_future(alice.submit("add-segment", draft_id=draft, content=TEXT))
            while not service.process.batcher._in_flight:
                await asyncio.sleep(0.001)
            (answering,) = [
                task for task in asyncio.all_tasks() - others - {asking} if "RequestResponseCycle" in str(task)
            ]
            answering.cancel()
            await asyncio.wait([answering])
        asking.cancel()
        await asyncio.wait([asking])
        line = only(lines, "command")
        assert (line["outcome"], line["draft_id"]) == ("abandoned", draft)


class TestARequest:
    async def test_that_succeeds_is_quiet(self, alice: Person, lines: list[dict[str, Any]]) -> None:
        draft = await alice.create()
        lines.clear()
        for path in (f"/v1/collab/drafts/{draft}", "/v1/collab/drafts", "/v1/config", "/healthz"):
            await alice.http.get(path)
        assert lines == []

    @pytest.mark.parametrize(
        ("method", "path", "status", "code", "route"),
        [
            ("GET", f"/v1/collab/drafts/{UUID(int=0)}", 404, "not_found", "/v1/collab/drafts/{draft_id}"),
            ("GET", f"/v1/collab/drafts?cursor={TEXT}", 400, "validation_error", "/v1/collab/drafts"),
            ("GET", f"/{TEXT}", 404, "not_found", "none"),
            ("PUT", "/v1/config", 405, "method_not_allowed", "/v1/config"),
            ("POST", "/v1/commands", 400, "validation_error", "/v1/commands"),
        ],
    )
    async def test_that_comes_to_nothing_says_why_without_its_path(
        self, alice: Person, lines: list[dict[str, Any]], method: str, path: str, status: int, code: str, route: str
    ) -> None:
        answer = await alice.http.request(method, path, headers={"traceparent": PARENT})
        assert answer.status_code == status
        assert only(lines, "request_refused") == {
            "event": "request_refused",
            "log_level": "info",
            "method": method,
            "route": route,
            "status": status,
            "code": code,
            "actor": "alice",
            "request_id": answer.headers["x-request-id"],
            "trace_id": TRACE,
        }

    async def test_that_we_could_not_serve_is_a_warning(
        self, alice: Person, log: Any, lines: list[dict[str, Any]]
    ) -> None:
        draft = await alice.create()
        await log.execute("ALTER TABLE onering.app_users RENAME COLUMN display_name TO secret_name")
        lines.clear()
        try:
            answer = await alice.draft(draft)
        finally:
            await log.execute("ALTER TABLE onering.app_users RENAME COLUMN secret_name TO display_name")
        line = only(lines, "request_refused")
        assert (line["log_level"], line["code"]) == ("warning", "internal_error")
        (cause,) = [line for line in lines if line["event"] == "request_failed"]
        assert cause["request_id"] == line["request_id"] == answer.headers["x-request-id"]

    async def test_whose_token_is_refused_says_the_reason_and_nothing_of_the_token(
        self, service: Service, lines: list[dict[str, Any]]
    ) -> None:
        token = mint("zoe", SECRET, now=datetime.now(UTC))[:-4] + "AAAA"
        answer = await service.client(Authorization=f"Bearer {token}").get("/v1/collab/drafts")
        line = only(lines, "token_refused")
        assert line["request_id"] == answer.headers["x-request-id"]
        assert line["reason"] == "signature"
        assert not any(part in str(lines) for part in token.split("."))
