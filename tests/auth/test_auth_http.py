"""What an HTTP request's headers make of its sender, on a real server (threats.md §6, 1 and 47 to 67)."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from structlog.testing import capture_logs

from onering.auth.faults import NoCredentials
from onering.settings import Environment
from tests.auth import tiny_service
from tests.auth.conftest import HS256_SECRET
from tests.auth.fake_clerk import compact, hs256

pytestmark = pytest.mark.asyncio

INVALID = {"status": 401, "code": "unauthorized", "detail": "The token is not valid; sign in again."}
LOCAL = {"env": Environment.LOCAL}
PRODUCTION = {"env": Environment.PRODUCTION, "hs256": True, "hs256_secret": HS256_SECRET}


@asynccontextmanager
async def calling(auth):
    async with tiny_service.serving(auth) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


def signed(held, subject="alice"):
    claims = {"iss": "onering:hs256", "sub": subject, "iat": int(held.wall), "exp": int(held.wall) + 60}
    return compact({"alg": "HS256", "kid": "hs256"}, claims, hs256(HS256_SECRET.encode()))


async def user_of(client, *headers, path="/"):
    response = await client.get(path, headers=list(headers))
    assert response.status_code == 200, response.text
    return response.json()["user_id"]


async def refusal_of(client, *headers, path="/"):
    response = await client.get(path, headers=list(headers))
    assert response.headers["Content-Type"] == "application/problem+json"
    return response


async def test_a_verified_token_is_the_caller(auth, clerk):
    async with calling(auth) as client:
        assert await user_of(client, ("Authorization", f"Bearer {clerk.token()}")) == "clerk|user_alice"


async def test_01_no_credentials_is_nobody_and_handlers_refuse_without_an_error_word(auth):
    async with calling(auth) as client:
        assert await user_of(client) is None
    assert NoCredentials().headers == (("WWW-Authenticate", "Bearer"),)
    assert NoCredentials().status == 401


async def test_every_bad_token_gets_the_same_answer(auth, clerk):
    bad = [clerk.token(exp=1), clerk.token(azp="x"), clerk.token(header={"alg": "none"}), "x", "a" * 9000, "ak_1"]
    async with calling(auth) as client:
        for token in bad:
            response = await refusal_of(client, ("Authorization", f"Bearer {token}"))
            assert (response.status_code, response.json()) == (401, INVALID)
            assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_no_token_text_reaches_the_log(auth, clerk):
    token = clerk.token(exp=1)
    with capture_logs() as logs:
        async with calling(auth) as client:
            await refusal_of(client, ("Authorization", f"Bearer {token}"))
    assert {"event": "token_refused", "reason": "expired", "request_id": None, "log_level": "info"} in logs
    assert not any(part in str(logs) for part in token.split("."))


async def test_no_usable_keys_is_unavailable_not_unauthorized(make_auth, clerk):
    clerk.mode = "500"
    async with calling(await make_auth(clerk_issuer=clerk.issuer)) as client:
        response = await refusal_of(client, ("Authorization", f"Bearer {clerk.token()}"))
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_47_the_scheme_is_read_in_any_case(auth, clerk, scheme):
    async with calling(auth) as client:
        assert await user_of(client, ("Authorization", f"{scheme} {clerk.token()}")) == "clerk|user_alice"


async def test_47_every_other_form_of_the_header_is_an_invalid_token(auth, clerk):
    token = clerk.token()
    async with calling(auth) as client:
        for value in (f"Bearer  {token}", "Bearer", "", f"Token {token}", "Basic YTpi", token, f"Bearer {token} x"):
            response = await refusal_of(client, ("Authorization", value))
            assert (response.status_code, response.json()) == (401, INVALID)
        assert auth.verifier.refusals["scheme"] == 7


async def test_48_two_tokens_are_a_bad_request(auth, clerk):
    one, two = (f"Bearer {clerk.token(n=n)}" for n in range(2))
    async with calling(auth) as client:
        for headers in ([("Authorization", one)] * 2, [("Authorization", f"{one}, {two}")]):
            response = await refusal_of(client, *headers)
            assert (response.status_code, response.json()["code"]) == (400, "validation_error")


async def test_49_a_token_in_the_url_or_body_is_ignored(auth, clerk):
    async with calling(auth) as client:
        assert await user_of(client, path=f"/?access_token={clerk.token()}&token={clerk.token()}") is None
        response = await client.post("/", json={"access_token": clerk.token()})
        assert response.json() == {"user_id": None}


async def test_64_x_user_id_means_nothing_in_production(make_auth):
    async with calling(await make_auth(**PRODUCTION)) as client:
        assert await user_of(client, ("X-User-Id", "victim")) is None
        response = await refusal_of(client, ("X-User-Id", "victim"), ("Authorization", "Bearer x"))
        assert response.status_code == 401


async def test_65_a_token_beside_x_user_id_acts_for_its_own_subject(make_auth, held):
    auth = await make_auth(**PRODUCTION)
    with capture_logs() as logs:
        async with calling(auth) as client:
            headers = [("X-User-Id", "victim"), ("Authorization", f"Bearer {signed(held, 'attacker')}")]
            assert await user_of(client, *headers) == "attacker"
    assert [entry["event"] for entry in logs] == ["x_user_id_ignored"]
    assert "victim" not in str(logs)


@pytest.mark.parametrize("env", [Environment.LOCAL, Environment.TEST])
async def test_x_user_id_names_the_caller_in_local_and_test(make_auth, env):
    async with calling(await make_auth(env=env)) as client:
        assert await user_of(client, ("X-User-Id", "alice")) == "alice"


async def test_authorization_wins_over_x_user_id(auth, clerk):
    async with calling(auth) as client:
        token = ("Authorization", f"Bearer {clerk.token()}")
        assert await user_of(client, ("X-User-Id", "bob"), token) == "clerk|user_alice"
        assert (await refusal_of(client, ("X-User-Id", "bob"), ("Authorization", "Bearer x"))).status_code == 401


async def test_67_an_x_user_id_that_is_no_name_is_a_bad_request(auth):
    bad = [b"", b"a" * 256, b"a" * 10_000, "zoë".encode(), b"a\xff", b"a b", b"a,b", b"clerk|user_1"]
    async with calling(auth) as client:
        for user in bad:
            response = await refusal_of(client, (b"X-User-Id", user))
            assert (response.status_code, response.json()["code"]) == (400, "validation_error"), user


async def test_67_two_x_user_ids_are_a_bad_request(auth):
    async with calling(auth) as client:
        assert (await refusal_of(client, ("X-User-Id", "alice"), ("X-User-Id", "bob"))).status_code == 400


async def test_67_a_line_break_in_x_user_id_never_reaches_us(auth):
    async with tiny_service.serving(auth) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-User-Id: alice\r\n bob\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"400"
        writer.close()


async def test_local_answers_for_the_names_of_this_machine(make_auth):
    async with calling(await make_auth(**LOCAL)) as client:
        for host in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]", "localhost:8000", "127.0.0.1:1"):
            assert await user_of(client, ("Host", host)) is None


async def test_local_answers_for_no_other_name(make_auth):
    bad = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "", "localhost:x", "::1"]
    async with calling(await make_auth(**LOCAL)) as client:
        for host in bad:
            response = await refusal_of(client, ("Host", host), ("X-User-Id", "alice"))
            assert response.status_code == 400, host
            assert "only for the hosts" in response.json()["detail"]


async def test_unsafe_local_answers_for_any_name(make_auth):
    async with calling(await make_auth(**LOCAL, unsafe_local=True, host="0.0.0.0")) as client:
        assert await user_of(client, ("Host", "laptop.lan"), ("X-User-Id", "alice")) == "alice"


async def test_a_person_is_registered_before_the_first_request_is_handled(make_auth):
    seen = []

    async def registrar(actor):
        seen.append(actor.user_id)

    async with calling(await make_auth(registrar=registrar)) as client:
        await user_of(client)
        for name in ("alice", "alice", "bob"):
            await user_of(client, ("X-User-Id", name))
    assert seen == ["alice", "bob"]


async def test_other_scopes_pass_untouched(auth):
    passed = []

    async def application(scope, receive, send):
        passed.append(scope)

    await auth.middleware(application, refuse=tiny_service.refuse)({"type": "lifespan"}, None, None)
    assert passed == [{"type": "lifespan"}]
