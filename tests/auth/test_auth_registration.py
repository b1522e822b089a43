"""The first sign-in of a person is told once (threats.md §6, 62)."""

import asyncio

import pytest

from onering.auth.principals import Principals
from onering.auth.registration import Registration

pytestmark = pytest.mark.asyncio

ALICE, BOB, CAROL = (Principals("home").actor("home", name) for name in ("alice", "bob", "carol"))


class Registrar:
    """Writes down who is registered, and lets nobody through before it is open."""

    def __init__(self):
        self.calls = []
        self.open = asyncio.Event()
        self.broken = False

    async def __call__(self, actor):
        self.calls.append(actor.subject)
        await self.open.wait()
        if self.broken:
            raise ConnectionError


async def test_62_a_hundred_first_sign_ins_together_register_once():
    registrar = Registrar()
    registration = Registration(registrar)
    waiting = [asyncio.create_task(registration.ensure(ALICE)) for _ in range(100)]
    waiting.append(asyncio.create_task(registration.ensure(BOB)))
    await asyncio.sleep(0)
    registrar.open.set()
    await asyncio.gather(*waiting)
    await registration.ensure(ALICE)
    assert registrar.calls == ["alice", "bob"]


async def test_a_first_caller_who_gives_up_leaves_the_next_one_to_register():
    registrar = Registrar()
    registration = Registration(registrar)
    first, second = (asyncio.create_task(registration.ensure(ALICE)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    registrar.open.set()
    await second
    assert registrar.calls == ["alice", "alice"]
    assert first.cancelled()


async def test_nobody_waits_longer_than_the_time_there_is_whoever_is_before_them():
    registrar = Registrar()
    registration = Registration(registrar, seconds=0.2)
    waiting = [asyncio.create_task(registration.ensure(ALICE)) for _ in range(50)]
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, TimeoutError) for outcome in outcomes)
    assert len(registrar.calls) < 50


async def test_a_failed_registration_is_raised_and_tried_again():
    registrar = Registrar()
    registrar.open.set()
    registrar.broken = True
    registration = Registration(registrar)
    with pytest.raises(ConnectionError):
        await registration.ensure(ALICE)
    registrar.broken = False
    await registration.ensure(ALICE)
    await registration.ensure(ALICE)
    assert registrar.calls == ["alice", "alice"]


async def test_memory_is_bounded_and_keeps_who_was_seen_last():
    registrar = Registrar()
    registrar.open.set()
    registration = Registration(registrar, entries=2)
    for actor in (ALICE, BOB, ALICE, CAROL, ALICE, BOB):
        await registration.ensure(actor)
    assert registrar.calls == ["alice", "bob", "carol", "bob"]
