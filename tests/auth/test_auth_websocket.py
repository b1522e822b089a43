"""Which handshakes are answered, on a real server: a refusal is a real HTTP status (threats.md §6, 69 to 72)."""

import json
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from onering.auth.credentials import presented
from onering.auth.faults import Forbidden
from onering.auth.origins import canonical, check_socket_origin
from onering.settings import Environment
from tests.auth import tiny_service

pytestmark = pytest.mark.asyncio

GOOD = "https://good.example"


@asynccontextmanager
async def serving(make_auth, **settings):
    async with tiny_service.serving(await make_auth(allowed_origins=(GOOD,), **settings)) as port:
        yield f"ws://127.0.0.1:{port}"


async def first_message(url, **options):
    async with connect(url, proxy=None, **options) as socket:
        return await socket.recv()


async def refusal(url, **options):
    with pytest.raises(InvalidStatus) as caught:
        await first_message(url, **options)
    response = caught.value.response
    return response.status_code, json.loads(response.body)


async def test_a_token_in_the_header_is_verified_on_the_handshake(make_auth, clerk):
    async with serving(make_auth, clerk_issuer=clerk.issuer) as url:
        headers = {"Authorization": f"Bearer {clerk.token()}"}
        assert await first_message(url, additional_headers=headers) == "clerk|user_alice"


async def test_a_bad_token_in_the_header_is_refused_with_a_real_status(make_auth, clerk):
    async with serving(make_auth, clerk_issuer=clerk.issuer) as url:
        headers = {"Authorization": f"Bearer {clerk.token(exp=1)}"}
        status, body = await refusal(url, additional_headers=headers)
        assert (status, body["code"]) == (401, "unauthorized")


async def test_without_a_header_the_socket_passes_as_nobody(make_auth):
    async with serving(make_auth) as url:
        assert await first_message(url) == "None"
        assert await first_message(url, origin=GOOD) == "None"


async def test_69_our_own_page_may_open_a_socket(make_auth):
    async with serving(make_auth) as url:
        own = url.replace("ws", "http")
        assert await first_message(url, origin=own, additional_headers={"Cookie": "a=b"}) == "None"


FOREIGN = [
    "https://evil.example",
    "null",
    "https://good.evil.tld",
    "https://good.example.evil.tld",
    "https://good.example:8443",
    "http://good.example",
    "https://good.example/",
    "http://127.0.0.1:1",
    "file://",
    "https://good.example https://evil.example",
    "",
]


async def test_69_no_other_page_may(make_auth):
    async with serving(make_auth) as url:
        for origin in FOREIGN:
            status, body = await refusal(url, additional_headers={"Origin": origin})
            assert (status, body["code"]) == (403, "forbidden"), origin


async def test_69_a_foreign_page_may_not_even_with_a_good_token(make_auth, clerk):
    async with serving(make_auth, clerk_issuer=clerk.issuer) as url:
        headers = {"Authorization": f"Bearer {clerk.token()}", "Origin": "https://evil.example"}
        assert (await refusal(url, additional_headers=headers))[0] == 403


async def test_69_a_cookie_without_an_origin_is_refused(make_auth):
    async with serving(make_auth) as url:
        assert (await refusal(url, additional_headers={"Cookie": "__session=a"}))[0] == 403


async def test_69_two_origins_are_refused():
    request = presented([(b"origin", GOOD.encode())] * 2)
    with pytest.raises(Forbidden):
        check_socket_origin(request, secure=True, allowed=frozenset({GOOD}))


def _checked(origin, host, *, secure):
    request = presented([(b"origin", origin), (b"host", host)])
    return check_socket_origin(request, secure=secure, allowed=frozenset())


async def test_69_a_page_over_tls_is_ours_also_behind_a_proxy_that_ends_it():
    _checked(b"https://good.example", b"good.example", secure=False)
    _checked(b"https://good.example", b"good.example:443", secure=True)
    _checked(b"http://good.example", b"Good.Example:80", secure=False)
    with pytest.raises(Forbidden):
        _checked(b"http://good.example", b"good.example", secure=True)


async def test_69_without_one_host_no_page_is_ours():
    for hosts in ([], [(b"host", b"good.example")] * 2, [(b"host", b"good.example/")]):
        request = presented([(b"origin", b"https://good.example"), *hosts])
        with pytest.raises(Forbidden):
            check_socket_origin(request, secure=True, allowed=frozenset())


async def test_an_origin_has_one_canonical_spelling():
    assert canonical("https://Good.Example:443") == "https://good.example"
    assert canonical("http://[::1]:8000") == "http://[::1]:8000"
    for bad in ("*", "null", "good.example", "https://good.example/", "https://a@b", "ftp://a", "https://*.a"):
        assert canonical(bad) is None


async def test_71_a_token_in_the_query_is_refused_and_not_logged(make_auth, clerk):
    async with serving(make_auth, clerk_issuer=clerk.issuer) as url:
        token = clerk.token()
        for name in ("token", "access_token", "Access_Token", "jwt", "authorization", "after"):
            with capture_logs() as logs:
                status, body = await refusal(f"{url}/?{name}={token}")
            assert (status, body["code"]) == (400, "validation_error")
            assert token not in f"{logs} {body}"


async def test_71_an_ordinary_query_passes(make_auth):
    async with serving(make_auth) as url:
        assert await first_message(f"{url}/?after=17&epoch=eyes.of") == "None"


async def test_72_a_token_among_the_subprotocols_is_nobodys_and_never_echoed(make_auth, clerk):
    async with serving(make_auth, clerk_issuer=clerk.issuer) as url:
        socket = await connect(url, proxy=None, subprotocols=["onering.v1", clerk.token()])
        assert socket.subprotocol == "onering.v1"
        assert await socket.recv() == "None"
        await socket.close()


async def test_local_refuses_a_rebound_name_before_its_own_origin_counts(make_auth):
    async with serving(make_auth, env=Environment.LOCAL) as url:
        port = int(url.rpartition(":")[2])
        rebound = {"origin": f"http://evil.example:{port}", "host": "127.0.0.1", "port": port}
        status, body = await refusal(f"ws://evil.example:{port}", **rebound)
        assert (status, body["code"]) == (400, "validation_error")


async def test_sign_in_by_first_message_verifies_and_registers(make_auth, clerk):
    seen = []

    async def registrar(actor):
        seen.append(actor.user_id)

    auth = await make_auth(clerk_issuer=clerk.issuer, registrar=registrar)
    for _ in range(2):
        identity = await auth.sign_in(clerk.token())
        assert identity.actor.user_id == "clerk|user_alice"
    assert seen == ["clerk|user_alice"]
