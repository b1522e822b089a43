"""Headers that say who somebody is, and where they are (docs/ATTACKS.md, 64 to 68)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from onering.settings import Environment
from tests.attacks.production import person, producing
from tests.by_hand import exchange
from tests.http.checks import check_problem, nothing_stored
from tests.service.serving import ONERING, clean_environment
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

VICTIM = {"X-User-Id": "victim"}
ELSEWHERE = ("10.0.0.0/8",)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, env=Environment.LOCAL) as local:
        yield local


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def limited(shared_dsn: str) -> AsyncIterator[dict[tuple[str, ...], Service]]:
    """Serve with few failed sign-ins a minute: with no proxy in front, and with one that is elsewhere."""
    few = {"rate_limit": "on", "failed_sign_ins_per_minute": 1, "failed_sign_ins_burst": 3}
    async with (
        producing(shared_dsn, **few) as alone,
        producing(shared_dsn, **few, trusted_proxies=ELSEWHERE) as behind,
    ):
        yield {(): alone, ELSEWHERE: behind}


class TestProduction:
    @pytest.mark.attack(64)
    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/v1/commands"), ("POST", "/v1/collab/drafts"), ("GET", "/v1/collab/drafts"), ("GET", "/v1/me")],
    )
    async def test_a_name_without_a_token_is_nobody(
        self, production: Service, log: Any, method: str, path: str
    ) -> None:
        body = {"type": "create-draft", "title": "T", "idempotency_key": "k"} if path == "/v1/commands" else {}
        with structlog.testing.capture_logs() as lines:
            async with nothing_stored(log):
                answer = await production.client("victim").request(method, path, json=body)
        check_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "x_user_id_ignored" in [line["event"] for line in lines]

    @pytest.mark.attack(64)
    async def test_a_name_without_a_token_joins_no_feed(self, production: Service, alice: Person) -> None:
        draft = await alice.create(visibility="private")
        url = f"ws://127.0.0.1:{production.port}/v1/ws/drafts/{draft}"
        async with connect(url, additional_headers={"X-User-Id": "alice"}, proxy=None) as socket:
            await socket.send(json.dumps({"type": "hello"}))
            with pytest.raises(ConnectionClosed, match="4401"):
                await socket.recv()

    @pytest.mark.attack(65)
    async def test_a_name_beside_a_token_is_ignored_and_logged(self, production: Service, log: Any) -> None:
        attacker = person(production, "attacker", **VICTIM)
        with structlog.testing.capture_logs() as lines:
            answer = await attacker.http.post("/v1/collab/drafts", json={"title": "A walk"})
        draft = answer.json()["data"]["draft_id"]
        (ignored,) = [line for line in lines if line["event"] == "x_user_id_ignored"]
        assert ignored["request_id"] == answer.headers["X-Request-Id"]
        assert "victim" not in str(lines)
        assert (await attacker.http.get("/v1/me")).json()["data"]["user_id"] == "attacker"
        subjects = await log.fetch("SELECT DISTINCT subject FROM onering.events WHERE stream_id = $1", draft)
        assert [row["subject"] for row in subjects] == ["attacker"]
        assert not await log.fetchval("SELECT count(*) FROM onering.app_users WHERE subject = 'victim'")

    @pytest.mark.attack(66)
    @pytest.mark.parametrize("env", [Environment.STAGING, Environment.PRODUCTION])
    async def test_a_service_for_others_does_not_start_with_a_switch_of_local(
        self, env: Environment, tmp_path: Path
    ) -> None:
        switches = {"ONERING_ENV": env, "ONERING_UNSAFE_LOCAL": "1", "ONERING_HS256": "1"}
        given = clean_environment(tmp_path) | switches | {"ONERING_HS256_SECRET": "s" * 32}
        ran = await asyncio.create_subprocess_exec(
            *ONERING, "serve", env=given, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(ran.communicate(), 30)
        assert ran.returncode != 0
        assert f"ONERING_UNSAFE_LOCAL is for ONERING_ENV=local; unset it in {env}." in said.decode()

    @pytest.mark.parametrize(
        "fields",
        [
            {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
            {"Forwarded": "host=evil.example;proto=https"},
            {"X-Original-URL": "/v1/me", "X-Rewrite-URL": "/v1/me", "X-Forwarded-Prefix": "/evil.example"},
        ],
    )
    async def test_what_a_proxy_might_say_of_host_and_path_leads_nowhere(
        self, production: Service, alice: Person, fields: dict[str, str]
    ) -> None:
        draft = await alice.create()
        answer = await alice.http.get(f"/v1/collab/drafts/{draft}/share-card", headers=fields)
        assert answer.json()["data"]["cta"]["url"] == f"{production.url}/drafts/{draft}"


class TestLocal:
    @pytest.mark.attack(67)
    @pytest.mark.parametrize(
        "name", [b"", b"x" * 10_000, "Bilbó".encode(), "\u202e".encode(), b"a b", b"a,b", b"\x80", b"a\tb"]
    )
    async def test_a_name_that_is_none_is_a_bad_request(self, local: Service, log: Any, name: bytes) -> None:
        headers: Any = [(b"X-User-Id", name)]
        async with nothing_stored(log):
            check_problem(await local.client().get("/v1/me", headers=headers), 400, "validation_error")

    @pytest.mark.attack(67)
    @pytest.mark.parametrize("name", [b"alice\r\n mallory", b"alice\nX-Y: z\r", b"alice\0", b"\ralice"])
    async def test_a_name_with_a_line_break_is_no_header(self, local: Service, log: Any, name: bytes) -> None:
        async with nothing_stored(log):
            head = b"GET /v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nX-User-Id: %b\r\nConnection: close\r\n\r\n"
            answered = await exchange(local, head % name)
        assert (answered.status, answered.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.attack(68)
@pytest.mark.parametrize("field", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "X-Client-IP"])
@pytest.mark.parametrize("proxies", [(), ELSEWHERE], ids=["no proxy", "another proxy"])
async def test_an_attacker_who_names_another_address_each_time_is_limited_as_one(
    limited: dict[tuple[str, ...], Service], field: str, proxies: tuple[str, ...]
) -> None:
    client = limited[proxies].client(Authorization="Bearer x.y.z")
    await client.get("/v1/me")
    for number in range(8):
        spelling = f"for=198.51.100.{number}" if field == "Forwarded" else f"198.51.100.{number}"
        answer = await client.get("/v1/me", headers={field: spelling})
    check_problem(answer, 429, "rate_limited")
