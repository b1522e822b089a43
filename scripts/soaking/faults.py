"""The faults: each breaks one thing at a random point, mends it where it does not mend itself, and has a name."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence

from scripts.soaking.people import OTHER, READER, WRITER
from scripts.soaking.scenes import Scene
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


async def change_issuers_key(target: Victim, chance: random.Random) -> None:
    """Have the issuer sign with another key: no token of the one before counts once the services know."""
    await target.issuer.change_key()


async def revoke(target: Victim, chance: random.Random) -> None:
    """End what somebody signed in with; they sign in again."""
    await _ran(target, "revoke", target.entrance.named(chance.choice((WRITER, OTHER, READER))))


async def change_logs_key(target: Victim, chance: random.Random) -> None:
    """Have the log signed with a second key, or drop the older one of two."""
    keys = target.keys.keys()
    await _ran(target, "keys", "rotate", *(["--retire"] if keys and len(keys.private) > 1 else []))


async def _ran(target: Victim, *words: str) -> None:
    """Run a command that nothing is in the way of. Raises RuntimeError."""
    command = target.command(*words)
    said, _ = await asyncio.to_thread(command.communicate)
    if command.returncode:
        raise RuntimeError(f"onering {' '.join(words)}: {said.strip()[-2000:]}")


async def fail_over(target: Victim, chance: random.Random) -> None:
    """Kill the primary with all of its processes, have its standby take over, and give that one a standby again."""
    assert target.pair is not None
    await asyncio.to_thread(target.pair.fail_over)
    await asyncio.sleep(chance.uniform(0, 0.5))
    await asyncio.to_thread(target.pair.follow)


async def part_standby(target: Victim, chance: random.Random) -> None:
    """Take the standby away for a while: commits wait for it."""
    assert target.pair is not None
    await asyncio.to_thread(target.pair.standby.kill)
    await asyncio.sleep(chance.uniform(*FREEZE_SECONDS))
    await asyncio.to_thread(target.pair.standby.run)


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
_KILLS: Mapping[str, Fault] = {
    "kill -9 worker": kill_worker,
    "kill -9 session": kill_session,
    "kill -9 Postgres": kill_postgres,
    "kill -9 everything": kill_all,
    "SIGTERM worker": stop_worker,
    "SIGSTOP worker": freeze_worker,
}
_TRUST: Mapping[str, Fault] = {
    "issuer's key changed": change_issuers_key,
    "person revoked": revoke,
    "log's key changed": change_logs_key,
}
_ANYWHERE: Mapping[str, Fault] = {**_KILLS, **_TRUST, "tail cut": cut_tail, "rebuild killed": kill_rebuild}
FAULTS: Mapping[Scene, Mapping[str, Fault]] = {
    Scene.EMBEDDED: _ANYWHERE,
    Scene.PROXIED: {
        **_ANYWHERE,
        "Postgres restarted": restart_postgres,
        "latency": latency,
        "reset": reset,
        "half-close": half_close,
        "stall": stall,
        "stall, forgotten": forget,
        "refused": refuse,
    },
    Scene.REPLICATED: {
        **_KILLS,
        "fail-over": fail_over,
        "standby away": part_standby,
    },
}
NAMES = tuple(dict.fromkeys(name for faults in FAULTS.values() for name in faults))


def _send(number: signal.Signals, pids: Sequence[int], chance: random.Random) -> list[int]:
    """Send the signal to one of these processes; return it, if it was there."""
    chosen = [chance.choice(pids)] if pids else []
    for pid in chosen:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return []
    return chosen
