"""A revoked token is refused on every use, however well it is remembered (threats.md §6, 50)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from onering.auth.composition import Auth
from onering.auth.faults import InvalidToken
from onering.domain.actor import Actor
from onering.settings import Environment
from tests.auth.fake_clerk import FakeClerk
from tests.auth.held_clock import HeldClock

Refused = Callable[[str], Awaitable[str]]


def revoke(auth: Auth, issuer: str, subject: str, before: float | None) -> None:
    at = None if before is None else datetime.fromtimestamp(before, UTC)
    auth.verifier.revoked.replace({(issuer, subject): at})


@pytest.mark.parametrize("remembered", [True, False])
async def test_50_what_was_issued_before_counts_no_more_remembered_or_not(
    auth: Auth, clerk: FakeClerk, held: HeldClock, remembered: bool
) -> None:
    token = clerk.token()
    if remembered:
        await auth.verifier.verify(token)
    revoke(auth, clerk.issuer, "user_alice", held.wall + 0.5)
    with pytest.raises(InvalidToken) as caught:
        await auth.verifier.verify(token)
    assert caught.value.reason == "revoked"
    assert auth.verifier.refusals == {"revoked": 1}
    assert auth.verifier.cached == 0


async def test_50_signing_in_again_works(auth: Auth, clerk: FakeClerk, held: HeldClock) -> None:
    revoke(auth, clerk.issuer, "user_alice", held.wall)
    await auth.verifier.verify(clerk.token())
    await auth.verifier.verify(clerk.token(iat=held.wall + 0.25))


async def test_50_until_restored_no_token_counts(
    auth: Auth, refused: Refused, clerk: FakeClerk, held: HeldClock
) -> None:
    revoke(auth, clerk.issuer, "user_alice", None)
    assert await refused(clerk.token(iat=int(held.wall) + 5)) == "revoked"
    auth.verifier.revoked.replace({})
    await auth.verifier.verify(clerk.token(iat=int(held.wall) + 5))


async def test_a_token_that_does_not_say_when_it_was_issued_came_before(
    auth: Auth, refused: Refused, clerk: FakeClerk, held: HeldClock
) -> None:
    revoke(auth, clerk.issuer, "user_alice", held.wall - 3600)
    assert await refused(clerk.token(iat=...)) == "revoked"
    await auth.verifier.verify(clerk.token())


async def test_nobody_else_is_revoked(auth: Auth, clerk: FakeClerk) -> None:
    revoke(auth, "https://other.example", "user_alice", None)
    await auth.verifier.verify(clerk.token())
    revoke(auth, clerk.issuer, "user_bob", None)
    await auth.verifier.verify(clerk.token())


async def test_x_user_id_counts_as_issued_now(make_auth: Any, held: HeldClock) -> None:
    auth = await make_auth(env=Environment.LOCAL)
    actor = Actor("onering:local", "alice", "alice", None, None)  # type: ignore[arg-type]
    revoke(auth, "onering:local", "alice", held.wall)
    assert auth.verifier.without_token(actor).issued_at == datetime.fromtimestamp(held.wall, UTC)
    revoke(auth, "onering:local", "alice", None)
    with pytest.raises(InvalidToken):
        auth.verifier.without_token(actor)


async def test_whoever_is_revoked_while_being_registered_is_not_signed_in(make_auth: Any, clerk: FakeClerk) -> None:
    auth: Auth

    async def registrar(actor: Actor) -> None:
        revoke(auth, clerk.issuer, "user_alice", None)

    auth = await make_auth(clerk_issuer=clerk.issuer, registrar=registrar)
    with pytest.raises(InvalidToken):
        await auth.sign_in(clerk.token())
