"""The faults: each breaks one thing at a random point, mends it where it does not mend itself, and has a name."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence

from scripts.soaking.victim import Victim

Fault = Callable[[Victim, random.Random], Awaitable[None]]

FREEZE_SECONDS = (0.5, 3.0)
# Some end before what hangs runs into its limit, some after.
AWAY_SECONDS = (0.2, 7.0)
LATENCY_SECONDS = (0.01, 0.2)
STOP_SECONDS = 20.0
STEP = 0.02


async def kill_worker(target: Victim, chance: random.Random) -> None:
    """Kill one server process."""
    _send(signal.SIGKILL, target.workers(), chance)


async def kill_session(target: Victim, chance: random.Random) -> None:
    """Kill one session of Postgres, which makes Postgres end and recover all of them."""
    _send(signal.SIGKILL, target.sessions(), chance)


async def kill_postgres(target: Victim, chance: random.Random) -> None:
    """Kill the postmaster."""
    _send(signal.SIGKILL, target.postmaster(), chance)


async def kill_all(target: Victim, chance: random.Random) -> None:
    """Kill everything but Postgres's own children, which end by themselves: a machine that lost its power."""
    for pid in [*target.workers(), *target.postmaster(), target.service.pid]:
        _send(signal.SIGKILL, [pid], chance)
    await asyncio.to_thread(target.service.wait)


async def stop_worker(target: Victim, chance: random.Random) -> None:
    """Tell one server process to stop, with its sockets open, and see that it does."""
    stopping = _send(signal.SIGTERM, target.workers(), chance)
    async with asyncio.timeout(STOP_SECONDS):
        while set(stopping) & set(target.workers()):  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(STEP)


async def freeze_worker(target: Victim, chance: random.Random) -> None:
    """Hold one server process for a while, with whatever lock it has."""
    if frozen := _send(signal.SIGSTOP, target.workers(), chance):
        await asyncio.sleep(chance.uniform(*FREEZE_SECONDS))
        _send(signal.SIGCONT, frozen, chance)


async def cut_tail(target: Victim, chance: random.Random) -> None:
    """End the sessions that listen for what other processes commit."""
    await target.ask(CUT_TAIL)


CUT_TAIL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'onering tail'"


async def kill_rebuild(target: Victim, chance: random.Random) -> None:
    """Rebuild a read model, and kill that half-way."""
    name = chance.choice(("access", "drafts", "timeline"))
    before = await target.ask(BUILDING)
    building = target.command("rebuild", name)
    try:
        while building.poll() is None and await target.ask(BUILDING) == before:  # noqa: ASYNC110
            await asyncio.sleep(STEP)
        await asyncio.sleep(chance.uniform(0, 0.1))
    finally:
        building.kill()
        await asyncio.to_thread(building.communicate)


# Builds begun, and every step that one makes.
BUILDING = "SELECT sum(version + epoch)::bigint FROM onering.projections WHERE status = 'building'"


async def restart_postgres(target: Victim, chance: random.Random) -> None:
    """Stop Postgres as an administrator does for an upgrade; a while later it is there again."""
    for pid in target.postmaster():
        os.kill(pid, signal.SIGINT)
    while target.postgres.alive():  # noqa: ASYNC110 - a process has no event
        await asyncio.sleep(STEP)
    await asyncio.sleep(chance.uniform(0, 2))


async def latency(target: Victim, chance: random.Random) -> None:
    """Make the way to the database long and uneven."""
    assert target.proxy is not None
    target.proxy.slow(chance.uniform(*LATENCY_SECONDS), chance.uniform(*LATENCY_SECONDS))
    await _mended(target, chance)


async def reset(target: Victim, chance: random.Random) -> None:
    """Break off every connection to the database."""
    assert target.proxy is not None
    target.proxy.reset()


async def half_close(target: Victim, chance: random.Random) -> None:
    """Close one direction of every connection to the database."""
    assert target.proxy is not None
    target.proxy.half_close()


async def stall(target: Victim, chance: random.Random) -> None:
    """Have the database fall silent for a while, with every connection open."""
    assert target.proxy is not None
    target.proxy.stall()
    await _mended(target, chance)


async def forget(target: Victim, chance: random.Random) -> None:
    """As `stall`, and what was open then stays silent for ever."""
    assert target.proxy is not None
    target.proxy.stall()
    await _mended(target, chance, forgetful=True)


async def refuse(target: Victim, chance: random.Random) -> None:
    """Let nobody in for a while."""
    assert target.proxy is not None
    await target.proxy.refuse()
    await _mended(target, chance)


async def _mended(target: Victim, chance: random.Random, *, forgetful: bool = False) -> None:
    assert target.proxy is not None
    await asyncio.sleep(chance.uniform(*AWAY_SECONDS))
    await target.proxy.heal(forgetful=forgetful)


# What may cost a server process; after any other fault the same ones must go on.
DEADLY = frozenset({"kill -9 worker", "kill -9 everything", "SIGTERM worker"})
_ANYWHERE: Mapping[str, Fault] = {
    "kill -9 worker": kill_worker,
    "kill -9 session": kill_session,
    "kill -9 Postgres": kill_postgres,
    "kill -9 everything": kill_all,
    "SIGTERM worker": stop_worker,
    "SIGSTOP worker": freeze_worker,
    "tail cut": cut_tail,
    "rebuild killed": kill_rebuild,
}
EMBEDDED = _ANYWHERE
PROXIED: Mapping[str, Fault] = {
    **_ANYWHERE,
    "Postgres restarted": restart_postgres,
    "latency": latency,
    "reset": reset,
    "half-close": half_close,
    "stall": stall,
    "stall, forgotten": forget,
    "refused": refuse,
}


def _send(number: signal.Signals, pids: Sequence[int], chance: random.Random) -> list[int]:
    """Send the signal to one of these processes; return it, if it was there."""
    chosen = [chance.choice(pids)] if pids else []
    for pid in chosen:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return []
    return chosen
