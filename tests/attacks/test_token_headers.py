"""Requests without a token, and tokens where none belongs (docs/ATTACKS.md, 1, 2 and 46 to 49)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.attacks.target import INVALID, Header, Target, bearing, check_invalid, signing
from tests.auth.fake_clerk import compact
from tests.http.checks import check_problem
from tests.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


def check_unauthenticated(answer: httpx.Response) -> None:
    """Assert that an answer asks for credentials, and says nothing of bad ones."""
    check_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.attack(1)
async def test_a_command_without_credentials(target: Target) -> None:
    async with target.appended_nothing(), target.no_outbound_call():
        check_unauthenticated(await target.command())


@pytest.mark.attack(2)
async def test_a_read_without_credentials_where_anybody_may_read(target: Target) -> None:
    http = target.service.client()
    async with target.appended_nothing(), target.no_outbound_call():
        assert (await target.read()).status_code == 200
        check_unauthenticated(await http.post(f"/v1/collab/drafts/{target.draft}/segments", json={"content": "Mine"}))
        check_unauthenticated(await http.get("/v1/me"))


@pytest.mark.attack(2)
async def test_a_read_without_credentials_where_nobody_may(target: Target, shared_dsn: str) -> None:
    async with serving(shared_dsn, **signing(target.clerk, anonymous_read=False)) as service:
        closed = Target(service, target.clerk, target.log)
        closed.draft = target.draft
        async with target.appended_nothing():
            check_unauthenticated(await closed.read())
        assert (await closed.read(target.clerk.token())).status_code == 200


@pytest.mark.attack(46)
@pytest.mark.parametrize("token", ["ak_0123456789abcdef", "oat_0123456789abcdef", "mt_0123456789abcdef"])
async def test_an_opaque_token_that_only_its_issuer_could_judge(target: Target, token: str) -> None:
    await target.refused(token, "spelling")


@pytest.mark.attack(47)
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_the_scheme_in_any_case(target: Target, scheme: str) -> None:
    me = await target.me(None, ("Authorization", f"{scheme} {target.clerk.token()}"))
    assert me["user_id"] == "clerk|user_alice"


@pytest.mark.attack(47)
@pytest.mark.parametrize(
    "form", ["Bearer  {}", "Bearer", "", "Token {}", "Basic {}", "{}", "Bearer {} x", "Bearer\t{}", "JWT {}"]
)
async def test_every_other_form_of_the_header(target: Target, form: str) -> None:
    header = ("Authorization", form.format(target.clerk.token()))
    async with target.appended_nothing(), target.no_outbound_call():
        check_invalid(await target.read(None, header))
        check_invalid(await target.command(None, header))


@pytest.mark.attack(48)
async def test_two_tokens(target: Target) -> None:
    one, two = (f"Bearer {target.clerk.token(n=n)}" for n in range(2))
    same: list[Header] = [("Authorization", one), ("authorization", one)]
    other: list[Header] = [("Authorization", one), ("Authorization", two)]
    for headers in (same, other, [("Authorization", f"{one}, {two}")], [("Authorization", f"{one},")]):
        async with target.appended_nothing(), target.no_outbound_call():
            check_problem(await target.read(None, *headers), 400, "validation_error")
            check_problem(await target.command(None, *headers), 400, "validation_error")


@pytest.mark.attack(49)
async def test_a_token_in_the_url_or_the_body_is_nobodys(target: Target) -> None:
    http, token = target.service.client(), target.clerk.token()
    names = ("access_token", "token", "id_token", "jwt", "Authorization")
    body = {"type": "create-draft", "title": "T", **dict.fromkeys(names, token)}
    form = {"access_token": token}
    async with target.appended_nothing(), target.no_outbound_call():
        check_unauthenticated(await http.get("/v1/me", params=dict.fromkeys(names, token)))
        for name in names:
            check_unauthenticated(await http.get("/v1/me", params={name: token}))
            check_unauthenticated(await http.get("/v1/me", headers={"Cookie": f"{name}={token}; __session={token}"}))
        key = {"Idempotency-Key": uuid4().hex}
        check_unauthenticated(await http.post("/v1/commands", json=body, headers=key, params=form))
        check_unauthenticated(await http.post("/v1/commands", data=form, headers=key))


@pytest.mark.attack(49)
@pytest.mark.parametrize(
    "name", ["Proxy-Authorization", "X-Forwarded-Authorization", "X-Access-Token", "Sec-WebSocket-Protocol"]
)
async def test_a_token_in_another_header_is_nobodys(target: Target, name: str) -> None:
    async with target.appended_nothing(), target.no_outbound_call():
        check_unauthenticated(await target.command(None, (name, f"Bearer {target.clerk.token()}")))


@pytest.mark.attack(49)
async def test_a_token_behind_the_body_is_nobodys(target: Target) -> None:
    """A trailer of a chunked body (RFC 9110 §6.5.1), which may arrive before anybody has looked at the head."""
    body = b'{"type": "create-draft", "title": "T"}'
    async with target.appended_nothing(), target.no_outbound_call():
        answer = await target.exchange(
            b"POST /v1/commands HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
            b"Idempotency-Key: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
            b"%x\r\n%b\r\n0\r\nAuthorization: Bearer %b\r\n\r\n" % (len(body), body, target.clerk.token().encode())
        )
    assert answer.split(b" ")[1] == b"401"
    assert b"www-authenticate: bearer\r\n" in answer.lower()


@pytest.mark.attack(49)
async def test_a_token_in_the_url_does_not_stand_in_for_a_bad_one_in_the_header(target: Target) -> None:
    http, good = target.service.client(), target.clerk.token()
    bad: Any = dict(bearing(target.clerk.token(exp=1)))
    check_invalid(await http.get("/v1/me", params={"access_token": good}, headers=bad))


@pytest.mark.attack(3, 21, 27, 32, 39, 46)
async def test_bad_tokens_on_the_handshake_of_a_socket(target: Target) -> None:
    """A browser can't set this header; every other client gets the same 401 as anywhere, and no socket."""
    good = target.clerk.token()
    bad = [
        good[:-8] + "AAAAAAAA",
        good.rpartition(".")[0],
        target.clerk.token(exp=1),
        target.clerk.token(iss="x"),
        "ak_1",
    ]
    bad.append(compact(target.clerk.header(alg="none"), target.clerk.claims(), lambda _: b""))
    for token in bad:
        async with target.appended_nothing(), target.no_outbound_call():
            response = await target.handshake(token)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
        assert bytes(response.body or b"").decode().replace(response.headers["X-Request-Id"], "ID") == INVALID
